/// What a machine is made of at a moment, on its way into a file and back.
package dev.forklift.board.state;
