// One function a system call: each returns the result or -errno.

#ifndef CALLS_H
#define CALLS_H

#define ARG(x) ((long)(x))

static inline void sys_exit_thread(long status) {
  for (;;) syscall1(NR_exit, status);
}
static inline __attribute__((noreturn)) void sys_exit(long status) {
  for (;;) syscall1(NR_exit_group, status);
}

static inline long sys_write(int fd, const void *from, unsigned long n) {
  return syscall3(NR_write, fd, ARG(from), n);
}
static inline long sys_read(int fd, void *to, unsigned long n) {
  return syscall3(NR_read, fd, ARG(to), n);
}
static inline long sys_open(const char *path, int flags, int mode) {
  return syscall4(NR_openat, AT_FDCWD, ARG(path), flags, mode);
}
static inline long sys_close(int fd) { return syscall1(NR_close, fd); }
static inline long sys_dup(int fd) { return syscall1(NR_dup, fd); }
static inline long sys_dup3(int from, int to, int flags) {
  return syscall3(NR_dup3, from, to, flags);
}
static inline long sys_fcntl(int fd, int command, long argument) {
  return syscall3(NR_fcntl64, fd, command, argument);
}
static inline long sys_pipe(int fds[2], int flags) { return syscall2(NR_pipe2, ARG(fds), flags); }
static inline long sys_poll(struct pollfd *fds, unsigned n, const struct timespec *timeout) {
  struct timespec copy;  // the kernel writes the time that was left into it
  if (timeout) copy = *timeout;
  return syscall5(NR_ppoll, ARG(fds), n, timeout ? ARG(&copy) : 0, 0, 0);
}
static inline long sys_getcwd(char *to, unsigned long size) {
  return syscall2(NR_getcwd, ARG(to), size);
}
static inline long sys_chdir(const char *path) { return syscall1(NR_chdir, ARG(path)); }
static inline long sys_memfd_create(const char *name, unsigned flags) {
  return syscall2(NR_memfd_create, ARG(name), flags);
}

static inline long sys_getpid(void) { return syscall0(NR_getpid); }
static inline long sys_gettid(void) { return syscall0(NR_gettid); }
static inline long sys_getppid(void) { return syscall0(NR_getppid); }
static inline long sys_fork(void) { return syscall5(NR_clone, SIGCHLD, 0, 0, 0, 0); }
static inline long sys_clone(unsigned long flags, void *stack, void *ptid, void *ctid,
                             unsigned long tls) {
  return syscall5(NR_clone, flags, ARG(stack), ARG(ptid), ARG(ctid), tls);
}
static inline long sys_clone3(const struct clone_args *args, unsigned long size) {
  return syscall2(NR_clone3, ARG(args), size);
}
static inline long sys_execve(const char *path, char *const *argv, char *const *envp) {
  return syscall3(NR_execve, ARG(path), ARG(argv), ARG(envp));
}
static inline long sys_wait4(long pid, int *status, int options) {
  return syscall4(NR_wait4, pid, ARG(status), options, 0);
}
static inline long sys_waitid(int type, long id, struct siginfo *info, int options) {
  return syscall5(NR_waitid, type, id, ARG(info), options, 0);
}
static inline long sys_prctl(int option, unsigned long a) {
  return syscall5(NR_prctl, option, ARG(a), 0, 0, 0);
}
static inline long sys_set_tid_address(int *address) {
  return syscall1(NR_set_tid_address, ARG(address));
}

static inline long sys_kill(long pid, int signal) { return syscall2(NR_kill, pid, signal); }
static inline long sys_tgkill(long tgid, long tid, int signal) {
  return syscall3(NR_tgkill, tgid, tid, signal);
}
static inline long sys_rt_sigaction(int signal, const struct sigaction *new_action,
                                    struct sigaction *old) {
  return syscall4(NR_rt_sigaction, signal, ARG(new_action), ARG(old), 8);
}
static inline long sys_rt_sigprocmask(int how, const uint32_t *set, uint32_t *old) {
  return syscall4(NR_rt_sigprocmask, how, ARG(set), ARG(old), 8);
}
static inline long sys_rt_sigpending(uint32_t *set) {
  return syscall2(NR_rt_sigpending, ARG(set), 8);
}
static inline long sys_rt_sigsuspend(const uint32_t *set) {
  return syscall2(NR_rt_sigsuspend, ARG(set), 8);
}
static inline long sys_rt_sigtimedwait(const uint32_t *set, struct siginfo *info,
                                       const struct timespec *timeout) {
  return syscall4(NR_rt_sigtimedwait, ARG(set), ARG(info), ARG(timeout), 8);
}
static inline long sys_rt_sigqueueinfo(long pid, int signal, struct siginfo *info) {
  return syscall3(NR_rt_sigqueueinfo, pid, signal, ARG(info));
}
static inline long sys_sigaltstack(const struct sigaltstack *new_stack, struct sigaltstack *old) {
  return syscall2(NR_sigaltstack, ARG(new_stack), ARG(old));
}

static inline long sys_mmap(void *address, unsigned long size, int protection, int flags, int fd,
                            unsigned long page) {
  return syscall6(NR_mmap2, ARG(address), size, protection, flags, fd, page);
}
static inline long sys_munmap(void *address, unsigned long size) {
  return syscall2(NR_munmap, ARG(address), size);
}
static inline long sys_mprotect(void *address, unsigned long size, int protection) {
  return syscall3(NR_mprotect, ARG(address), size, protection);
}
static inline long sys_mremap(void *from, unsigned long old_size, unsigned long new_size, int flags,
                              void *to) {
  return syscall5(NR_mremap, ARG(from), old_size, new_size, flags, ARG(to));
}
static inline long sys_madvise(void *address, unsigned long size, int advice) {
  return syscall3(NR_madvise, ARG(address), size, advice);
}
static inline unsigned long sys_brk(unsigned long end) {
  return (unsigned long)syscall1(NR_brk, ARG(end));
}

static inline long sys_futex(volatile int *word, int operation, int value,
                             const struct timespec *timeout) {
  return syscall6(NR_futex, ARG(word), operation, value, ARG(timeout), 0, 0);
}
static inline long sys_nanosleep(const struct timespec *time, struct timespec *left) {
  return syscall2(NR_nanosleep, ARG(time), ARG(left));
}
static inline long sys_sched_yield(void) { return syscall0(NR_sched_yield); }

#endif
