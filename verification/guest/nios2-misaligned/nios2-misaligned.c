// Loads and stores at addresses that are not multiples of their size. Linux mends ldw, ldh, ldhu,
// stw and sth; the io forms it steps over without doing anything.

#include "nios2-probe.h"

// clang-format off
#define PROBES(P) \
  P(ldw, "ldw r2, 1(r4)") \
  P(ldw_2, "ldw r2, 2(r4)") \
  P(ldw_3, "ldw r2, 3(r4)") \
  P(ldh, "ldh r2, 1(r4)") \
  P(ldh_negative, "ldh r2, 7(r4)") \
  P(ldhu, "ldhu r2, 7(r4)") \
  P(ldw_to_base, "ldw r4, 1(r4)\n mov r2, r4") \
  P(ldw_to_zero, "ldw zero, 1(r4)\n mov r2, zero") \
  P(stw, "stw r5, 1(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(stw_2, "stw r5, 2(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(stw_zero, "stw zero, 1(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(sth, "sth r5, 1(r4)\n ldw r2, 0(r4)") \
  P(sth_3, "sth r5, 3(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(all_registers, "mov r9, r16\n mov r10, r23\n ldw r16, 1(r4)\n ldw r23, 2(r4)\n" \
    " sub r2, r16, r23\n mov r16, r9\n mov r23, r10") \
  P(ldwio, "movi r2, 99\n ldwio r2, 1(r4)") \
  P(untouched, "ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(stwio, "stwio r5, 1(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(ldhio, "movi r2, 99\n ldhio r2, 1(r4)") \
  P(sthio, "sthio r5, 1(r4)\n ldw r2, 0(r4)\n ldw r3, 4(r4)\n xor r2, r2, r3") \
  P(ldw_unmapped, "ldw r2, 1(zero)") \
  P(stw_text, "nextpc r2\n stw r2, 1(r2)")
// clang-format on

PROBES(PROBE)

static const struct named_probe probes[] = {PROBES(NAMED_PROBE)};

static void reset_data(void) {
  for (unsigned i = 0; i < sizeof probe_data; i++)
    probe_data[i] = (unsigned char)(0x11 * (i + 1) + i);
}

int guest_main(int argc, char **argv, char **envp) {
  probe_signals();
  for (unsigned i = 0; i < sizeof probes / sizeof *probes; i++) {
    reset_data();
    run_probe(probes[i].name, probes[i].probe, probe_data, 0x1a2b3c4d, 0);
  }
  say("the process goes on\n");
  return 0;
}
