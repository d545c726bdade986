// The events of tracing: fork, vfork, clone, exec, exit; which of them a new task brings about, who
// is attached by itself, and what a program that is executed by a thread looks like.

#include "guest.h"

#include "ptrace.h"

static volatile int *shared;
static long main_tid;
static char *no_environment[] = {0};

static long nothing(void *unused) { return 5; }

static long flags_of_child;

// Makes a child as flags_of_child says, and waits for it.
static long parent_of_one(void *unused) {
  trace_me_and_stop();
  void *stack = flags_of_child & CLONE_VM ? new_stack_top() : 0;
  long child = arch_clone((unsigned long)flags_of_child, stack, 0, 0, 0, nothing, 0);
  if (child < 0) return 100;
  shared[1] = (int)child;
  int status;
  long got;
  do got = sys_wait4(child, &status, WALL);
  while (got == -EINTR);
  return got == child ? status >> 8 : 101;
}

enum { ALL_EVENTS = 0x7e };


// As trace_all, but takes the new task first, then its maker: the order is always the same.
static void make(const char *what, unsigned long flags, long options, bool wanted) {
  say("%s\n", what);
  flags_of_child = (long)flags;
  shared[1] = 0;
  long parent = fork_child(parent_of_one, 0);
  wait_for(parent);
  need(sys_ptrace(PTRACE_SETOPTIONS, parent, 0, (unsigned long)options), "PTRACE_SETOPTIONS");
  int status = go("  parent", PTRACE_CONT, parent, 0);
  if (wanted) {
    long child = 0;
    if (is_stopped(status) && status >> 16) {
      child = event_message(parent);
    } else {
      // No event tells of the child: the tracer meets it when it waits for anybody.
      say("  no child\n");
    }
    if (child) {
      int child_status = see("  child", child);
      say_siginfo("  child", child);
      say("  child is traced by me: %s\n",
          yes_no(decimal(status_line(child, "TracerPid")) == sys_getpid()));
      say("  its parent is the parent: %s\n",
          yes_no(decimal(status_line(child, "PPid")) == parent));
      bool vfork = flags & CLONE_VFORK;
      if (!vfork) {
        need(trace(PTRACE_CONT, parent), "go on");
        sleep_ms(20);
      }
      need(trace(PTRACE_CONT, child), "go on");
      while (is_stopped(child_status = wait_for(child))) {
        say_status("  child", child_status);
        if (child_status >> 16 == 6) say("    with %w\n", (int)event_message(child));
        trace(PTRACE_CONT, child);
      }
      say_status("  child", child_status);
      if (vfork) need(trace(PTRACE_CONT, parent), "go on");
      status = wait_for(parent);
      say_status("  parent", status);
    }
  }
  while (is_stopped(status)) {
    int event = status >> 16;
    int signal = event ? 0 : status >> 8 & 0x7f;
    if (event == 5)
      say("    message is the child: %s\n", yes_no(event_message(parent) == shared[1] || !shared[1]));
    if (event == 6) say("    with %w\n", (int)event_message(parent));
    status = go("  parent", PTRACE_CONT, parent, signal);
  }
}

// A child with CLONE_PTRACE that no event tells of.
static void make_silently(const char *what, unsigned long flags, long options) {
  say("%s\n", what);
  flags_of_child = (long)flags;
  shared[1] = 0;
  long parent = fork_child(parent_of_one, 0);
  wait_for(parent);
  need(sys_ptrace(PTRACE_SETOPTIONS, parent, 0, (unsigned long)options), "PTRACE_SETOPTIONS");
  need(trace(PTRACE_CONT, parent), "go on");
  while (!shared[1]) sleep_ms(5);
  sleep_ms(30);
  int status = 0;
  long child = shared[1];
  long got = sys_wait4(child, &status, WALL | WNOHANG);
  say("  waiting for the child: %s\n", got == child ? "got it" : got < 0 ? errno_name(-got) : "nothing");
  if (got == child) {
    say_status("  child", status);
    if (is_stopped(status)) go("  child", PTRACE_CONT, child, 0);
  }
  for (;;) {
    status = see("  parent", parent);
    if (!is_stopped(status)) break;
    trace(PTRACE_CONT, parent);
  }
}

static long vfork_parent(void *unused) {
  trace_me_and_stop();
  if (arch_vfork() == 0) {
    char *argv[] = {"ptrace-events", "executed", 0};
    sys_execve("/proc/self/exe", argv, no_environment);
    sys_exit(126);
  }
  int status;
  sys_wait4(-1, &status, WALL);
  return status >> 8;
}

