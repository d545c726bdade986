// cacheflush, a system call that Linux has on some CPUs only: which arguments it takes, and that
// code written before is what runs after it.

#include "guest.h"

enum { NR_cacheflush = 244 };

#define PAGE 4096

static void try(const char *what, unsigned long address, unsigned long length, long operation) {
  say("%s: %ld\n", what, syscall4(NR_cacheflush, (long)address, (long)length, operation, 0));
}

int guest_main(int argc, char **argv, char **envp) {
  const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
  char *pages = (char *)sys_mmap(0, 4 * PAGE, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  sys_munmap(pages + 3 * PAGE, PAGE);
  sys_mprotect(pages + 2 * PAGE, PAGE, PROT_READ);
  unsigned long at = (unsigned long)pages;
  for (long operation = -1; operation < 6; operation++) {
    say("operation %ld, ", operation);
    try("a page", at, PAGE, operation);
  }
  try("two pages", at, 2 * PAGE, 0);
  try("a byte", at + 7, 1, 0);
  try("two mappings", at, 2 * PAGE + 1, 0);
  try("what cannot be written", at + 2 * PAGE, PAGE, 0);
  try("past the end", at + 2 * PAGE, PAGE + 1, 0);
  try("nothing mapped", at + 3 * PAGE, 1, 0);
  try("nothing mapped, another operation", at + 3 * PAGE, 1, 3);
  try("no bytes", at + 3 * PAGE, 0, 3);
  try("past the end of memory", at, -at, 0);
  try("all memory", at, -1ul, 0);
  try("the kernel", 0xc0000000ul, PAGE, 0);
  try("the first page", 0, PAGE, 0);
  try("the kuser page", 0x1000, PAGE, 0);
  unsigned *code = (unsigned *)pages;
  long (*function)(void) = (long (*)(void))pages;
  for (unsigned i = 1; i < 4; i++) {
    code[0] = 0x00800004 | i << 6;  // movi r2, i
    code[1] = 0xf800283a;           // ret
    try("code", at, 8, 0);
    say("returns %ld\n", function());
  }
  return 0;
}
