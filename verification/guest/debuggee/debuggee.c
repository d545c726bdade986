// What debuggers, crash reports and core files are tried on. Its argument says how it goes on; without one it only says so.

#include "guest.h"

volatile int counter = 41;
volatile int quiet;
static struct thread threads[2];
static volatile int go;

__attribute__((noinline)) void innermost(volatile int *where, int value) {
  int filler[8];
  for (int i = 0; i < 8; i++) ((volatile int *)filler)[i] = value;
  *where = filler[value & 7];
  quiet++;
}

__attribute__((noinline)) int middle(volatile int *where, int value) {
  innermost(where, value + 1);
  return quiet + value;
}

__attribute__((noinline)) int outer(volatile int *where, int value) {
  int first = middle(where, value);
  return first + middle(&counter, first);
}

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  outer((volatile int *)16, signal);
  quiet++;
}

__attribute__((noinline)) void send_self(int signal) {
  sys_kill(sys_getpid(), signal);
  quiet++;
}

__attribute__((noinline)) void call(void (*function)(void)) {
  function();
  quiet++;
}

static long sleep_in_thread(void *unused) {
  while (!go) sys_futex(&go, FUTEX_WAIT, 0, 0);
  return 0;
}

static long spin_in_thread(void *unused) {
  while (!go) quiet++;
  return 0;
}

static long crash_in_child(void *unused) { return outer((volatile int *)16, 3); }

static bool is(const char *word, const char *argument) {
  while (*word && *word == *argument) word++, argument++;
  return *word == *argument;
}

int guest_main(int argc, char **argv, char **envp) {
  const char *what = argc > 1 ? argv[1] : "";
  say("debuggee %s\n", what);
  if (is(what, "crash")) {
    outer((volatile int *)16, 3);
  } else if (is(what, "handler")) {
    handle(SIGUSR1, on_signal, SA_SIGINFO);
    send_self(SIGUSR1);
  } else if (is(what, "abort")) {
    send_self(SIGABRT);
  } else if (is(what, "terminate")) {
    send_self(SIGTERM);
  } else if (is(what, "nowhere")) {
    call((void (*)(void))0);
  } else if (is(what, "child")) {
    say("child: %w\n", run_in_child(crash_in_child, 0));
  } else if (is(what, "count")) {
    for (int i = 0; i < 3; i++) outer(&counter, i);
    say("counter %d\n", counter);
    return 7;
  } else if (is(what, "spin")) {
    while (!go) quiet++;
    say("spun\n");
  } else if (is(what, "sleep")) {
    sleep_ms(1000000);
  } else if (is(what, "threads") || is(what, "crash-threads")) {
    start_thread(&threads[0], 0, sleep_in_thread, 0);
    start_thread(&threads[1], 0, spin_in_thread, 0);
    sleep_ms(50);
    if (is(what, "crash-threads")) outer((volatile int *)16, 3);
    outer(&counter, 1);
    set_and_wake(&go, 1);
    join_thread(&threads[0]);
    join_thread(&threads[1]);
    say("joined\n");
  }
  return 0;
}
