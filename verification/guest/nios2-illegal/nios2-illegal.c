// Encodings that no instruction has: each is SIGILL at its own address.

#include "nios2-probe.h"

// OP fields that Nios II leaves unused, and OPX fields under OP 0x3a.
#define WORD(name, word) PROBE(name, ".word " #word)

WORD(op_02, 0x00000002); WORD(op_09, 0x00000009); WORD(op_0a, 0x0000000a); WORD(op_11, 0x00000011); WORD(op_12, 0x00000012);
WORD(op_19, 0x00000019); WORD(op_1a, 0x0000001a); WORD(op_1d, 0x0000001d); WORD(op_1f, 0x0000001f); WORD(op_21, 0x00000021);
WORD(op_22, 0x00000022); WORD(op_29, 0x00000029); WORD(op_2a, 0x0000002a); WORD(op_31, 0x00000031); WORD(op_39, 0x00000039);
WORD(op_3d, 0x0000003d); WORD(op_3e, 0x0000003e); WORD(op_3f, 0x0000003f);

#define OPX(name, opx) PROBE(name, ".word 0x3a + (" #opx " << 11)")

OPX(opx_00, 0x00); OPX(opx_0a, 0x0a); OPX(opx_0f, 0x0f); OPX(opx_11, 0x11); OPX(opx_15, 0x15);
OPX(opx_19, 0x19); OPX(opx_21, 0x21); OPX(opx_22, 0x22); OPX(opx_23, 0x23); OPX(opx_2a, 0x2a); OPX(opx_2b, 0x2b);
OPX(opx_2c, 0x2c); OPX(opx_2f, 0x2f); OPX(opx_32, 0x32); OPX(opx_33, 0x33); OPX(opx_35, 0x35); OPX(opx_37, 0x37);
OPX(opx_3c, 0x3c); OPX(opx_3e, 0x3e); OPX(opx_3f, 0x3f);

int guest_main(int argc, char **argv, char **envp) {
  static const struct { const char *name; probe probe; } probes[] = {
#define ROW(name) {#name, probe_##name}
      ROW(op_02),  ROW(op_09),  ROW(op_0a),  ROW(op_11),  ROW(op_12),  ROW(op_19),  ROW(op_1a),  ROW(op_1d),  ROW(op_1f),
      ROW(op_21),  ROW(op_22),  ROW(op_29),  ROW(op_2a),  ROW(op_31),  ROW(op_39),  ROW(op_3d),  ROW(op_3e),  ROW(op_3f),
      ROW(opx_00), ROW(opx_0a), ROW(opx_0f), ROW(opx_11), ROW(opx_15), ROW(opx_19), ROW(opx_21),
      ROW(opx_22), ROW(opx_23), ROW(opx_2a), ROW(opx_2b), ROW(opx_2c), ROW(opx_2f), ROW(opx_32), ROW(opx_33), ROW(opx_35),
      ROW(opx_37), ROW(opx_3c), ROW(opx_3e), ROW(opx_3f),
  };
  probe_signals();
  for (unsigned i = 0; i < sizeof probes / sizeof *probes; i++) run_probe(probes[i].name, probes[i].probe, 0, 0, 0);
  say("the process goes on\n");
  return 0;
}
