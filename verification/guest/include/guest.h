// Everything a guest program needs, in one include. A program is one C file that includes this one,
// is compiled without any libc, and defines `int guest_main(int argc, char **argv, char **envp)`.
//
// The layers, bottom up:
//   arch-CPU.h           start code, the trap, clone's register order, the signal frame: all that
//   differs by CPU numbers-generic.h    system call numbers (an architecture with its own table
//   brings its own file) linux.h              Linux's constants and structures, the same on every
//   CPU calls.h              one function a system call print.h              output process.h
//   waiting, shared memory, threads, signal handlers

#ifndef GUEST_H
#define GUEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__nios2__)
#include "arch-nios2.h"
#else
#error "no arch-CPU.h for this CPU"
#endif

#include "linux.h"

#include "calls.h"

#include "print.h"

#include "process.h"

#endif
