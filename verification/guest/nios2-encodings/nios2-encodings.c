// Every value of the fields OP and OPX, with many values of the other fields, reserved ones among
// them: each is put into memory and run, and a line an OP or OPX says what came of it. The number at
// the end of a line sums up all registers and memory that the instruction could have changed.
//
// With an argument, a line an instruction.

#include "guest.h"

#define REGISTERS 16
#define DATA_BYTES 0x20000
#define CODE_BYTES 4096

// What runs around an instruction: r2 to r15 are loaded from `registers`, and stored there again.
long run_code(const void *code, unsigned long *registers);
__asm__("	.section .text.run_code, \"ax\", @progbits\n"
        "	.type run_code, @function\n"
        "run_code:\n"
        "	.set noat\n"
        "	addi sp, sp, -48\n"
        "	stw ra, 44(sp)\n"
        "	stw r16, 40(sp)\n"
        "	stw r17, 36(sp)\n"
        "	mov r16, r5\n"
        "	mov r17, r4\n"
        "	ldw r2, 8(r16)\n"
        "	ldw r3, 12(r16)\n"
        "	ldw r4, 16(r16)\n"
        "	ldw r5, 20(r16)\n"
        "	ldw r6, 24(r16)\n"
        "	ldw r7, 28(r16)\n"
        "	ldw r8, 32(r16)\n"
        "	ldw r9, 36(r16)\n"
        "	ldw r10, 40(r16)\n"
        "	ldw r11, 44(r16)\n"
        "	ldw r12, 48(r16)\n"
        "	ldw r13, 52(r16)\n"
        "	ldw r14, 56(r16)\n"
        // The instruction may change ra; what stands behind it takes it from r15.
        "	nextpc r15\n"
        "	addi r15, r15, 8\n"
        "	callr r17\n"
        "	stw r2, 8(r16)\n"
        "	stw r3, 12(r16)\n"
        "	stw r4, 16(r16)\n"
        "	stw r5, 20(r16)\n"
        "	stw r6, 24(r16)\n"
        "	stw r7, 28(r16)\n"
        "	stw r8, 32(r16)\n"
        "	stw r9, 36(r16)\n"
        "	stw r10, 40(r16)\n"
        "	stw r11, 44(r16)\n"
        "	stw r12, 48(r16)\n"
        "	stw r13, 52(r16)\n"
        "	stw r14, 56(r16)\n"
        "	ldw r17, 36(sp)\n"
        "	ldw r16, 40(sp)\n"
        "	ldw ra, 44(sp)\n"
        "	addi sp, sp, 48\n"
        "	ret\n"
        "	.set at\n"
        "	.size run_code, . - run_code\n"
        "	.previous\n");

static unsigned *code;
static unsigned char *data;
static bool each;

static struct outcome {
  int signal, code;
  long address, pc;
} outcome;

static bool same_outcome(const struct outcome *a, const struct outcome *b) {
  return a->signal == b->signal && a->code == b->code && a->address == b->address &&
         a->pc == b->pc;
}

// Addresses as distances from the instruction, where they are near it.
static long relative(unsigned long address) {
  unsigned long distance = address - (unsigned long)code;
  return distance + 64 < 128 ? (long)distance : (long)address;
}

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  outcome.signal = signal;
  outcome.code = info->code;
  outcome.address = info->code > 0 ? relative((unsigned long)info->fault.addr) : 0;
  outcome.pc = relative(ucontext_pc(context));
  bool reports_next =
      signal == SIGUSR1 || signal == SIGUSR2 || (signal == SIGILL && info->code == ILL_ILLTRP);
  if (!reports_next) ucontext_set_pc(context, context->gregs[GREG_RA]);
}

static void say_outcome(const struct outcome *o) {
  if (o->signal)
    say("%S code %d addr %lx pc %lx", o->signal, o->code, o->address, o->pc);
  else
    say("goes on");
}

static unsigned long fold(unsigned long sum, unsigned long value) {
  return ((sum << 5 | sum >> 27) ^ value) * 0x9e3779b1;
}

// Runs one instruction; what it left goes into the sum.
static unsigned long run(unsigned word, long near, unsigned long sum) {
  static const unsigned long values[REGISTERS] = {
      0, 0, 2000, 0x33333333, 0, 0x89abcdef, 0x66666666, 0, 3, 0xfffffff0, 0x7fffffff, 0x80000000,
      12, 13, 14};
  unsigned long registers[REGISTERS];
  for (int i = 0; i < REGISTERS; i++) registers[i] = values[i];
  registers[4] = (unsigned long)(code + 1);
  registers[7] = (unsigned long)(data + DATA_BYTES / 2);
  code[0] = word;
  __asm__ volatile("flushd 0(%0)\n flushi %0\n flushp" : : "r"(code) : "memory");
  for (int i = 0; i < 16; i++) data[DATA_BYTES / 2 + near - 8 + i] = (unsigned char)(0x91 + 7 * i);
  outcome = (struct outcome){0, 0, 0, 0};
  run_code(code, registers);
  for (int i = 2; i < 15; i++)
    if (i != 4 && i != 7) sum = fold(sum, registers[i]);
  sum = fold(sum, registers[4] - (unsigned long)code);
  sum = fold(sum, registers[7] - (unsigned long)data);
  for (int i = 0; i < 16; i++) sum = fold(sum, data[DATA_BYTES / 2 + near - 8 + i]);
  sum = fold(sum, (unsigned long)outcome.signal << 8 | (unsigned long)outcome.code);
  sum = fold(sum, (unsigned long)outcome.address);
  sum = fold(sum, (unsigned long)outcome.pc);
  if (each) {
    say("  %08x ", word);
    say_outcome(&outcome);
    say(" %08lx\n", sum);
  }
  return sum;
}

