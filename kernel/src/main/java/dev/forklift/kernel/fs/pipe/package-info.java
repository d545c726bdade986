/// Pipes, with and without a name (pipe(7), fifo(7)).
package dev.forklift.kernel.fs.pipe;
