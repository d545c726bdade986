package dev.forklift.engine.isa;
public final class Disassembler { Disassembler(InstructionSet s) {} }
