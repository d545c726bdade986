// Process accounting: acct, and the records of processes that end.

#include "guest.h"

#include "user-namespace.h"

#include "sysv.h"

enum { NR_ACCT_acct = 89, NEW_PIDS = 0x20000000 };

static const char log_file[] = "/tmp/accounts";

static void tell(const char *what, long result) { say("%s: %s\n", what, outcome(result)); }

static long acct(const char *path) { return syscall1(NR_ACCT_acct, ARG(path)); }

struct record {
  unsigned char flag, version;
  unsigned short uid16, gid16, tty;
  unsigned began;
  unsigned short user, system, elapsed, memory, io, rw, minor, major, swaps, hertz;
  int status;
  char name[17];
  unsigned char elapsed_high;
  unsigned short elapsed_low;
  unsigned uid, gid;
};

static long position;

static void show(const char *what) {
  say("-- %s\n", what);
  int fd = (int)need(sys_open(log_file, O_RDONLY, 0), "open");
  struct record r;
  long skipped = 0;
  while (skipped < position) skipped += sys_read(fd, &r, sizeof r);
  long n;
  while ((n = sys_read(fd, &r, sizeof r)) == sizeof r) {
    position += n;
    struct { long seconds, nanos; } now;
    syscall2(NR_clock_gettime, 0, ARG(&now));
    // Which of a task's checks used a privilege (flag 2) is not told apart here.
    say("%s: flags %x, version %x, status %d, uid %u %u, gid %u %u, tty %d\n", r.name, r.flag & ~2u, r.version,
        r.status, r.uid16, r.uid, r.gid16, r.gid, r.tty);
    say("  hertz %d, has memory: %s, io %d %d, swaps %d, elapsed: %s, equal: %s, just now: %s\n", r.hertz,
        yes_no(r.memory > 0), r.io, r.rw, r.swaps, r.elapsed < 10 ? "a moment" : r.elapsed < 200 ? "more" : "long",
        yes_no(r.elapsed == (r.elapsed_high << 16 | r.elapsed_low)), yes_no(now.seconds - (long)r.began < 20));
  }
  if (n) say("%d bytes are left\n", (int)n);
  sys_close(fd);
}

static long exits(void *status) { return (long)status; }

static long dies(void *signal) {
  sys_kill(sys_getpid(), (int)(long)signal);
  return 0;
}

static long executes(void *unused) {
  char *argv[] = {"accounting", "again", 0}, *environment[] = {0};
  return sys_execve("/proc/self/exe", argv, environment);
}

static long lasts(void *unused) {
  sys_prctl(PR_SET_NAME, ARG("lasting"));
  sleep_ms(400);
  return 0;
}

static long as_user(void *unused) {
  become(70000);
  tell("acct by a user", acct(0));
  return 1;
}

static long thread(void *unused) {
  sleep_ms(20);
  return syscall1(NR_exit, 5);
}

static long leader_first(void *unused) {
  struct thread other;
  start_thread(&other, 0, thread, 0);
  return syscall1(NR_exit, 6);
}

static long inner(void *unused) {
  wait_for(fork_child(exits, (void *)4));
  tell("acct inside", acct("/tmp/inside"));
  wait_for(fork_child(exits, (void *)5));
  return 2;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) return 8;
  tell("off", acct(0));
  tell("a file that is not there", acct(log_file));
  tell("a bad path", acct((const char *)4));
  tell("a folder", acct("/tmp"));
  tell("a device", acct("/dev/null"));
  tell("a file of /proc", acct("/proc/self/comm"));
  sys_close((int)need(sys_open(log_file, O_WRONLY | O_CREAT, 0644), "open"));
  sys_close((int)need(sys_open("/tmp/inside", O_WRONLY | O_CREAT, 0644), "open"));
  tell("on", acct(log_file));
  show("nothing yet");
  run_in_child(exits, (void *)3);
  show("one has exited");
  run_in_child(dies, (void *)SIGKILL);
  run_in_child(dies, (void *)SIGTERM);
  run_in_child(dies, (void *)SIGSEGV);
  show("three were killed");
  run_in_child(executes, 0);
  show("one has executed a program");
  run_in_child(lasts, 0);
  show("one has lasted");
  run_in_child(as_user, 0);
  show("one was another user's");
  run_in_child(leader_first, 0);
  show("a thread was the last");
  long init = need(arch_clone(NEW_PIDS | SIGCHLD, 0, 0, 0, 0, inner, 0), "clone");
  wait_for(init);
  show("a pid namespace");
  tell("on once more", acct(log_file));
  run_in_child(exits, (void *)3);
  show("one more");
  tell("off", acct(0));
  run_in_child(exits, (void *)3);
  show("nothing any more");
  struct { unsigned words[32]; } status;
  syscall4(NR_NS_fstatat64, AT_FDCWD, ARG("/tmp/inside"), ARG(&status), 0);
  say("inside: %u bytes\n", status.words[12]);
  return 0;
}
