package dev.forklift.junit;

/// What came of a [GuestProgram].
///
/// @param out what it wrote to standard output, one char a byte
/// @param err what it wrote to standard error
/// @param exitCode its exit code, or 128 and the signal that killed it
public record ProgramRun(String out, String err, int exitCode) {}
