/// The host's standard streams as files of the guest, where they are not a terminal.
///
/// Threads of the host move the bytes, since reading and writing may block there for ever and must
/// not do so under the kernel lock.
package dev.forklift.kernel.fs.stdio;
