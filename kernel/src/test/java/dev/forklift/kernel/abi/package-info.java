/// Tests of numbers and layouts.
package dev.forklift.kernel.abi;
