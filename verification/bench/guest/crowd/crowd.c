// Many tasks at once: crowd processes|threads COUNT [MILLISECONDS] starts so many, which sleep, says
// how many there are, waits that long, and ends them. Where no more can be made it says why and
// goes on with those that there are.

#include "guest.h"

static volatile int *there, *over;

static long sleep_until_over(void *unused) {
  atomic_increment(there);
  sys_futex(there, FUTEX_WAKE, 1, 0);
  wait_until(over, 1);
  return 0;
}

enum { SMALL_STACK = 4096 };

static long start_process(void) {
  return arch_clone(SIGCHLD, 0, 0, 0, 0, sleep_until_over, 0);
}

static long start_one_thread(void) {
  long stack = sys_mmap(0, SMALL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack < 0 && stack > -4096) return stack;
  static int tid;
  return arch_clone(THREAD_FLAGS & ~CLONE_CHILD_CLEARTID, (char *)stack + SMALL_STACK, &tid, 0, 0,
                    sleep_until_over, 0);
}

static long number(const char *text) {
  long value = 0;
  while (*text >= '0' && *text <= '9') value = value * 10 + (*text++ - '0');
  return value;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc < 3) {
    say("crowd processes|threads COUNT [MILLISECONDS]\n");
    return 2;
  }
  bool processes = argv[1][0] == 'p';
  there = new_shared(4096);
  over = there + 1;
  int started = 0;
  for (long wanted = number(argv[2]); started < wanted; started++) {
    long result = processes ? start_process() : start_one_thread();
    if (result < 0) {
      say("no more than %d: %e\n", (long)started, result);
      break;
    }
  }
  for (int seen; (seen = *there) != started;) sys_futex(there, FUTEX_WAIT, seen, 0);
  say("%d %s\n", (long)started, processes ? "processes" : "threads");
  if (argc > 3) sleep_ms(number(argv[3]));
  set_and_wake(over, 1);
  for (int i = 0; processes && i < started; i++) need(sys_wait4(-1, 0, WALL), "wait4");
  return 0;
}
