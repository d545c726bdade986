// Code that a program makes and changes while it runs, as just-in-time compilers do: what runs after
// it was flushed is what was written, also in the middle of a loop, also in another thread.

#include "guest.h"

enum { PAGE = 4096, NR_cacheflush = 244, ROUNDS = 200 };

#define R(n) ((unsigned)(n))
#define ADDI(to, from, number) (R(from) << 27 | R(to) << 22 | ((unsigned)(number) & 0xffff) << 6 | 0x04)
#define BNE(a, b, bytes) (R(a) << 27 | R(b) << 22 | ((unsigned)(bytes) & 0xffff) << 6 | 0x1e)
#define BR(bytes) (((unsigned)(bytes) & 0xffff) << 6 | 0x06)
#define LDW(to, at, bytes) (R(at) << 27 | R(to) << 22 | ((unsigned)(bytes) & 0xffff) << 6 | 0x17)
#define STW(from, at, bytes) (R(at) << 27 | R(from) << 22 | ((unsigned)(bytes) & 0xffff) << 6 | 0x15)
#define CALL(address) (((unsigned)(address) >> 2) << 6)
#define NEXTPC(to) (R(to) << 17 | 0x1cu << 11 | 0x3a)
#define RET 0xf800283au

typedef long (*function)(long, long, long, long);

static const int all = PROT_READ | PROT_WRITE | PROT_EXEC;

static void flush(void *from, unsigned long bytes) {
  char *end = (char *)from + bytes;
  for (char *line = (char *)((unsigned long)from & -4ul); line < end; line += 4)
    __asm__ volatile("flushd 0(%0)\n	flushi %0" : : "r"(line) : "memory");
  __asm__ volatile("flushp" : : : "memory");
}

static void flush_by_call(void *from, unsigned long bytes) {
  need(syscall4(NR_cacheflush, ARG(from), (long)bytes, 0, 0), "cacheflush");
}

typedef void flusher(void *from, unsigned long bytes);

