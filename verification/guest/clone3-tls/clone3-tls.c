// CLONE_SETTLS of clone3: the value comes from the structure, whatever the register holds in which
// clone() has its own. (arch_clone3 fills those registers with garbage.)

#include "guest.h"

enum { THREADS = 3 };

struct worker {
  struct thread thread;
  unsigned long tls;
  unsigned long has;
  int wrong;
};

static struct worker workers[THREADS];

static long work(void *argument) {
  struct worker *worker = argument;
  worker->has = arch_thread_pointer();
  for (int i = 0; i < 100; i++) {
    sys_sched_yield();
    if (arch_thread_pointer() != worker->has) worker->wrong++;
  }
  return 0;
}

static long report_thread_pointer(void *unused) { return arch_thread_pointer() >> 8 & 0xff; }

static struct clone_args thread_args(struct thread *thread, unsigned long tls) {
  char *top = new_stack_top();
  struct clone_args args = {
      .flags = THREAD_FLAGS,
      .parent_tid = (unsigned long)&thread->tid,
      .child_tid = (unsigned long)&thread->tid,
      .stack = (unsigned long)top - STACK_SIZE,
      .stack_size = STACK_SIZE,
      .tls = tls,
  };
  return args;
}

int guest_main(int argc, char **argv, char **envp) {
  arch_set_thread_pointer(0x5eed5eed);
  for (int i = 0; i < THREADS; i++) {
    workers[i].tls = 0x20000000ul + 0x01010100ul * i;
    struct clone_args args = thread_args(&workers[i].thread, workers[i].tls);
    need(arch_clone3(&args, sizeof args, work, &workers[i]), "clone3");
  }
  for (int i = 0; i < THREADS; i++) {
    join_thread(&workers[i].thread);
    say("thread %d: asked for %lx, has %lx, wrong %d times\n", i, workers[i].tls, workers[i].has,
        workers[i].wrong);
  }
  say("the creator still has %lx\n", arch_thread_pointer());

  struct clone_args args = thread_args(&workers[0].thread, 0x66666666);
  args.flags &= ~(uint64_t)CLONE_SETTLS;
  need(arch_clone3(&args, sizeof args, work, &workers[0]), "clone3");
  join_thread(&workers[0].thread);
  say("a thread without CLONE_SETTLS has %lx\n", workers[0].has);

  struct clone_args process = {.flags = CLONE_SETTLS, .exit_signal = SIGCHLD, .tls = 0x00007700};
  int status =
      wait_for(need(arch_clone3(&process, sizeof process, report_thread_pointer, 0), "clone3"));
  say("a child process with CLONE_SETTLS %w\n", status);
  status = wait_for(
      need(arch_clone3(&process, CLONE_ARGS_SIZE_VER0, report_thread_pointer, 0), "clone3"));
  say("the same with the first version of the structure %w\n", status);
  process.flags = 0;
  status =
      wait_for(need(arch_clone3(&process, sizeof process, report_thread_pointer, 0), "clone3"));
  say("a child process without it %w\n", status);
  return 0;
}
