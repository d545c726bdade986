// Instructions for the supervisor alone, tried in user mode; and the cache and fence instructions,
// of which user mode has some. Left out: initi and initd, which the reference machine does not
// refuse, and break, which belongs to a debugger.

#include "nios2-probe.h"

// clang-format off
#define PROBES(P) \
  P(eret, "eret")                                    \
  P(bret, "bret")                                    \
  P(wrctl_status, "wrctl status, zero")              \
  P(wrctl_estatus, "wrctl estatus, zero")            \
  P(wrctl_ienable, "wrctl ienable, zero")            \
  P(wrctl_config, "wrctl ctl13, zero")               \
  P(rdctl_status, "rdctl r2, status")                \
  P(rdctl_estatus, "rdctl r2, estatus")              \
  P(rdctl_bstatus, "rdctl r2, bstatus")              \
  P(rdctl_ienable, "rdctl r2, ienable")              \
  P(rdctl_ipending, "rdctl r2, ipending")            \
  P(rdctl_cpuid, "rdctl r2, cpuid")                  \
  P(rdctl_exception, "rdctl r2, exception")          \
  P(rdctl_badaddr, "rdctl r2, badaddr")              \
  P(rdprs, "rdprs r2, r4, 0")                        \
  P(wrprs, "wrprs r2, r4")                           \
  P(initda, "initda 0(r4)\n mov r2, zero")           \
  P(flushi, "flushi r4\n mov r2, zero")              \
  P(flushd, "flushd 0(r4)\n mov r2, zero")           \
  P(flushda, "flushda 0(r4)\n mov r2, zero")         \
  P(flushp, "flushp\n mov r2, zero")                 \
  P(sync, "sync\n mov r2, zero")                     \
  P(flushi_nowhere, "flushi zero\n mov r2, zero")    \
  P(flushd_nowhere, "flushd 0(zero)\n mov r2, zero")
// clang-format on

PROBES(PROBE)

static const struct named_probe probes[] = {PROBES(NAMED_PROBE)};

int guest_main(int argc, char **argv, char **envp) {
  probe_signals();
  for (unsigned i = 0; i < sizeof probes / sizeof *probes; i++)
    run_probe(probes[i].name, probes[i].probe, probe_data, 0, 0);
  say("the process goes on\n");
  return 0;
}
