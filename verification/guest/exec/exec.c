// exec: what a program keeps of the one before it, what it loses, and the errors.

#include "guest.h"

static char *no_environment[] = {0};

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {}

static long number(const char *text) {
  long value = 0;
  while (*text) value = value * 10 + *text++ - '0';
  return value;
}

static char *decimal(char *end, long value) {
  *--end = 0;
  do *--end = (char)('0' + value % 10);
  while (value /= 10);
  return end;
}

static const char *action_name(int signal) {
  struct sigaction action;
  sys_rt_sigaction(signal, 0, &action);
  return action.handler == SIG_DFL ? "default" : action.handler == SIG_IGN ? "ignored" : "handled";
}

// The second program: argv is name, "kept", pid, parent, descriptor, close-on-exec descriptor.
static int second(int argc, char **argv, char **envp) {
  say("argc %d, environment %s\n", argc, envp[0] ? envp[0] : "empty");
  say("pid kept: %s, parent kept: %s\n", yes_no(sys_getpid() == number(argv[2])),
      yes_no(sys_getppid() == number(argv[3])));
  say("descriptor open: %s, close-on-exec one: %e\n",
      yes_no(sys_fcntl((int)number(argv[4]), F_GETFD, 0) == 0),
      sys_fcntl((int)number(argv[5]), F_GETFD, 0));
  say("SIGUSR1 was handled: %s; SIGUSR2 was ignored: %s; SIGTERM: %s\n", action_name(SIGUSR1),
      action_name(SIGUSR2), action_name(SIGTERM));
  uint32_t mask[2], pending[2];
  sys_rt_sigprocmask(SIG_BLOCK, 0, mask);
  sys_rt_sigpending(pending);
  say("mask %08x, pending %08x\n", mask[0], pending[0]);
  struct sigaltstack stack;
  sys_sigaltstack(0, &stack);
  say("alternate stack: flags %d\n", stack.flags);
  char directory[64], name[16] = {0};
  sys_getcwd(directory, sizeof directory);
  sys_prctl(PR_GET_NAME, (unsigned long)name);
  say("directory %s, name %s, umask %04x\n", directory, name, (unsigned)syscall1(NR_umask, 0));
  return 41;
}

static long first(void *unused) {
  char numbers[4][12];
  int kept = (int)sys_dup(1), lost = (int)sys_fcntl(1, 1030, 20);  // F_DUPFD_CLOEXEC
  handle(SIGUSR1, on_signal, SA_SIGINFO);
  handle(SIGUSR2, SIG_IGN, 0);
  uint32_t mask[2] = {mask_bit(SIGHUP) | mask_bit(SIGTERM), 0};
  sys_rt_sigprocmask(SIG_BLOCK, mask, 0);
  sys_kill(sys_getpid(), SIGHUP);
  struct sigaltstack stack = {new_memory(16384, MAP_PRIVATE), 0, 16384};
  need(sys_sigaltstack(&stack, 0), "sigaltstack");
  sys_chdir("/proc");
  sys_prctl(PR_SET_NAME, (unsigned long)"first life");
  syscall1(NR_umask, 0x3f);
  char *argv[] = {"exec",
                  "kept",
                  decimal(numbers[0] + 12, sys_getpid()),
                  decimal(numbers[1] + 12, sys_getppid()),
                  decimal(numbers[2] + 12, kept),
                  decimal(numbers[3] + 12, lost),
                  0};
  char *environment[] = {"GREETING=hello", 0};
  return need(sys_execve("/proc/self/exe", argv, environment), "execve");
}

static long without_argv(void *unused) {
  return need(sys_execve("/proc/self/exe", 0, 0), "execve");
}

static long stale_memory(void *address) {
  char *argv[] = {"exec", "touch", 0};
  (void)address;
  return need(sys_execve("/proc/self/exe", argv, no_environment), "execve");
}

static void fails(const char *what, const char *path, char *const *argv) {
  say("%s: %e\n", what, sys_execve(path, argv, no_environment));
}

static void fails_with(const char *what, const void *bytes, unsigned long size, int mode) {
  char *argv[] = {"x", 0};
  static const char path[] = "/tmp/forklift-exec-test";
  int file = (int)need(sys_open(path, O_WRONLY | O_CREAT | O_TRUNC, mode), "open");
  sys_write(file, bytes, size);
  if (text_equal(what, "a file open for writing")) {
    fails(what, path, argv);
    sys_close(file);
  } else {
    sys_close(file);
    fails(what, path, argv);
  }
  syscall3(NR_unlinkat, AT_FDCWD, ARG(path), 0);
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1 && text_equal(argv[1], "kept")) return second(argc, argv, envp);
  if (argc > 1 && text_equal(argv[1], "touch")) return *(volatile int *)0x50000000;
  if (argc == 1 && argv[0][0] == 0) {
    say("argv null becomes one empty string: argc %d, environment %s\n", argc,
        envp[0] ? envp[0] : "empty");
    return 42;
  }
  int status = run_in_child(first, 0);
  say("it %w\n", status);
  status = run_in_child(without_argv, 0);
  say("it %w\n", status);
  void *fixed = (void *)0x50000000;
  need(sys_mmap(fixed, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), "mmap");
  status = run_in_child(stale_memory, fixed);
  say("a mapping of the first program is gone: %w\n", status);

  say("-- errors\n");
  char *args[] = {"x", 0};
  fails("no such file", "/no/such/file", args);
  fails("no such file in a folder", "/proc/no-such-file", args);
  fails("a folder", "/tmp", args);
  fails("a path through a file", "/proc/self/exe/x", args);
  fails("an empty path", "", args);
  fails("a bad path", (char *)4, args);
  fails("a bad argv", "/proc/self/exe", (char **)4);
  char *bad_string[] = {"x", (char *)4, 0};
  fails("a bad string in argv", "/proc/self/exe", bad_string);
  fails("a device", "/dev/null", args);
  fails_with("an empty file", "", 0, 0755);
  fails_with("text", "hello\n", 6, 0755);
  fails_with("a file nobody may execute", "\177ELF", 4, 0644);
  fails_with("an ELF file cut off", "\177ELF\1\1\1", 7, 0755);
  fails_with("a script without an interpreter", "#!\n", 3, 0755);
  fails_with("a script whose interpreter does not exist", "#!/no/such/interpreter\n", 23, 0755);
  fails_with("a file open for writing", "#!/proc/self/exe\n", 17, 0755);
  unsigned long huge = 200000;
  char *large = new_memory(huge, MAP_PRIVATE);
  memset(large, 'x', huge - 1);
  char *large_argv[] = {"x", large, 0};
  fails("a string of 200000 bytes", "/proc/self/exe", large_argv);
  say("still here\n");
  return 0;
}
