// The newer futex calls: futex_waitv, futex_wake, futex_wait, futex_requeue.

#include "guest.h"

#include "timing.h"

enum { SIZE_U8 = 0, SIZE_U16 = 1, SIZE_U32 = 2, SIZE_U64 = 3, NUMA = 4, PRIVATE = 128 };

struct waiter {
  uint64_t value;
  uint64_t address;
  uint32_t flags;
  uint32_t reserved;
};

static volatile int words[3];
static struct waiter waiters[129];
static struct timespec64 past = {1, 0}, bad = {0, 1000000000}, negative = {-1, 0};

static void reset(void) {
  for (int i = 0; i < 129; i++) {
    waiters[i].value = 0;
    waiters[i].address = (uint32_t)ARG(&words[i % 3]);
    waiters[i].flags = SIZE_U32 | PRIVATE;
    waiters[i].reserved = 0;
  }
}

static long waitv(int count, const void *timeout, int clock) {
  return syscall5(NR_futex_waitv, ARG(waiters), count, 0, ARG(timeout), clock);
}

static void waitv_errors(void) {
  reset();
  say("three, long past: %e, realtime %e\n", waitv(3, &past, CLOCK_MONOTONIC),
      waitv(3, &past, CLOCK_REALTIME));
  say("128: %e, 129: %e, none: %e, -1: %e\n", waitv(128, &past, CLOCK_MONOTONIC),
      waitv(129, &past, CLOCK_MONOTONIC), waitv(0, &past, CLOCK_MONOTONIC),
      waitv(-1, &past, CLOCK_MONOTONIC));
  say("flags: %e, no array: %e, an unmapped one: %e\n",
      syscall5(NR_futex_waitv, ARG(waiters), 1, 1, ARG(&past), CLOCK_MONOTONIC),
      syscall5(NR_futex_waitv, 0, 1, 0, ARG(&past), CLOCK_MONOTONIC),
      syscall5(NR_futex_waitv, NOWHERE, 1, 0, ARG(&past), CLOCK_MONOTONIC));
  say("times: bad %e, negative %e, unmapped %e, clock 2 %e, clock 2 and unmapped %e\n",
      waitv(1, &bad, CLOCK_MONOTONIC), waitv(1, &negative, CLOCK_MONOTONIC),
      waitv(1, (void *)NOWHERE, CLOCK_MONOTONIC), waitv(1, &past, 2),
      waitv(1, (void *)NOWHERE, 2));
  say("a bad time and an unmapped array: %e\n",
      syscall5(NR_futex_waitv, NOWHERE, 1, 0, ARG(&bad), CLOCK_MONOTONIC));
  waiters[2].value = 1;
  say("another value in the last: %e, and a clock of none without a time %e\n",
      waitv(3, &past, CLOCK_MONOTONIC), waitv(3, 0, 99));
  waiters[2].value = 0x100000000ull;
  say("a value of 33 bits: %e\n", waitv(3, &past, CLOCK_MONOTONIC));
  static const unsigned sizes[] = {SIZE_U8, SIZE_U16,           SIZE_U64, SIZE_U32 | NUMA,
                                   SIZE_U32 | 8, SIZE_U32 | 0x40000000, SIZE_U32};
  for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    reset();
    waiters[1].flags = sizes[i];
    say("flags %x: %e\n", sizes[i], waitv(3, &past, CLOCK_MONOTONIC));
  }
  reset();
  waiters[1].reserved = 1;
  say("reserved: %e\n", waitv(3, &past, CLOCK_MONOTONIC));
  reset();
  waiters[1].address++;
  say("odd: %e\n", waitv(3, &past, CLOCK_MONOTONIC));
  waiters[0].value = 1;
  say("odd, another value before it: %e\n", waitv(3, &past, CLOCK_MONOTONIC));
  reset();
  waiters[1].address = NOWHERE;
  say("unmapped: %e\n", waitv(3, &past, CLOCK_MONOTONIC));
  waiters[1].flags = SIZE_U32;
  say("unmapped, shared: %e\n", waitv(3, &past, CLOCK_MONOTONIC));
  reset();
  waiters[1].address |= 0x500000000ull;
  say("an address of more than 32 bits: %e\n", waitv(3, &past, CLOCK_MONOTONIC));
}

static volatile int asleep;
static volatile long result;

static long wait_for_any(void *count) {
  atomic_increment(&asleep);
  result = waitv((int)ARG(count), 0, 0);
  return 0;
}

static long wait_for_one(void *unused) {
  atomic_increment(&asleep);
  result = syscall6(NR_futex_wait, ARG(&words[0]), 0, 6, SIZE_U32 | PRIVATE, 0, 0);
  return 0;
}

static void start_sleeper(struct thread *thread, long (*function)(void *), void *argument) {
  asleep = 0;
  result = 99;
  start_thread(thread, 0, function, argument);
  while (asleep == 0) sleep_ms(1);
  sleep_ms(30);
}

static long futex_wake(volatile void *word, long mask, int count, int flags) {
  return syscall4(NR_futex_wake, ARG(word), mask, count, flags);
}

static long futex_wait(volatile void *word, int value, long mask, int flags, const void *timeout,
                       int clock) {
  return syscall6(NR_futex_wait, ARG(word), value, mask, flags, ARG(timeout), clock);
}

static long requeue(int flags, int wake, int move) {
  return syscall4(NR_futex_requeue, ARG(waiters), flags, wake, move);
}

static void handler(int signal, struct siginfo *info, struct ucontext *context) {}