static unsigned *new_code(unsigned long bytes) {
  return (unsigned *)need(sys_mmap(0, bytes, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "mmap");
}

static long call(void *code, long a) { return ((function)code)(a, 0, 0, 0); }

static void written_anew(const char *how, flusher *flush_code) {
  unsigned *code = new_code(PAGE);
  long sum = 0;
  for (int i = 0; i < ROUNDS; i++) {
    code[0] = ADDI(2, 4, i);
    code[1] = RET;
    flush_code(code, 8);
    for (int n = 0; n < 20; n++) sum += call(code, n);
  }
  say("written anew, %s: %ld\n", how, sum);
}

// r4 times: r2 += number.
static void write_loop(unsigned *code, int number) {
  code[0] = ADDI(2, 0, 0);
  code[1] = ADDI(2, 2, number);
  code[2] = ADDI(4, 4, -1);
  code[3] = BNE(4, 0, -12);
  code[4] = RET;
}

static void loop_patched(const char *how, flusher *flush_code) {
  unsigned *code = new_code(PAGE);
  write_loop(code, 0);
  long sum = 0;
  for (int i = 1; i <= 30; i++) {
    code[1] = ADDI(2, 2, i);
    flush_code(code, 20);
    sum += call(code, 1000);
  }
  say("a loop with one instruction changed, %s: %ld\n", how, sum);
}

// loop(count, at which count, word, where): from that count on another instruction stands in it.
static void loop_patches_itself(void) {
  static const unsigned text[] = {
      ADDI(2, 0, 0),  ADDI(2, 2, 1), ADDI(4, 4, -1), BNE(4, 5, 16),
      STW(6, 7, 0),
      7u << 27 | 0x3b,                 // flushd 0(r7)
      7u << 27 | 0x0cu << 11 | 0x3a,   // flushi r7
      0x04u << 11 | 0x3a,              // flushp
      BNE(4, 0, -32), RET,
  };
  unsigned *code = new_code(PAGE);
  long sum = 0;
  for (int at = 1; at < 2000; at += 333) {
    for (unsigned i = 0; i < sizeof text / sizeof *text; i++) code[i] = text[i];
    flush(code, sizeof text);
    sum += ((function)code)(3000, at, (long)ADDI(2, 2, 5), (long)&code[1]);
  }
  say("a loop that changes itself: %ld\n", sum);
}

static void moved(void) {
  unsigned *code = new_code(4 * PAGE);
  long sum = 0;
  for (int at = 0; at < 4 * PAGE / 4 - 5; at += 37) {
    write_loop(code + at, at);
    flush(code + at, 20);
    sum += call(code + at, 50);
  }
  // Again, from behind, each over the end of another.
  for (int at = 4 * PAGE / 4 - 5; at >= 0; at -= 3) {
    write_loop(code + at, 1);
    flush(code + at, 20);
    sum += call(code + at, 50);
  }
  say("at many places: %ld\n", sum);
}

// The caller stays, the callee at the end of a call is another.
static void callee_changed(void) {
  unsigned *code = new_code(2 * PAGE);
  unsigned *callees = code + PAGE / 4;
  for (int i = 0; i < 8; i++) {
    callees[4 * i] = ADDI(2, 4, 100 * i);
    callees[4 * i + 1] = RET;
  }
  code[0] = ADDI(27, 27, -4);
  code[1] = STW(31, 27, 0);
  code[3] = ADDI(2, 2, 1);
  code[4] = LDW(31, 27, 0);
  code[5] = ADDI(27, 27, 4);
  code[6] = RET;
  long sum = 0;
  for (int i = 0; i < ROUNDS; i++) {
    code[2] = CALL(callees + i % 8 * 4);
    flush(code, 2 * PAGE);
    for (int n = 0; n < 20; n++) sum += call(code, n);
  }
  say("another callee: %ld\n", sum);
}

// Data in the middle of the code, which the code itself changes.
static void data_between(void) {
  unsigned *code = new_code(PAGE);
  code[0] = NEXTPC(3);
  code[1] = LDW(2, 3, 24);
  code[2] = ADDI(2, 2, 1);
  code[3] = STW(2, 3, 24);
  code[4] = ADDI(4, 4, -1);
  code[5] = BNE(4, 0, -20);
  code[6] = RET;
  code[7] = 0;
  flush(code, 32);
  for (int i = 0; i < 40; i++) call(code, 500);
  say("data between the code: %u\n", code[7]);
}

// Other pages at the same place, and code that may not be written while it runs.
static void pages_replaced(void) {
  unsigned *code = new_code(PAGE);
  long sum = 0;
  for (int i = 1; i <= 40; i++) {
    sys_munmap(code, PAGE);
    need(sys_mmap(code, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), "mmap");
    write_loop(code, i);
    flush(code, 20);
    sys_mprotect(code, PAGE, PROT_READ | PROT_EXEC);
    sum += call(code, 100);
    sys_mprotect(code, PAGE, PROT_READ | PROT_WRITE);
    code[1] = ADDI(2, 2, 2 * i);
    flush(code, 20);
    sys_mprotect(code, PAGE, PROT_READ | PROT_EXEC);
    sum += call(code, 100);
  }
  say("pages replaced: %ld\n", sum);
}

// What follows has another thread that runs the code.

static unsigned *shared;
static volatile int said, seen, stale, ended;

static inline void wait_for_word(volatile int *word, int value) {
  while (*word < value) sys_sched_yield();
  arch_relax();
}

static long run_until_told(void *unused) {
  int last = 0;
  while (last < ROUNDS) {
    int before = said;
    arch_relax();
    int value = (int)call(shared, 1);
    if (value < before || value < last) stale++;
    last = value;
    arch_relax();
    seen = value;
  }
  ended = 1;
  return 0;
}

static void patched_under_a_thread(const char *how, flusher *flush_code) {
  static struct thread thread;
  shared = new_code(PAGE);
  write_loop(shared, 0);
  flush_code(shared, 20);
  said = seen = stale = ended = 0;
  start_thread(&thread, 0, run_until_told, 0);
  for (int i = 1; i <= ROUNDS; i++) {
    *(volatile unsigned *)&shared[1] = ADDI(2, 2, i);
    flush_code(shared, 20);
    arch_relax();
    said = i;
    wait_for_word(&seen, i);
  }
  join_thread(&thread);
  say("changed while a thread calls it, %s: %d stale, ended %d\n", how, stale, ended);
}

static long run_shared(void *argument) {
  seen = 1;
  return call(shared, (long)argument) == 42 ? 0 : 1;
}

// A loop without an end gets one.
static void endless_loop_ended(const char *how, flusher *flush_code) {
  static struct thread thread;
  int ends = 0;
  for (int i = 0; i < 10; i++) {
    shared = new_code(PAGE);
    shared[0] = ADDI(3, 3, 1);
    shared[1] = BR(-8);
    shared[2] = ADDI(2, 0, 42);
    shared[3] = RET;
    flush_code(shared, 16);
    seen = 0;
    start_thread(&thread, 0, run_shared, 0);
    wait_for_word(&seen, 1);
    sleep_ms(i);
    *(volatile unsigned *)&shared[1] = BR(0);
    flush_code(shared, 16);
    join_thread(&thread);
    ends++;
  }
  say("an endless loop ended, %s: %d\n", how, ends);
}

static unsigned long fault_pc;
static volatile int fault_code, faults;

static void leave(int signal, struct siginfo *info, struct ucontext *context) {
  faults++;
  fault_code = info->code;
  fault_pc = ucontext_pc(context);
  ucontext_set_pc(context, (unsigned long)sys_exit_thread);
}

// The page goes away under a loop.
static void loop_taken_away(const char *how, bool unmapped) {
  static struct thread thread;
  int right = 0;
  handle(SIGSEGV, leave, SA_SIGINFO);
  faults = 0;
  for (int i = 0; i < 10; i++) {
    shared = new_code(PAGE);
    shared[0] = BR(-4);
    flush(shared, 4);
    seen = 0;
    start_thread(&thread, 0, run_shared, 0);
    wait_for_word(&seen, 1);
    sleep_ms(i);
    if (unmapped)
      sys_munmap(shared, PAGE);
    else
      sys_mprotect(shared, PAGE, PROT_READ | PROT_WRITE);
    join_thread(&thread);
    right += fault_pc == (unsigned long)shared && fault_code == (unmapped ? 1 : 2);
  }
  handle(SIGSEGV, SIG_DFL, 0);
  say("a loop taken away, %s: %d faults, %d as they should be\n", how, faults, right);
}

int guest_main(int argc, char **argv, char **envp) {
  written_anew("flushed", flush);
  written_anew("flushed by a call", flush_by_call);
  loop_patched("flushed", flush);
  loop_patched("flushed by a call", flush_by_call);
  loop_patches_itself();
  moved();
  callee_changed();
  data_between();
  pages_replaced();
  patched_under_a_thread("flushed", flush);
  patched_under_a_thread("flushed by a call", flush_by_call);
  endless_loop_ended("flushed", flush);
  endless_loop_ended("flushed by a call", flush_by_call);
  loop_taken_away("unmapped", true);
  loop_taken_away("not to be executed", false);
  return 0;
}
