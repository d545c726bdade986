// How tracing ends: by the tracer's end, by the tracee's; who may wait for what then, and who is told
// by SIGCHLD. And who may trace whom by credentials.

#include "guest.h"

#include "ptrace.h"

enum { WUNTRACED = 2, WSTOPPED = 2, WNOTHREAD = 0x20000000 };

static volatile int *shared;
static volatile int told, told_code, told_status;

static long sleeps(void *unused) {
  shared[7] = 1;
  for (;;) sleep_ms(1000);
  return 0;
}

static void ask(const char *what, long request, long pid, unsigned long data) {
  say("%s: %e\n", what, sys_ptrace(request, pid, 0, data));
}

static void say_state(const char *what, long pid) {
  while (status_line(pid, "State")[0] == 'R') sleep_ms(5);
  say("%s: state %c, ", what, status_line(pid, "State")[0]);
  long tracer = decimal(status_line(pid, "TracerPid"));
  say("traced %s\n", tracer == 0 ? "no" : tracer == sys_getpid() ? "by me" : "by somebody");
}

static void look(const char *what, long pid, int options) {
  int status = -1;
  long got = sys_wait4(pid, &status, options | WNOHANG);
  if (got <= 0)
    say("%s: %e\n", what, got);
  else
    say_status(what, status);
}

// Tracers, each of which does something to the process of which it is given the id, then ends.

static long attach_and_end(void *pid) {
  ask("  tracer attaches", PTRACE_ATTACH, (long)pid, 0);
  see("  tracer", (long)pid);
  return 0;
}

static long attach_and_end_early(void *pid) {
  ask("  tracer attaches", PTRACE_ATTACH, (long)pid, 0);
  wait_for_state((long)pid, 't');
  return 0;
}

static long seize_and_end(void *pid) {
  ask("  tracer seizes", PTRACE_SEIZE, (long)pid, 0);
  return 0;
}

static long seize_kill_at_exit(void *pid) {
  ask("  tracer seizes", PTRACE_SEIZE, (long)pid, PTRACE_O_EXITKILL);
  return 0;
}

static long stop_at_signal_and_end(void *pid) {
  ask("  tracer seizes", PTRACE_SEIZE, (long)pid, 0);
  sys_kill((long)pid, SIGTERM);
  see("  tracer", (long)pid);
  return 0;
}

static long stop_at_unseen_signal_and_end(void *pid) {
  ask("  tracer seizes", PTRACE_SEIZE, (long)pid, 0);
  sys_kill((long)pid, SIGTERM);
  wait_for_state((long)pid, 't');
  return 0;
}

static long stopped_process_and_end(void *pid) {
  ask("  tracer seizes", PTRACE_SEIZE, (long)pid, 0);
  sys_kill((long)pid, SIGSTOP);
  see("  tracer", (long)pid);
  go("  tracer, with it", PTRACE_CONT, (long)pid, SIGSTOP);
  return 0;
}

static void tracer_ends(const char *what, long (*tracer)(void *)) {
  say("%s\n", what);
  long pid = fork_child(sleeps, 0);
  wait_for_state(pid, 'S');
  say("  tracer: %w\n", run_in_child(tracer, (void *)pid));
  sleep_ms(30);
  int status = 0;
  long got = sys_wait4(pid, &status, WNOHANG | WUNTRACED);
  if (got == 0)
    say_state("  it", pid);
  else
    say_status("  it", status);
  if (got == 0 || is_stopped(status)) {
    sys_kill(pid, SIGKILL);
    wait_for(pid);
  }
}

// A tracee ends before its tracer has waited, and the tracer ends.

static long ends_with(void *code) {
  wait_until(&shared[0], 1);
  return (long)code;
}

static long leave_zombie(void *pid) {
  ask("  tracer seizes", PTRACE_SEIZE, (long)pid, 0);
  set_and_wake(&shared[0], 1);
  wait_for_state((long)pid, 'Z');
  set_and_wake(&shared[1], 1);
  wait_until(&shared[2], 1);
  return 0;
}

static long take_zombie(void *pid) {
  leave_zombie(pid);
  look("  tracer, without WEXITED", (long)pid, 0);
  look("  tracer again", (long)pid, WALL);
  set_and_wake(&shared[3], 1);
  wait_until(&shared[4], 1);
  return 0;
}

static void on_child(int signal, struct siginfo *info, struct ucontext *context) {
  told++;
  told_code = info->code;
  told_status = info->sender.status;
}

static void zombies(void) {
  say("-- ends before its tracer has looked\n");
  for (int i = 0; i < 8; i++) shared[i] = 0;
  handle(SIGCHLD, on_child, SA_SIGINFO | SA_RESTART);
  long pid = fork_child(ends_with, (void *)9);
  long tracer = fork_child(leave_zombie, (void *)pid);
  wait_until(&shared[1], 1);
  told = 0;
  look("parent", pid, 0);
  struct siginfo info;
  memset(&info, 0, sizeof info);
  say("waitid: %e\n", sys_waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT));
  say("signal %d\n", info.signo);
  set_and_wake(&shared[2], 1);
  wait_for(tracer);
  see("parent", pid);
  say("told %d times by SIGCHLD or once for both\n", told > 0);

  say("-- the tracer takes it first\n");
  for (int i = 0; i < 8; i++) shared[i] = 0;
  pid = fork_child(ends_with, (void *)9);
  tracer = fork_child(take_zombie, (void *)pid);
  wait_until(&shared[1], 1);
  look("parent", pid, 0);
  told = 0;
  set_and_wake(&shared[2], 1);
  wait_until(&shared[3], 1);
  sleep_ms(10);
  say("parent was told: %d, code %d, status %d\n", told, told_code, told_status);
  look("parent", pid, 0);
  look("parent again", pid, 0);
  set_and_wake(&shared[4], 1);
  wait_for(tracer);
  handle(SIGCHLD, SIG_DFL, 0);
}

