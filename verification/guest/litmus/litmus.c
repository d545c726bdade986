// What threads may see of each other's stores: litmus tests of the memory model, with the fences that
// Linux programs have.

#include "guest.h"

enum { FREE = 300000, ROUNDS = 3000, SPINS = 2000, THREADS = 4, ADDS = 20000 };

// Far from each other, so that each has a cache line of its own.
static volatile int words[64 * 8] __attribute__((aligned(256)));
#define X words[0]
#define Y words[64]
#define GO words[128]
#define DONE words[192]
#define R1 words[256]
#define R2 words[320]

static struct thread threads[THREADS];
static int bad;

static void pass_on(int *spins) {
  if (++*spins % SPINS == 0) sys_sched_yield();
}

// Message passing: who sees the flag sees what was stored before it.
static long write_messages(void *unused) {
  for (int i = 1, spins = 0; i <= FREE; i++) {
    X = i;
    arch_relax();
    Y = i;
    if (i % 64 == 0) pass_on(&spins);
  }
  return 0;
}

static void message_passing(void) {
  X = Y = bad = 0;
  start_thread(&threads[0], 0, write_messages, 0);
  for (int spins = 0, seen = 0; seen < FREE; pass_on(&spins)) {
    seen = Y;
    arch_relax();
    if (X < seen) bad++;
  }
  join_thread(&threads[0]);
  say("message passing: %d\n", bad);
}

// Coherence: one word never goes back.
static void coherence(void) {
  X = Y = bad = 0;
  start_thread(&threads[0], 0, write_messages, 0);
  for (int spins = 0, seen = 0; seen < FREE; pass_on(&spins)) {
    int first = X, second = X;
    if (second < first || first < seen) bad++;
    seen = second;
  }
  join_thread(&threads[0]);
  say("coherence: %d\n", bad);
}

static void wait_for_word(volatile int *word, int value) {
  for (int spins = 0; *word < value;) pass_on(&spins);
  arch_relax();
}

// Two threads begin each round at the same time.
static long other_side(void *part) {
  void (*round)(int) = (void (*)(int))part;
  for (int i = 1; i <= ROUNDS; i++) {
    wait_for_word(&GO, i);
    round(i);
    arch_relax();
    DONE = i;
  }
  return 0;
}

static int in_rounds(void (*here)(int), void (*there)(int), bool (*wrong)(int)) {
  X = Y = GO = DONE = bad = 0;
  start_thread(&threads[0], 0, other_side, (void *)there);
  for (int i = 1; i <= ROUNDS; i++) {
    GO = i;
    here(i);
    wait_for_word(&DONE, i);
    bad += wrong(i);
  }
  join_thread(&threads[0]);
  return bad;
}

// Store buffering: one of two that store and then look sees the other.
static void store_x_look_y(int i) {
  X = i;
  arch_relax();
  R1 = Y;
}
static void store_y_look_x(int i) {
  Y = i;
  arch_relax();
  R2 = X;
}
static bool neither(int i) { return R1 < i && R2 < i; }

// Load buffering: nobody sees what depends on what is seen.
static void copy_x_to_y(int i) {
  int seen = X;
  arch_relax();
  Y = i;
  R1 = seen;
}
static void copy_y_to_x(int i) {
  int seen = Y;
  arch_relax();
  X = i;
  R2 = seen;
}
static bool both(int i) { return R1 == i && R2 == i; }

// The stores of compare-and-set: none is lost, and they order what stands around them.
static long add(void *unused) {
  for (int i = 0; i < ADDS; i++) {
    atomic_increment(&X);
    if (i % 1024 == 0) sys_sched_yield();
  }
  return 0;
}

// A lock made of it keeps a plain word together.
static long add_locked(void *unused) {
  for (int i = 0, spins = 0; i < ADDS / 4; i++) {
    while (!arch_compare_and_set(&GO, 0, 1)) pass_on(&spins);
    arch_relax();
    Y = Y + 1;
    arch_relax();
    GO = 0;
  }
  return 0;
}

static void all_threads(long (*function)(void *)) {
  X = Y = GO = 0;
  for (int i = 0; i < THREADS; i++) start_thread(&threads[i], 0, function, 0);
  for (int i = 0; i < THREADS; i++) join_thread(&threads[i]);
}

int guest_main(int argc, char **argv, char **envp) {
  message_passing();
  coherence();
  say("store buffering: %d\n", in_rounds(store_x_look_y, store_y_look_x, neither));
  say("load buffering: %d\n", in_rounds(copy_x_to_y, copy_y_to_x, both));
  all_threads(add);
  say("lost increments: %d\n", THREADS * ADDS - X);
  all_threads(add_locked);
  say("lost under a lock: %d\n", THREADS * (ADDS / 4) - Y);
  return 0;
}
