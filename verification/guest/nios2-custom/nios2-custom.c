// Custom instructions: those of the second floating-point component as the compiler uses them, and
// one with a number of its own, 17, which is expected to count bits. Where a CPU lacks them, the
// first one is SIGILL.

#pragma GCC target("custom-fpu-cfg=fph2")

#include "guest.h"

static unsigned bits(float value) {
  unsigned result;
  __builtin_memcpy(&result, &value, 4);
  return result;
}

static float number(unsigned bits) {
  float result;
  __builtin_memcpy(&result, &bits, 4);
  return result;
}

// A polynomial and a square root by Newton's method: adds, multiplies, divides, compares.
static float root(float value) {
  float guess = value > 1.0f ? value : 1.0f;
  for (int i = 0; i < 30; i++) guess = (guess + value / guess) * 0.5f;
  return guess;
}

int guest_main(int argc, char **argv, char **envp) {
  static const unsigned operands[] = {0x3f800000, 0x40490fdb, 0xc2f6e979, 0x4b800001, 0x00000000};
  for (unsigned i = 0; i < sizeof operands / sizeof *operands; i++) {
    float a = number(operands[i]), b = number(operands[(i + 1) % 5]);
    say("%08x + %08x = %08x, - %08x, * %08x, / %08x\n", bits(a), bits(b), bits(a + b),
        bits(a - b), bits(a * b), bits(a / b));
    say("  less %d, to int %d, from int %08x\n", a < b, (int)a, bits((float)(int)(i * 7 - 9)));
  }
  say("root of 2 is %08x\n", bits(root(2.0f)));
  if (argc > 1) say("bits of 0xf0f0 are %d\n", __builtin_custom_ini(17, 0xf0f0));
  return 0;
}
