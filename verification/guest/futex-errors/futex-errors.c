// What futex(2) refuses, and in which order: every operation with every argument that can be wrong,
// alone and together with others.

#include "guest.h"

#include "timing.h"

enum {
  FUTEX_WAKE_OP = 5,
  FUTEX_LOCK_PI = 6,
  FUTEX_UNLOCK_PI = 7,
  FUTEX_TRYLOCK_PI = 8,
  FUTEX_WAIT_REQUEUE_PI = 11,
  FUTEX_CMP_REQUEUE_PI = 12,
  FUTEX_LOCK_PI2 = 13,
  FUTEX_CLOCK_REALTIME = 256,
};

static long futex(volatile void *word, int operation, int value, const void *timeout,
                  volatile void *other, int value3) {
  return syscall6(NR_futex, ARG(word), operation, value, ARG(timeout), ARG(other), value3);
}

static volatile int word, other;
#define ODD ((char *)&word + 1)
#define NONE ((void *)NOWHERE)
#define OUTSIDE ((void *)0xfffffffcul)

static struct timespec soon = {0, 2000000}, bad = {0, 1000000000}, negative = {-1, 0},
                       past = {1, 0};

// Each operation with an address that is fine, odd, unmapped, outside of user space and null.
static void addresses(void) {
  static const struct {
    int operation;
    const char name[20];
  } operations[] = {
      {FUTEX_WAIT, "WAIT"},
      {FUTEX_WAKE, "WAKE"},
      {FUTEX_REQUEUE, "REQUEUE"},
      {FUTEX_CMP_REQUEUE, "CMP_REQUEUE"},
      {FUTEX_WAKE_OP, "WAKE_OP"},
      {FUTEX_LOCK_PI, "LOCK_PI"},
      {FUTEX_UNLOCK_PI, "UNLOCK_PI"},
      {FUTEX_TRYLOCK_PI, "TRYLOCK_PI"},
      {FUTEX_WAIT_BITSET, "WAIT_BITSET"},
      {FUTEX_WAKE_BITSET, "WAKE_BITSET"},
      {FUTEX_WAIT_REQUEUE_PI, "WAIT_REQUEUE_PI"},
      {FUTEX_CMP_REQUEUE_PI, "CMP_REQUEUE_PI"},
      {FUTEX_LOCK_PI2, "LOCK_PI2"},
      {2, "FD"},
      {14, "14"},
      {-1, "-1"},
  };
  for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++) {
    int op = operations[i].operation;
    for (int private = 0; private < 2; private++) {
      int flags = private && op >= 0 ? FUTEX_PRIVATE : 0;
      // Absolute times of 1970 keep what would sleep from doing so; WAIT has another value.
      void *time = op == FUTEX_WAIT || op == 9 || op == 11 || op == 13 || op == 6 ? &past : 0;
      int value = op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET || op == FUTEX_WAIT_REQUEUE_PI;
      int value3 = op == FUTEX_WAKE_OP ? 0 : 1;
      if (op == FUTEX_CMP_REQUEUE || op == FUTEX_CMP_REQUEUE_PI) value3 = 0;
      word = other = 0;
      say("%s%s: fine %e", operations[i].name, flags ? " private" : "",
          futex(&word, op | flags, value, time, &other, value3));
      word = other = 0;
      say(", odd %e", futex(ODD, op | flags, value, time, &other, value3));
      say(", unmapped %e", futex(NONE, op | flags, value, time, &other, value3));
      say(", outside %e", futex(OUTSIDE, op | flags, value, time, &other, value3));
      say(", null %e", futex(0, op | flags, value, time, &other, value3));
      word = other = 0;
      say("; second odd %e", futex(&word, op | flags, value, time, ODD, value3));
      word = other = 0;
      say(", unmapped %e", futex(&word, op | flags, value, time, NONE, value3));
      word = other = 0;
      say(", the same %e\n", futex(&word, op | flags, value, time, &word, value3));
    }
  }
}

