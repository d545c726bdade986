// Row 22: a signal that comes between the trap and the checks makes the call start again, unless an
// earlier row refuses it; no later row is looked at. The signal is sent by a tracer that has stopped
// the caller at the entry to the call; what the call answers at its exit is no errno a program sees.

#include "guest.h"

#include "clone-rows.h"
#include "ptrace.h"

#define ERESTARTNOINTR 513

static bool send_signal;

struct syscall_info {
  unsigned char operation, padding[3];
  uint32_t arch;
  uint64_t pc, sp;
  int64_t number_or_result;
  unsigned char is_error, rest[63];
};

enum { CALL_ENTRY = 1, CALL_EXIT = 2 };

// Goes on to the next stop at a system call; false if the prober ends before.
static bool step(long prober, struct syscall_info *info) {
  need(trace(PTRACE_SYSCALL, prober), "PTRACE_SYSCALL");
  if (!is_stopped(wait_for(prober))) return false;
  need(sys_ptrace(PTRACE_GET_SYSCALL_INFO, prober, sizeof *info, (unsigned long)info),
       "PTRACE_GET_SYSCALL_INFO");
  return true;
}

static bool is_clone(const struct syscall_info *info) {
  return info->operation == CALL_ENTRY &&
         (info->number_or_result == NR_clone || info->number_or_result == NR_clone3);
}

// Lets the prober make the call, and sends the signal at its entry.
static long signal_at_entry(long prober) {
  struct syscall_info info;
  if (!is_stopped(wait_for(prober))) return 0;
  need(sys_ptrace(PTRACE_SETOPTIONS, prober, 0, PTRACE_O_TRACESYSGOOD), "PTRACE_SETOPTIONS");
  do
    if (!step(prober, &info)) return 0;
  while (!is_clone(&info));
  if (send_signal) sys_kill(prober, SIGUSR1);
  if (!step(prober, &info)) return 0;
  // Nios II tells errors as positive numbers.
  long result = (long)info.number_or_result;
  report->result = info.is_error && result > 0 ? -result : result;
  report->done = info.operation == CALL_EXIT;
  sys_kill(prober, SIGKILL);
  wait_for(prober);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  prepare_rows();
  report->stops = true;
  report->guard = signal_at_entry;
  int from = row_of("15"), behind = row_of("23");
  for (int path = LEGACY; path <= CLONE3; path++) {
    const char *call = path == LEGACY ? "clone" : "clone3";
    for (int i = path == LEGACY ? from : 0; i < ROWS; i++) {
      if (!begin_trial(path, &rows[i], 0)) continue;
      send_signal = false;
      long alone = try_trial();
      send_signal = true;
      long signalled = try_trial();
      say("%s, row %s: %s; with a signal %s%s\n", call, rows[i].name, answer(alone),
          signalled == -ERESTARTNOINTR ? "ERESTARTNOINTR" : answer(signalled),
          signalled == (i < behind ? alone : -ERESTARTNOINTR) ? "" : ", and that is another order");
    }
  }
  finish_rows();
  return 0;
}
