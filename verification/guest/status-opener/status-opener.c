// /proc/PID/status calls users by their names in the user namespace of who has opened it, not of who reads.

#include "guest.h"

#include "user-namespace.h"

enum { NR_OPENER_pread64 = 67 };

static int opened_outside, opened_inside;

static void ids(const char *what, int fd) {
  static char text[4096];
  // From the beginning, whoever has read it before.
  long n = syscall6(NR_OPENER_pread64, fd, ARG(text), sizeof text - 1, 0, 0, 0);
  if (n < 0) {
    say("%s: %s\n", what, outcome(n));
    return;
  }
  text[n] = 0;
  for (char *at = text; *at; at++)
    if (!memcmp(at, "\nUid:", 5) || !memcmp(at, "\nGid:", 5)) {
      char *end = ++at;
      while (*end != '\n') end++;
      char kept = *end;
      *end = 0;
      say("%s: %s\n", what, at);
      *end = kept;
      at = end - 1;
    }
}

static long in_namespace(void *unused) {
  opened_inside = (int)need(sys_open("/proc/self/status", O_RDONLY, 0), "open");
  ids("read inside, opened inside", opened_inside);
  ids("read inside, opened outside", opened_outside);
  long child = sys_fork();
  if (child == 0) {
    need(syscall1(NR_unshare, CLONE_NEWUSER), "unshare");
    ids("read further inside, opened inside", opened_inside);
    int own = (int)need(sys_open("/proc/self/status", O_RDONLY, 0), "open");
    ids("read and opened further inside", own);
    sys_exit(0);
  }
  wait_for(child);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  opened_outside = (int)need(sys_open("/proc/self/status", O_RDONLY, 0), "open");
  ids("read and opened outside", opened_outside);
  inside(0, "7 0 1\n8 8 1", "9 0 1", in_namespace, 0);
  return 0;
}
