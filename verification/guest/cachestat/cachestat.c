// cachestat: how many pages of a file are there.

#include "guest.h"

#include "timing.h"

struct range {
  uint64_t offset, length;
};
struct stat {
  uint64_t cache, dirty, writeback, evicted, recently_evicted;
};

static long cachestat(int fd, uint64_t offset, uint64_t length, struct stat *to) {
  struct range range = {offset, length};
  return syscall4(NR_cachestat, fd, ARG(&range), ARG(to), 0);
}

static void show(const char *what, int fd, uint64_t offset, uint64_t length) {
  struct stat stat = {99, 99, 99, 99, 99};
  long result = cachestat(fd, offset, length, &stat);
  say("%s: %e, %lu, %lu evicted\n", what, result, (unsigned long)stat.cache,
      (unsigned long)stat.evicted);
}

static long as_user(void *unused) {
  need(syscall3(NR_setresuid, 1000, 1000, 1000), "setresuid");
  struct range range = {0, 0};
  struct stat stat;
  int fd = (int)need(sys_open("/tmp/private", O_RDONLY, 0), "open");
  say("as another user: %e", syscall4(NR_cachestat, fd, ARG(&range), ARG(&stat), 0));
  say(", and flags %e, nowhere %e\n", syscall4(NR_cachestat, fd, ARG(&range), ARG(&stat), 1),
      syscall4(NR_cachestat, fd, NOWHERE, ARG(&stat), 0));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  struct range range = {0, 0};
  struct stat stat;
  int fd = (int)need(sys_open("/tmp/private", O_CREAT | O_RDWR, 0644), "open");
  say("no descriptor: %e, with all else wrong %e\n",
      syscall4(NR_cachestat, 99, ARG(&range), ARG(&stat), 0),
      syscall4(NR_cachestat, 99, NOWHERE, NOWHERE, 1));
  say("flags: %e, range nowhere %e, result nowhere %e, flags and range nowhere %e\n",
      syscall4(NR_cachestat, fd, ARG(&range), ARG(&stat), 1),
      syscall4(NR_cachestat, fd, NOWHERE, ARG(&stat), 0),
      syscall4(NR_cachestat, fd, ARG(&range), NOWHERE, 0), syscall4(NR_cachestat, fd, NOWHERE, 0, 1));
  show("empty", fd, 0, 0);
  char *page = new_memory(4096, MAP_PRIVATE);
  for (int i = 0; i < 8; i++) sys_write(fd, page, 4096);
  show("eight pages", fd, 0, 0);
  show("the first", fd, 0, 4096);
  show("a byte", fd, 0, 1);
  show("two halves", fd, 2048, 4096);
  show("from the third", fd, 8192, 0);
  show("behind the end", fd, 40960, 0);
  show("more than all", fd, 0, 1ull << 40);
  show("the end of numbers", fd, 0xffffffffffffffffull, 1);
  need(syscall3(NR_ftruncate64, fd, 65536, 0), "ftruncate");
  show("lengthened", fd, 0, 0);
  int memory = (int)need(sys_memfd_create("holes", 0), "memfd_create");
  syscall6(68, memory, ARG(page), 4096, 4096 * 3, 0, 0);
  syscall6(68, memory, ARG(page), 4096, 4096 * 5, 0, 0);
  show("two pages between holes", memory, 0, 0);
  show("four to six", memory, 4096 * 4, 4096 * 3);
  int fds[2];
  need(sys_pipe(fds, 0), "pipe");
  show("a pipe", fds[0], 0, 0);
  int zero = (int)need(sys_open("/dev/zero", O_RDONLY, 0), "open");
  show("/dev/zero", zero, 0, 0);
  int folder = (int)need(sys_open("/tmp", O_RDONLY, 0), "open");
  show("a folder", folder, 0, 0);
  run_in_child(as_user, 0);
  syscall3(NR_unlinkat, AT_FDCWD, ARG("/tmp/private"), 0);
  return 0;
}
