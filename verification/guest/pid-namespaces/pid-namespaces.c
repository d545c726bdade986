// Pid namespaces: what a process is called in each, what their inits can bear, and how they end.

#include "guest.h"

#include "namespaces.h"

enum { NR_namespaces_reboot = 142 };

struct shared {
  volatile int ready, go, seen, other;
};

static struct shared *shared;

static void reset(void) { memset(shared, 0, sizeof *shared); }

static long nothing(void *unused) { return 0; }

static long report_ids(void *what) {
  say("%s: pid %d, tid %d, parent %d, group %d, session %d\n", (char *)what, (int)sys_getpid(),
      (int)sys_gettid(), (int)sys_getppid(), (int)syscall1(NR_getpgid, 0),
      (int)syscall1(NR_getsid, 0));
  return 0;
}

static long first_of_all(void *outside) {
  report_ids("the first");
  run_in_child(report_ids, "its child");
  say("kill of a process outside: %e\n", sys_kill((long)outside, 0));
  say("its number 1 is itself: %e\n", sys_kill(1, 0));
  say("setsid: %e, then session %e\n", syscall0(NR_setsid), syscall1(NR_getsid, 0));
  say("getpgid of a process outside: %e\n", syscall1(NR_getpgid, (long)outside));
  return 7;
}

// Nested: the numbers in /proc, which shows the namespace it was mounted in.

static void show_numbers(const char *name) {
  const char *text = contents_of("/proc/self/status");
  for (const char *at = text; *at; at++) {
    if ((at == text || at[-1] == '\n') && !memcmp(at, name, text_length(name))) {
      struct line line = {.length = 0};
      int column = 0;
      for (; *at != '\n'; at++) {
        if (*at == '\t' && column++ == 0) continue;
        // The first one is the pid outside, which differs from run to run.
        if (column == 1 && *at >= '0' && *at <= '9') {
          if (at[-1] == '\t') line_text(&line, "outside");
        } else {
          line_char(&line, *at == '\t' ? ' ' : *at);
        }
      }
      line_char(&line, 0);
      say("%s\n", line.text);
    }
  }
}

static long innermost(void *unused) {
  show_numbers("NSpid:");
  show_numbers("NStgid:");
  return 0;
}

static long middle(void *unused) {
  say("second level: pid %d\n", (int)sys_getpid());
  run_in_child(nothing, 0);
  wait_for(need(clone_into(CLONE_NEWPID, innermost, 0), "clone"));
  return 0;
}

// Signals.

static volatile int got_signal, got_pid;

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  got_signal = signal;
  got_pid = info->sender.pid;
}

static long kill_init(void *signal) { return -sys_kill(1, (int)(long)signal); }

static long init_under_fire(void *unused) {
  static const int signals[] = {SIGTERM, SIGKILL, SIGSTOP, SIGHUP, SIGSEGV, SIGRTMIN};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
    int status = run_in_child(kill_init, (void *)(long)signals[i]);
    say("%S from a child to its init: the child %w\n", signals[i], status);
  }
  say("SIGKILL to itself: %e\n", sys_kill(1, SIGKILL));
  handle(SIGUSR1, on_signal, SA_SIGINFO);
  run_in_child(kill_init, (void *)SIGUSR1);
  say("with a handler: %S from pid %d\n", got_signal, got_pid);
  got_signal = 0, got_pid = -1;
  set_and_wake(&shared->ready, 1);
  while (!got_signal) sleep_ms(1);
  say("from outside: %S from pid %d\n", got_signal, got_pid);
  set_and_wake(&shared->ready, 2);
  sleep_for_ever();
}

static void fire_from_outside(void) {
  reset();
  long init = need(clone_into(CLONE_NEWPID, init_under_fire, 0), "clone");
  wait_until(&shared->ready, 1);
  say("SIGTERM from outside: %e\n", sys_kill(init, SIGTERM));
  sys_kill(init, SIGUSR1);
  wait_until(&shared->ready, 2);
  int status;
  sys_kill(init, SIGSTOP);
  need(sys_wait4(init, &status, 2), "wait for a stop");
  say("SIGSTOP from outside: status %x\n", status & 0xffff);
  sys_kill(init, SIGCONT);
  sys_kill(init, SIGKILL);
  say("SIGKILL from outside: %w\n", wait_for(init));
}

static long init_faults(void *unused) {
  *(volatile int *)16 = 1;
  return 0;
}

static long init_aborts(void *unused) {
  sys_kill(1, SIGABRT);
  return 3;
}

// The end.

static long linger(void *ends) {
  sys_close(((int *)ends)[0]);
  handle(SIGTERM, on_signal, SA_SIGINFO);
  sleep_for_ever();
}

static long short_lived_init(void *ends) {
  for (int i = 0; i < 3; i++) fork_child(linger, ends);
  need(clone_into(CLONE_NEWPID, linger, ends), "clone");
  return 5;
}

