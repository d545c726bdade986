// PTRACE_ATTACH and PTRACE_SEIZE: stops of a process before its tracer's eyes, PTRACE_INTERRUPT and
// PTRACE_LISTEN, and what of all that the parent sees that is not the tracer.

#include "guest.h"

#include "ptrace.h"

enum { WUNTRACED = 2, WSTOPPED = 2, WCONTINUED = 8 };

static volatile int *shared;
static volatile int handled;

static long sleeps(void *unused) {
  for (;;) sleep_ms(1000);
  return 0;
}

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) { handled++; }

// Sleeps in a call that SIGCONT's handler cuts short.
static long sleeps_with_handler(void *unused) {
  handle(SIGCONT, on_signal, 0);
  shared[0] = 1;
  struct timespec time = {5, 0};
  shared[1] = (int)sys_nanosleep(&time, &time);
  return 5;
}

static long spins(void *unused) {
  while (!shared[2]) arch_relax();
  return 4;
}

static void say_state(const char *what, long pid) {
  while (status_line(pid, "State")[0] == 'R') sleep_ms(5);
  say("%s: state %c, traced %s\n", what, status_line(pid, "State")[0],
      decimal(status_line(pid, "TracerPid")) == sys_getpid() ? "by me" : "no");
}

static void nothing_to_see(const char *what, long pid) {
  int status = -1;
  sleep_ms(30);
  long got = sys_wait4(pid, &status, WALL | WNOHANG);
  say("%s: %s\n", what, got == pid ? "something to wait for" : got == 0 ? "nothing to wait for" : errno_name(-got));
  if (got == pid) say_status("  it", status);
}

static void ask(const char *what, long request, long pid, unsigned long data) {
  say("%s: %e\n", what, sys_ptrace(request, pid, 0, data));
}

static void attach_and_stop(void) {
  say("-- attach: a stop of the process is one of the tracee\n");
  long pid = fork_child(sleeps, 0);
  wait_for_state(pid, 'S');
  ask("attach", PTRACE_ATTACH, pid, 0);
  see("attached", pid);
  go("sent on with SIGSTOP", PTRACE_CONT, pid, SIGSTOP);
  say_siginfo("it", pid);
  say_state("it", pid);
  ask("go on", PTRACE_CONT, pid, 0);
  wait_for_state(pid, 'S');
  say_state("although its process is stopped", pid);
  sys_kill(pid, SIGUSR1);
  see("SIGUSR1", pid);
  ask("go on without it", PTRACE_CONT, pid, 0);
  sys_kill(pid, SIGCONT);
  see("SIGCONT", pid);
  go("sent on with SIGSTOP", PTRACE_CONT, pid, SIGSTOP);
  say_siginfo("it", pid);
  sys_kill(pid, SIGCONT);
  nothing_to_see("SIGCONT does not end a tracee's stop", pid);
  go("go on", PTRACE_CONT, pid, 0);
  say_siginfo("it", pid);
  ask("go on", PTRACE_CONT, pid, 0);
  wait_for_state(pid, 'S');
  sys_kill(pid, SIGSTOP);
  see("SIGSTOP", pid);
  go("with it", PTRACE_CONT, pid, SIGSTOP);
  ask("detach without a signal", PTRACE_DETACH, pid, 0);
  wait_for_state(pid, 'T');
  say_state("its process is still stopped", pid);
  sys_kill(pid, SIGCONT);
  wait_for_state(pid, 'S');
  say_state("SIGCONT", pid);
  ask("attach", PTRACE_ATTACH, pid, 0);
  see("attached", pid);
  ask("detach", PTRACE_DETACH, pid, 0);
  wait_for_state(pid, 'S');
  say_state("detached", pid);
  sys_kill(pid, SIGSTOP);
  wait_for_state(pid, 'T');
  int status;
  sys_wait4(pid, &status, WUNTRACED);
  say_status("stopped, for its parent", status);
  ask("attach while it is stopped", PTRACE_ATTACH, pid, 0);
  see("attached", pid);
  say_siginfo("it", pid);
  go("go on", PTRACE_CONT, pid, 0);
  say_siginfo("it", pid);
  go("killed", PTRACE_CONT, pid, SIGKILL);
}

