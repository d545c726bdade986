/// A machine's time: the host's, or a count of instructions; and what is to happen in it.
package dev.forklift.board.time;
