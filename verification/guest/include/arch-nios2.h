// What a guest program must know about Nios II. A second CPU needs a file like this one with the
// same names, and one line in guest.h:
//
//   ARCH_NAME, ARCH_BIG_ENDIAN            facts
//   syscall0 .. syscall6                  result, or -errno
//   arch_clone, arch_clone3, arch_vfork   the calls that return twice
//   arch_thread_pointer                   the register that holds the TLS pointer
//   arch_set_thread_pointer
//   arch_relax                            a fence for the compiler and the CPU
//   arch_compare_and_set                  true if *word was old and is new_value now, in one step
//   arch_write_function                   code made at run time
//   struct ucontext, ucontext_pc, ...     the signal frame
//   ARCH_TLS_REGISTER                     its name, for people
//   ARCH_TRACED_REGISTERS, TRACED_...     how many registers ptrace shows, and which is which

#ifndef ARCH_NIOS2_H
#define ARCH_NIOS2_H

#include "numbers-generic.h"

#define ARCH_NAME "Nios II"
#define ARCH_TLS_REGISTER "r23"

// The kernel enters here with sp at argc. Zeroed fp and ra end a backtrace.
__asm__(
    "	.section .text._start, \"ax\", @progbits\n"
    "	.global _start\n"
    "	.type _start, @function\n"
    "_start:\n"
    "	mov	r4, sp\n"
    "	mov	fp, zero\n"
    "	mov	ra, zero\n"
    "	call	guest_start\n"
    "	.size _start, . - _start\n"
    "	.previous\n");

// The number goes into r2 and the arguments into r4 to r9. The kernel answers r7 = 0 and the result
// in r2, or r7 = 1 and the errno in r2. It keeps all other registers; the clobbers promise less
// than that.
static inline long syscall6(long number, long a, long b, long c, long d, long e, long f) {
  register long r2 __asm__("r2") = number;
  register long r4 __asm__("r4") = a;
  register long r5 __asm__("r5") = b;
  register long r6 __asm__("r6") = c;
  register long r7 __asm__("r7") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("trap 0"
                   : "+r"(r2), "+r"(r7)
                   : "r"(r4), "r"(r5), "r"(r6), "r"(r8), "r"(r9)
                   : "memory", "r1", "r3", "r10", "r11", "r12", "r13", "r14", "r15");
  return r7 ? -r2 : r2;
}

