package dev.forklift.kernel.loader;

/// A program that has been mapped, without its stack.
///
/// @param entry where to start: in the interpreter if there is one
/// @param ownEntry the program's own entry (AT_ENTRY)
/// @param base where the interpreter lies (AT_BASE), 0 without one
/// @param headers where the program headers lie (AT_PHDR)
/// @param headerCount how many there are
record ElfImage(
    long entry,
    long ownEntry,
    long base,
    long headers,
    int headerCount,
    long startCode,
    long endCode,
    long startData,
    long endData,
    long end) {}
