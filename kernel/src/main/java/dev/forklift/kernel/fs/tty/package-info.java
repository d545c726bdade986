/// Terminals: the line discipline, job control, pseudoterminals, and the host's terminal as console
/// (termios(3), tty_ioctl(4), pty(7)).
package dev.forklift.kernel.fs.tty;
