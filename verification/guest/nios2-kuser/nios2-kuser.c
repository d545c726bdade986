// The page at 0x1000 that the kernel maps into every Nios II process: the version word,
// compare-and-exchange at 0x1004, the signal trampoline at 0x1044; readable and executable, never
// writable.

#include "guest.h"

enum { KUSER = 0x1000, KUSER_CMPXCHG = 0x1004, KUSER_SIGTRAMP = 0x1044 };

// int cmpxchg(int *word, int old, int new): r2 = *word - old, and the store happens if that is 0.
typedef int (*cmpxchg)(volatile int *word, int old, int new_value);

static const cmpxchg kuser_cmpxchg = (cmpxchg)KUSER_CMPXCHG;

static volatile int word;

static long write_to_page(void *unused) {
  *(volatile int *)KUSER = 0;
  return 0;
}

static long read_below_page(void *unused) { return *(volatile int *)(KUSER - 4); }

enum { ROUNDS = 20000 };

static long count(void *counter) {
  volatile int *shared = counter;
  for (int i = 0; i < ROUNDS; i++)
    for (int seen = *shared; kuser_cmpxchg(shared, seen, seen + 1) != 0;) seen = *shared;
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  say("version = %d\n", *(volatile int *)KUSER);

  word = 5;
  int result = kuser_cmpxchg(&word, 5, 9);
  say("cmpxchg 5 to 9 on 5: returns %d, word is %d\n", result, word);
  result = kuser_cmpxchg(&word, 5, 10);
  say("cmpxchg 5 to 10 on 9: returns %d, word is %d\n", result, word);
  result = kuser_cmpxchg(&word, 11, 10);
  say("cmpxchg 11 to 10 on 9: returns %d, word is %d\n", result, word);

  volatile int *shared = new_shared(4096);
  long one = fork_child(count, (void *)shared), other = fork_child(count, (void *)shared);
  int status = wait_for(one), other_status = wait_for(other);
  say("two processes counted to %d by cmpxchg: %w, %w\n", *shared, status, other_status);

  say("sigtramp:");
  for (int i = 0; i < 2; i++) say(" %08x", ((volatile unsigned *)KUSER_SIGTRAMP)[i]);
  say("\n");
  say("writing to the page: %w\n", run_in_child(write_to_page, 0));
  say("reading below the page: %w\n", run_in_child(read_below_page, 0));
  say("write(2) from the page: %e\n", sys_write(1, "", 0));
  int pipe[2];
  need(sys_pipe(pipe, 0), "pipe");
  say("write(2) of 8 bytes of the page: %e\n", sys_write(pipe[1], (void *)KUSER, 8));
  say("read(2) into the page: %e\n", sys_read(pipe[0], (void *)KUSER, 8));
  return 0;
}
