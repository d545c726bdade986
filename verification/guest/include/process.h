// What programs about processes have in common: start, waiting, shared memory, threads with stacks,
// signal handlers.

#ifndef PROCESS_H
#define PROCESS_H

int guest_main(int argc, char **argv, char **envp);

// Called by the start code with the stack pointer the kernel left.
__attribute__((used, noreturn)) void guest_start(unsigned long *stack) {
  int argc = (int)stack[0];
  char **argv = (char **)(stack + 1);
  sys_exit(guest_main(argc, argv, argv + argc + 1));
}

static inline unsigned long *auxiliary_vector(char **envp) {
  while (*envp) envp++;
  return (unsigned long *)(envp + 1);
}

// Waits for that very child and gives its status; any result but its pid ends the program.
static inline int wait_for(long pid) {
  int status = -1;
  long got;
  do got = sys_wait4(pid, &status, WALL);
  while (got == -EINTR);
  need(got, "wait4");
  return status;
}

// Forks a child that exits with what function(argument) returns, and gives its pid.
static inline long fork_child(long (*function)(void *), void *argument) {
  return need(arch_clone(SIGCHLD, 0, 0, 0, 0, function, argument), "fork");
}

static inline int run_in_child(long (*function)(void *), void *argument) {
  return wait_for(fork_child(function, argument));
}

// Fresh memory; shared memory stays one memory across fork.
static inline void *new_memory(unsigned long size, int sharing) {
  return (void *)need(sys_mmap(0, size, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0),
                      "mmap");
}

static inline void *new_shared(unsigned long size) { return new_memory(size, MAP_SHARED); }

enum { STACK_SIZE = 16384 };

static inline void *new_stack_top(void) {
  return (char *)new_memory(STACK_SIZE, MAP_PRIVATE) + STACK_SIZE;
}

static inline void sleep_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  while (sys_nanosleep(&time, &time) == -EINTR) continue;
}

// Waits until *word is value. The futex is not private, so it works between processes too.
static inline void wait_until(volatile int *word, int value) {
  for (int seen; (seen = *word) != value;) sys_futex(word, FUTEX_WAIT, seen, 0);
  arch_relax();
}

static inline void set_and_wake(volatile int *word, int value) {
  arch_relax();
  *word = value;
  sys_futex(word, FUTEX_WAKE, 1 << 30, 0);
}

static inline void atomic_increment(volatile int *word) {
  for (int seen = *word; !arch_compare_and_set(word, seen, seen + 1);) seen = *word;
}

static inline void handle(int signal, signal_handler handler, unsigned long flags) {
  struct sigaction action = {handler, flags, 0, {0, 0}};
  need(sys_rt_sigaction(signal, &action, 0), "rt_sigaction");
}

static inline uint32_t mask_bit(int signal) { return 1u << ((signal - 1) & 31); }

// Flags of a thread as pthread_create makes it.
#define THREAD_FLAGS                                                                  \
  (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
   CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

// A thread in a word: its tid, which the kernel sets to 0 and wakes when the thread is gone.
struct thread {
  volatile int tid;
};

static inline void start_thread(struct thread *thread, unsigned long tls, long (*function)(void *),
                                void *argument) {
  void *tid = (void *)&thread->tid;
  need(arch_clone(THREAD_FLAGS, new_stack_top(), tid, tid, tls, function, argument),
       "clone a thread");
}

static inline void join_thread(struct thread *thread) { wait_until(&thread->tid, 0); }

static inline const char *yes_no(bool value) { return value ? "yes" : "no"; }

#endif