static void times(void) {
  say("-- times\n");
  static const int operations[] = {FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_WAIT_REQUEUE_PI,
                                   FUTEX_LOCK_PI, FUTEX_LOCK_PI2, FUTEX_WAKE};
  for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++) {
    int op = operations[i];
    int value = op == FUTEX_WAKE ? 0 : 7;
    word = 0;
    say("%d: bad time %e, negative %e, unmapped %e", op, futex(&word, op, value, &bad, &other, 1),
        futex(&word, op, value, &negative, &other, 1), futex(&word, op, value, NONE, &other, 1));
    word = 0;
    say(", bad time and odd word %e, unmapped time and odd word %e",
        futex(ODD, op, value, &bad, &other, 1), futex(ODD, op, value, NONE, &other, 1));
    say(", realtime %e", futex(&word, op | FUTEX_CLOCK_REALTIME, value, &past, &other, 1));
    word = 0;
    say(", realtime and bad time %e\n",
        futex(&word, op | FUTEX_CLOCK_REALTIME, value, &bad, &other, 1));
  }
  word = 0;
  say("no operation, realtime: %e, with bad time %e\n",
      futex(&word, 99 | FUTEX_CLOCK_REALTIME, 0, 0, 0, 0), futex(&word, 99, 0, &bad, 0, 0));
  long from = now_ms(CLOCK_MONOTONIC);
  say("absolute and long past: %e\n", futex(&word, FUTEX_WAIT_BITSET, 0, &past, 0, -1));
  say("realtime and long past: %e\n",
      futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &past, 0, -1));
  say("soon: %e\n", futex(&word, FUTEX_WAIT, 0, &soon, 0, 0));
  say("took %s\n", about(now_ms(CLOCK_MONOTONIC) - from, 1, 2000));
  struct timespec64 wide = {0, 2000000}, wide_bad = {0, 1000000000},
                    wide_high = {0, 0x100000000ll + 1000000}, never = {0x7fffffffffffffffll, 0};
  say("64 bits: soon %e, bad %e, with padding %e, unmapped %e\n",
      syscall6(NR_futex_time64, ARG(&word), FUTEX_WAIT, 0, ARG(&wide), 0, 0),
      syscall6(NR_futex_time64, ARG(&word), FUTEX_WAIT, 0, ARG(&wide_bad), 0, 0),
      syscall6(NR_futex_time64, ARG(&word), FUTEX_WAIT, 0, ARG(&wide_high), 0, 0),
      syscall6(NR_futex_time64, ARG(&word), FUTEX_WAIT, 0, NOWHERE, 0, 0));
  say("another value and until the end of time: %e\n",
      syscall6(NR_futex_time64, ARG(&word), FUTEX_WAIT, 1, ARG(&never), 0, 0));
}

static void counts(void) {
  say("-- counts and bit sets\n");
  word = other = 0;
  say("wake -1: %e, 0: %e\n", futex(&word, FUTEX_WAKE, -1, 0, 0, 0),
      futex(&word, FUTEX_WAKE, 0, 0, 0, 0));
  say("wake no bits: %e, at an odd word %e\n", futex(&word, FUTEX_WAKE_BITSET, 1, 0, 0, 0),
      futex(ODD, FUTEX_WAKE_BITSET, 1, 0, 0, 0));
  say("wait for no bits: %e, at an odd word %e, with another value %e\n",
      futex(&word, FUTEX_WAIT_BITSET, 0, &past, 0, 0), futex(ODD, FUTEX_WAIT_BITSET, 0, &past, 0, 0),
      futex(&word, FUTEX_WAIT_BITSET, 1, &past, 0, 0));
  say("requeue -1: %e, -1 more %e, with an odd word %e, an odd other %e\n",
      futex(&word, FUTEX_REQUEUE, -1, 0, &other, 0),
      futex(&word, FUTEX_REQUEUE, 0, (void *)-1, &other, 0),
      futex(ODD, FUTEX_REQUEUE, -1, 0, &other, 0), futex(&word, FUTEX_REQUEUE, 0, 0, ODD, 0));
  say("compare and requeue: another value %e, and an odd other %e\n",
      futex(&word, FUTEX_CMP_REQUEUE, 0, 0, &other, 5),
      futex(&word, FUTEX_CMP_REQUEUE, 0, 0, ODD, 5));
  say("requeue to a lock: wake 0 %e, 2 %e, another value %e, -1 more %e, itself %e\n",
      futex(&word, FUTEX_CMP_REQUEUE_PI, 0, 0, &other, 0),
      futex(&word, FUTEX_CMP_REQUEUE_PI, 2, 0, &other, 0),
      futex(&word, FUTEX_CMP_REQUEUE_PI, 1, 0, &other, 5),
      futex(&word, FUTEX_CMP_REQUEUE_PI, 1, (void *)-1, &other, 0),
      futex(&word, FUTEX_CMP_REQUEUE_PI, 1, 0, &word, 0));
}

