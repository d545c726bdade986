/// The system calls: one explicit table of typed rows, and thin handlers by subject.
///
/// Imported by nobody but whoever puts a kernel together. A row is number, name, the kinds of its
/// arguments and the handler; tracing, the support page and the completeness test come from the
/// rows.
package dev.forklift.kernel.calls;
