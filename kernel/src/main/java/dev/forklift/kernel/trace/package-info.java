/// What a running kernel shows of itself: events for Java Flight Recorder, and counts.
package dev.forklift.kernel.trace;