static long poke(void *parent) {
  for (int i = 0; i < 5; i++) {
    sleep_ms(20);
    sys_kill(ARG(parent), SIGUSR1);
  }
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  struct thread thread;
  waitv_errors();

  say("-- waking\n");
  reset();
  start_sleeper(&thread, wait_for_any, (void *)3);
  say("a shared wake: %e", sys_futex(&words[1], FUTEX_WAKE, 1, 0));
  say(", a private one: %e", sys_futex(&words[1], FUTEX_WAKE | FUTEX_PRIVATE, 1, 0));
  join_thread(&thread);
  say(", woken at %ld\n", result);
  waiters[1] = waiters[0];
  start_sleeper(&thread, wait_for_any, (void *)2);
  say("one word twice, wake 5: %e", futex_wake(&words[0], 0xffffffff, 5, SIZE_U32 | PRIVATE));
  join_thread(&thread);
  say(", woken at %ld\n", result);

  int ok = SIZE_U32 | PRIVATE;
  say("wake: nobody %e, no bits %e, size %e, flags %e, odd %e, unmapped %e, unmapped shared %e\n",
      futex_wake(words, 1, 1, ok), futex_wake(words, 0, 1, ok), futex_wake(words, 1, 1, SIZE_U64),
      futex_wake(words, 1, 1, ok | 0x1000), futex_wake((char *)words + 1, 1, 1, ok),
      futex_wake((void *)NOWHERE, 1, 1, ok), futex_wake((void *)NOWHERE, 1, 1, SIZE_U32));
  say("wake: odd and no bits %e, odd and none to wake %e\n",
      futex_wake((char *)words + 1, 0, 1, ok), futex_wake((char *)words + 1, 1, 0, ok));
  say("wait: another value %e, no bits %e, size %e, flags %e, odd %e, unmapped %e\n",
      futex_wait(words, 1, 1, ok, 0, 0), futex_wait(words, 1, 0, ok, 0, 0),
      futex_wait(words, 1, 1, SIZE_U8, 0, 0), futex_wait(words, 1, 1, ok | 16, 0, 0),
      futex_wait((char *)words + 1, 1, 1, ok, 0, 0), futex_wait((void *)NOWHERE, 1, 1, ok, 0, 0));
  say("wait: long past %e, bad time %e, clock 3 %e, unmapped time %e, flags and bad time %e\n",
      futex_wait(words, 0, 1, ok, &past, CLOCK_MONOTONIC),
      futex_wait(words, 0, 1, ok, &bad, CLOCK_MONOTONIC), futex_wait(words, 0, 1, ok, &past, 3),
      futex_wait(words, 0, 1, ok, (void *)NOWHERE, CLOCK_REALTIME),
      futex_wait(words, 0, 1, ok | 16, &bad, CLOCK_MONOTONIC));

  start_sleeper(&thread, wait_for_one, 0);
  say("wake none: %e", futex_wake(words, 6, 0, ok));
  say(", other bits: %e", futex_wake(words, 9, 1, ok));
  say(", a bit: %e", futex_wake(words, 4, 1, ok));
  join_thread(&thread);
  say(", result %ld\n", result);
  start_sleeper(&thread, wait_for_one, 0);
  say("wake -1: %e", futex_wake(words, 6, -1, ok));
  join_thread(&thread);
  say(", result %ld\n", result);

  say("-- requeueing\n");
  reset();
  say("nobody: %e, flags %e, no array %e, unmapped %e, -1 %e, -1 more %e\n", requeue(0, 1, 1),
      requeue(1, 1, 1), syscall4(NR_futex_requeue, 0, 0, 1, 1),
      syscall4(NR_futex_requeue, NOWHERE, 0, 1, 1), requeue(0, -1, 1), requeue(0, 1, -1));
  waiters[0].value = 3;
  say("another value: %e\n", requeue(0, 1, 1));
  waiters[0].value = 0;
  waiters[1].value = 3;
  say("another value in the second: %e\n", requeue(0, 1, 1));
  waiters[1].flags = SIZE_U32;
  say("private to shared: %e\n", requeue(0, 1, 1));
  waiters[1].flags = SIZE_U64;
  say("to another size: %e\n", requeue(0, 1, 1));
  reset();
  waiters[1].address++;
  say("to an odd word: %e\n", requeue(0, 1, 1));
  reset();
  start_sleeper(&thread, wait_for_one, 0);
  say("move one: %e", requeue(0, 0, 1));
  say(", at the first %e", futex_wake(&words[0], 0xffffffff, 1, ok));
  say(", at the second %e", futex_wake(&words[1], 0xffffffff, 1, ok));
  join_thread(&thread);
  say(", result %ld\n", result);

  say("-- signals\n");
  long me = sys_getpid(), child = fork_child(poke, (void *)me);
  reset();
  handle(SIGUSR1, handler, 0);
  say("waitv: %e\n", waitv(3, 0, 0));
  say("wait: %e\n", futex_wait(words, 0, 1, ok, 0, 0));
  handle(SIGUSR1, handler, SA_RESTART);
  struct timespec64 then = {0, 0};
  need(syscall2(NR_clock_gettime64, CLOCK_MONOTONIC, ARG(&then)), "clock_gettime64");
  then.nanoseconds += 200000000;
  if (then.nanoseconds >= 1000000000) {
    then.seconds++;
    then.nanoseconds -= 1000000000;
  }
  say("waitv with SA_RESTART: %e\n", waitv(3, &then, CLOCK_MONOTONIC));
  wait_for(child);
  return 0;
}
