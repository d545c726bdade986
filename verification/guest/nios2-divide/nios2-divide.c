// Division: by zero, and the one quotient that does not fit.

#include "nios2-probe.h"

PROBE(div_by_zero, "div r2, r5, zero");
PROBE(divu_by_zero, "divu r2, r5, zero");
PROBE(div, "div r2, r5, r6");
PROBE(divu, "divu r2, r5, r6");

int guest_main(int argc, char **argv, char **envp) {
  probe_signals();
  run_probe("div 7 by zero", probe_div_by_zero, 0, 7, 0);
  run_probe("div 0 by zero", probe_div_by_zero, 0, 0, 0);
  run_probe("divu 7 by zero", probe_divu_by_zero, 0, 7, 0);
  probe div = probe_div, divu = probe_divu;
  say("div -7 by 2 = %ld, 7 by -2 = %ld, -7 by -2 = %ld\n", div(0, -7, 2), div(0, 7, -2),
      div(0, -7, -2));
  say("divu -7 by 2 = %08lx, -1 by -1 = %ld\n", divu(0, -7, 2), divu(0, -1, -1));
  say("the process goes on\n");
  return 0;
}
