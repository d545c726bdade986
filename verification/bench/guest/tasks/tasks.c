// What processes and threads cost: tasks WHAT COUNT does one thing COUNT times.
//
//   fork-exit   a child that ends at once, waited for
//   fork-exec   a child that executes this program, which ends at once
//   vfork-exec  the same by vfork
//   spawn-exec  the same as posix_spawn does it: CLONE_VM | CLONE_VFORK on a stack of its own
//   thread      a thread that ends at once, joined
//   pipe        a byte to another process and one back
//   futex       a word handed to another thread and back
//   signal      a signal to itself, handled

#include "guest.h"

static char *self, *nothing[] = {0};

// Memory that a small program has written to before it forks.
enum { PAGE = 4096, DIRTY_PAGES = 32, CHILD_STACK = 16384 };
static volatile char dirty[DIRTY_PAGES * PAGE];
static char stack[CHILD_STACK] __attribute__((aligned(16)));

static long end(void *unused) { return 0; }

static long execute(void *unused) {
  char *argv[] = {self, 0};
  sys_execve(self, argv, nothing);
  return 126;
}

static void check(int status) {
  if (status != 0) {
    say("a child ended with %d\n", (long)status);
    sys_exit(1);
  }
}

static void fork_exit(long count) {
  while (count-- > 0) check(run_in_child(end, 0));
}

static void fork_exec(long count) {
  while (count-- > 0) check(run_in_child(execute, 0));
}

static void vfork_exec(long count) {
  while (count-- > 0) {
    long pid = arch_vfork();
    if (pid == 0) sys_exit(execute(0));
    check(wait_for(need(pid, "vfork")));
  }
}

static void spawn_exec(long count) {
  while (count-- > 0) {
    long pid = arch_clone(CLONE_VM | CLONE_VFORK | SIGCHLD, stack + CHILD_STACK, 0, 0, 0, execute, 0);
    check(wait_for(need(pid, "clone")));
  }
}

static void thread(long count) {
  struct thread thread = {0};
  void *tid = (void *)&thread.tid;
  while (count-- > 0) {
    need(arch_clone(THREAD_FLAGS, stack + CHILD_STACK, tid, tid, 0, end, 0), "clone a thread");
    join_thread(&thread);
  }
}

static int there[2], back[2];

static long echo(void *count) {
  char byte;
  for (long i = ARG(count); i > 0; i--) {
    if (sys_read(there[0], &byte, 1) != 1 || sys_write(back[1], &byte, 1) != 1) return 1;
  }
  return 0;
}

static void pipe(long count) {
  need(sys_pipe(there, 0), "pipe");
  need(sys_pipe(back, 0), "pipe");
  long pid = fork_child(echo, (void *)count);
  char byte = 1;
  while (count-- > 0) {
    if (sys_write(there[1], &byte, 1) != 1 || sys_read(back[0], &byte, 1) != 1) check(1);
  }
  check(wait_for(pid));
}

static volatile int ball;

static long return_ball(void *count) {
  for (long i = ARG(count); i > 0; i--) {
    wait_until(&ball, 1);
    set_and_wake(&ball, 0);
  }
  return 0;
}

static void futex(long count) {
  struct thread thread = {0};
  void *tid = (void *)&thread.tid;
  need(arch_clone(THREAD_FLAGS, stack + CHILD_STACK, tid, tid, 0, return_ball, (void *)count),
       "clone a thread");
  while (count-- > 0) {
    set_and_wake(&ball, 1);
    wait_until(&ball, 0);
  }
  join_thread(&thread);
}

static volatile long handled;

static void handler(int signal, struct siginfo *info, struct ucontext *context) { handled++; }

static void signal(long count) {
  handle(SIGUSR1, handler, 0);
  long pid = sys_getpid();
  for (long i = count; i > 0; i--) sys_kill(pid, SIGUSR1);
  check(handled != count);
}

static const struct {
  const char *name;
  void (*run)(long count);
} things[] = {
    {"fork-exit", fork_exit}, {"fork-exec", fork_exec}, {"vfork-exec", vfork_exec},
    {"spawn-exec", spawn_exec}, {"thread", thread}, {"pipe", pipe},
    {"futex", futex}, {"signal", signal},
};

static bool equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static long number(const char *text) {
  long value = 0;
  while (*text >= '0' && *text <= '9') value = value * 10 + (*text++ - '0');
  return value;
}

int guest_main(int argc, char **argv, char **envp) {
  self = argv[0];
  if (argc == 1) return 0;  // executed by a child
  for (long i = 0; i < DIRTY_PAGES; i++) dirty[i * PAGE] = 1;
  for (unsigned i = 0; argc == 3 && i < sizeof things / sizeof *things; i++) {
    if (equal(argv[1], things[i].name)) {
      things[i].run(number(argv[2]));
      say("%s %s\n", argv[1], argv[2]);
      return 0;
    }
  }
  say("tasks fork-exit|fork-exec|vfork-exec|spawn-exec|thread|pipe|futex|signal COUNT\n");
  return 2;
}
