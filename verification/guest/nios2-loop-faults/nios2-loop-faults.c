// Faults in the middle of loops that have run for long: the handler is told the very instruction, and
// finds all registers as they are there. What the loops do is said in assembly, so that all of them are known.

#include "guest.h"

enum { PAGE = 4096, PAGES = 4 };

#define AREA 0x60000000ul

static unsigned long base;  // what pc and ra are told from
static int left;            // faults until the loop is left
static int (*repair)(struct ucontext *);

// Without a stack, of which there may be none left.
void thread_ends(void);
__asm__(
    "	.section .text.thread_ends, \"ax\", @progbits\n"
    "thread_ends:\n"
    "	movi	r4, 0\n"
    "	movi	r2, 93\n"
    "	trap	0\n"
    "	.previous\n");

static void report(int signal, struct siginfo *info, struct ucontext *context) {
  unsigned long address = (unsigned long)info->fault.addr;
  say("  %S code %d, address %lx, pc +%ld, ra +%ld\n   ", signal, info->code,
      address - base < 4096 ? address - base : address, (long)(ucontext_pc(context) - base),
      (long)(ucontext_return_address(context) - base));
  for (int i = 2; i <= 22; i++) say(" %lx", ucontext_register(context, i));
  say(" fp %lx gp %lx sp %lx\n", context->gregs[GREG_FP], context->gregs[GREG_GP],
      ucontext_sp(context) - AREA);
  if (--left > 0 && repair && repair(context)) return;
  ucontext_set_pc(context, (unsigned long)thread_ends);
}

// Each loop fills its registers, runs with r4 at the beginning of the area, and faults in time.
#define LOOP(name, body)                                    \
  void name(void *area);                                    \
  extern char name##_loop[];                                \
  __asm__("	.section .text." #name ", \"ax\", @progbits\n" \
          "	.global " #name "\n"                            \
          "	.global " #name "_loop\n"                       \
          "	.type " #name ", @function\n" #name ":\n"       \
          "	call	fill_registers\n" #name "_loop:\n" body   \
          "	.size " #name ", . - " #name "\n"               \
          "	.previous\n")

__asm__(
    "	.section .text.fill_registers, \"ax\", @progbits\n"
    "fill_registers:\n"
    "	movi	r2, 0\n"
    "	movi	r3, 0\n"
    "	movi	r5, 105\n"
    "	movi	r6, 0\n"
    "	movi	r7, 107\n"
    "	movi	r8, 1\n"
    "	movi	r9, 109\n"
    "	movi	r10, 110\n"
    "	movi	r11, 111\n"
    "	movi	r12, 112\n"
    "	movi	r13, 113\n"
    "	movi	r14, 114\n"
    "	movi	r15, 115\n"
    "	movi	r16, 116\n"
    "	movi	r17, 117\n"
    "	movi	r18, 118\n"
    "	movi	r19, 119\n"
    "	movi	r20, 120\n"
    "	movi	r21, 121\n"
    "	movi	r22, 122\n"
    "	movi	fp, 128\n"
    "	movi	gp, 126\n"
    "	ret\n"
    "	.previous\n");

LOOP(load_words,
     "	addi	r6, r6, 1\n"
     "	ldw	r3, 0(r4)\n"
     "	add	r2, r2, r3\n"
     "	addi	r4, r4, 4\n"
     "	br	load_words_loop\n");

LOOP(store_bytes,
     "	addi	r6, r6, 3\n"
     "	stb	r6, 0(r4)\n"
     "	xor	r2, r2, r6\n"
     "	addi	r4, r4, 1\n"
     "	bne	r6, zero, store_bytes_loop\n");

// Two accesses by one base, of which the second fails; the first has been made.
LOOP(copy_halves,
     "	addi	r6, r6, 1\n"
     "	ldhu	r3, 0(r4)\n"
     "	addi	r3, r3, 1\n"
     "	sth	r3, 0(r4)\n"
     "	ldhu	r7, 4(r4)\n"
     "	add	r2, r2, r7\n"
     "	addi	r4, r4, 2\n"
     "	br	copy_halves_loop\n");

// Far apart, so that every access is on another page.
LOOP(stride,
     "	addi	r6, r6, 1\n"
     "	muli	r3, r6, 2052\n"
     "	add	r3, r3, r4\n"
     "	ldw	r7, 0(r3)\n"
     "	add	r2, r2, r7\n"
     "	cmpltui	r7, r6, 6\n"
     "	bne	r7, zero, stride_loop\n"
     "	slli	r6, r6, 1\n"
     "	br	stride_loop\n");

// The fault is in a function that the loop calls.
LOOP(in_callee,
     "	addi	r6, r6, 1\n"
     "	call	callee\n"
     "	add	r2, r2, r3\n"
     "	br	in_callee_loop\n");
__asm__(
    "	.section .text.in_callee, \"ax\", @progbits\n"
    "callee:\n"
    "	addi	r9, r9, 2\n"
    "	ldb	r3, 0(r4)\n"
    "	addi	r4, r4, 8\n"
    "	ret\n"
    "	.previous\n");

// An inner loop and an outer one that keep different registers.
LOOP(inner,
     "	addi	r6, r6, 1\n"
     "	movi	r8, 64\n"
     "1:	ldw	r3, 0(r4)\n"
     "	add	r2, r2, r3\n"
     "	addi	r4, r4, 4\n"
     "	addi	r8, r8, -1\n"
     "	bne	r8, zero, 1b\n"
     "	add	r10, r10, r2\n"
     "	br	inner_loop\n");

