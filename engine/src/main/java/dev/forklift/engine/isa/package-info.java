/// What a guest CPU is: its registers, and its instructions, each said once.
///
/// An [InstructionSet][dev.forklift.engine.isa.InstructionSet] is made of a `.decode` text (fields,
/// formats, one line an instruction) and one meaning for each line, bound by name; decoder,
/// disassembler and assembler come from the text, both back ends from the meaning.
package dev.forklift.engine.isa;
