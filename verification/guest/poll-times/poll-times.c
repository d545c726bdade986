// Waiting for files with a time and a signal mask: ppoll, pselect6, epoll_pwait, epoll_pwait2.

#include "guest.h"

#include "timing.h"

struct epoll_event {
  uint32_t events;
  uint64_t data;
};

struct mask_and_size {
  const void *mask;
  unsigned long size;
};

static int pipes[2];
static volatile int handled;

static void handler(int signal, struct siginfo *info, struct ucontext *context) { handled++; }

static long ppoll(struct pollfd *fds, unsigned n, void *time, const void *mask, unsigned long size) {
  return syscall5(NR_ppoll, ARG(fds), n, ARG(time), ARG(mask), size);
}

static long pselect(int n, void *in, void *time, void *mask) {
  return syscall6(NR_pselect6, n, ARG(in), 0, 0, ARG(time), ARG(mask));
}

static long poke(void *parent) {
  sleep_ms(50);
  sys_kill(ARG(parent), SIGUSR1);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  need(sys_pipe(pipes, 0), "pipe");
  struct pollfd fds[2] = {{pipes[0], POLLIN, 0}, {pipes[1], POLLOUT, 0}};
  struct timespec zero = {0, 0}, bad = {0, 1000000000}, negative = {-1, 0}, time;
  uint32_t none[2] = {0, 0};
  unsigned in[32];
  say("-- ppoll\n");
  say("ready: %e, %x %x\n", ppoll(fds, 2, &zero, 0, 0), fds[0].revents, fds[1].revents);
  say("bad time %e, negative %e, time nowhere %e, fds nowhere %e, too many %e\n",
      ppoll(fds, 1, &bad, 0, 0), ppoll(fds, 1, &negative, 0, 0),
      ppoll(fds, 1, (void *)NOWHERE, 0, 0), ppoll((void *)NOWHERE, 1, &zero, 0, 0),
      ppoll(fds, 2000000, &zero, 0, 0));
  say("mask of 4 bytes %e, nowhere %e, of 4 bytes without a mask %e\n", ppoll(fds, 1, &zero, none, 4),
      ppoll(fds, 1, &zero, (void *)NOWHERE, 8), ppoll(fds, 1, &zero, 0, 4));
  say("bad time and mask of 4: %e, time nowhere and bad mask %e, bad mask and fds nowhere %e\n",
      ppoll(fds, 1, &bad, none, 4), ppoll(fds, 1, (void *)NOWHERE, none, 4),
      ppoll((void *)NOWHERE, 1, &zero, none, 4));
  say("too many and bad mask %e, too many and nowhere %e\n", ppoll(fds, 2000000, &zero, none, 4),
      ppoll((void *)NOWHERE, 2000000, &zero, 0, 0));
  fds[1].fd = 99;
  long result = ppoll(fds, 2, &zero, 0, 0);
  say("not open: %e, %x %x", result, fds[0].revents, fds[1].revents);
  fds[1].fd = -1;
  result = ppoll(fds, 2, &zero, 0, 0);
  say("; negative: %e, %x %x\n", result, fds[0].revents, fds[1].revents);
  time.seconds = 0;
  time.nanoseconds = 50000000;
  long from = now_ms(CLOCK_MONOTONIC);
  result = ppoll(fds, 1, &time, 0, 0);
  say("50 ms: %e, took %s, left %ld %ld\n", result, about(now_ms(CLOCK_MONOTONIC) - from, 50, 5000),
      time.seconds, time.nanoseconds);
  struct timespec64 wide = {0, 0x700000000ll + 20000000}, wide_bad = {0, 1000000000};
  say("64 bits: with padding %e, bad %e, nowhere %e\n",
      syscall5(NR_ppoll_time64, ARG(fds), 1, ARG(&wide), 0, 0),
      syscall5(NR_ppoll_time64, ARG(fds), 1, ARG(&wide_bad), 0, 0),
      syscall5(NR_ppoll_time64, ARG(fds), 1, NOWHERE, 0, 0));

  say("-- pselect\n");
  memset(in, 0, sizeof in);
  in[0] = 1u << pipes[1] | 1u << pipes[0];
  say("ready: %e, %s\n", pselect(32, in, &zero, 0), yes_no(in[0] == 0));
  struct mask_and_size mask4 = {none, 4}, mask_nowhere = {(void *)NOWHERE, 8}, no_mask = {0, 4};
  say("bad time %e, negative %e, time nowhere %e, set nowhere %e, -1 %e\n", pselect(32, in, &bad, 0),
      pselect(32, in, &negative, 0), pselect(32, in, (void *)NOWHERE, 0),
      pselect(32, (void *)NOWHERE, &zero, 0), pselect(-1, in, &zero, 0));
  say("mask of 4 bytes %e, nowhere %e, no mask of 4 bytes %e, argument nowhere %e\n",
      pselect(32, in, &zero, &mask4), pselect(32, in, &zero, &mask_nowhere),
      pselect(32, in, &zero, &no_mask), pselect(32, in, &zero, (void *)NOWHERE));
  say("bad time and mask of 4 %e, argument and time nowhere %e, -1 and bad mask %e\n",
      pselect(32, in, &bad, &mask4), pselect(32, in, (void *)NOWHERE, (void *)NOWHERE),
      pselect(-1, in, &zero, &mask4));
  in[0] = 1u << 20;
  say("not open: %e", pselect(32, in, &zero, 0));
  in[0] = 1u << pipes[0];
  time.nanoseconds = 50000000;
  result = pselect(32, in, &time, 0);
  say("; 50 ms: %e, left %ld %ld, set %s\n", result, time.seconds, time.nanoseconds,
      yes_no(in[0] == 0));
  in[0] = 1u << pipes[0];
  say("64 bits: %e, bad %e\n", syscall6(NR_pselect6_time64, 32, ARG(in), 0, 0, ARG(&wide), 0),
      syscall6(NR_pselect6_time64, 32, ARG(in), 0, 0, ARG(&wide_bad), 0));

  say("-- epoll\n");
  int epoll = (int)need(syscall1(NR_epoll_create1, 0), "epoll_create1");
  struct epoll_event event = {POLLIN, 5}, got[2];
  need(syscall4(NR_epoll_ctl, epoll, 1, pipes[0], ARG(&event)), "epoll_ctl");
  struct timespec64 none64 = {0, 0}, negative64 = {-1, 0}, some64 = {0, 50000000};
  say("nothing: %e, %e\n", syscall6(NR_epoll_pwait, epoll, ARG(got), 2, 0, 0, 8),
      syscall6(NR_epoll_pwait2, epoll, ARG(got), 2, ARG(&none64), 0, 8));
  say("pwait2: bad time %e, negative %e, nowhere %e, 0 events %e, no descriptor %e, another %e\n",
      syscall6(NR_epoll_pwait2, epoll, ARG(got), 2, ARG(&wide_bad), 0, 8),
      syscall6(NR_epoll_pwait2, epoll, ARG(got), 2, ARG(&negative64), 0, 8),
      syscall6(NR_epoll_pwait2, epoll, ARG(got), 2, NOWHERE, 0, 8),
      syscall6(NR_epoll_pwait2, epoll, ARG(got), 0, ARG(&none64), 0, 8),
      syscall6(NR_epoll_pwait2, 99, ARG(got), 2, ARG(&none64), 0, 8),
      syscall6(NR_epoll_pwait2, pipes[0], ARG(got), 2, ARG(&none64), 0, 8));
  say("pwait2: mask of 4 %e, nowhere %e, and no events %e; bad time and no descriptor %e\n",
      syscall6(NR_epoll_pwait2, epoll, ARG(got), 2, ARG(&none64), ARG(none), 4),
      syscall6(NR_epoll_pwait2, epoll, ARG(got), 2, ARG(&none64), NOWHERE, 8),
      syscall6(NR_epoll_pwait2, epoll, ARG(got), 0, ARG(&none64), ARG(none), 4),
      syscall6(NR_epoll_pwait2, 99, ARG(got), 2, ARG(&wide_bad), 0, 8));
  say("pwait: -1 events %e, no descriptor and 0 events %e, nowhere to %e\n",
      syscall6(NR_epoll_pwait, epoll, ARG(got), -1, 0, 0, 8),
      syscall6(NR_epoll_pwait, 99, ARG(got), 0, 0, 0, 8),
      syscall6(NR_epoll_pwait, epoll, NOWHERE, 1, 0, 0, 8));
  from = now_ms(CLOCK_MONOTONIC);
  result = syscall6(NR_epoll_pwait2, epoll, ARG(got), 2, ARG(&some64), 0, 8);
  say("50 ms: %e, took %s, its time %ld\n", result, about(now_ms(CLOCK_MONOTONIC) - from, 50, 5000),
      (long)some64.nanoseconds);

  say("-- signals\n");
  uint32_t block[2] = {mask_bit(SIGUSR1), 0};
  sys_rt_sigprocmask(SIG_BLOCK, block, 0);
  static const unsigned long flags[] = {0, SA_RESTART};
  for (int i = 0; i < 2; i++) {
    handle(SIGUSR1, handler, flags[i]);
    handled = 0;
    long me = sys_getpid(), child = fork_child(poke, (void *)me);
    time.seconds = 30;
    time.nanoseconds = 0;
    result = ppoll(fds, 1, &time, none, 8);
    say("ppoll: %e, handled %d, left %s", result, handled, about(time.seconds, 1, 29));
    wait_for(child);
    struct mask_and_size mask = {none, 8};
    child = fork_child(poke, (void *)me);
    in[0] = 1u << pipes[0];
    time.seconds = 30;
    time.nanoseconds = 0;
    result = pselect(32, in, &time, &mask);
    say("; pselect: %e, handled %d, left %s, set %s", result, handled, about(time.seconds, 1, 29),
        yes_no(in[0] == 1u << pipes[0]));
    wait_for(child);
    child = fork_child(poke, (void *)me);
    result = syscall6(NR_epoll_pwait, epoll, ARG(got), 2, 30000, ARG(none), 8);
    say("; epoll: %e, handled %d", result, handled);
    wait_for(child);
    uint32_t now[2];
    sys_rt_sigprocmask(SIG_BLOCK, 0, now);
    say("; mask after it: %x\n", now[0]);
  }
  sys_write(pipes[1], "x", 1);
  sys_kill(sys_getpid(), SIGUSR1);
  handled = 0;
  time.seconds = 30;
  result = ppoll(fds, 1, &time, none, 8);
  say("ready and a signal: %e, handled %d", result, handled);
  sys_kill(sys_getpid(), SIGUSR1);
  result = syscall6(NR_epoll_pwait, epoll, ARG(got), 2, 30000, ARG(none), 8);
  say("; epoll %e, handled %d\n", result, handled);
  return 0;
}