static void vfork_and_exec(long options) {
  long parent = fork_child(vfork_parent, 0);
  wait_for(parent);
  sys_ptrace(PTRACE_SETOPTIONS, parent, 0, (unsigned long)options);
  go("  parent", PTRACE_CONT, parent, 0);
  long child = event_message(parent);
  see("  child", child);
  trace(PTRACE_CONT, parent);
  wait_for_state(parent, 'D');
  int status = go("  child", PTRACE_CONT, child, 0);
  while (is_stopped(status)) {
    if (status >> 16 == 4)
      say("    message is its id: %s\n", yes_no(event_message(child) == child));
    if (status >> 16 == 0) say_siginfo("    it", child);
    status = go("  child", PTRACE_CONT, child, 0);
  }
  status = see("  parent", parent);
  while (is_stopped(status)) {
    if (status >> 16 == 5)
      say("    message is the child: %s\n", yes_no(event_message(parent) == child));
    status = go("  parent", PTRACE_CONT, parent, 0);
  }
}

static long exec_in_thread(void *unused) {
  shared[2] = (int)sys_gettid();
  wait_until(&shared[3], 1);
  char *argv[] = {"ptrace-events", "executed", 0};
  sys_execve("/proc/self/exe", argv, no_environment);
  return 126;
}

static long wait_for_ever(void *unused) {
  for (;;) sleep_ms(1000);
  return 0;
}

static long thread_parent(void *unused) {
  static struct thread thread, other;
  trace_me_and_stop();
  start_thread(&other, 0, wait_for_ever, 0);
  start_thread(&thread, 0, exec_in_thread, 0);
  wait_for_ever(0);
  return 0;
}

// A thread that is not the leader executes a program: all others end, and it takes over the id.
static void exec_by_thread(long options, bool attach_all) {
  shared[2] = shared[3] = 0;
  long leader = fork_child(thread_parent, 0);
  wait_for(leader);
  sys_ptrace(PTRACE_SETOPTIONS, leader, 0, (unsigned long)(options | PTRACE_O_TRACECLONE));
  long tids[2];
  for (int i = 0; i < 2; i++) {
    go("  leader", PTRACE_CONT, leader, 0);
    tids[i] = event_message(leader);
    see(i ? "  executing thread" : "  other thread", tids[i]);
    trace(PTRACE_CONT, tids[i]);
  }
  trace(PTRACE_CONT, leader);
  while (shared[2] == 0) sleep_ms(5);
  say("  its id is what the event told: %s\n", yes_no(shared[2] == tids[1]));
  set_and_wake(&shared[3], 1);
  bool seen_leader_exit = false;
  for (int ended = 0; ended == 0;) {
    int status;
    long pid = sys_wait4(-1, &status, WALL);
    if (pid < 0) {
      say("  wait: %e\n", pid);
      break;
    }
    const char *who = pid == leader ? "  leader" : pid == tids[0] ? "  other thread" : "  executing thread";
    int event = is_stopped(status) ? status >> 16 : 0;
    if (event == 6) {
      // The order in which they end is not fixed.
      if (pid == leader && !seen_leader_exit) seen_leader_exit = true;
    } else {
      say_status(who, status);
    }
    if (event == 4) {
      say("    message is the id it had: %s\n", yes_no(event_message(pid) == tids[1]));
      say("    tid now: %s\n", yes_no(pid == leader));
      say("    the leader stopped before it ended: %s\n", yes_no(seen_leader_exit));
    }
    if (!is_stopped(status)) {
      if (pid == leader) ended = 1;
      continue;
    }
    int signal = event ? 0 : status >> 8 & 0x7f;
    if (signal == SIGTRAP) {
      say_siginfo("    it", pid);
      signal = 0;
    }
    long result = sys_ptrace(PTRACE_CONT, pid, 0, (unsigned long)signal);
    if (result < 0) say("    go on: %e\n", result);
  }
}

static long plain_exec(void *unused) {
  trace_me_and_stop();
  char *argv[] = {"ptrace-events", "executed", 0};
  sys_execve("/nowhere", argv, no_environment);
  sys_execve("/proc/self/exe", argv, no_environment);
  return 126;
}

static void exec(const char *what, long options, long request) {
  say("%s\n", what);
  long pid = fork_child(plain_exec, 0);
  wait_for(pid);
  sys_ptrace(PTRACE_SETOPTIONS, pid, 0, (unsigned long)options);
  int status = go("  it", request, pid, 0);
  while (is_stopped(status)) {
    if (status >> 16 == 4) {
      say("    message is its id: %s\n", yes_no(event_message(pid) == pid));
      say_siginfo("    it", pid);
      say("    result register %ld\n", (long)get_register(pid, TRACED_RESULT));
    } else if ((status >> 8) == SIGTRAP && request == PTRACE_CONT) {
      say_siginfo("    it", pid);
    }
    int signal = 0;
    status = go("  it", request, pid, signal);
  }
}

