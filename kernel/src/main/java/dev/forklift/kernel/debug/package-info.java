/// What a person sees of a program that has crashed: names for addresses, backtraces, the crash
/// report and core files; and the code of programs that are only looked at.
///
/// All of it reads ELF files and stacks that a guest made. Nothing in there is believed: what
/// contradicts itself is left out, and nothing of it throws.
package dev.forklift.kernel.debug;
