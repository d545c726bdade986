/// Tests of clocks and timers, with time that passes only when a test says so.
package dev.forklift.kernel.time;
