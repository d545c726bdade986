// Every trap number in user mode: 0 is a system call, 1 and 2 are SIGUSR1 and SIGUSR2, 31 is a breakpoint, the rest are
// illegal. 30 belongs to the kernel's debugger and is left out: a kernel without one does not survive it.

#include "nios2-probe.h"

#define TRAP(n) PROBE(trap_##n, "trap " #n)

TRAP(1); TRAP(2); TRAP(3); TRAP(4); TRAP(5); TRAP(6); TRAP(7); TRAP(8); TRAP(9); TRAP(10); TRAP(11);
TRAP(12); TRAP(13); TRAP(14); TRAP(15); TRAP(16); TRAP(17); TRAP(18); TRAP(19); TRAP(20); TRAP(21);
TRAP(22); TRAP(23); TRAP(24); TRAP(25); TRAP(26); TRAP(27); TRAP(28); TRAP(29); TRAP(31);
PROBE(getpid, "movi r2, 172\n trap 0\n mov r2, r7");
PROBE(no_such_call, "movi r2, 2000\n trap 0\n mov r2, r7");
PROBE(no_such_call_error, "movi r2, 2000\n trap 0");
PROBE(negative_call, "movi r2, -1\n movi r7, 9\n trap 0");
PROBE(negative_call_r7, "movi r2, -1\n movi r7, 9\n trap 0\n mov r2, r7");

int guest_main(int argc, char **argv, char **envp) {
  static const probe traps[] = {
      probe_trap_1,  probe_trap_2,  probe_trap_3,  probe_trap_4,  probe_trap_5,  probe_trap_6,  probe_trap_7,  probe_trap_8,
      probe_trap_9,  probe_trap_10, probe_trap_11, probe_trap_12, probe_trap_13, probe_trap_14, probe_trap_15, probe_trap_16,
      probe_trap_17, probe_trap_18, probe_trap_19, probe_trap_20, probe_trap_21, probe_trap_22, probe_trap_23, probe_trap_24,
      probe_trap_25, probe_trap_26, probe_trap_27, probe_trap_28, probe_trap_29, 0,             probe_trap_31,
  };
  probe_signals();
  for (int n = 1; n <= 31; n++) {
    if (!traps[n - 1]) continue;
    char name[] = "trap 00";
    name[5] = (char)('0' + n / 10);
    name[6] = (char)('0' + n % 10);
    run_probe(name, traps[n - 1], 0, 0, 0);
  }
  run_probe("trap 0, getpid, r7", probe_getpid, 0, 0, 0);
  run_probe("trap 0, number 2000, r7", probe_no_such_call, 0, 0, 0);
  run_probe("trap 0, number 2000, r2", probe_no_such_call_error, 0, 0, 0);
  run_probe("trap 0, number -1, r2", probe_negative_call, 0, 0, 0);
  run_probe("trap 0, number -1, r7", probe_negative_call_r7, 0, 0, 0);
  return 0;
}
