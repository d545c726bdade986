// The heap: where it begins, growing, shrinking, and what brk refuses.

#include "guest.h"

enum { PAGE = 4096 };

extern char _end[];

static volatile char data[3 * PAGE] = {1}, zeros[2 * PAGE];

static long load_from(void *address) { return *(volatile char *)address; }

static long child_brk(void *start) {
  sys_brk((unsigned long)start + 8 * PAGE);
  ((char *)start)[7 * PAGE] = 1;
  return sys_brk(0) == (unsigned long)start + 8 * PAGE ? 0 : 1;
}

int guest_main(int argc, char **argv, char **envp) {
  data[1] = zeros[PAGE + argc];
  unsigned long start = sys_brk(0);
  say("the heap begins %ld bytes behind the program\n", (long)(start - (unsigned long)_end));
  say("a wish below the program's data is answered with the present end: %s\n",
      yes_no(sys_brk((unsigned long)data - PAGE) == start));
  unsigned long end = sys_brk(start + 10);
  say("10 bytes: %s\n", yes_no(end == start + 10));
  char *heap = (char *)start;
  heap[9] = 'x';
  say("fresh bytes are zero: %d\n", heap[0]);
  end = sys_brk(start + 5 * PAGE);
  say("5 pages: %s, the old byte is %c, the last is %d\n", yes_no(end == start + 5 * PAGE), heap[9],
      heap[5 * PAGE - 1]);
  memset(heap, 'y', 5 * PAGE);
  unsigned long page = (start + PAGE - 1) & ~(PAGE - 1ul);
  end = sys_brk(page + PAGE);
  say("shrinking: %s; behind it %w\n", yes_no(end == page + PAGE),
      run_in_child(load_from, (void *)(page + PAGE)));
  end = sys_brk(page + 2 * PAGE);
  say("growing again gives zeros: %d, what was kept: %c\n", *(char *)(page + PAGE),
      *(char *)(page + PAGE - 1));
  unsigned long now = sys_brk(0);
  say("far too much: unchanged: %s\n", yes_no(sys_brk(0x7fff0000ul) == now));
  say("into the kernel: unchanged: %s\n", yes_no(sys_brk(0xf0000000ul) == now));
  char *block = (char *)(page + 16 * PAGE);
  need(sys_mmap(block, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), "mmap");
  say("over another mapping: unchanged: %s\n", yes_no(sys_brk(page + 32 * PAGE) == now));
  say("up to it: %s\n", yes_no(sys_brk(page + 15 * PAGE) == page + 15 * PAGE));
  sys_munmap(block, PAGE);
  sys_brk(page);
  say("a child has a heap of its own: %w, mine ends where it did: %s\n",
      run_in_child(child_brk, (void *)page), yes_no(sys_brk(0) == page));
  return 0;
}
