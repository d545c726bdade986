// CLONE_SETTLS of clone: each thread has its own value in the thread pointer register and keeps it
// through system calls, switches, signals and forks; who does not ask inherits the caller's.

#include "guest.h"

enum { THREADS = 4, ROUNDS = 200 };

struct worker {
  struct thread thread;
  unsigned long tls;
  unsigned long first;
  int wrong;
  unsigned long in_handler;
  unsigned long in_fork;
  long tid;
};

static struct worker workers[THREADS];
static volatile unsigned long handler_value;

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  handler_value = arch_thread_pointer();
}

static long report_thread_pointer(void *unused) { return arch_thread_pointer() >> 8 & 0xff; }

static long work(void *argument) {
  struct worker *worker = argument;
  worker->first = arch_thread_pointer();
  worker->tid = sys_gettid();
  for (int i = 0; i < ROUNDS; i++) {
    sys_sched_yield();
    if (arch_thread_pointer() != worker->tls) worker->wrong++;
  }
  return 0;
}

static long signal_myself(void *argument) {
  struct worker *worker = argument;
  sys_tgkill(sys_getpid(), sys_gettid(), SIGUSR1);
  worker->in_handler = handler_value;
  worker->in_fork = run_in_child(report_thread_pointer, 0) >> 8;
  worker->first = arch_thread_pointer();
  return 0;
}

static long spin_until_told(void *argument) {
  volatile int *stop = argument;
  unsigned long mine = arch_thread_pointer();
  long wrong = 0;
  while (!*stop)
    if (arch_thread_pointer() != mine) wrong++;
  return wrong ? 1 : 0;
}

int guest_main(int argc, char **argv, char **envp) {
  arch_set_thread_pointer(0x5eed5eed);

  for (int i = 0; i < THREADS; i++) {
    workers[i].tls = 0x10000000ul + 0x11110000ul * (i + 1);
    start_thread(&workers[i].thread, workers[i].tls, work, &workers[i]);
  }
  for (int i = 0; i < THREADS; i++) join_thread(&workers[i].thread);
  for (int i = 0; i < THREADS; i++)
    say("thread %d: asked for %lx, has %lx, wrong %d times of %d\n", i, workers[i].tls,
        workers[i].first, workers[i].wrong, ROUNDS);
  say("the creator still has %lx\n", arch_thread_pointer());

  handle(SIGUSR1, on_signal, SA_SIGINFO);
  start_thread(&workers[0].thread, 0x0000ab00, signal_myself, &workers[0]);
  join_thread(&workers[0].thread);
  say("in a thread's signal handler %lx, in its fork %lx, afterwards %lx\n", workers[0].in_handler,
      workers[0].in_fork << 8, workers[0].first);

  // Without CLONE_SETTLS the argument means nothing.
  struct worker *worker = &workers[1];
  void *tid = (void *)&worker->thread.tid;
  worker->tls = 0x5eed5eed;
  worker->wrong = 0;
  need(
      arch_clone(THREAD_FLAGS & ~CLONE_SETTLS, new_stack_top(), tid, tid, 0x66666666, work, worker),
      "clone");
  join_thread(&worker->thread);
  say("a thread without CLONE_SETTLS has %lx, wrong %d times\n", worker->first, worker->wrong);

  // A process of its own can have it too.
  int status =
      wait_for(arch_clone(CLONE_SETTLS | SIGCHLD, 0, 0, 0, 0x00007700, report_thread_pointer, 0));
  say("a child process with CLONE_SETTLS %w\n", status);
  status = wait_for(arch_clone(CLONE_SETTLS | CLONE_VM | CLONE_VFORK | SIGCHLD, new_stack_top(), 0,
                               0, 0x00003300, report_thread_pointer, 0));
  say("a vfork child with CLONE_SETTLS %w\n", status);
  status = run_in_child(report_thread_pointer, 0);
  say("a forked child %w\n", status);
  say("any value will do: ");
  for (unsigned long value = 0; value < 3; value++) {
    workers[2].tls = value - 1;
    workers[2].wrong = 0;
    start_thread(&workers[2].thread, value - 1, work, &workers[2]);
    join_thread(&workers[2].thread);
    say("%lx ", workers[2].first);
  }
  say("\n");

  // Threads that never enter the kernel by themselves keep theirs through preemption.
  static volatile int stop;
  long children[2];
  for (int i = 0; i < 2; i++)
    children[i] = need(arch_clone(CLONE_VM | CLONE_SETTLS | SIGCHLD, new_stack_top(), 0, 0,
                                  0x1000 + i, spin_until_told, (void *)&stop),
                       "clone");
  sleep_ms(50);
  stop = 1;
  int one = wait_for(children[0]), two = wait_for(children[1]);
  say("spinning tasks: %w, %w\n", one, two);
  say("the creator still has %lx\n", arch_thread_pointer());
  return 0;
}
