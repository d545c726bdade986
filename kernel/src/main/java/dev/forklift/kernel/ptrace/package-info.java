/// What a tracer asks of its tracee by ptrace(2): memory, registers, signals, and going on.
///
/// That tasks stop, and what is told of it, is a matter of
/// [Ptrace][dev.forklift.kernel.process.Ptrace].
package dev.forklift.kernel.ptrace;
