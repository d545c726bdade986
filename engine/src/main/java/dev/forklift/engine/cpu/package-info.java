/// A running CPU: its registers, the lifting of guest code into blocks, and the evaluator that runs
/// them.
package dev.forklift.engine.cpu;
