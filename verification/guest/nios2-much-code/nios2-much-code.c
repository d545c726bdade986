// More code than most programs have, all of it hot in its turn and some of it again later: whoever
// keeps translations of it has to let some of them go.

#include "guest.h"

enum { PAGE = 4096, PAGES = 200, FUNCTION = 256, FUNCTIONS = PAGES * PAGE / FUNCTION, ROUNDS = 2 };

#define R(n) ((unsigned)(n))
#define ADDI(to, from, number) (R(from) << 27 | R(to) << 22 | ((unsigned)(number) & 0xffff) << 6 | 0x04)
#define XOR(to, a, b) (R(a) << 27 | R(b) << 22 | R(to) << 17 | 0x1eu << 11 | 0x3a)
#define BNE(a, b, bytes) (R(a) << 27 | R(b) << 22 | ((unsigned)(bytes) & 0xffff) << 6 | 0x1e)
#define RET 0xf800283au

// r4 rounds of sums.
static void write_function(unsigned *code, int number) {
  int i = 0, words = FUNCTION / 4;
  code[i++] = ADDI(2, 0, number & 0x7fff);
  for (; i < words - 3; i++) code[i] = i % 3 ? ADDI(2, 2, i) : XOR(2, 2, 4);
  code[i++] = ADDI(4, 4, -1);
  code[i] = BNE(4, 0, -4 * i);
  i++;
  code[i] = RET;
}

int guest_main(int argc, char **argv, char **envp) {
  const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
  char *code = (char *)need(sys_mmap(0, PAGES * PAGE, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "mmap");
  for (int i = 0; i < FUNCTIONS; i++) write_function((unsigned *)(code + i * FUNCTION), i);
  need(syscall4(244, ARG(code), PAGES * PAGE, 0, 0), "cacheflush");
  unsigned sum = 0;
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < FUNCTIONS; i++) {
      long (*function)(long) = (long (*)(long))(code + i * FUNCTION);
      sum = sum * 31 + (unsigned)function(3) + (unsigned)function(4);
      // What was hot first is needed now and then.
      if (i % 64 == 0) sum += (unsigned)((long (*)(long))(code + i / 2 / FUNCTION * FUNCTION))(2);
    }
    say("round %d: %x\n", round, sum);
  }
  return 0;
}
