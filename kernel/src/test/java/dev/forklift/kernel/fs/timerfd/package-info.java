/// Tests of timers that are files.
package dev.forklift.kernel.fs.timerfd;
