/// What a running kernel shows of itself: events for Java Flight Recorder.
package dev.forklift.kernel.trace;