static void end_with_members(void) {
  int ends[2];
  need(sys_pipe(ends, 0), "pipe");
  long init = need(clone_into(CLONE_NEWPID, short_lived_init, ends), "clone");
  sys_close(ends[1]);
  char c;
  say("an init with members: %w", wait_for(init));
  say(", and all have gone: read says %e\n", sys_read(ends[0], &c, 1));
  sys_close(ends[0]);
}

static long orphan(void *unused) {
  while (sys_getppid() != 1) sleep_ms(1);
  shared->seen = (int)sys_getppid();
  set_and_wake(&shared->ready, 1);
  return 9;
}

static long leaves_an_orphan(void *unused) {
  fork_child(orphan, 0);
  return 0;
}

static long adopts(void *unused) {
  reset();
  wait_for(fork_child(leaves_an_orphan, 0));
  wait_until(&shared->ready, 1);
  int status = -1;
  long pid;
  do pid = sys_wait4(-1, &status, WALL);
  while (pid == -EINTR);
  say("an orphan's parent is %d, which waits for %e: %w\n", shared->seen, pid, status);
  return 0;
}


// Children that go elsewhere.

static long after_unshare(void *unused) {
  long own = sys_getpid();
  say("unshare: %e\n", sys_unshare(CLONE_NEWPID));
  say("again: %e\n", sys_unshare(CLONE_NEWPID));
  say("the caller keeps its number: %s\n", yes_no(sys_getpid() == own));
  say("a thread: %e\n", sys_clone(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, 0, 0, 0, 0));
  say("NEWPID: %e\n", clone_into(CLONE_NEWPID, nothing, 0));
  long child = need(clone_into(0, report_ids, "the first child"), "clone");
  wait_for(child);
  say("another child, after that has ended: %e\n", clone_into(0, nothing, 0));
  return 0;
}

static long first_fails(void *unused) {
  need(sys_unshare(CLONE_NEWPID), "unshare");
  say("a first child with a bad pidfd: %e\n", sys_clone(CLONE_PIDFD | SIGCHLD, 0, 0, 0, 0));
  say("the next one: %e\n", clone_into(0, nothing, 0));
  return 0;
}

static long first_fails_early(void *unused) {
  need(sys_unshare(CLONE_NEWPID), "unshare");
  int tid = 7;
  struct clone_args args = {
      .exit_signal = SIGCHLD, .set_tid = (unsigned long)&tid, .set_tid_size = 1};
  say("a first child numbered 7: %e\n", sys_clone3(&args, sizeof args));
  say("the next one: %w\n", wait_for(need(clone_into(0, report_ids, "first after all"), "clone")));
  return 0;
}

static long living_init(void *unused) {
  sleep_for_ever();
}

static long siblings(void *unused) {
  need(sys_unshare(CLONE_NEWPID), "unshare");
  long init = need(clone_into(0, living_init, 0), "clone");
  for (int i = 0; i < 2; i++)
    wait_for(need(clone_into(0, report_ids, "a sibling of the init"), "clone"));
  sys_kill(init, SIGKILL);
  say("the init: %w\n", wait_for(init));
  say("a sibling afterwards: %e\n", clone_into(0, nothing, 0));
  return 0;
}

static long sibling_of_init(void *unused) {
  say("CLONE_PARENT by an init: %e\n", sys_clone(CLONE_PARENT | SIGCHLD, 0, 0, 0, 0));
  return 0;
}

static long deeper(void *depth) {
  long at = (long)depth;
  long child = clone_into(CLONE_NEWPID, deeper, (void *)(at + 1));
  if (child < 0) {
    say("%d levels down: %s\n", (int)at, child == -28 ? "ENOSPC" : "another error");
    return 0;
  }
  return wait_for(child);
}

// Numbers by choice.

static long last_pid(void *unused) {
  say("ns_last_pid: %s", contents_of("/proc/sys/kernel/ns_last_pid"));
  say("set to 400: %e\n", write_file("/proc/sys/kernel/ns_last_pid", "400"));
  say("the next child: %e\n", (long)fork_child(nothing, 0));
  say("set to 32767: %e\n", write_file("/proc/sys/kernel/ns_last_pid", "32767"));
  say("the next child: %e\n", (long)fork_child(nothing, 0));
  say("set to -1: %e\n", write_file("/proc/sys/kernel/ns_last_pid", "-1"));
  say("set to a million: %e\n", write_file("/proc/sys/kernel/ns_last_pid", "1000000"));
  return 0;
}

