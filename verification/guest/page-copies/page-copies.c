// Pages that one thread has loaded from are stored to by another for the first time, and so replaced
// by copies, while the first is somewhere in its loop: after it was told so, it must see the stores.

#include "guest.h"

enum { PAGES = 6000, SPINS = 4096 };

static volatile int said, ready;
static char *pages;

static inline void wait_for_word(volatile int *word, int value) {
  for (int i = 1; *word < value; i++) {
    arch_relax();
    if (i % SPINS == 0) sys_sched_yield();
  }
  arch_relax();
}

static __attribute__((noinline)) void call_to_wait(volatile int *word, int value) {
  wait_for_word(word, value);
}

static volatile int *page(int i) { return (volatile int *)(pages + 4096 * i); }

static long stale;

static long read_pages(void *called) {
  for (int i = 0; i < PAGES; i++) stale += *page(i);
  for (int i = 0; i < PAGES; i++) {
    volatile int *at = page(i);
    stale += at[1];
    ready = i + 1;
    if (called)
      call_to_wait(&said, i + 1);
    else
      wait_for_word(&said, i + 1);
    if (at[1] != i + 1) stale++;
  }
  return 0;
}

static void both(const char *name, void *called) {
  static struct thread reader;
  pages = (char *)need(sys_mmap(0, PAGES * 4096, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "mmap");
  said = ready = 0;
  stale = 0;
  start_thread(&reader, 0, read_pages, called);
  for (int i = 0; i < PAGES; i++) {
    wait_for_word(&ready, i + 1);
    page(i)[1] = i + 1;
    arch_relax();
    said = i + 1;
  }
  join_thread(&reader);
  say("%s: %d stale\n", name, (int)stale);
  sys_munmap(pages, PAGES * 4096);
}

int guest_main(int argc, char **argv, char **envp) {
  for (int i = 0; i < 2; i++) {
    both("fence in the loop", 0);
    both("fence in a function", "called");
  }
  return 0;
}
