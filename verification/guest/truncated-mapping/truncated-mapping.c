// What is mapped and what is a file's end are two things: touching a page behind the end raises
// SIGBUS, also where the page was there before the file was cut.

#include "guest.h"

static volatile int signalled;
static void *volatile address;
static volatile int code;

static void on_bus(int signal, struct siginfo *info, struct ucontext *context) {
  signalled = signal;
  address = info->fault.addr;
  code = info->code;
  // Behind the load or store of four bytes.
  ucontext_set_pc(context, ucontext_pc(context) + 4);
}

static void touch(const char *what, volatile char *at, char *base, bool store) {
  signalled = 0;
  address = 0;
  code = 0;
  char seen = 'x';
  if (store)
    *at = 'w';
  else
    seen = *at;
  if (signalled)
    say("%s: %S, code %d, page %d\n", what, signalled, code,
        (int)(((char *)address - base) / 4096));
  else
    say("%s: %s\n", what, store ? "stored" : seen == 0 ? "zero" : seen == 'a' ? "a" : "another");
}

static void cut(int fd, long size) { need(syscall3(NR_ftruncate64, fd, size, 0), "ftruncate"); }

static void all(const char *kind, int fd, int sharing) {
  static char page[4096];
  memset(page, 'a', sizeof page);
  cut(fd, 0);
  uint64_t position;
  need(syscall5(NR_llseek, fd, 0, 0, ARG(&position), 0), "llseek");
  for (int i = 0; i < 4; i++) sys_write(fd, page, sizeof page);
  char *map = (char *)need(sys_mmap(0, 5 * 4096, PROT_READ | PROT_WRITE, sharing, fd, 0), "mmap");
  say("%s\n", kind);
  touch("the last page", map + 3 * 4096, map, false);
  touch("behind the end", map + 4 * 4096, map, false);
  touch("a store behind the end", map + 4 * 4096, map, true);
  touch("a store to the third page", map + 2 * 4096, map, true);
  cut(fd, 4096 + 10);
  touch("after cutting, before the end", map + 4096 + 9, map, false);
  touch("after cutting, on the last page", map + 4096 + 10, map, false);
  touch("after cutting, the third page", map + 2 * 4096, map, false);
  touch("after cutting, the last page", map + 3 * 4096, map, false);
  touch("after cutting, a store", map + 3 * 4096 + 8, map, true);
  say("written from there: %e\n", syscall3(NR_write, fd, ARG(map + 3 * 4096), 10));
  say("read to there: %e\n", syscall3(NR_read, sys_open("/dev/zero", O_RDONLY, 0), ARG(map + 3 * 4096), 10));
  cut(fd, 4 * 4096);
  touch("grown again, the last page", map + 3 * 4096, map, false);
  touch("grown again, the second page", map + 4096 + 10, map, false);
  cut(fd, 0);
  touch("of nothing", map, map, false);
  need(sys_munmap(map, 5 * 4096), "munmap");
}

// Looks at the last byte until the file is shorter, because somebody else has cut it.
static int watch(int fd) {
  char *map = (char *)need(sys_mmap(0, 4 * 4096, PROT_READ, MAP_SHARED, fd, 0), "mmap");
  touch("the last byte", map + 4 * 4096 - 1, map, false);
  for (int i = 0; i < 10000 && !signalled; i++) {
    uint64_t end;
    need(syscall5(NR_llseek, fd, 0, 0, ARG(&end), 2), "llseek");
    volatile char *last = map + 4 * 4096 - 1;
    char unused = *last;
    (void)unused;
    sleep_ms(1);
  }
  say(signalled ? "cut: %S\n" : "never cut: %S\n", signalled);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  handle(SIGBUS, on_bus, 4);
  long fd = need(sys_open(argc > 1 ? argv[1] : "/tmp/truncated", O_RDWR | O_CREAT, 0600), "open");
  if (argc > 1) return watch((int)fd);
  all("shared", (int)fd, MAP_SHARED);
  all("private", (int)fd, MAP_PRIVATE);
  return 0;
}