// The quotient overflows, or the divisor is zero.
LOOP(divide,
     "	addi	r6, r6, 1\n"
     "	movi	r3, 5000\n"
     "	sub	r3, r3, r6\n"
     "	div	r7, r6, r3\n"
     "	add	r2, r2, r7\n"
     "	br	divide_loop\n");

// A jump to nowhere.
LOOP(jump,
     "	addi	r6, r6, 1\n"
     "	cmpltui	r3, r6, 3000\n"
     "	bne	r3, zero, jump_loop\n"
     "	mov	r7, r4\n"
     "	callr	r7\n");

// A trap that no debugger has set.
LOOP(breakpoint,
     "	addi	r6, r6, 1\n"
     "	cmpltui	r3, r6, 3000\n"
     "	bne	r3, zero, breakpoint_loop\n"
     "	trap	31\n"
     "	br	breakpoint_loop\n");

// An instruction that there is not.
LOOP(illegal,
     "	addi	r6, r6, 1\n"
     "	cmpltui	r3, r6, 3000\n"
     "	bne	r3, zero, illegal_loop\n"
     "	.word	0x0000003d\n");

// recurse(): each call takes 32 bytes of stack, and stores into them.
LOOP(recurse,
     "1:	addi	sp, sp, -32\n"
     "	stw	ra, 28(sp)\n"
     "	stw	r6, 0(sp)\n"
     "	addi	r6, r6, 1\n"
     "	call	1b\n"
     "	ldw	ra, 28(sp)\n"
     "	addi	sp, sp, 32\n"
     "	ret\n");

// The same through a pointer, with the store behind the call's return never reached.
LOOP(recurse_by_pointer,
     "	nextpc	r5\n"
     "1:	addi	r5, r5, 0\n"
     "2:	addi	sp, sp, -16\n"
     "	stw	ra, 12(sp)\n"
     "	addi	r6, r6, 1\n"
     "	callr	r5\n"
     "	br	2b\n");

static void (*volatile function)(void *);

static char handler_stack[8192];

static long run(void *area) {
  struct sigaltstack alternate = {handler_stack, 0, sizeof handler_stack};
  need(sys_sigaltstack(&alternate, 0), "sigaltstack");
  function(area);
  return 0;
}

// The stack lies in the area as well, in front of a page that nobody has.
static void run_with(const char *name, void (*loop)(void *), const char *text, int faults,
                     int (*repaired)(struct ucontext *), unsigned long offset) {
  static struct thread thread;
  unsigned long stack = 16 * PAGE;
  char *area = (char *)need(
      sys_mmap((void *)AREA, PAGES * PAGE, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), "mmap");
  sys_munmap(area + PAGES * PAGE, 32 * PAGE);
  for (int i = 0; i < PAGES * PAGE; i++) area[i] = (char)(i * 7);
  char *stack_low = area + 64 * PAGE;
  need(sys_mmap(stack_low, stack, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), "mmap");
  say("%s\n", name);
  base = (unsigned long)text;
  function = loop;
  left = faults;
  repair = repaired;
  void *tid = (void *)&thread.tid;
  need(arch_clone(THREAD_FLAGS, stack_low + stack, tid, tid, 0, run, area + offset), "clone");
  join_thread(&thread);
  unsigned sum = 0;
  for (int i = 0; i < PAGES * PAGE; i++) sum = sum * 31 + (unsigned char)area[i];
  say("  memory %x\n", sum);
}

// One page more, and the instruction once more.
static int next_page(struct ucontext *context) {
  unsigned long page = (ucontext_register(context, 4) + PAGE) & -(unsigned long)PAGE;
  if (ucontext_register(context, 4) % PAGE == 0) page -= PAGE;
  need(sys_mmap((void *)page, PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), "mmap");
  return 1;
}

// Over the instruction.
static int skip(struct ucontext *context) {
  ucontext_set_pc(context, ucontext_pc(context) + 4);
  return 1;
}

int guest_main(int argc, char **argv, char **envp) {
  handle(SIGSEGV, report, SA_SIGINFO | SA_ONSTACK);
  handle(SIGBUS, report, SA_SIGINFO | SA_ONSTACK);
  handle(SIGFPE, report, SA_SIGINFO | SA_ONSTACK);
  handle(SIGILL, report, SA_SIGINFO | SA_ONSTACK);
  handle(SIGTRAP, report, SA_SIGINFO | SA_ONSTACK);
  for (int i = 0; i < 2; i++) {
    run_with("load words", load_words, load_words_loop, 1, 0, 0);
    run_with("store bytes", store_bytes, store_bytes_loop, 1, 0, 0);
    run_with("copy halves", copy_halves, copy_halves_loop, 1, 0, 0);
    run_with("copy halves, and go on", copy_halves, copy_halves_loop, 3, next_page, 2);
    run_with("stride", stride, stride_loop, 1, 0, 0);
    run_with("in a callee", in_callee, in_callee_loop, 1, 0, 0);
    run_with("inner loop", inner, inner_loop, 1, 0, 4);
    run_with("divide", divide, divide_loop, 1, 0, 0);
    run_with("jump", jump, jump_loop, 1, 0, 32 * PAGE);
    run_with("breakpoint", breakpoint, breakpoint_loop, 3, skip, 0);
    run_with("illegal", illegal, illegal_loop, 1, 0, 0);
    run_with("recursion", recurse, recurse_loop, 1, 0, 0);
    run_with("recursion by pointer", recurse_by_pointer, recurse_by_pointer_loop, 1, 0, 0);
  }
  return 0;
}
