/// Tests of sleeping and of clocks, and a clock that tests turn by hand.
package dev.forklift.kernel.wait;
