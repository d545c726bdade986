/// Timers that are files (timerfd_create(2)).
package dev.forklift.kernel.fs.timerfd;
