// Encodings that no instruction has: each is SIGILL at its own address.

#include "nios2-probe.h"

// OP fields that Nios II leaves unused, and OPX fields under OP 0x3a.
// clang-format off
#define PROBES(P) \
  P(op_02, ".word 0x00000002")           \
  P(op_09, ".word 0x00000009")           \
  P(op_0a, ".word 0x0000000a")           \
  P(op_11, ".word 0x00000011")           \
  P(op_12, ".word 0x00000012")           \
  P(op_19, ".word 0x00000019")           \
  P(op_1a, ".word 0x0000001a")           \
  P(op_1d, ".word 0x0000001d")           \
  P(op_1f, ".word 0x0000001f")           \
  P(op_21, ".word 0x00000021")           \
  P(op_22, ".word 0x00000022")           \
  P(op_29, ".word 0x00000029")           \
  P(op_2a, ".word 0x0000002a")           \
  P(op_31, ".word 0x00000031")           \
  P(op_39, ".word 0x00000039")           \
  P(op_3d, ".word 0x0000003d")           \
  P(op_3e, ".word 0x0000003e")           \
  P(op_3f, ".word 0x0000003f")           \
  P(opx_00, ".word 0x3a + (0x00 << 11)") \
  P(opx_0a, ".word 0x3a + (0x0a << 11)") \
  P(opx_0f, ".word 0x3a + (0x0f << 11)") \
  P(opx_11, ".word 0x3a + (0x11 << 11)") \
  P(opx_15, ".word 0x3a + (0x15 << 11)") \
  P(opx_19, ".word 0x3a + (0x19 << 11)") \
  P(opx_21, ".word 0x3a + (0x21 << 11)") \
  P(opx_22, ".word 0x3a + (0x22 << 11)") \
  P(opx_23, ".word 0x3a + (0x23 << 11)") \
  P(opx_2a, ".word 0x3a + (0x2a << 11)") \
  P(opx_2b, ".word 0x3a + (0x2b << 11)") \
  P(opx_2c, ".word 0x3a + (0x2c << 11)") \
  P(opx_2f, ".word 0x3a + (0x2f << 11)") \
  P(opx_32, ".word 0x3a + (0x32 << 11)") \
  P(opx_33, ".word 0x3a + (0x33 << 11)") \
  P(opx_35, ".word 0x3a + (0x35 << 11)") \
  P(opx_37, ".word 0x3a + (0x37 << 11)") \
  P(opx_3c, ".word 0x3a + (0x3c << 11)") \
  P(opx_3e, ".word 0x3a + (0x3e << 11)") \
  P(opx_3f, ".word 0x3a + (0x3f << 11)")
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
