// Futexes: ping-pong between threads and between processes, values, times, bit sets, requeueing, a
// mutex under contention, robust lists.

#include "guest.h"

enum { ROUNDS = 500 };

static volatile int ball;

static long pong(void *word) {
  for (int i = 0; i < ROUNDS; i++) {
    wait_until(word, 2 * i + 1);
    set_and_wake(word, 2 * i + 2);
  }
  return 0;
}

static void ping(volatile int *word) {
  for (int i = 0; i < ROUNDS; i++) {
    set_and_wake(word, 2 * i + 1);
    wait_until(word, 2 * i + 2);
  }
}

// A mutex: 0 free, 1 held, 2 held and somebody waits.
static volatile int mutex, counter;

static void lock(volatile int *word) {
  if (arch_compare_and_set(word, 0, 1)) return;
  for (;;) {
    if (*word == 2 || arch_compare_and_set(word, 1, 2))
      sys_futex(word, FUTEX_WAIT | FUTEX_PRIVATE, 2, 0);
    if (arch_compare_and_set(word, 0, 2)) return;
  }
}

static void unlock(volatile int *word) {
  arch_relax();
  int old;
  do old = *word;
  while (!arch_compare_and_set(word, old, 0));
  if (old == 2) sys_futex(word, FUTEX_WAKE | FUTEX_PRIVATE, 1, 0);
}

static long count(void *unused) {
  for (int i = 0; i < 300; i++) {
    lock(&mutex);
    int seen = counter;
    if (i % 50 == 0) sys_sched_yield();
    counter = seen + 1;
    unlock(&mutex);
  }
  return 0;
}

struct sleeper {
  struct thread thread;
  volatile int *word;
  int bits;
  volatile long result;
};

static volatile int asleep;

static long sleep_on(void *argument) {
  struct sleeper *sleeper = argument;
  atomic_increment(&asleep);
  if (sleeper->bits)
    sleeper->result =
        syscall6(NR_futex, ARG(sleeper->word), FUTEX_WAIT_BITSET, 0, 0, 0, sleeper->bits);
  else
    sleeper->result = sys_futex(sleeper->word, FUTEX_WAIT, 0, 0);
  return 0;
}

static struct sleeper sleepers[4];

static void put_to_sleep(int n, volatile int *word, const int *bits) {
  asleep = 0;
  for (int i = 0; i < n; i++) {
    sleepers[i].word = word;
    sleepers[i].bits = bits ? bits[i] : 0;
    sleepers[i].result = 99;
    start_thread(&sleepers[i].thread, 0, sleep_on, &sleepers[i]);
  }
  while (asleep < n) sleep_ms(1);
  sleep_ms(40);
}

// How many of them have ended, once as many as expected have, or never will.
static int awake(int n, int expected) {
  int sum = 0;
  for (int i = 0; i < 1000 && sum < expected; i++) {
    sleep_ms(2);
    sum = 0;
    for (int k = 0; k < n; k++) sum += sleepers[k].thread.tid == 0;
  }
  return sum;
}

// A robust list with one entry, held by a task that ends.
struct robust_entry {
  struct robust_entry *next;
  volatile int word;
};

static struct {
  struct robust_entry *first;
  long offset;
  struct robust_entry *pending;
} robust_head;

static struct robust_entry robust;

