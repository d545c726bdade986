// Signals that are read from a file.

#include "guest.h"

#include "timing.h"

enum { SI_TIMER = -2, EPOLLIN = 1 };

struct signalfd_siginfo {
  uint32_t signo;
  int32_t error, code;
  uint32_t pid, uid;
  int32_t fd;
  uint32_t tid, band, overrun, trapno;
  int32_t status, integer;
  uint64_t pointer, utime, stime, addr;
  uint16_t addr_lsb, padding;
  int32_t syscall;
  uint64_t call_addr;
  uint32_t arch;
  uint8_t rest[28];
};

struct epoll_event {
  uint32_t events;
  uint64_t data;
};

static struct signalfd_siginfo infos[4];

static long signalfd(int fd, uint32_t low, uint32_t high, int flags) {
  uint32_t mask[2] = {low, high};
  return syscall4(NR_signalfd4, fd, ARG(mask), 8, flags);
}

static int ready(int fd) {
  struct timespec limit = {0, 0};
  struct pollfd poll = {fd, POLLIN | POLLOUT, 0};
  need(sys_poll(&poll, 1, &limit), "ppoll");
  return poll.revents;
}

static void show(const struct signalfd_siginfo *info) {
  long me = sys_getpid();
  say("  %S, errno %d, code %d, pid %s, uid %u, fd %d, tid %u, band %u, overrun %u, status %d\n",
      (int)info->signo, info->error, info->code,
      info->pid == 0           ? "0"
      : (long)info->pid == me ? "ours"
                              : "another",
      info->uid, info->fd, info->tid, info->band, info->overrun, info->status);
  say("    int %d, pointer %lx %lx, addr %lx %lx, syscall %d, call %lx, arch %x\n", info->integer,
      (unsigned long)(info->pointer >> 32), (unsigned long)info->pointer,
      (unsigned long)(info->addr >> 32), (unsigned long)info->addr, info->syscall,
      (unsigned long)info->call_addr, info->arch);
}

static void block_all(void) {
  uint32_t set[2] = {0xffffffff, 0xffffffff};
  need(sys_rt_sigprocmask(SIG_SETMASK, set, 0), "rt_sigprocmask");
}

static long exit_with(void *status) { return ARG(status); }

static long read_later(void *fd) {
  say("a thread reads: %e", sys_read((int)ARG(fd), infos, sizeof *infos));
  say(", %S\n", (int)infos[0].signo);
  return 0;
}

static long send_later(void *parent) {
  sleep_ms(30);
  sys_kill(ARG(parent), SIGUSR1);
  return 0;
}

