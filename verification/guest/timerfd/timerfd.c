// Timers that are files: reading, waiting, cancelling, errors.

#include "guest.h"

#include "timing.h"

enum { TFD_ABSTIME = 1, TFD_CANCEL_ON_SET = 2, ECANCELED = 125, EPOLLIN = 1 };

struct epoll_event {
  uint32_t events;
  uint64_t data;
};

static long timerfd_create(int clock, int flags) { return syscall2(NR_timerfd_create, clock, flags); }

static long timerfd_settime(int fd, int flags, const struct itimerspec *setting,
                            struct itimerspec *old) {
  return syscall4(NR_timerfd_settime, fd, flags, ARG(setting), ARG(old));
}

static long timerfd_gettime(int fd, struct itimerspec *to) {
  return syscall2(NR_timerfd_gettime, fd, ARG(to));
}

static struct itimerspec in_ms(long first, long interval) {
  struct itimerspec setting = {{interval / 1000, interval % 1000 * 1000000},
                               {first / 1000, first % 1000 * 1000000}};
  return setting;
}

static long set_ms(int fd, long first, long interval) {
  struct itimerspec setting = in_ms(first, interval);
  return timerfd_settime(fd, 0, &setting, 0);
}

static int make(int clock, int flags) {
  return (int)need(timerfd_create(clock, flags), "timerfd_create");
}

static int ready(int fd, long ms) {
  struct timespec limit = {ms / 1000, ms % 1000 * 1000000};
  struct pollfd poll = {fd, POLLIN | POLLOUT, 0};
  need(sys_poll(&poll, 1, &limit), "ppoll");
  return poll.revents;
}

static void errors(void) {
  say("-- errors\n");
  for (int clock = -1; clock <= 12; clock++) {
    long fd = timerfd_create(clock, 0);
    say("clock %d: %s", clock, fd >= 0 ? "a descriptor" : errno_name(-fd));
    if (fd >= 0) sys_close((int)fd);
    say(", with bad flags %e\n", timerfd_create(clock, 1));
  }
  int fd = make(CLOCK_MONOTONIC, O_CLOEXEC | O_NONBLOCK);
  say("flags: descriptor %e, file %lx\n", sys_fcntl(fd, F_GETFD, 0),
      (unsigned long)sys_fcntl(fd, F_GETFL, 0));
  struct itimerspec setting = in_ms(1000, 0), wrong = in_ms(0, 0), old;
  wrong.value.nanoseconds = 1000000000;
  say("settime: flags 4 %e, 10^9 ns %e, nowhere %e, no file %e, another file %e, null %e\n",
      timerfd_settime(fd, 4, &setting, 0), timerfd_settime(fd, 0, &wrong, 0),
      timerfd_settime(fd, 0, (void *)NOWHERE, 0), timerfd_settime(99, 0, &setting, 0),
      timerfd_settime(1, 0, &setting, 0), timerfd_settime(fd, 0, 0, 0));
  say("settime: flags 4 and no file %e, nowhere and no file %e, 10^9 ns and no file %e\n",
      timerfd_settime(99, 4, &setting, 0), timerfd_settime(99, 0, (void *)NOWHERE, 0),
      timerfd_settime(99, 0, &wrong, 0));
  wrong = in_ms(0, 0);
  wrong.interval.seconds = -1;
  say("settime: an interval of -1 s: %e, nowhere for the old one: %e\n",
      timerfd_settime(fd, 0, &wrong, 0), timerfd_settime(fd, 0, &setting, (void *)NOWHERE));
  say("gettime: no file %e, another %e, no file and nowhere %e, nowhere %e, fine %e\n",
      timerfd_gettime(99, &old), timerfd_gettime(1, &old), timerfd_gettime(99, (void *)NOWHERE),
      timerfd_gettime(fd, (void *)NOWHERE), timerfd_gettime(fd, &old));
  char bytes[16];
  say("read: 7 bytes %e, not expired %e, nowhere %e\n", sys_read(fd, bytes, 7),
      sys_read(fd, bytes, 8), sys_read(fd, (void *)NOWHERE, 8));
  say("write: %e, lseek: %e, pread: %e, ftruncate: %e\n", sys_write(fd, bytes, 8),
      syscall5(NR_llseek, fd, 0, 0, ARG(bytes), 1), syscall6(67, fd, ARG(bytes), 8, 0, 0, 0),
      syscall3(NR_ftruncate64, fd, 0, 0));
  int event = (int)need(syscall2(NR_eventfd2, 1, 0), "eventfd2");
  say("eventfd: lseek %e, pread %e; ", syscall5(NR_llseek, event, 0, 0, ARG(bytes), 1),
      syscall6(67, event, ARG(bytes), 8, 0, 0, 0));
  int epoll = (int)need(syscall1(NR_epoll_create1, 0), "epoll_create1");
  say("epoll: lseek %e, read %e, write %e\n", syscall5(NR_llseek, epoll, 0, 0, ARG(bytes), 1),
      sys_read(epoll, bytes, 8), sys_write(epoll, bytes, 8));
  sys_close(epoll);
  sys_close(event);
  sys_close(fd);
}

