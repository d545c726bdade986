// Instructions for the supervisor alone, tried in user mode; and the cache and fence instructions, of which user mode has some.
// Left out: initi and initd, which the reference machine does not refuse, and break, which belongs to a debugger.

#include "nios2-probe.h"

PROBE(eret, "eret");
PROBE(bret, "bret");
PROBE(wrctl_status, "wrctl status, zero");
PROBE(wrctl_estatus, "wrctl estatus, zero");
PROBE(wrctl_ienable, "wrctl ienable, zero");
PROBE(wrctl_config, "wrctl ctl13, zero");
PROBE(rdctl_status, "rdctl r2, status");
PROBE(rdctl_estatus, "rdctl r2, estatus");
PROBE(rdctl_bstatus, "rdctl r2, bstatus");
PROBE(rdctl_ienable, "rdctl r2, ienable");
PROBE(rdctl_ipending, "rdctl r2, ipending");
PROBE(rdctl_cpuid, "rdctl r2, cpuid");
PROBE(rdctl_exception, "rdctl r2, exception");
PROBE(rdctl_badaddr, "rdctl r2, badaddr");
PROBE(rdprs, "rdprs r2, r4, 0");
PROBE(wrprs, "wrprs r2, r4");
PROBE(initda, "initda 0(r4)\n mov r2, zero");
PROBE(flushi, "flushi r4\n mov r2, zero");
PROBE(flushd, "flushd 0(r4)\n mov r2, zero");
PROBE(flushda, "flushda 0(r4)\n mov r2, zero");
PROBE(flushp, "flushp\n mov r2, zero");
PROBE(sync, "sync\n mov r2, zero");
PROBE(flushi_nowhere, "flushi zero\n mov r2, zero");
PROBE(flushd_nowhere, "flushd 0(zero)\n mov r2, zero");

int guest_main(int argc, char **argv, char **envp) {
  static const struct { const char *name; probe probe; } probes[] = {
#define ROW(name) {#name, probe_##name}
      ROW(eret), ROW(bret), ROW(wrctl_status), ROW(wrctl_estatus), ROW(wrctl_ienable),
      ROW(wrctl_config), ROW(rdctl_status), ROW(rdctl_estatus), ROW(rdctl_bstatus), ROW(rdctl_ienable),
      ROW(rdctl_ipending), ROW(rdctl_cpuid), ROW(rdctl_exception), ROW(rdctl_badaddr), ROW(rdprs), ROW(wrprs),
      ROW(initda), ROW(flushi), ROW(flushd), ROW(flushda), ROW(flushp), ROW(sync),
      ROW(flushi_nowhere), ROW(flushd_nowhere),
  };
  probe_signals();
  for (unsigned i = 0; i < sizeof probes / sizeof *probes; i++) run_probe(probes[i].name, probes[i].probe, probe_data, 0, 0);
  say("the process goes on\n");
  return 0;
}
