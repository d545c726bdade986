package dev.forklift.engine.isa;

/// All instructions of a CPU: their patterns and their meanings.
public interface InstructionSet {}
