/// Sockets between processes of one machine (unix(7)).
package dev.forklift.kernel.fs.socket;