static long die_holding(void *unused) {
  robust_head.first = &robust;
  robust.next = (struct robust_entry *)&robust_head;
  robust_head.offset = offsetof(struct robust_entry, word);
  need(syscall2(NR_set_robust_list, ARG(&robust_head), sizeof robust_head), "set_robust_list");
  robust.word = (int)sys_gettid();
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  struct thread thread;
  start_thread(&thread, 0, pong, (void *)&ball);
  ping(&ball);
  join_thread(&thread);
  say("threads: %d rounds, the ball is %d\n", ROUNDS, ball);
  volatile int *shared = new_shared(4096);
  long child = fork_child(pong, (void *)shared);
  ping(shared);
  wait_for(child);
  say("processes: %d rounds, the ball is %d\n", ROUNDS, *shared);

  say("-- results\n");
  volatile int word = 0;
  struct timespec little = {0, 10000000}, bad = {0, 1000000000}, negative = {-1, 0};
  say("another value: %e\n", sys_futex(&word, FUTEX_WAIT, 1, 0));
  say("a time: %e, a bad one: %e, a negative one: %e\n", sys_futex(&word, FUTEX_WAIT, 0, &little),
      sys_futex(&word, FUTEX_WAIT, 0, &bad), sys_futex(&word, FUTEX_WAIT, 0, &negative));
  say("nobody to wake: %e\n", sys_futex(&word, FUTEX_WAKE, 1, 0));
  say("not a multiple of 4: %e, unmapped: %e, null: %e\n",
      sys_futex((int *)((char *)&word + 1), FUTEX_WAIT, 0, 0),
      sys_futex((int *)0x10000004, FUTEX_WAIT, 0, 0), sys_futex(0, FUTEX_WAIT, 0, 0));
  say("no such operation: %e\n", sys_futex(&word, 99, 0, 0));
  say("an empty bit set: %e\n", syscall6(NR_futex, ARG(&word), FUTEX_WAIT_BITSET, 0, 0, 0, 0));

  say("-- waking\n");
  put_to_sleep(3, &word, 0);
  say("wake 1 of 3: %e", sys_futex(&word, FUTEX_WAKE, 1, 0));
  say(", awake %d", awake(3, 1));
  say("; wake 10: %e", sys_futex(&word, FUTEX_WAKE, 10, 0));
  say(", awake %d\n", awake(3, 3));
  static const int bits[] = {1, 2, 3, 4};
  put_to_sleep(4, &word, bits);
  say("bit sets 1, 2, 3, 4: wake 2: %e",
      syscall6(NR_futex, ARG(&word), FUTEX_WAKE_BITSET, 10, 0, 0, 2));
  say(", awake %d", awake(4, 2));
  say("; wake all: %e\n", sys_futex(&word, FUTEX_WAKE, 10, 0));
  for (int i = 0; i < 4; i++) join_thread(&sleepers[i].thread);
  volatile int other = 0;
  put_to_sleep(4, &word, 0);
  say("requeue with another value: %e\n",
      syscall6(NR_futex, ARG(&word), FUTEX_CMP_REQUEUE, 1, 2, ARG(&other), 7));
  say("wake 1 and requeue 2: %e",
      syscall6(NR_futex, ARG(&word), FUTEX_CMP_REQUEUE, 1, 2, ARG(&other), 0));
  say(", awake %d", awake(4, 1));
  say("; at the other word: %e, at the first: %e\n", sys_futex(&other, FUTEX_WAKE, 10, 0),
      sys_futex(&word, FUTEX_WAKE, 10, 0));
  for (int i = 0; i < 4; i++) join_thread(&sleepers[i].thread);

  say("-- private and shared\n");
  put_to_sleep(1, &word, 0);
  say("a private wake does not reach a shared sleeper: %e\n",
      sys_futex(&word, FUTEX_WAKE | FUTEX_PRIVATE, 1, 0));
  say("a shared one does: %e\n", sys_futex(&word, FUTEX_WAKE, 1, 0));
  join_thread(&sleepers[0].thread);
  int file = (int)need(sys_memfd_create("file", 0), "memfd_create");
  need(syscall3(NR_ftruncate64, file, 4096, 0), "ftruncate");
  volatile int *one =
      (int *)need(sys_mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), "mmap");
  volatile int *two =
      (int *)need(sys_mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), "mmap");
  put_to_sleep(1, one + 5, 0);
  say("one page at two addresses is one futex: %e\n", sys_futex(two + 5, FUTEX_WAKE, 1, 0));
  join_thread(&sleepers[0].thread);

  struct thread counters[4];
  for (int i = 0; i < 4; i++) start_thread(&counters[i], 0, count, 0);
  for (int i = 0; i < 4; i++) join_thread(&counters[i]);
  say("four threads counted to %d under a mutex\n", counter);

  say("-- robust list\n");
  start_thread(&thread, 0, die_holding, 0);
  long tid = thread.tid;
  join_thread(&thread);
  say("its owner died: bit 30 is %s, the waiters' bit is %s\n",
      robust.word & 0x40000000 ? "set" : "clear", robust.word & 0x80000000 ? "set" : "clear");
  say("the tid is %s\n", (robust.word & 0x3fffffff) == 0     ? "0"
                         : (robust.word & 0x3fffffff) == tid ? "still there"
                                                             : "another");
  say("a head of another size: %e\n", syscall2(NR_set_robust_list, ARG(&robust_head), 8));
  return 0;
}
