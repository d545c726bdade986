/// Loading programs, as execve(2) does.
///
/// [Loader][dev.forklift.kernel.loader.Loader] opens a file, follows `#!` lines, checks the ELF
/// headers and builds a fresh [Mm][dev.forklift.kernel.mm.Mm] with the program, its interpreter and
/// its first stack. The caller's own memory is not touched: it gives that up when it has the
/// result.
///
/// What files hold is not trusted. Whatever they say ends in an errno, in a program, or, where
/// Linux notices only after it has thrown the old program away, in one that dies at once.
package dev.forklift.kernel.loader;
