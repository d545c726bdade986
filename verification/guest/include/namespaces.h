// What programs about namespaces have in common.

#ifndef NAMESPACES_H
#define NAMESPACES_H

#define CLONE_NEWTIME 0x00000080ul
#ifndef CLONE_NEWUSER
#define CLONE_NEWCGROUP 0x02000000ul
#define CLONE_NEWUTS 0x04000000ul
#define CLONE_NEWIPC 0x08000000ul
#define CLONE_NEWUSER 0x10000000ul
#define CLONE_NEWPID 0x20000000ul
#define CLONE_NEWNET 0x40000000ul
#endif

enum { NR_namespaces_ioctl = 29, NR_namespaces_setns = 268 };

static inline long sys_unshare(unsigned long flags) { return syscall1(NR_unshare, flags); }
static inline long sys_setns(int fd, unsigned long kinds) {
  return syscall2(NR_namespaces_setns, fd, kinds);
}
static inline long sys_ioctl(int fd, unsigned long request, unsigned long argument) {
  return syscall3(NR_namespaces_ioctl, fd, request, argument);
}

// A child in new namespaces, which exits with what function(argument) returns.
static inline long clone_into(unsigned long flags, long (*function)(void *), void *argument) {
  return arch_clone(flags | SIGCHLD, 0, 0, 0, 0, function, argument);
}

static inline __attribute__((noreturn)) void sleep_for_ever(void) {
  for (;;) sleep_ms(1000);
}

// Reads a small file whole; an empty text if it cannot be read.
static inline const char *contents_of(const char *path) {
  static char text[4096];
  long fd = sys_open(path, O_RDONLY, 0);
  long n = fd < 0 ? 0 : sys_read((int)fd, text, sizeof text - 1);
  if (fd >= 0) sys_close((int)fd);
  text[n < 0 ? 0 : n] = 0;
  return text;
}

static inline long write_file(const char *path, const char *text) {
  long fd = sys_open(path, O_WRONLY, 0);
  if (fd < 0) return fd;
  long n = sys_write((int)fd, text, text_length(text));
  sys_close((int)fd);
  return n;
}

#endif