static inline long syscall4(long number, long a, long b, long c, long d) {
  register long r2 __asm__("r2") = number;
  register long r4 __asm__("r4") = a;
  register long r5 __asm__("r5") = b;
  register long r6 __asm__("r6") = c;
  register long r7 __asm__("r7") = d;
  __asm__ volatile("trap 0"
                   : "+r"(r2), "+r"(r7)
                   : "r"(r4), "r"(r5), "r"(r6)
                   : "memory", "r1", "r3", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15");
  return r7 ? -r2 : r2;
}

static inline long syscall5(long number, long a, long b, long c, long d, long e) {
  return syscall6(number, a, b, c, d, e, 0);
}

static inline long syscall3(long number, long a, long b, long c) {
  return syscall4(number, a, b, c, 0);
}

static inline long syscall2(long number, long a, long b) { return syscall4(number, a, b, 0, 0); }

static inline long syscall1(long number, long a) { return syscall4(number, a, 0, 0, 0); }

static inline long syscall0(long number) { return syscall4(number, 0, 0, 0, 0); }

// clone: the child calls function(argument) on its stack and exits with what that returns. Nios II
// takes (flags, sp, ptid, ctid, tls).
long arch_clone(unsigned long flags, void *stack_top, void *parent_tid, void *child_tid,
                unsigned long tls, long (*function)(void *), void *argument);

// clone3: the same for a struct clone_args. The registers in which clone has its arguments are
// filled with garbage first: nothing in the child may come from them.
long arch_clone3(void *clone_args, unsigned long size, long (*function)(void *), void *argument);

// clone(CLONE_VM | CLONE_VFORK | SIGCHLD) on the caller's own stack, as vfork() does it: returns 0
// in the child first, then the child's pid in the parent. Uses no stack, for the child would
// overwrite what the parent needs after it.
long arch_vfork(void) __attribute__((returns_twice));

__asm__(
    "	.section .text.arch_clone, \"ax\", @progbits\n"
    "	.global arch_clone\n"
    "	.type arch_clone, @function\n"
    "arch_clone:\n"
    "	addi	sp, sp, -8\n"
    "	stw	r16, 0(sp)\n"
    "	stw	r17, 4(sp)\n"
    "	ldw	r8, 8(sp)\n"
    "	ldw	r16, 12(sp)\n"
    "	ldw	r17, 16(sp)\n"
    "	movi	r2, 220\n"
    "	trap	0\n"
    "	br	arch_cloned\n"
    "	.size arch_clone, . - arch_clone\n"

    "	.global arch_clone3\n"
    "	.type arch_clone3, @function\n"
    "arch_clone3:\n"
    "	addi	sp, sp, -8\n"
    "	stw	r16, 0(sp)\n"
    "	stw	r17, 4(sp)\n"
    "	mov	r16, r6\n"
    "	mov	r17, r7\n"
    "	movia	r6, 0xbad00006\n"
    "	movia	r7, 0xbad00007\n"
    "	movia	r8, 0xbad00008\n"
    "	movia	r9, 0xbad00009\n"
    "	movi	r2, 435\n"
    "	trap	0\n"
    "	.size arch_clone3, . - arch_clone3\n"

    "	.type arch_cloned, @function\n"
    "arch_cloned:\n"
    "	bne	r7, zero, 1f\n"
    "	bne	r2, zero, 2f\n"
    "	mov	r4, r17\n"
    "	callr	r16\n"
    "	mov	r4, r2\n"
    "	movi	r2, 93\n"
    "	trap	0\n"
    "1:	sub	r2, zero, r2\n"
    "2:	ldw	r16, 0(sp)\n"
    "	ldw	r17, 4(sp)\n"
    "	addi	sp, sp, 8\n"
    "	ret\n"
    "	.size arch_cloned, . - arch_cloned\n"
    "	.previous\n"

    "	.section .text.arch_vfork, \"ax\", @progbits\n"
    "	.global arch_vfork\n"
    "	.type arch_vfork, @function\n"
    "arch_vfork:\n"
    "	movi	r4, 0x4111\n"
    "	mov	r5, zero\n"
    "	mov	r6, zero\n"
    "	mov	r7, zero\n"
    "	mov	r8, zero\n"
    "	movi	r2, 220\n"
    "	trap	0\n"
    "	beq	r7, zero, 1f\n"
    "	sub	r2, zero, r2\n"
    "1:	ret\n"
    "	.size arch_vfork, . - arch_vfork\n"
    "	.previous\n");

static inline unsigned long arch_thread_pointer(void) {
  unsigned long value;
  __asm__ volatile("mov %0, r23" : "=r"(value));
  return value;
}

static inline void arch_set_thread_pointer(unsigned long value) {
  __asm__ volatile("mov r23, %0" : : "r"(value) : "r23");
}

static inline void arch_relax(void) { __asm__ volatile("sync" : : : "memory"); }

// Nios II has no atomic instruction: a function in the page that the kernel maps at 0x1000 does it,
// and returns 0 if it stored.
static inline bool arch_compare_and_set(volatile int *word, int old, int new_value) {
  int (*cmpxchg)(volatile int *, int, int) = (int (*)(volatile int *, int, int))0x1004;
  return cmpxchg(word, old, new_value) == 0;
}

// Writes a function that returns the value, makes it visible to instruction fetch, and needs 12
// bytes.
static inline void arch_write_function(void *to, int value) {
  volatile unsigned *words = to;
  words[0] = 2u << 22 | (unsigned)(value & 0xffff) << 6 | 0x04;  // addi r2, zero, value
  words[1] = 0xf800283a;                                         // ret
  for (char *line = to; line < (char *)to + 12; line += 4)
    __asm__ volatile("flushd 0(%0)\n	flushi %0" : : "r"(line) : "memory");
  __asm__ volatile("flushp" : : : "memory");
}

// The frame's second half, behind the siginfo. gregs: r1 to r23, ra, fp, gp, a hole, pc, sp.
struct ucontext {
  unsigned long flags;
  struct ucontext *link;
  void *stack_base;
  int stack_flags;
  unsigned long stack_size;
  int version;
  unsigned long gregs[32];
  uint32_t mask[2];
};

enum { GREG_RA = 23, GREG_FP = 24, GREG_GP = 25, GREG_PC = 27, GREG_SP = 28 };

// As ptrace shows registers: the general ones by number, then pc.
enum {
  ARCH_TRACED_REGISTERS = 49,
  TRACED_NUMBER = 2,
  TRACED_RESULT = 2,
  TRACED_FAILED = 7,
  TRACED_ARGUMENT = 4,
  TRACED_PC = 32,
  TRACED_SP = 27,
  TRACED_RETURN_ADDRESS = 31,
};

// The instruction that debuggers put where they want a stop: trap 31.
#define ARCH_BREAKPOINT 0x003b6ffaul

static inline unsigned long ucontext_register(const struct ucontext *context, int n) {
  return context->gregs[n - 1];
}

static inline unsigned long ucontext_pc(const struct ucontext *context) {
  return context->gregs[GREG_PC];
}

static inline void ucontext_set_pc(struct ucontext *context, unsigned long pc) {
  context->gregs[GREG_PC] = pc;
}

static inline unsigned long ucontext_sp(const struct ucontext *context) {
  return context->gregs[GREG_SP];
}

static inline unsigned long ucontext_return_address(const struct ucontext *context) {
  return context->gregs[GREG_RA];
}

#endif
