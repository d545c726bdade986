// Process groups and sessions: who may move whom, and which error comes first.

#include "guest.h"

static volatile int *go;
static char *self_path;

static long setpgid(long pid, long group) { return syscall2(NR_setpgid, pid, group); }
static long getpgid(long pid) { return syscall1(NR_getpgid, pid); }
static long getsid(long pid) { return syscall1(NR_getsid, pid); }
static long setsid(void) { return syscall0(NR_setsid); }

static const char *who(long id, long child) {
  return id < 0                ? "an error"
         : id == sys_getpid()  ? "me"
         : id == sys_getppid() ? "my parent"
         : id == child         ? "the child"
                               : "another";
}

static long waiting(void *unused) {
  wait_until(go, 1);
  return 0;
}

static long fresh(long (*function)(void *)) {
  *go = 0;
  return fork_child(function, 0);
}

static void finish(long pid) {
  set_and_wake(go, 1);
  wait_for(pid);
}

static long leads_a_session(void *unused) {
  setsid();
  go[1] = 1;
  set_and_wake(go + 1, 1);
  return waiting(0);
}

static long executes(void *unused) {
  char *argv[] = {self_path, "sleep", 0};
  char *envp[] = {0};
  sys_execve(self_path, argv, envp);
  return 99;
}

static long in_a_session(void *unused) {
  say("setsid: %s", setsid() == sys_getpid() ? "me" : "no");
  say(", again: %e\n", setsid());
  say("session %s", who(getsid(0), 0));
  say(", group %s\n", who(getpgid(0), 0));
  say("a session leader: setpgid(0, 0): %e\n", setpgid(0, 0));

  long child = fresh(waiting);
  say("child: session %s", who(getsid(child), child));
  say(", group %s\n", who(getpgid(child), child));
  say("into its own: %e", setpgid(child, child));
  say(", group %s\n", who(getpgid(child), child));
  say("once more: %e", setpgid(child, child));
  say(", with 0: %e\n", setpgid(child, 0));
  long second = fork_child(waiting, 0);
  say("a second into the first's: %e", setpgid(second, child));
  say(", it is %s\n", who(getpgid(second), child));
  say("back into mine: %e", setpgid(second, sys_getpid()));
  say(", it is %s\n", who(getpgid(second), child));
  say("into one that is none: %e", setpgid(child, 32000));
  say(", into a process that leads none: %e\n", setpgid(child, second));
  set_and_wake(go, 1);
  wait_for(child);
  say("a gone one: getpgid %e", getpgid(child));
  say(", getsid %e", getsid(child));
  say(", setpgid %e", setpgid(child, child));
  say(", into its group: %e\n", setpgid(second, child));
  wait_for(second);

  child = fresh(waiting);
  setpgid(child, child);
  *go = 1;
  sys_futex(go, FUTEX_WAKE, 1 << 30, 0);
  struct siginfo info;
  sys_waitid(P_PID, child, &info, WEXITED | WNOWAIT);
  say("a zombie: getpgid %s", who(getpgid(child), child));
  say(", getsid %s", who(getsid(child), child));
  say(", setpgid %e", setpgid(child, child));
  say(", back %e\n", setpgid(child, sys_getpid()));
  wait_for(child);

  go[1] = 0;
  child = fresh(leads_a_session);
  wait_until(go + 1, 1);
  say("a child in another session: session %s", who(getsid(child), child));
  say(", setpgid: %e\n", setpgid(child, child));
  long mine = fork_child(waiting, 0);
  say("into a group of another session: %e\n", setpgid(mine, child));
  set_and_wake(go, 1);
  wait_for(mine);
  wait_for(child);

  child = fresh(executes);
  while (setpgid(child, child) != -EACCES) sys_sched_yield();
  say("a child that has executed a program: %e", setpgid(child, child));
  say(", an unknown group: %e\n", setpgid(child, 32000));
  sys_kill(child, SIGKILL);
  wait_for(child);
  say("errors: negative group %e", setpgid(0, -1));
  say(", negative pid %e", setpgid(-1, 0));
  say(", both %e", setpgid(-1, -1));
  say(", nobody %e", setpgid(32000, 0));
  say(", my parent %e", setpgid(sys_getppid(), 0));
  say(", init %e\n", setpgid(1, 0));
  say("getpgid(-1): %e", getpgid(-1));
  say(", getsid(-1): %e", getsid(-1));
  say(", of nobody: %e", getpgid(32000));
  say(", %e\n", getsid(32000));
  return 0;
}

static long group_leader(void *unused) {
  say("alone: setpgid(0, 0): %e", setpgid(0, 0));
  say(", group %s\n", who(getpgid(0), 0));
  say("a group leader: setsid: %e\n", setsid());
  long child = fresh(waiting);
  say("back into the parent's group: %e\n", setpgid(0, getpgid(sys_getppid())));
  // The child is still in the group with our number, so nobody else may take that number for a
  // group.
  say("then setsid: %e\n", setsid());
  finish(child);
  say("without the child: setsid: %s", who(setsid(), 0));
  say(", session %s\n", who(getsid(0), 0));
  return 0;
}

static long group_leader_of_a_session(void *unused) {
  setsid();
  return run_in_child(group_leader, 0);
}

static long thread_ids(void *unused) {
  int stack[2048] __attribute__((aligned(16)));
  volatile int tid = 0;
  *go = 0;
  setsid();
  need(arch_clone(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                      CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
                  stack + 2048, (void *)&tid, (void *)&tid, 0, waiting, 0),
       "clone");
  long thread = tid;
  say("a thread: getpgid %s", who(getpgid(thread), 0));
  say(", getsid is the parent's: %d", getsid(thread) == getsid(0));
  say(", setpgid %e\n", setpgid(thread, 0));
  set_and_wake(go, 1);
  for (int seen; (seen = tid) != 0;) sys_futex(&tid, FUTEX_WAIT, seen, 0);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1)
    for (;;) sleep_ms(1000);
  self_path = argv[0];
  go = new_shared(4096);
  run_in_child(in_a_session, 0);
  say("--\n");
  run_in_child(group_leader_of_a_session, 0);
  say("--\n");
  run_in_child(thread_ids, 0);
  return 0;
}