static long ends(void *how) {
  trace_me_and_stop();
  switch ((long)how) {
    case 0: return 7;
    case 1: sys_kill(sys_getpid(), SIGTERM); break;
    case 2: sys_kill(sys_getpid(), SIGKILL); break;
    default: *(volatile int *)0 = 1;
  }
  return 8;
}

static void exit_event(const char *what, long how, bool look) {
  say("%s\n", what);
  long pid = fork_child(ends, (void *)how);
  wait_for(pid);
  sys_ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXIT);
  int status = go("  it", PTRACE_CONT, pid, 0);
  while (is_stopped(status)) {
    int event = status >> 16;
    if (event == 6) {
      say("    with %w, memory is there: %s\n", (int)event_message(pid), yes_no(look));
      unsigned long word;
      say("    peek: %e\n",
          sys_ptrace(PTRACE_PEEKDATA, pid, (unsigned long)&main_tid, (unsigned long)&word));
    }
    status = go("  it", PTRACE_CONT, pid, event ? 0 : status >> 8 & 0x7f);
  }
}

static void kill_in_exit_event(void) {
  say("killed while it stops before its end\n");
  long pid = fork_child(ends, 0);
  wait_for(pid);
  sys_ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXIT);
  go("  it", PTRACE_CONT, pid, 0);
  say("  kill: %e\n", sys_kill(pid, SIGKILL));
  sleep_ms(30);
  int status;
  say("  something to wait for: %s\n", yes_no(sys_wait4(pid, &status, WALL | WNOHANG) > 0));
  go("  it", PTRACE_CONT, pid, 0);
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) {
    say("this is %s\n", argv[1]);
    return 6;
  }
  shared = new_shared(4096);
  main_tid = sys_gettid();

  say("-- which event\n");
  make("fork", SIGCHLD, ALL_EVENTS, true);
  make("fork without a signal", 0, ALL_EVENTS, true);
  make("fork with SIGUSR1", SIGUSR1, ALL_EVENTS, true);
  make("VM", CLONE_VM | SIGCHLD, ALL_EVENTS, true);
  make("VFORK without a signal", CLONE_VFORK, ALL_EVENTS, true);
  make("VFORK and VM", CLONE_VFORK | CLONE_VM | SIGCHLD, ALL_EVENTS, true);
  make("PARENT", CLONE_PARENT | SIGCHLD, ALL_EVENTS & ~64, true);
  say("-- events that nobody asked for\n");
  make("fork, TRACEVFORK and TRACECLONE", SIGCHLD, PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE, false);
  make("VFORK, TRACEFORK and TRACECLONE", CLONE_VFORK | SIGCHLD,
       PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE, false);
  make("clone, TRACEFORK and TRACEVFORK", 0, PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK, false);
  make("VFORK, only TRACEVFORKDONE", CLONE_VFORK | SIGCHLD, PTRACE_O_TRACEVFORKDONE, false);
  make("UNTRACED", CLONE_UNTRACED | SIGCHLD, ALL_EVENTS & ~64, false);
  make("UNTRACED and VFORK", CLONE_UNTRACED | CLONE_VFORK | SIGCHLD, ALL_EVENTS & ~64, false);
  say("-- CLONE_PTRACE\n");
  make_silently("PTRACE", CLONE_PTRACE | SIGCHLD, 0);
  make_silently("PTRACE and UNTRACED", CLONE_PTRACE | CLONE_UNTRACED | SIGCHLD, ALL_EVENTS & ~64);
  make("PTRACE with an event", CLONE_PTRACE | SIGCHLD, PTRACE_O_TRACEFORK, true);

  say("-- vfork and exec\n");
  vfork_and_exec(PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXEC);
  say("without exec events\n");
  vfork_and_exec(PTRACE_O_TRACEVFORK);

  say("-- exec\n");
  exec("without options", 0, PTRACE_CONT);
  exec("TRACEEXEC", PTRACE_O_TRACEEXEC, PTRACE_CONT);
  exec("system calls", PTRACE_O_TRACESYSGOOD, PTRACE_SYSCALL);
  exec("system calls and TRACEEXEC", PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC, PTRACE_SYSCALL);
  say("by a thread\n");
  exec_by_thread(PTRACE_O_TRACEEXEC, true);
  say("by a thread, with exit events\n");
  exec_by_thread(PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT, true);

  say("-- exit\n");
  exit_event("by exit", 0, true);
  exit_event("by SIGTERM", 1, true);
  exit_event("by SIGKILL", 2, true);
  exit_event("by SIGSEGV", 3, true);
  kill_in_exit_event();
  return 0;
}