static void reading(void) {
  say("-- reading\n");
  int fd = make(CLOCK_MONOTONIC, 0);
  uint64_t count = 0;
  struct itimerspec left, old;
  timerfd_gettime(fd, &left);
  say("new: %ld %ld %ld %ld, ready %d\n", left.interval.seconds, left.interval.nanoseconds,
      left.value.seconds, left.value.nanoseconds, ready(fd, 0));
  set_ms(fd, 20, 0);
  say("set, not ready: %d", ready(fd, 0));
  say("; read: %e", sys_read(fd, &count, 8));
  say(", %lu; then ready %d\n", (unsigned long)count, ready(fd, 0));
  timerfd_gettime(fd, &left);
  say("after it: %ld %ld\n", left.value.seconds, left.value.nanoseconds);
  set_ms(fd, 10, 10);
  sleep_ms(100);
  say("repeating: ready %d, read %e", ready(fd, 0), sys_read(fd, &count, 8));
  say(", %s\n", about((long)count, 5, 2000));
  say("into 16 bytes: %e", sys_read(fd, (uint64_t[2]){0, 0}, 16));
  timerfd_gettime(fd, &left);
  say(", interval %ld, left %s\n", left.interval.nanoseconds,
      about(left.value.nanoseconds / 1000, 0, 10000));
  sleep_ms(50);
  struct itimerspec stop = in_ms(0, 7);
  say("stopped: %e", timerfd_settime(fd, 0, &stop, &old));
  say(", before %ld; ready %d", old.interval.nanoseconds, ready(fd, 0));
  timerfd_gettime(fd, &left);
  say("; interval %ld, value %ld\n", left.interval.nanoseconds, left.value.nanoseconds);
  set_ms(fd, 5, 5);
  sleep_ms(40);
  timerfd_gettime(fd, &left);
  say("gettime counts and keeps: ready %d, left %s\n", ready(fd, 0),
      about(left.value.nanoseconds / 1000, 0, 5000));
  set_ms(fd, 5, 0);
  sleep_ms(20);
  set_ms(fd, 1000, 0);
  say("set again before it was read: ready %d\n", ready(fd, 0));

  struct itimerspec absolute = in_ms(0, 0);
  syscall2(NR_clock_gettime, CLOCK_MONOTONIC, ARG(&absolute.value));
  absolute.value.seconds -= 1;
  absolute.interval.nanoseconds = 10000000;
  if (absolute.value.seconds > 0) {
    timerfd_settime(fd, TFD_ABSTIME, &absolute, 0);
    sys_read(fd, &count, 8);
    say("begun a second ago: %s\n", about((long)count, 100, 2000));
  } else {
    say("begun a second ago: right\n");
  }
  absolute = in_ms(1, 0);
  timerfd_settime(fd, TFD_ABSTIME, &absolute, 0);
  say("long ago: %e", sys_read(fd, &count, 8));
  say(", %lu\n", (unsigned long)count);
  sys_close(fd);

  // Waiting through epoll, and reading by two.
  fd = make(CLOCK_BOOTTIME, O_NONBLOCK);
  int epoll = (int)need(syscall1(NR_epoll_create1, 0), "epoll_create1");
  struct epoll_event event = {EPOLLIN, 42}, got = {0, 0};
  need(syscall4(NR_epoll_ctl, epoll, 1, fd, ARG(&event)), "epoll_ctl");
  set_ms(fd, 20, 0);
  say("epoll: %e", syscall6(NR_epoll_pwait, epoll, ARG(&got), 1, 5000, 0, 8));
  say(", events %x, data %lu", got.events, (unsigned long)got.data);
  say("; read %e, again %e", sys_read(fd, &count, 8), sys_read(fd, &count, 8));
  say("; epoll %e\n", syscall6(NR_epoll_pwait, epoll, ARG(&got), 1, 0, 0, 8));
  sys_close(epoll);
  sys_close(fd);

  struct itimerspec64 wide = {{0, 0}, {0, 0x700000000ll + 5000000}}, wide_left;
  fd = make(CLOCK_REALTIME, 0);
  say("64 bits: %e", syscall4(NR_timerfd_settime64, fd, 0, ARG(&wide), ARG(&wide_left)));
  say(", %e", sys_read(fd, &count, 8));
  say(", %e", syscall2(NR_timerfd_gettime64, fd, ARG(&wide_left)));
  say(", left %ld\n", (long)wide_left.value.seconds);
  sys_close(fd);
}