static long one_of_two_ends(void *unused) {
  static struct thread thread;
  start_thread(&thread, 0, ends_with, (void *)0);
  shared[5] = thread.tid;
  shared[6] = 1;
  sleeps(0);
  return 0;
}

static void threads(void) {
  say("-- a traced thread\n");
  for (int i = 0; i < 8; i++) shared[i] = 0;
  long pid = fork_child(one_of_two_ends, 0);
  while (!shared[6]) sleep_ms(5);
  long tid = shared[5];
  look("wait for it untraced", tid, WALL);
  ask("seize the thread", PTRACE_SEIZE, tid, PTRACE_O_TRACEEXIT);
  look("wait for it", tid, 0);
  look("wait for it, WCLONE", tid, (int)WCLONE);
  set_and_wake(&shared[0], 1);
  see("thread", tid);
  ask("on", PTRACE_CONT, tid, 0);
  wait_for_state(tid, 'Z');
  say("threads: %s\n", status_line(pid, "Threads"));
  look("wait for anybody", -1, WALL);
  look("again", tid, WALL);
  say("threads: %s\n", status_line(pid, "Threads"));

  say("-- the process waits for a traced thread\n");
  sys_kill(pid, SIGKILL);
  wait_for(pid);
  shared[0] = shared[6] = 0;
  pid = fork_child(one_of_two_ends, 0);
  while (!shared[6]) sleep_ms(5);
  tid = shared[5];
  ask("seize the thread", PTRACE_SEIZE, tid, 0);
  sys_kill(pid, SIGKILL);
  wait_for_state(pid, 'Z');
  wait_for_state(tid, 'Z');
  sleep_ms(10);
  look("process", pid, 0);
  look("thread", tid, WALL);
  look("process", pid, 0);
}

static long leader_ends(void *unused) {
  static struct thread thread;
  start_thread(&thread, 0, ends_with, (void *)0);
  shared[5] = thread.tid;
  shared[6] = 1;
  sys_exit_thread(3);
  return 0;
}

static void leader(void) {
  say("-- a traced leader ends before its thread\n");
  for (int i = 0; i < 8; i++) shared[i] = 0;
  long pid = fork_child(leader_ends, 0);
  while (!shared[6]) sleep_ms(5);
  wait_for_state(pid, 'Z');
  ask("seize the zombie", PTRACE_SEIZE, pid, 0);
  look("wait for it", pid, WALL);
  ask("seize the thread", PTRACE_SEIZE, shared[5], PTRACE_O_TRACEEXIT);
  set_and_wake(&shared[0], 1);
  long tid = shared[5];
  see("thread", tid);
  say("message: %w\n", (int)event_message(tid));
  go("thread", PTRACE_CONT, tid, 0);
  see("process", pid);
}

static long change_user(void *uid) {
  trace(PTRACE_TRACEME, 0);
  need(syscall3(NR_setresuid, (long)uid, (long)uid, (long)uid), "setresuid");
  shared[7] = 1;
  sleeps(0);
  return 0;
}

static long sleeps_as(void *uid) {
  need(syscall3(NR_setresuid, (long)uid, (long)uid, (long)uid), "setresuid");
  shared[7] = 1;
  sleeps(0);
  return 0;
}

static long sleeps_dumpable_as(void *uid) {
  need(syscall3(NR_setresuid, (long)uid, (long)uid, (long)uid), "setresuid");
  sys_prctl(4, 1);
  shared[7] = 1;
  sleeps(0);
  return 0;
}

static long try_to_attach_as_1000(void *pid) {
  need(syscall3(NR_setresuid, 1000, 1000, 1000), "setresuid");
  ask("  user 1000 attaches", PTRACE_ATTACH, (long)pid, 0);
  ask("  user 1000 seizes", PTRACE_SEIZE, (long)pid, 0);
  return 0;
}

static void attach_by_user(const char *what, long (*function)(void *), long uid) {
  say("%s\n", what);
  shared[7] = 0;
  long pid = fork_child(function, (void *)uid);
  while (!shared[7]) sleep_ms(5);
  run_in_child(try_to_attach_as_1000, (void *)pid);
  sys_kill(pid, SIGKILL);
  wait_for(pid);
}

static void users(void) {
  say("-- users\n");
  attach_by_user("root's", sleeps, 0);
  attach_by_user("its own, not dumpable", sleeps_as, 1000);
  attach_by_user("its own", sleeps_dumpable_as, 1000);
  attach_by_user("another one's", sleeps_dumpable_as, 1001);
  shared[7] = 0;
  long pid = fork_child(change_user, (void *)1000);
  while (!shared[7]) sleep_ms(5);
  sys_kill(pid, SIGUSR1);
  see("traced before it changed its user", pid);
  unsigned long word;
  say("peek at its variable: %e\n",
      sys_ptrace(PTRACE_PEEKDATA, pid, (unsigned long)&shared, (unsigned long)&word));
  go("killed", PTRACE_CONT, pid, SIGKILL);
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) return 0;
  shared = new_shared(4096);
  say("-- the tracer ends\n");
  tracer_ends("attached and stopped", attach_and_end);
  tracer_ends("attached and stopped unseen", attach_and_end_early);
  tracer_ends("seized", seize_and_end);
  tracer_ends("seized, to be killed", seize_kill_at_exit);
  tracer_ends("at a signal", stop_at_signal_and_end);
  tracer_ends("at a signal unseen", stop_at_unseen_signal_and_end);
  tracer_ends("in a stopped process", stopped_process_and_end);
  zombies();
  threads();
  leader();
  users();
  return 0;
}