static long child_reads(void *fd) {
  say("a child reads what is pending for itself: %e", sys_read((int)ARG(fd), infos, sizeof *infos));
  sys_kill(sys_getpid(), SIGUSR2);
  say(", %e\n", sys_read((int)ARG(fd), infos, sizeof *infos));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  block_all();
  say("size: %u\n", (unsigned)sizeof infos[0]);
  uint32_t mask[2] = {mask_bit(SIGUSR1), 0};
  say("-- errors\n");
  say("size 4: %e, 16: %e, nowhere: %e, flags: %e, nowhere and flags: %e\n",
      syscall4(NR_signalfd4, -1, ARG(mask), 4, 0), syscall4(NR_signalfd4, -1, ARG(mask), 16, 0),
      syscall4(NR_signalfd4, -1, NOWHERE, 8, 0), syscall4(NR_signalfd4, -1, ARG(mask), 8, 1),
      syscall4(NR_signalfd4, -1, NOWHERE, 8, 1));
  say("no file: %e, another file: %e, -2: %e, no file and flags: %e\n", signalfd(99, 1, 0, 0),
      signalfd(1, 1, 0, 0), signalfd(-2, 1, 0, 0), signalfd(99, 1, 0, 1));
  int fd = (int)need(signalfd(-1, mask[0] | mask_bit(SIGUSR2) | mask_bit(SIGCHLD), 0xffffffff,
                              O_CLOEXEC | O_NONBLOCK),
                     "signalfd");
  say("flags: descriptor %e, file %lx\n", sys_fcntl(fd, F_GETFD, 0),
      (unsigned long)sys_fcntl(fd, F_GETFL, 0));
  char byte;
  say("read: nothing %e, 127 bytes %e, nowhere %e; write %e, lseek %e\n",
      sys_read(fd, infos, sizeof *infos), sys_read(fd, infos, 127),
      sys_read(fd, (void *)NOWHERE, sizeof *infos), sys_write(fd, infos, sizeof *infos),
      syscall5(NR_llseek, fd, 0, 0, ARG(&byte), 1));

  say("-- what is read\n");
  say("ready: %d", ready(fd));
  sys_kill(sys_getpid(), SIGUSR1);
  say(", sent: %d", ready(fd));
  say(", read %e\n", sys_read(fd, infos, sizeof infos));
  show(&infos[0]);
  sys_tgkill(sys_getpid(), sys_gettid(), SIGUSR2);
  say("tgkill: read %e\n", sys_read(fd, infos, sizeof infos));
  show(&infos[0]);
  struct siginfo info = {SIGRTMIN + 1, 5, SI_QUEUE, {{0, 0, 0}}};
  info.queued.pid = 77;
  info.queued.uid = 88;
  info.queued.value = -3;
  need(sys_rt_sigqueueinfo(sys_getpid(), SIGRTMIN + 1, &info), "rt_sigqueueinfo");
  info.queued.value = 0x12345678;
  need(sys_rt_sigqueueinfo(sys_getpid(), SIGRTMIN + 1, &info), "rt_sigqueueinfo");
  sys_kill(sys_getpid(), SIGUSR2);
  say("two queued and another: read %e\n", sys_read(fd, infos, sizeof infos));
  for (int i = 0; i < 3; i++) show(&infos[i]);
  static const int codes[] = {SI_USER, SI_KERNEL, SI_TIMER, SI_TKILL, -60, 1, 2, 6, 7, 127};
  static const int signals[] = {SIGRTMIN + 2, SIGCHLD, SIGIO, SIGSEGV, SIGSYS, SIGILL};
  int all = (int)need(signalfd(-1, 0xffffffff, 0xffffffff, O_NONBLOCK), "signalfd");
  for (unsigned s = 0; s < sizeof signals / sizeof *signals; s++) {
    for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++) {
      struct siginfo made = {signals[s], 1, codes[i], {{0, 0, 0}}};
      for (int k = 0; k < 29; k++) made.padding[k] = 11 * (k + 1);
      say("made up %d: %e", signals[s], sys_rt_sigqueueinfo(sys_getpid(), signals[s], &made));
      say(", %e\n", sys_read(all, infos, sizeof *infos));
      show(&infos[0]);
      say("    utime %lu, stime %lu, addr_lsb %u\n", (unsigned long)infos[0].utime,
          (unsigned long)infos[0].stime, (unsigned)infos[0].addr_lsb);
    }
  }
  sys_close(all);
  long child = fork_child(exit_with, (void *)7);
  sleep_ms(1);
  struct pollfd poll = {fd, POLLIN, 0};
  struct timespec limit = {5, 0};
  need(sys_poll(&poll, 1, &limit), "ppoll");
  say("a child: read %e\n", sys_read(fd, infos, sizeof infos));
  say("  %S, code %d, its pid: %s, status %d\n", (int)infos[0].signo, infos[0].code,
      yes_no(infos[0].pid == (uint32_t)child), infos[0].status);
  wait_for(child);
  struct {
    long value;
    int signal, notify, tid, padding[12];
  } event = {99, SIGRTMIN + 3, 0, 0, {0}};
  int timer;
  need(syscall3(NR_timer_create, CLOCK_MONOTONIC, ARG(&event), ARG(&timer)), "timer_create");
  struct itimerspec setting = {{0, 0}, {0, 1000000}};
  syscall4(NR_timer_settime, timer, 0, ARG(&setting), 0);
  need(sys_poll(&poll, 1, &limit), "ppoll");
  say("a timer: read %e\n", sys_read(fd, infos, sizeof infos));
  show(&infos[0]);

  say("-- masks\n");
  sys_kill(sys_getpid(), SIGHUP);
  say("another signal: ready %d", ready(fd));
  say("; mask changed: %s", signalfd(fd, mask_bit(SIGHUP) | mask_bit(SIGKILL), 0, 0) == fd ? "same" : "other");
  say(", ready %d, read %e", ready(fd), sys_read(fd, infos, sizeof infos));
  say(", flags still %lx\n", (unsigned long)sys_fcntl(fd, F_GETFL, 0));
  uint32_t pending[2];
  sys_kill(sys_getpid(), SIGHUP);
  sys_rt_sigpending(pending);
  say("pending: %x", pending[0]);
  say(", read %e", sys_read(fd, infos, sizeof *infos));
  sys_rt_sigpending(pending);
  say(", pending: %x\n", pending[0]);

  say("-- waiting\n");
  int blocking = (int)need(signalfd(-1, mask_bit(SIGUSR1), 0, 0), "signalfd");
  child = fork_child(send_later, (void *)sys_getpid());
  say("blocking: %e", sys_read(blocking, infos, sizeof infos));
  say(", %S from the child: %s\n", (int)infos[0].signo, yes_no(infos[0].pid == (uint32_t)child));
  wait_for(child);
  struct thread thread;
  start_thread(&thread, 0, read_later, (void *)(long)blocking);
  sleep_ms(30);
  sys_kill(sys_getpid(), SIGUSR1);
  join_thread(&thread);
  int epoll = (int)need(syscall1(NR_epoll_create1, 0), "epoll_create1");
  struct epoll_event wanted = {EPOLLIN, 42}, got = {0, 0};
  need(syscall4(NR_epoll_ctl, epoll, 1, blocking, ARG(&wanted)), "epoll_ctl");
  say("epoll: %e", syscall6(NR_epoll_pwait, epoll, ARG(&got), 1, 0, 0, 8));
  child = fork_child(send_later, (void *)sys_getpid());
  say(", then %e", syscall6(NR_epoll_pwait, epoll, ARG(&got), 1, 5000, 0, 8));
  say(", data %lu\n", (unsigned long)got.data);
  wait_for(child);
  int both = (int)need(signalfd(-1, mask_bit(SIGUSR1) | mask_bit(SIGUSR2), 0, O_NONBLOCK), "signalfd");
  run_in_child(child_reads, (void *)(long)both);
  say("the parent's is still there: %e\n", sys_read(both, infos, sizeof infos));
  return 0;
}