static void handler(int signal, struct siginfo *info, struct ucontext *context) {}

static void signals(void) {
  say("-- signals\n");
  int fd = make(CLOCK_MONOTONIC, 0);
  uint64_t count;
  struct itimerval soon = {{0, 0}, {0, 20000}};
  handle(SIGALRM, handler, 0);
  syscall3(NR_setitimer, 0, ARG(&soon), 0);
  say("read and a handler: %e\n", sys_read(fd, &count, 8));
  handle(SIGALRM, handler, SA_RESTART);
  set_ms(fd, 60, 0);
  syscall3(NR_setitimer, 0, ARG(&soon), 0);
  say("with SA_RESTART: %e\n", sys_read(fd, &count, 8));
  sys_close(fd);
}

static long in_child(void *fd) {
  uint64_t count = 0;
  say("a child reads: %e", sys_read((int)ARG(fd), &count, 8));
  say(", %s\n", about((long)count, 1, 2000));
  return 0;
}

static void cancelling(void) {
  say("-- cancelling\n");
  int fd = make(CLOCK_REALTIME, O_NONBLOCK), plain = make(CLOCK_REALTIME, O_NONBLOCK),
      monotonic = make(CLOCK_MONOTONIC, O_NONBLOCK);
  struct timespec now;
  syscall2(NR_clock_gettime, CLOCK_REALTIME, ARG(&now));
  struct itimerspec later = in_ms(0, 0), left;
  later.value = now;
  later.value.seconds += 1000;
  uint64_t count;
  say("set: %e, %e, %e, relative %e\n", timerfd_settime(fd, TFD_ABSTIME | TFD_CANCEL_ON_SET, &later, 0),
      timerfd_settime(plain, TFD_ABSTIME, &later, 0),
      timerfd_settime(monotonic, TFD_ABSTIME | TFD_CANCEL_ON_SET, &later, 0),
      timerfd_settime(plain, TFD_CANCEL_ON_SET, &later, 0));
  timerfd_settime(plain, TFD_ABSTIME, &later, 0);
  now.seconds += 100;
  need(syscall2(NR_clock_settime, CLOCK_REALTIME, ARG(&now)), "clock_settime");
  say("the clock was set: ready %d, %d, %d", ready(fd, 0), ready(plain, 0), ready(monotonic, 0));
  say("; read %e, again %e, plain %e\n", sys_read(fd, &count, 8), sys_read(fd, &count, 8),
      sys_read(plain, &count, 8));
  timerfd_gettime(plain, &left);
  say("left: %s\n", about(left.value.seconds, 890, 900));
  now.seconds += 100;
  need(syscall2(NR_clock_settime, CLOCK_REALTIME, ARG(&now)), "clock_settime");
  say("again: ready %d", ready(fd, 0));
  say(", set anew %e", timerfd_settime(fd, TFD_ABSTIME | TFD_CANCEL_ON_SET, &later, 0));
  say(", and again %e, ready %d\n", timerfd_settime(fd, TFD_ABSTIME | TFD_CANCEL_ON_SET, &later, 0),
      ready(fd, 0));
  now.seconds += 2000;
  need(syscall2(NR_clock_settime, CLOCK_REALTIME, ARG(&now)), "clock_settime");
  say("set past the end: ready %d", ready(plain, 1000));
  say(", %e", sys_read(plain, &count, 8));
  say("; cancelled %e\n", sys_read(fd, &count, 8));
  now.seconds -= 2200;
  need(syscall2(NR_clock_settime, CLOCK_REALTIME, ARG(&now)), "clock_settime");
  sys_close(fd);
  sys_close(plain);
  sys_close(monotonic);
}

int guest_main(int argc, char **argv, char **envp) {
  errors();
  reading();
  signals();
  int fd = make(CLOCK_MONOTONIC, 0);
  set_ms(fd, 5, 5);
  run_in_child(in_child, (void *)(long)fd);
  sys_close(fd);
  cancelling();
  return 0;
}