static void seize_and_stop(void) {
  say("-- seize\n");
  long pid = fork_child(sleeps, 0);
  wait_for_state(pid, 'S');
  ask("seize", PTRACE_SEIZE, pid, 0);
  nothing_to_see("seized", pid);
  say_state("seized", pid);
  ask("interrupt", PTRACE_INTERRUPT, pid, 0);
  see("interrupted", pid);
  say_siginfo("it", pid);
  say("message %ld\n", event_message(pid));
  ask("interrupt again", PTRACE_INTERRUPT, pid, 0);
  nothing_to_see("interrupted where it stands", pid);
  go("go on", PTRACE_CONT, pid, 0);
  ask("listen where its process is not stopped", PTRACE_LISTEN, pid, 0);
  nothing_to_see("listening", pid);
  say_state("listening", pid);
  ask("go on while listening", PTRACE_CONT, pid, 0);
  ask("interrupt while listening", PTRACE_INTERRUPT, pid, 0);
  see("interrupted", pid);
  ask("go on", PTRACE_CONT, pid, 0);
  sys_kill(pid, SIGSTOP);
  see("SIGSTOP", pid);
  ask("listen at a signal", PTRACE_LISTEN, pid, 0);
  go("with it", PTRACE_CONT, pid, SIGSTOP);
  say_siginfo("it", pid);
  ask("listen", PTRACE_LISTEN, pid, 0);
  nothing_to_see("listening", pid);
  say_state("listening", pid);
  ask("peek", PTRACE_GETEVENTMSG, pid, (unsigned long)&handled);
  sys_kill(pid, SIGUSR1);
  nothing_to_see("a signal", pid);
  sys_kill(pid, SIGCONT);
  see("SIGCONT", pid);
  say_siginfo("it", pid);
  go("go on", PTRACE_CONT, pid, 0);
  say_siginfo("it", pid);
  go("go on", PTRACE_CONT, pid, 0);
  say_siginfo("it", pid);
  ask("go on", PTRACE_CONT, pid, 0);
  nothing_to_see("it runs", pid);
  say("-- SIGCONT before the tracer listens\n");
  sys_kill(pid, SIGSTOP);
  see("SIGSTOP", pid);
  go("with it", PTRACE_CONT, pid, SIGSTOP);
  sys_kill(pid, SIGCONT);
  nothing_to_see("SIGCONT", pid);
  ask("listen", PTRACE_LISTEN, pid, 0);
  see("at once", pid);
  say_siginfo("it", pid);
  go("go on", PTRACE_CONT, pid, 0);
  ask("go on", PTRACE_CONT, pid, 0);
  say("-- seize what is stopped\n");
  ask("interrupt", PTRACE_INTERRUPT, pid, 0);
  see("interrupted", pid);
  ask("detach with SIGSTOP, which has no effect here", PTRACE_DETACH, pid, SIGSTOP);
  wait_for_state(pid, 'S');
  sys_kill(pid, SIGSTOP);
  wait_for_state(pid, 'T');
  ask("seize", PTRACE_SEIZE, pid, 0);
  see("seized", pid);
  say_siginfo("it", pid);
  ask("detach", PTRACE_DETACH, pid, 0);
  wait_for_state(pid, 'T');
  say_state("detached", pid);
  sys_kill(pid, SIGKILL);
  see("killed", pid);
}

static void interrupted_calls(void) {
  say("-- an interrupted call goes on\n");
  long pid = fork_child(sleeps_with_handler, 0);
  while (!shared[0]) sleep_ms(5);
  wait_for_state(pid, 'S');
  ask("seize", PTRACE_SEIZE, pid, PTRACE_O_TRACESYSGOOD);
  ask("interrupt", PTRACE_INTERRUPT, pid, 0);
  see("interrupted", pid);
  say("call %ld\n", (long)get_register(pid, TRACED_NUMBER));
  go("system calls", PTRACE_SYSCALL, pid, 0);
  say("call %ld\n", (long)get_register(pid, TRACED_NUMBER));
  need(trace(PTRACE_SYSCALL, pid), "PTRACE_SYSCALL");
  wait_for_state(pid, 'S');
  ask("interrupt", PTRACE_INTERRUPT, pid, 0);
  see("interrupted", pid);
  say("result %ld, error %ld\n", (long)get_register(pid, TRACED_RESULT),
      (long)get_register(pid, TRACED_FAILED));
  go("then", PTRACE_SYSCALL, pid, 0);
  say("call %ld\n", (long)get_register(pid, TRACED_NUMBER));
  need(trace(PTRACE_CONT, pid), "PTRACE_CONT");
  nothing_to_see("later", pid);
  sys_kill(pid, SIGCONT);
  see("SIGCONT", pid);
  go("on", PTRACE_CONT, pid, 0);
  go("with it", PTRACE_CONT, pid, SIGCONT);
  say("the call gave %d\n", shared[1]);

  shared[2] = 0;
  pid = fork_child(spins, 0);
  ask("seize one that computes", PTRACE_SEIZE, pid, 0);
  ask("interrupt", PTRACE_INTERRUPT, pid, 0);
  see("interrupted", pid);
  shared[2] = 1;
  go("go on", PTRACE_CONT, pid, 0);
}

