/// What a boot loader does: kernel, initial file system, device tree and command line into memory.
package dev.forklift.board.boot;