static struct outcome first;
static int runs, others;

static unsigned long note(unsigned long sum) {
  if (runs++ == 0)
    first = outcome;
  else if (!same_outcome(&first, &outcome))
    others++;
  return sum;
}

static void begin(void) { runs = others = 0; }

static void end(const char *field, unsigned value, unsigned long sum) {
  say("%s %02x: ", field, value);
  say_outcome(&first);
  if (others) say(", %d of %d otherwise", others, runs);
  say(", %08lx\n", sum);
}

static bool in(unsigned value, const unsigned char *set, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (set[i] == value) return true;
  return false;
}

// A = r7, the data, B = r5, and numbers that stay in the data; branches go to what follows.
static void try_op(unsigned op) {
  static const unsigned char branches[] = {0x06, 0x0e, 0x16, 0x1e, 0x26, 0x2e, 0x36};
  static const unsigned numbers[] = {0, 1, 2, 3, 4, 7, 0x10, 0x123, 0x7ff0, 0x8010, 0xfffc, 0xffff};
  begin();
  unsigned long sum = 0;
  bool branch = in(op, branches, sizeof branches);
  for (unsigned i = 0; i < (branch ? 4 : 12); i++) {
    unsigned number = numbers[i];
    unsigned word = 7u << 27 | 5u << 22 | number << 6 | op;
    sum = note(run(word, (short)number, sum));
    if (branch) {
      sum = note(run(5u << 27 | 5u << 22 | number << 6 | op, 0, sum));
      sum = note(run(5u << 27 | 8u << 22 | number << 6 | op, 0, sum));
    }
  }
  end("op", op, sum);
}

// The 26 bits are the place of what follows.
static void try_jump(unsigned op) {
  begin();
  unsigned long sum = run((unsigned)((unsigned long)(code + 1) >> 2 << 6) | op, 0, 0);
  end("op", op, note(sum));
}

// A = r4 (what follows the instruction), B = r5 or r8, C = r6 with every number, then other
// registers, as far as fields are registers at all.
static void try_opx(unsigned opx) {
  static const unsigned char others_of_a[] = {0, 5, 9, 11}, others_of_b[] = {0, 8, 9, 31},
                             others_of_c[] = {0, 13, 31};
  begin();
  unsigned long sum = 0;
  for (unsigned number = 0; number < 32; number++) {
    // trap 30 belongs to the kernel's debugger, where there is one.
    if (opx == 0x2d && number == 30) continue;
    sum = note(run(4u << 27 | 5u << 22 | 6u << 17 | opx << 11 | number << 6 | 0x3a, 0, sum));
  }
  for (unsigned i = 0; i < sizeof others_of_a; i++)
    for (unsigned j = 0; j < sizeof others_of_b; j++)
      for (unsigned k = 0; k < sizeof others_of_c; k++) {
        unsigned a = others_of_a[i], b = others_of_b[j], c = others_of_c[k];
        // Not far away.
        if (opx == 0x0d || opx == 0x1d) a = a ? 4 : 31;
        // r31 differs from run to run.
        if (b == 31 && !(opx == 0x05 || opx == 0x0d || opx == 0x1d)) b = 10;
        sum = note(run(a << 27 | b << 22 | c << 17 | opx << 11 | 0x3a, 0, sum));
      }
  end("opx", opx, sum);
}

int guest_main(int argc, char **argv, char **envp) {
  each = argc > 1;
  static const char signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGUSR1, SIGUSR2};
  for (unsigned i = 0; i < sizeof signals; i++) handle(signals[i], on_signal, SA_SIGINFO);
  const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
  code = (unsigned *)sys_mmap(0, CODE_BYTES, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  data = (unsigned char *)sys_mmap(0, DATA_BYTES, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  code[1] = 15u << 27 | 31u << 17 | 0x31u << 11 | 0x3a;  // add ra, r15, zero
  code[2] = 31u << 27 | 0x05u << 11 | 0x3a;              // ret
  for (unsigned op = 0; op < 64; op++) {
    // Custom instructions (0x32) are each system's own; the emulator stops at them.
    if (op == 0x3a || op == 0x32) continue;
    if (op <= 1)
      try_jump(op);
    else
      try_op(op);
  }
  // break (0x34) belongs to a debugger.
  for (unsigned opx = 0; opx < 64; opx++)
    if (opx != 0x34) try_opx(opx);
  return 0;
}