static void try_tids(unsigned long flags, int count, int first, int second, int third) {
  int tids[3] = {first, second, third};
  struct clone_args args = {.flags = flags,
                            .exit_signal = SIGCHLD,
                            .set_tid = (unsigned long)tids,
                            .set_tid_size = (unsigned)count};
  long result = sys_clone3(&args, sizeof args);
  if (result == 0) sys_exit(sys_getpid() & 0x7f);
  say("%s %d of {%d, %d, %d}: ", flags ? "NEWPID" : "none", count, first, second, third);
  if (result < 0)
    say("%e\n", result);
  else
    say("a child that %w, which is %d to its parent\n", wait_for(result),
        count > (flags ? 1 : 0) ? (int)result : 0);
}

static long choosing(void *unused) {
  try_tids(0, 1, 50, 0, 0);
  try_tids(0, 1, 1, 0, 0);
  try_tids(0, 1, 0, 0, 0);
  try_tids(0, 1, -1, 0, 0);
  try_tids(0, 1, 32768, 0, 0);
  try_tids(0, 2, 50, 31000, 0);
  try_tids(0, 2, 1, 0, 0);
  try_tids(0, 2, 50, 1, 0);
  try_tids(0, 2, 50, 0, 0);
  try_tids(0, 3, 50, 0, 0);
  try_tids(CLONE_NEWPID, 1, 1, 0, 0);
  try_tids(CLONE_NEWPID, 1, 2, 0, 0);
  try_tids(CLONE_NEWPID, 2, 1, 60, 0);
  try_tids(CLONE_NEWPID, 3, 1, 61, 31001);
  try_tids(CLONE_NEWPID, 3, 1, 1, 31001);
  try_tids(CLONE_NEWPID, 3, 2, 1, 31001);
  return 0;
}

// reboot(2) of a member.

static long reboots(void *command) {
  fork_child(living_init, 0);
  say("reboot: %e\n",
      syscall4(NR_namespaces_reboot, 0xfee1dead, 672274793, (long)command, ARG("x")));
  sleep_for_ever();
}

static long reboots_from_member(void *command) {
  wait_for(fork_child(reboots, command));
  sleep_for_ever();
}

static long refuses_reboot(void *command) {
  say("reboot %s: %e\n", command ? "with a command unknown here" : "with Ctrl-Alt-Del off",
      syscall4(NR_namespaces_reboot, 0xfee1dead, 672274793, (long)command, 0));
  return 0;
}

static void reboot(const char *what, unsigned long command, long (*how)(void *)) {
  long init = need(clone_into(CLONE_NEWPID, how, (void *)command), "clone");
  say("%s: the init %w\n", what, wait_for(init));
}

static long with_wait_info(void *unused) {
  struct siginfo info;
  uint32_t set[2] = {mask_bit(SIGCHLD), 0};
  sys_rt_sigprocmask(SIG_BLOCK, set, 0);
  long child = need(clone_into(CLONE_NEWPID, nothing, 0), "clone");
  struct timespec limit = {20, 0};
  need(sys_rt_sigtimedwait(set, &info, &limit), "sigtimedwait");
  say("SIGCHLD of a nested child names it as the parent does: %s\n",
      yes_no(info.sender.pid == child));
  memset(&info, 0, sizeof info);
  sys_waitid(P_ALL, 0, &info, WEXITED);
  say("so does waitid: %s\n", yes_no(info.sender.pid == child));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  say("-- numbers\n");
  long child = need(clone_into(CLONE_NEWPID, first_of_all, (void *)sys_getpid()), "clone");
  say("its end: %w\n", wait_for(child));
  wait_for(need(clone_into(CLONE_NEWPID, middle, 0), "clone"));
  run_in_child(with_wait_info, 0);

  say("-- signals\n");
  fire_from_outside();
  say("a fault of an init: %w\n", wait_for(need(clone_into(CLONE_NEWPID, init_faults, 0), "")));
  say("SIGABRT of an init: %w\n", wait_for(need(clone_into(CLONE_NEWPID, init_aborts, 0), "")));

  say("-- the end\n");
  end_with_members();
  wait_for(need(clone_into(CLONE_NEWPID, adopts, 0), "clone"));
  run_in_child(after_unshare, 0);
  run_in_child(first_fails, 0);
  run_in_child(first_fails_early, 0);
  run_in_child(siblings, 0);
  wait_for(need(clone_into(CLONE_NEWPID, sibling_of_init, 0), "clone"));
  deeper(0);

  say("-- numbers by choice\n");
  wait_for(need(clone_into(CLONE_NEWPID, last_pid, 0), "clone"));
  wait_for(need(clone_into(CLONE_NEWPID, choosing, 0), "clone"));

  say("-- reboot\n");
  reboot("restart", 0x01234567, reboots);
  reboot("power off", 0x4321fedc, reboots_from_member);
  reboot("halt", 0xcdef0123, reboots_from_member);
  wait_for(need(clone_into(CLONE_NEWPID, refuses_reboot, 0), "clone"));
  wait_for(need(clone_into(CLONE_NEWPID, refuses_reboot, (void *)5), "clone"));
  return 0;
}
