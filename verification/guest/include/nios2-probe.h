// Runs single Nios II instructions that may raise something, and says what came of each. A probe is
// an assembler function; where it faults, the handler prints the signal with all addresses relative
// to known places and returns to the probe's caller.

#ifndef NIOS2_PROBE_H
#define NIOS2_PROBE_H

#include "guest.h"

// A probe is called with r4 = the address of the data and two numbers, returns r2, and must not use
// the stack.
#define PROBE(name, code)                                \
  long probe_##name(void *data, long a, long b);         \
  __asm__("	.section .text.probe_" #name             \
          ", \"ax\", @progbits\n"                        \
          "	.type probe_" #name                      \
          ", @function\n"                                \
          "	.global probe_" #name                    \
          "\n"                                           \
          "probe_" #name                                 \
          ":\n"                                          \
          "	.set noat\n"                                 \
          "	" code                                   \
          "\n"                                           \
          "	ret\n"                                       \
          "	.set at\n"                                   \
          "	.size probe_" #name ", . - probe_" #name \
          "\n"                                           \
          "	.previous\n");

// A program lists its probes once, as PROBES(P) with one P(name, code) each, and says
//     PROBES(PROBE)
//     static const struct named_probe probes[] = {PROBES(NAMED_PROBE)};
#define NAMED_PROBE(name, code) {#name, probe_##name},

typedef long (*probe)(void *data, long a, long b);

struct named_probe {
  const char *name;
  probe probe;
};

static unsigned char probe_data[64] __attribute__((aligned(32)));
static probe running_probe;
static volatile int probe_faults;

// An address as an offset to the probe or its data, if it is near one of them.
static inline void say_address(unsigned long address) {
  unsigned long code = (unsigned long)running_probe, data = (unsigned long)probe_data;
  if (address - code + 16 < 80)
    say("probe%s%d", address < code ? "" : "+", (int)(address - code));
  else if (address - data < sizeof probe_data)
    say("data+%d", (int)(address - data));
  else
    say("%08lx", address);
}

static void probe_fault(int signal, struct siginfo *info, struct ucontext *context) {
  probe_faults++;
  say(" %S code %d", signal, info->code);
  if (info->code > 0) {
    say(" addr ");
    say_address((unsigned long)info->fault.addr);
  }
  say(" pc ");
  say_address(ucontext_pc(context));
  if (probe_faults > 8) sys_exit(123);
  // What reports the next instruction goes on there; what reports its own would fault again and
  // goes back to the caller.
  bool reports_next =
      signal == SIGUSR1 || signal == SIGUSR2 || (signal == SIGILL && info->code == ILL_ILLTRP);
  if (!reports_next) ucontext_set_pc(context, context->gregs[GREG_RA]);
}

static inline void probe_signals(void) {
  static const char signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGUSR1, SIGUSR2};
  for (unsigned i = 0; i < sizeof signals; i++) handle(signals[i], probe_fault, SA_SIGINFO);
}

// Calls a probe and prints one line: its name, the faults, or the result where it had none.
static void run_probe(const char *name, probe function, void *data, long a, long b) {
  running_probe = function;
  probe_faults = 0;
  say("%s:", name);
  long result = function(data, a, b);
  if (!probe_faults) say(" returns %lx", result);
  say("\n");
}

#endif
