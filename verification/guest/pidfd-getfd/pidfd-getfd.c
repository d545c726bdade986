// What is done to other processes through their pidfds: taking their files, giving back their
// memory. And vhangup.

#include "guest.h"

#include "timing.h"

static volatile int *shared;

static long holder(void *unused) {
  int fds[2];
  need(sys_pipe(fds, 0), "pipe");
  shared[1] = fds[1];
  set_and_wake(shared, 1);
  char bytes[8] = {0};
  long n = sys_read(fds[0], bytes, 8);
  wait_until(shared, 2);
  say("the child read %e: %s\n", n, bytes);
  return 7;
}

static long getfd(int pidfd, int fd, int flags) {
  return syscall3(NR_pidfd_getfd, pidfd, fd, flags);
}
static long mrelease(int pidfd, int flags) { return syscall2(NR_process_mrelease, pidfd, flags); }

static long as_user(void *pidfd) {
  need(syscall3(NR_setresuid, 1000, 1000, 1000), "setresuid");
  say("as another user: getfd %e, mrelease %e, vhangup %e\n", getfd((int)ARG(pidfd), 1, 0),
      mrelease((int)ARG(pidfd), 0), syscall0(NR_vhangup));
  say("of an open and of a closed descriptor: %e, %e\n", getfd((int)ARG(pidfd), 1, 0),
      getfd((int)ARG(pidfd), 99, 0));
  return 0;
}

static long spin(void *unused) {
  while (!shared[3]) continue;
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  long child = fork_child(holder, 0);
  wait_until(shared, 1);
  int pidfd = (int)need(syscall2(NR_pidfd_open, child, 0), "pidfd_open");
  say("flags: %e, no pidfd %e, another file %e, flags and no pidfd %e\n", getfd(pidfd, 1, 1),
      getfd(99, 1, 0), getfd(1, 1, 0), getfd(99, 1, 1));
  say("not open there: %e, -1 %e\n", getfd(pidfd, 99, 0), getfd(pidfd, -1, 0));
  run_in_child(as_user, (void *)(long)pidfd);
  int fd = (int)need(getfd(pidfd, shared[1], 0), "pidfd_getfd");
  say("flags: descriptor %e, file %lx\n", sys_fcntl(fd, F_GETFD, 0),
      (unsigned long)sys_fcntl(fd, F_GETFL, 0));
  say("the same file: %e\n", syscall5(NR_kcmp, sys_getpid(), child, 0, fd, shared[1]));
  struct {
    unsigned long soft, hard;
  } limit, few;
  need(syscall2(NR_getrlimit, 7, ARG(&limit)), "getrlimit");
  few = limit;
  few.soft = (unsigned long)fd + 1;
  need(syscall2(NR_setrlimit, 7, ARG(&few)), "setrlimit");
  say("no room: %e, and not open %e\n", getfd(pidfd, shared[1], 0), getfd(pidfd, 99, 0));
  need(syscall2(NR_setrlimit, 7, ARG(&limit)), "setrlimit");
  say("mrelease: flags %e, no pidfd %e, another file %e, alive %e\n", mrelease(pidfd, 1),
      mrelease(99, 0), mrelease(1, 0), mrelease(pidfd, 0));
  say("write: %e\n", sys_write(fd, "through", 7));
  set_and_wake(shared, 2);
  struct siginfo info;
  need(sys_waitid(P_PID, child, &info, WEXITED | WNOWAIT), "waitid");
  say("a zombie: getfd %e, mrelease %e\n", getfd(pidfd, 1, 0), mrelease(pidfd, 0));
  wait_for(child);
  say("gone: getfd %e, mrelease %e\n", getfd(pidfd, 1, 0), mrelease(pidfd, 0));
  int own = (int)need(syscall2(NR_pidfd_open, sys_getpid(), 0), "pidfd_open");
  long copy = getfd(own, 1, 0);
  say("one's own: %s, mrelease %e\n", copy > 0 ? "fine" : errno_name(-copy), mrelease(own, 0));
  child = fork_child(spin, 0);
  pidfd = (int)need(syscall2(NR_pidfd_open, child, 0), "pidfd_open");
  sys_kill(child, SIGKILL);
  long result = mrelease(pidfd, 0);
  say("being killed: %s\n", result == 0 || result == -ESRCH ? "fine" : errno_name(-result));
  wait_for(child);
  say("vhangup: %e\n", syscall0(NR_vhangup));
  return 0;
}
