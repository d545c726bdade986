// Memory mappings: private and shared, fixed places, protection, splitting, moving, files, and what
// fork makes of them.

#include "guest.h"

enum { PAGE = 4096 };

static long store_in(void *address) {
  *(volatile int *)address = 5;
  return 0;
}

static long load_from(void *address) { return *(volatile int *)address; }

static const char *access(void *address) {
  int read = run_in_child(load_from, address), write = run_in_child(store_in, address);
  bool readable = (read & 0x7f) == 0, writable = (write & 0x7f) == 0;
  return readable && writable ? "read and write"
         : readable           ? "read"
         : writable           ? "write"
                              : "nothing";
}

static void *map(void *address, unsigned long pages, int protection, int flags, int fd,
                 unsigned long page) {
  return (void *)sys_mmap(address, pages * PAGE, protection, flags, fd, page);
}

static bool failed(const void *result) { return (long)result < 0 && (long)result > -4096; }

int guest_main(int argc, char **argv, char **envp) {
  enum { RW = PROT_READ | PROT_WRITE, ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS };
  volatile int *private_memory = new_memory(PAGE, MAP_PRIVATE), *shared_memory = new_shared(PAGE);
  say("fresh memory is zero: %d %d\n", private_memory[7], shared_memory[7]);
  run_in_child(store_in, (void *)private_memory);
  run_in_child(store_in, (void *)shared_memory);
  say("a child's store in private memory: %d, in shared memory: %d\n", *private_memory,
      *shared_memory);

  say("-- places\n");
  char *area = (char *)0x40000000;
  void *got = map(area, 4, RW, ANONYMOUS | MAP_FIXED, -1, 0);
  say("MAP_FIXED: %s\n", yes_no(got == area));
  area[0] = 1;
  got = map(area + PAGE, 1, RW, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  say("MAP_FIXED_NOREPLACE on something: %e\n", (long)got);
  got = map(area, 1, RW, ANONYMOUS, -1, 0);
  say("a hint that is taken gives another place: %s\n", yes_no(!failed(got) && got != area));
  sys_munmap(got, PAGE);
  got = map(area + 16 * PAGE, 1, RW, ANONYMOUS, -1, 0);
  say("a hint that is free is followed: %s\n", yes_no(got == area + 16 * PAGE));
  sys_munmap(got, PAGE);
  got = map(area + 16 * PAGE + 100, 1, RW, ANONYMOUS, -1, 0);
  say("a hint within a page is rounded down: %s\n", yes_no(got == area + 16 * PAGE));
  sys_munmap(got, PAGE);
  got = map(area, 1, RW, ANONYMOUS | MAP_FIXED, -1, 0);
  say("MAP_FIXED replaces: %s, byte %d\n", yes_no(got == area), area[0]);
  got = map(0, 1, RW, ANONYMOUS, -1, 0);
  void *next = map(0, 1, RW, ANONYMOUS, -1, 0);
  say("the next mapping lies right %s the one before\n",
      (char *)next + PAGE == (char *)got   ? "below"
      : (char *)got + PAGE == (char *)next ? "above"
                                           : "away from");
  sys_munmap(got, PAGE);
  sys_munmap(next, PAGE);

  say("-- errors\n");
  say("size 0: %e\n", (long)sys_mmap(0, 0, RW, ANONYMOUS, -1, 0));
  say("neither private nor shared: %e\n", (long)map(0, 1, RW, MAP_ANONYMOUS, -1, 0));
  say("a fixed place within a page: %e\n",
      (long)map(area + 1, 1, RW, ANONYMOUS | MAP_FIXED, -1, 0));
  say("a fixed place in the kernel: %e\n",
      (long)map((void *)0x80000000ul, 1, RW, ANONYMOUS | MAP_FIXED, -1, 0));
  say("more than there is: %e\n", (long)sys_mmap(0, 0x90000000ul, RW, ANONYMOUS, -1, 0));
  say("no file: %e\n", (long)map(0, 1, RW, MAP_PRIVATE, -1, 0));
  say("munmap within a page: %e, size 0: %e, of nothing: %e\n", sys_munmap(area + 1, PAGE),
      sys_munmap(area, 0), sys_munmap(area + 64 * PAGE, PAGE));
  say("mprotect within a page: %e, of nothing: %e, bad bits: %e\n",
      sys_mprotect(area + 1, PAGE, RW), sys_mprotect(area + 64 * PAGE, PAGE, RW),
      sys_mprotect(area, PAGE, 0x100));

  say("-- protection\n");
  say("page 1: %s\n", access(area + PAGE));
  sys_mprotect(area + PAGE, PAGE, PROT_READ);
  say("read-only: %s\n", access(area + PAGE));
  sys_mprotect(area + PAGE, PAGE, PROT_NONE);
  say("none: %s; its neighbours: %s, %s\n", access(area + PAGE), access(area),
      access(area + 2 * PAGE));
  say("read(2) into it: %e\n", sys_getcwd(area + PAGE, PAGE));
  sys_mprotect(area, 4 * PAGE, PROT_READ);
  say("all read-only at once: %s, %s\n", access(area), access(area + PAGE));
  sys_mprotect(area, 4 * PAGE, RW);
  area[PAGE] = 77;
  sys_munmap(area + 2 * PAGE, PAGE);
  say("a hole: %s; the rest: %s, %s\n", access(area + 2 * PAGE), access(area + PAGE),
      access(area + 3 * PAGE));
  long result = sys_mprotect(area, 4 * PAGE, PROT_READ);
  say("mprotect over the hole: %e; in front of it: %s, behind it: %s\n", result,
      access(area + PAGE), access(area + 3 * PAGE));
  sys_mprotect(area, 2 * PAGE, RW);

  say("-- moving\n");
  area[PAGE] = 78;
  char *moved = (char *)sys_mremap(area, 2 * PAGE, 3 * PAGE, 0, 0);
  say("growing into the hole: %s, byte %d\n", yes_no(moved == area), moved[PAGE]);
  say("growing where it cannot: %e\n", sys_mremap(area, 3 * PAGE, 8 * PAGE, 0, 0));
  moved = (char *)sys_mremap(area, 3 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, 0);
  say("moving: %s, byte %d, the old place: %s\n", yes_no(!failed(moved) && moved != area),
      moved[PAGE], access(area));
  area = moved;
  moved = (char *)sys_mremap(area, 8 * PAGE, PAGE * 2, 0, 0);
  say("shrinking: %s, behind it: %s\n", yes_no(moved == area), access(area + 2 * PAGE));
  moved = (char *)sys_mremap(area, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                             (void *)0x48000000);
  say("to a fixed place: %lx, byte %d\n", (unsigned long)moved, moved[PAGE]);
  say("of nothing: %e\n", sys_mremap((void *)0x50000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0));

  say("-- MADV_DONTNEED\n");
  private_memory[0] = 9;
  result = sys_madvise((void *)private_memory, PAGE, MADV_DONTNEED);
  say("%e, then private memory is %d\n", result, private_memory[0]);
  shared_memory[0] = 9;
  result = sys_madvise((void *)shared_memory, PAGE, MADV_DONTNEED);
  say("%e, then shared memory is %d\n", result, shared_memory[0]);

  say("-- files\n");
  int file = (int)need(sys_memfd_create("file", 0), "memfd_create");
  for (int i = 0; i < 3; i++) {
    char text[PAGE];
    memset(text, 'a' + i, sizeof text);
    sys_write(file, text, i < 2 ? PAGE : 10);
  }
  char *one = map(0, 3, RW, MAP_SHARED, file, 0), *two = map(0, 3, RW, MAP_PRIVATE, file, 0),
       *second = map(0, 1, PROT_READ, MAP_SHARED, file, 1);
  say("bytes %c %c %c, behind the end %d\n", one[0], one[PAGE], one[2 * PAGE], one[2 * PAGE + 10]);
  one[PAGE] = 'X';
  say("a shared store: in the private mapping %c, in one of page 1 %c\n", two[PAGE], second[0]);
  two[PAGE] = 'Y';
  say("a private store: in the shared mapping %c\n", one[PAGE]);
  one[PAGE] = 'Z';
  say("a shared store after it: in the private mapping %c\n", two[PAGE]);
  char byte = 0;
  syscall6(67, file, ARG(&byte), 1, PAGE, 0, 0);  // pread64
  say("read(2) sees %c\n", byte);
  byte = 'W';
  syscall6(68, file, ARG(&byte), 1, PAGE + 1, 0, 0);  // pwrite64
  say("what write(2) writes is seen: %c\n", one[PAGE + 1]);
  sys_close(file);
  say("the mapping outlives the descriptor: %c\n", one[0]);
  int self = (int)need(sys_open("/proc/self/exe", O_RDONLY, 0), "open");
  say("writable and shared of a read-only file: %e, private: %s\n",
      (long)map(0, 1, RW, MAP_SHARED, self, 0),
      yes_no(!failed(map(0, 1, RW, MAP_PRIVATE, self, 0))));
  char *elf = map(0, 1, PROT_READ, MAP_PRIVATE, self, 0);
  say("the program's own file begins with %c%c%c\n", elf[1], elf[2], elf[3]);

  say("-- code\n");
  unsigned char *code = map(0, 1, RW | PROT_EXEC, ANONYMOUS, -1, 0);
  long (*function)(void) = (long (*)(void))code;
  long results[2];
  for (int i = 0; i < 2; i++) {
    arch_write_function(code, i + 100);
    results[i] = function();
  }
  say("code written, run, written again and run: %ld %ld\n", results[0], results[1]);
  return 0;
}