static long two_threads(void *unused) {
  static struct thread thread;
  start_thread(&thread, 0, sleeps, 0);
  shared[4] = thread.tid;
  shared[3] = 1;
  sleeps(0);
  return 0;
}

static void threads(void) {
  say("-- two threads\n");
  long pid = fork_child(two_threads, 0);
  while (!shared[3]) sleep_ms(5);
  long tid = shared[4];
  wait_for_state(pid, 'S');
  wait_for_state(tid, 'S');
  ask("seize the leader", PTRACE_SEIZE, pid, 0);
  ask("seize the thread", PTRACE_SEIZE, tid, 0);
  sys_kill(pid, SIGSTOP);
  see("leader", pid);
  nothing_to_see("thread", tid);
  go("leader, with it", PTRACE_CONT, pid, SIGSTOP);
  see("thread", tid);
  say_siginfo("thread", tid);
  ask("listen to the leader", PTRACE_LISTEN, pid, 0);
  ask("listen to the thread", PTRACE_LISTEN, tid, 0);
  sys_kill(pid, SIGCONT);
  see("SIGCONT, leader", pid);
  see("SIGCONT, thread", tid);
  go("the thread goes on first and takes it", PTRACE_CONT, tid, 0);
  ask("go on, thread", PTRACE_CONT, tid, SIGCONT);
  ask("go on, leader", PTRACE_CONT, pid, 0);
  nothing_to_see("leader", pid);
  say("-- one of two\n");
  ask("interrupt the thread", PTRACE_INTERRUPT, tid, 0);
  see("thread", tid);
  ask("detach it", PTRACE_DETACH, tid, 0);
  wait_for_state(tid, 'S');
  sys_kill(pid, SIGSTOP);
  see("leader", pid);
  go("leader, with it", PTRACE_CONT, pid, SIGSTOP);
  wait_for_state(tid, 'T');
  say_state("thread", tid);
  sys_kill(pid, SIGKILL);
  see("leader", pid);
}

static long tracer_of(void *pid) {
  need(sys_ptrace(PTRACE_SEIZE, (long)pid, 0, 0), "PTRACE_SEIZE");
  shared[5] = 1;
  int status = wait_for((long)pid);
  say_status("  tracer", status);
  go("  tracer, with it", PTRACE_CONT, (long)pid, SIGSTOP);
  shared[5] = 2;
  while (shared[5] == 2) sleep_ms(5);
  trace(PTRACE_LISTEN, (long)pid);
  see("  tracer", (long)pid);
  go("  tracer", PTRACE_CONT, (long)pid, 0);
  trace(PTRACE_CONT, (long)pid);
  see("  tracer", (long)pid);
  shared[5] = 4;
  return 0;
}

static void say_waitid(const char *what, long pid, int options) {
  struct siginfo info;
  memset(&info, 0, sizeof info);
  long result = sys_waitid(P_PID, pid, &info, options | WNOHANG);
  if (result < 0 || info.signo == 0)
    say("%s: %e\n", what, result);
  else
    say("%s: %S, code %d, status %d\n", what, info.signo, info.code, info.sender.status);
}

static void parent_and_tracer(void) {
  say("-- a parent that is not the tracer\n");
  long pid = fork_child(sleeps, 0);
  long tracer = fork_child(tracer_of, (void *)pid);
  while (shared[5] != 1) sleep_ms(5);
  sys_kill(pid, SIGSTOP);
  while (shared[5] != 2) sleep_ms(5);
  say_waitid("parent", pid, WSTOPPED | WCONTINUED);
  say_waitid("again", pid, WSTOPPED | WCONTINUED);
  shared[5] = 3;
  sleep_ms(20);
  sys_kill(pid, SIGCONT);
  sleep_ms(50);
  say_waitid("parent", pid, WSTOPPED | WCONTINUED);
  sys_kill(pid, SIGKILL);
  sys_wait4(tracer, 0, 0);
  say_waitid("parent", pid, WEXITED);
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  attach_and_stop();
  seize_and_stop();
  interrupted_calls();
  threads();
  parent_and_tracer();
  return 0;
}
