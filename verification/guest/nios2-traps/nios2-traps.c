// Every trap number in user mode: 0 is a system call, 1 and 2 are SIGUSR1 and SIGUSR2, 31 is a
// breakpoint, the rest are illegal. 30 belongs to the kernel's debugger and is left out: a kernel
// without one does not survive it.

#include "nios2-probe.h"

// clang-format off
#define PROBES(P) \
  P(trap_1, "trap 1")                                                    \
  P(trap_2, "trap 2")                                                    \
  P(trap_3, "trap 3")                                                    \
  P(trap_4, "trap 4")                                                    \
  P(trap_5, "trap 5")                                                    \
  P(trap_6, "trap 6")                                                    \
  P(trap_7, "trap 7")                                                    \
  P(trap_8, "trap 8")                                                    \
  P(trap_9, "trap 9")                                                    \
  P(trap_10, "trap 10")                                                  \
  P(trap_11, "trap 11")                                                  \
  P(trap_12, "trap 12")                                                  \
  P(trap_13, "trap 13")                                                  \
  P(trap_14, "trap 14")                                                  \
  P(trap_15, "trap 15")                                                  \
  P(trap_16, "trap 16")                                                  \
  P(trap_17, "trap 17")                                                  \
  P(trap_18, "trap 18")                                                  \
  P(trap_19, "trap 19")                                                  \
  P(trap_20, "trap 20")                                                  \
  P(trap_21, "trap 21")                                                  \
  P(trap_22, "trap 22")                                                  \
  P(trap_23, "trap 23")                                                  \
  P(trap_24, "trap 24")                                                  \
  P(trap_25, "trap 25")                                                  \
  P(trap_26, "trap 26")                                                  \
  P(trap_27, "trap 27")                                                  \
  P(trap_28, "trap 28")                                                  \
  P(trap_29, "trap 29")                                                  \
  P(trap_31, "trap 31")                                                  \
  P(getpid_r7, "movi r2, 172\n trap 0\n mov r2, r7")                     \
  P(number_2000_r7, "movi r2, 2000\n trap 0\n mov r2, r7")               \
  P(number_2000_r2, "movi r2, 2000\n trap 0")                            \
  P(number_minus_1_r2, "movi r2, -1\n movi r7, 9\n trap 0")              \
  P(number_minus_1_r7, "movi r2, -1\n movi r7, 9\n trap 0\n mov r2, r7")
// clang-format on

PROBES(PROBE)

static const struct named_probe probes[] = {PROBES(NAMED_PROBE)};

int guest_main(int argc, char **argv, char **envp) {
  probe_signals();
  for (unsigned i = 0; i < sizeof probes / sizeof *probes; i++)
    run_probe(probes[i].name, probes[i].probe, 0, 0, 0);
  say("the process goes on\n");
  return 0;
}
