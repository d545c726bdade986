package dev.forklift.engine.isa;
public final class Assembler { Assembler(InstructionSet s) {} }
