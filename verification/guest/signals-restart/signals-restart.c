// Which system calls go on after a handler and which end with EINTR, with SA_RESTART and without
// it.

#include "guest.h"

static volatile int handled;

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) { handled++; }

static long parent_pid;
static int pipe_ends[2];

static volatile int *futex_word, *about_to_sleep;

// Lets the parent fall asleep in its call.
static void wait_for_parent(void) {
  while (!*about_to_sleep) sleep_ms(1);
  sleep_ms(40);
}

// Sends a signal when the parent sleeps, then, later, what the parent waits for.
static long disturb(void *unused) {
  wait_for_parent();
  sys_kill(parent_pid, SIGUSR1);
  sleep_ms(30);
  sys_write(pipe_ends[1], "x", 1);
  return 0;
}

static long stop_and_continue(void *unused) {
  wait_for_parent();
  sys_kill(parent_pid, SIGSTOP);
  sleep_ms(20);
  sys_kill(parent_pid, SIGCONT);
  sleep_ms(20);
  sys_write(pipe_ends[1], "x", 1);
  return 0;
}

static long disturb_and_wake(void *unused) {
  wait_for_parent();
  sys_kill(parent_pid, SIGUSR1);
  sleep_ms(30);
  set_and_wake(futex_word, 1);
  return 0;
}

enum kind { READ, WAIT, WAITID, POLL, NANOSLEEP, FUTEX, FUTEX_TIMEOUT, PAUSE, SIGTIMEDWAIT, KINDS };

static const char *const kind_names[] = {
    "read of a pipe",         "wait4",      "waitid",      "poll", "nanosleep", "futex wait",
    "futex wait with a time", "sigsuspend", "sigtimedwait"};

static long call(enum kind kind) {
  *about_to_sleep = 1;
  char byte;
  struct timespec time = {0, 500 * 1000000}, left;
  struct timespec second = {1, 0};
  uint32_t none[2] = {0, 0}, usr2[2] = {mask_bit(SIGUSR2), 0};
  struct siginfo info;
  struct pollfd poll = {pipe_ends[0], POLLIN, 0};
  switch (kind) {
    case READ: return sys_read(pipe_ends[0], &byte, 1);
    case WAIT: return sys_wait4(-1, 0, 0) > 0;
    case WAITID: return sys_waitid(P_ALL, 0, &info, WEXITED);
    case POLL: return sys_poll(&poll, 1, 0);
    case NANOSLEEP: return sys_nanosleep(&time, &left);
    case FUTEX: return sys_futex(futex_word, FUTEX_WAIT, 0, 0);
    case FUTEX_TIMEOUT: return sys_futex(futex_word, FUTEX_WAIT, 0, &second);
    case PAUSE: return sys_rt_sigsuspend(none);
    case SIGTIMEDWAIT: return sys_rt_sigtimedwait(usr2, &info, &time);
    default: return 0;
  }
}

// Reaps all children and empties the pipe.
static void drain(void) {
  char bytes[64];
  long result;
  do result = sys_wait4(-1, 0, 0);
  while (result > 0 || result == -EINTR);
  *about_to_sleep = 0;
  struct pollfd poll = {pipe_ends[0], POLLIN, 0};
  struct timespec now = {0, 0};
  while (sys_poll(&poll, 1, &now) > 0 && sys_read(pipe_ends[0], bytes, sizeof bytes) > 0) continue;
}

static void try_all(const char *title, unsigned long flags) {
  say("-- %s\n", title);
  handle(SIGUSR1, on_signal, SA_SIGINFO | flags);
  for (enum kind kind = READ; kind < KINDS; kind++) {
    handled = 0;
    *futex_word = 0;
    bool futex = kind == FUTEX || kind == FUTEX_TIMEOUT;
    fork_child(futex ? disturb_and_wake : disturb, 0);
    long result = call(kind);
    say("%s: %e, handled %d\n", kind_names[kind], result, handled);
    drain();
  }
}

static long sleep_and_say(void *unused) {
  struct timespec time = {0, 200 * 1000000}, left = {9, 9};
  handle(SIGUSR1, on_signal, SA_SIGINFO | SA_RESTART);
  long result = sys_nanosleep(&time, &left);
  say("nanosleep: %e, time is left: %s\n", result,
      yes_no(left.seconds == 0 && left.nanoseconds > 0 && left.nanoseconds < 200 * 1000000));
  return 0;
}

static long stopped_sleep(void *unused) {
  struct timespec time = {0, 200 * 1000000};
  say("nanosleep through a stop: %e\n", sys_nanosleep(&time, 0));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  parent_pid = sys_getpid();
  need(sys_pipe(pipe_ends, 0), "pipe");
  futex_word = new_shared(4096);
  about_to_sleep = futex_word + 1;
  try_all("without SA_RESTART", 0);
  try_all("with SA_RESTART", SA_RESTART);

  say("-- an ignored signal\n");
  handle(SIGUSR1, SIG_IGN, 0);
  fork_child(disturb, 0);
  say("read: %e\n", call(READ));
  drain();

  say("-- stopped and continued\n");
  fork_child(stop_and_continue, 0);
  say("read: %e\n", call(READ));
  drain();
  long child = fork_child(stopped_sleep, 0);
  sleep_ms(50);
  sys_kill(child, SIGSTOP);
  sleep_ms(20);
  sys_kill(child, SIGCONT);
  wait_for(child);

  say("-- time that is left\n");
  child = fork_child(sleep_and_say, 0);
  sleep_ms(80);
  sys_kill(child, SIGUSR1);
  wait_for(child);
  return 0;
}
