/// A debugger for a whole machine, over GDB's protocol.
package dev.forklift.board.gdb;
