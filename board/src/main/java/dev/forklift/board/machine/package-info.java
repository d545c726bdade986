/// Puts a machine together from its device tree, and runs it.
package dev.forklift.board.machine;
