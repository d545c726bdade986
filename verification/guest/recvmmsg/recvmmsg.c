// Many messages with one call: sendmmsg, recvmmsg, and recvmmsg's odd timeout.

#include "guest.h"

#include "timing.h"

enum { MSG_PEEK = 2, MSG_TRUNC = 0x20, MSG_DONTWAIT = 0x40, MSG_WAITFORONE = 0x10000 };

struct iovec {
  void *base;
  unsigned long length;
};

struct msghdr {
  void *name;
  int name_length;
  struct iovec *vector;
  unsigned long vectors;
  void *control;
  unsigned long control_length;
  unsigned flags;
};

struct mmsghdr {
  struct msghdr header;
  unsigned length;
};

static int pair[2];
static char bytes[8][16];
static struct iovec vectors[8];
static struct mmsghdr messages[8];

static void reset(unsigned long length) {
  memset(bytes, 0, sizeof bytes);
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < 8; i++) {
    vectors[i].base = bytes[i];
    vectors[i].length = length;
    messages[i].header.vector = &vectors[i];
    messages[i].header.vectors = 1;
    messages[i].length = 77;
  }
}

static void send_some(int n) {
  for (int i = 0; i < n; i++) {
    char text[4] = {(char)('a' + i), (char)('a' + i), (char)('a' + i), 0};
    need(syscall6(NR_sendto, pair[0], ARG(text), 1 + i % 3, 0, 0, 0), "sendto");
  }
}

static long recvmmsg(int fd, int count, int flags, void *timeout) {
  return syscall5(NR_recvmmsg, fd, ARG(messages), count, flags, ARG(timeout));
}

static void show(long result) {
  say("  %e:", result);
  for (int i = 0; i < 4; i++) say(" %u(%s)%x", messages[i].length, bytes[i], messages[i].header.flags);
  say("\n");
}

static long send_later(void *unused) {
  sleep_ms(50);
  send_some(1);
  sleep_ms(1500);
  send_some(1);
  return 0;
}

static void handler(int signal, struct siginfo *info, struct ucontext *context) {}

int guest_main(int argc, char **argv, char **envp) {
  need(syscall4(NR_socketpair, 1, 2, 0, ARG(pair)), "socketpair");
  struct timespec soon = {1, 0}, zero = {0, 0}, bad = {0, 1000000000}, left;
  say("-- errors\n");
  reset(16);
  say("no descriptor %e, another file %e, bad time %e, nowhere %e\n", recvmmsg(99, 1, 0, 0),
      recvmmsg(1, 1, 0, 0), recvmmsg(pair[1], 1, 0, &bad), recvmmsg(pair[1], 1, 0, (void *)NOWHERE));
  say("no descriptor: bad time %e, time nowhere %e, messages nowhere %e\n", recvmmsg(99, 1, 0, &bad),
      recvmmsg(99, 1, 0, (void *)NOWHERE), syscall5(NR_recvmmsg, 99, NOWHERE, 1, 0, 0));
  say("none wanted %e, messages nowhere %e, nothing there %e\n", recvmmsg(pair[1], 0, 0, 0),
      syscall5(NR_recvmmsg, pair[1], NOWHERE, 1, MSG_DONTWAIT, 0),
      recvmmsg(pair[1], 1, MSG_DONTWAIT, 0));

  say("-- receiving\n");
  send_some(3);
  show(recvmmsg(pair[1], 2, 0, 0));
  show(recvmmsg(pair[1], 8, MSG_DONTWAIT, 0));
  reset(2);
  send_some(3);
  show(recvmmsg(pair[1], 3, 0, 0));
  reset(16);
  send_some(2);
  say("peek\n");
  show(recvmmsg(pair[1], 2, MSG_PEEK, 0));
  reset(16);
  say("wait for one\n");
  show(recvmmsg(pair[1], 8, MSG_WAITFORONE, 0));
  reset(16);
  send_some(3);
  messages[1].header.vector = (void *)NOWHERE;
  say("the second is nowhere\n");
  show(recvmmsg(pair[1], 3, 0, 0));
  messages[1].header.vector = &vectors[1];
  show(recvmmsg(pair[1], 8, MSG_DONTWAIT, 0));

  say("-- times\n");
  reset(16);
  send_some(2);
  left = zero;
  show(recvmmsg(pair[1], 8, 0, &left));
  say("  left %ld %ld\n", left.seconds, left.nanoseconds);
  show(recvmmsg(pair[1], 8, MSG_DONTWAIT, 0));
  reset(16);
  struct timespec long_time = {5, 0};
  send_some(2);
  left = long_time;
  show(recvmmsg(pair[1], 2, 0, &left));
  say("  left %s\n", about(left.seconds, 4, 4));
  left = long_time;
  long result = recvmmsg(pair[1], 2, MSG_DONTWAIT, &left);
  say("  nothing: %e, left %ld\n", result, left.seconds);
  long child = fork_child(send_later, 0);
  left = soon;
  long from = now_ms(CLOCK_MONOTONIC);
  reset(16);
  show(recvmmsg(pair[1], 8, 0, &left));
  say("  took %s, left %ld %ld\n", about(now_ms(CLOCK_MONOTONIC) - from, 1000, 20000), left.seconds,
      left.nanoseconds);
  wait_for(child);
  struct timespec64 wide = {5, 0};
  send_some(2);
  reset(16);
  show(syscall5(NR_recvmmsg_time64, pair[1], ARG(messages), 2, 0, ARG(&wide)));
  say("  left %s\n", about((long)wide.seconds, 4, 4));
  handle(SIGALRM, handler, 0);
  struct {
    struct timeval interval, value;
  } timer = {{0, 0}, {0, 50000}};
  syscall3(NR_setitimer, 0, ARG(&timer), 0);
  say("a handler: %e\n", recvmmsg(pair[1], 2, 0, 0));

  say("-- sending\n");
  reset(3);
  for (int i = 0; i < 4; i++) memcpy(bytes[i], "xyz", 3);
  say("four: %e, lengths %u %u\n", syscall4(NR_sendmmsg, pair[0], ARG(messages), 4, 0),
      messages[0].length, messages[3].length);
  show(recvmmsg(pair[1], 8, MSG_DONTWAIT, 0));
  messages[1].header.vector = (void *)NOWHERE;
  say("the second is nowhere: %e, none %e, no descriptor %e\n",
      syscall4(NR_sendmmsg, pair[0], ARG(messages), 4, 0),
      syscall4(NR_sendmmsg, pair[0], ARG(messages), 0, 0),
      syscall4(NR_sendmmsg, 99, ARG(messages), 1, 0));
  sys_close(pair[0]);
  reset(16);
  show(recvmmsg(pair[1], 8, MSG_DONTWAIT, 0));
  return 0;
}
