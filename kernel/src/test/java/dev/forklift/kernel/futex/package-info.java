/// Tests of futexes, on real guest memory and real threads.
package dev.forklift.kernel.futex;
