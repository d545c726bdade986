// Executes files of which nobody knows what they are: run-all FOLDER COUNT executes FOLDER/0,
// FOLDER/1 and so on, each in a process of its own that may run for a moment, and counts how they
// end.

#include "guest.h"
#include "namespaces.h"

enum { PATIENCE_MS = 40 };

static char *number_into(char *at, int number) {
  char digits[12];
  int n = 0;
  do digits[n++] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  while (n) *at++ = digits[--n];
  *at = 0;
  return at;
}

static long execute(void *path) {
  char *argv[] = {path, "argument", 0};
  char *envp[] = {"NAME=value", 0};
  syscall2(NR_setpgid, 0, 0);
  long interval[4] = {0, 0, 0, PATIENCE_MS * 1000};
  syscall3(NR_setitimer, 0, ARG(interval), 0);
  for (int fd = 0; fd < 3; fd++) sys_close(fd);
  return sys_execve(path, argv, envp) == 0 ? 0 : 99;
}

// Some of the files set limits for the whole machine, and may be killed before they take them back.
static void lift_limits(void) {
  write_file("/proc/sys/kernel/pid_max", "32768");
  write_file("/proc/sys/kernel/threads-max", "1800");
}

int guest_main(int argc, char **argv, char **envp) {
  int refused = 0, ended = 0, killed = 0, count = 0;
  for (const char *digit = argc > 2 ? argv[2] : "0"; *digit; digit++)
    count = count * 10 + *digit - '0';
  for (int i = 0; i < count; i++) {
    static char path[200];
    char *at = path;
    for (const char *from = argv[1]; *from;) *at++ = *from++;
    *at++ = '/';
    number_into(at, i);
    lift_limits();
    long child = fork_child(execute, path);
    int status = 0;
    // The timer ends what goes on for too long, unless the program has switched it off.
    for (int waited = 0; sys_wait4(child, &status, WALL | WNOHANG) == 0; waited++) {
      sleep_ms(1);
      if (waited > 2 * PATIENCE_MS) sys_kill(child, SIGKILL);
    }
    sys_kill(-child, SIGKILL);
    if (status == 99 << 8)
      refused++;
    else if (status & 0x7f)
      killed++;
    else
      ended++;
  }
  say("%d refused, %d ended, %d killed\n", refused, ended, killed);
  return 0;
}
