/// What a machine asks of its CPU: the part that an architecture brings.
package dev.forklift.board.cpu;