static void operations(void) {
  say("-- wake with an operation\n");
  for (int op = 0; op < 16; op++) {
    word = 0;
    other = 12;
    long result = futex(&word, FUTEX_WAKE_OP, 1, 0, &other, op << 28 | 5 << 12);
    say("operation %d: %e, 12 becomes %d\n", op, result, other);
  }
  for (int comparison = 0; comparison < 8; comparison++) {
    other = 12;
    long result = futex(&word, FUTEX_WAKE_OP, 1, 0, &other, comparison << 24 | 7 << 12 | 12);
    say("comparison %d: %e, 12 becomes %d\n", comparison, result, other);
  }
  other = 0;
  say("set to -1: %e", futex(&word, FUTEX_WAKE_OP, 1, 0, &other, 0xfff << 12));
  say(", becomes %d\n", other);
  say("shift by 40: %e", futex(&word, FUTEX_WAKE_OP, 1, 0, &other, (int)(8u << 28) | 40 << 12));
  say(", becomes %d\n", other);
  int *locked = new_memory(4096, MAP_PRIVATE);
  need(sys_mprotect(locked, 4096, PROT_READ), "mprotect");
  say("read-only: wake op %e, private %e, wait %e, private %e, lock %e, private %e\n",
      futex(&word, FUTEX_WAKE_OP, 1, 0, locked, 0),
      futex(&word, FUTEX_WAKE_OP | FUTEX_PRIVATE, 1, 0, locked, 0),
      futex(locked, FUTEX_WAIT, 1, 0, 0, 0), futex(locked, FUTEX_WAIT | FUTEX_PRIVATE, 1, 0, 0, 0),
      futex(locked, FUTEX_LOCK_PI, 0, 0, 0, 0),
      futex(locked, FUTEX_LOCK_PI | FUTEX_PRIVATE, 0, 0, 0, 0));
}

static void locks(void) {
  say("-- locks\n");
  int me = (int)sys_gettid();
  word = 0;
  say("a free lock: %e", futex(&word, FUTEX_LOCK_PI, 0, 0, 0, 0));
  say(", the word is %s\n", word == me ? "our tid" : "something else");
  say("again: %e, try %e, LOCK_PI2 %e\n", futex(&word, FUTEX_LOCK_PI, 0, 0, 0, 0),
      futex(&word, FUTEX_TRYLOCK_PI, 0, 0, 0, 0), futex(&word, FUTEX_LOCK_PI2, 0, 0, 0, 0));
  say("unlock: %e", futex(&word, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
  say(", the word is %d, again %e\n", word, futex(&word, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
  word = 0x40000000;
  say("its owner died: %e", futex(&word, FUTEX_LOCK_PI, 0, 0, 0, 0));
  say(", the word is %s\n", word == (me | 0x40000000) ? "our tid and the bit" : "something else");
  word = 4000000;
  say("no such owner: %e, try %e", futex(&word, FUTEX_LOCK_PI, 0, &past, 0, 0),
      futex(&word, FUTEX_TRYLOCK_PI, 0, 0, 0, 0));
  word = 4000000;
  say(", unlock %e\n", futex(&word, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
  word = 2;
  say("owned by a kernel thread: %e", futex(&word, FUTEX_LOCK_PI, 0, &past, 0, 0));
  word = 2;
  say(", try %e\n", futex(&word, FUTEX_TRYLOCK_PI, 0, 0, 0, 0));
  word = 1;
  say("owned by another process: %e", futex(&word, FUTEX_LOCK_PI, 0, &past, 0, 0));
  say(", the word is %x", word);
  word = 1;
  say(", try %e, unlock %e\n", futex(&word, FUTEX_TRYLOCK_PI, 0, 0, 0, 0),
      futex(&word, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
}

static long other_user(void *unused) {
  long head, size;
  need(syscall3(NR_setresuid, 1000, 1000, 1000), "setresuid");
  say("as another user: %e\n", syscall3(NR_get_robust_list, 1, ARG(&head), ARG(&size)));
  say("as another user, nowhere to: %e\n", syscall3(NR_get_robust_list, 1, NOWHERE, NOWHERE));
  return 0;
}

static void lists(void) {
  say("-- robust lists\n");
  unsigned long head = 1, size = 1;
  say("none: %e", syscall3(NR_get_robust_list, 0, ARG(&head), ARG(&size)));
  say(", %lx, %lu bytes\n", head, size);
  say("sizes: 11 %e, 13 %e, 0 %e\n", syscall2(NR_set_robust_list, NOWHERE, 11),
      syscall2(NR_set_robust_list, NOWHERE, 13), syscall2(NR_set_robust_list, NOWHERE, 0));
  say("anywhere: %e", syscall2(NR_set_robust_list, NOWHERE, 12));
  say(", %e", syscall3(NR_get_robust_list, sys_gettid(), ARG(&head), ARG(&size)));
  say(", %s\n", head == NOWHERE ? "as set" : "not as set");
  say("no such task: %e, a negative one %e\n",
      syscall3(NR_get_robust_list, 4000000, ARG(&head), ARG(&size)),
      syscall3(NR_get_robust_list, -1, ARG(&head), ARG(&size)));
  size = 1;
  say("nowhere for the head: %e", syscall3(NR_get_robust_list, 0, NOWHERE, ARG(&size)));
  say(", %lu bytes", size);
  head = 1;
  say("; nowhere for the size: %e", syscall3(NR_get_robust_list, 0, ARG(&head), NOWHERE));
  say(", the head is %lx\n", head);
  run_in_child(other_user, 0);
}

int guest_main(int argc, char **argv, char **envp) {
  addresses();
  times();
  counts();
  operations();
  locks();
  lists();
  return 0;
}
