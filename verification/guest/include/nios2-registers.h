// A system call with every register filled with a known value, to see which of them it keeps.

#ifndef NIOS2_REGISTERS_H
#define NIOS2_REGISTERS_H

#include "guest.h"

// Does system call `number` with arguments a, b, c (r4 to r6) while r1, r3 and r7 to r23 hold 100 +
// their number, gp, fp and ra too. found[n] is what register n holds afterwards.
void call_with_known_registers(long a, long b, long c, unsigned long *found, long number);

// The instruction after the trap.
extern char after_known_trap[];

// The saved registers lie at sp + 128 and above, the found ones below.
__asm__(
    "	.section .text.call_with_known_registers, \"ax\", @progbits\n"
    "	.set noat\n"
    "	.global call_with_known_registers\n"
    "	.type call_with_known_registers, @function\n"
    "call_with_known_registers:\n"
    "	ldw	r2, 0(sp)\n"
    "	addi	sp, sp, -184\n"
    "	stw	r16, 128(sp)\n	stw	r17, 132(sp)\n	stw	r18, 136(sp)\n	stw	r19, "
    "140(sp)\n"
    "	stw	r20, 144(sp)\n	stw	r21, 148(sp)\n	stw	r22, 152(sp)\n	stw	r23, "
    "156(sp)\n"
    "	stw	gp, 160(sp)\n	stw	fp, 164(sp)\n	stw	ra, 168(sp)\n	stw	r7, "
    "172(sp)\n"
    "	movi	r1, 101\n	movi	r3, 103\n	movi	r7, 107\n	movi	r8, "
    "108\n	movi	r9, 109\n"
    "	movi	r10, 110\n	movi	r11, 111\n	movi	r12, 112\n	movi	r13, "
    "113\n	movi	r14, 114\n"
    "	movi	r15, 115\n	movi	r16, 116\n	movi	r17, 117\n	movi	r18, "
    "118\n	movi	r19, 119\n"
    "	movi	r20, 120\n	movi	r21, 121\n	movi	r22, 122\n	movi	r23, 123\n"
    "	movi	gp, 126\n	movi	fp, 128\n	movi	ra, 131\n"
    "	trap	0\n"
    "	.global after_known_trap\n"
    "after_known_trap:\n"
    "	stw	zero, 0(sp)\n"
    "	stw	r1, 4(sp)\n	stw	r2, 8(sp)\n	stw	r3, 12(sp)\n	stw	r4, "
    "16(sp)\n	stw	r5, 20(sp)\n"
    "	stw	r6, 24(sp)\n	stw	r7, 28(sp)\n	stw	r8, 32(sp)\n	stw	r9, "
    "36(sp)\n	stw	r10, 40(sp)\n"
    "	stw	r11, 44(sp)\n	stw	r12, 48(sp)\n	stw	r13, 52(sp)\n	stw	r14, "
    "56(sp)\n	stw	r15, 60(sp)\n"
    "	stw	r16, 64(sp)\n	stw	r17, 68(sp)\n	stw	r18, 72(sp)\n	stw	r19, "
    "76(sp)\n	stw	r20, 80(sp)\n"
    "	stw	r21, 84(sp)\n	stw	r22, 88(sp)\n	stw	r23, 92(sp)\n	stw	zero, "
    "96(sp)\n	stw	zero, 100(sp)\n"
    "	stw	gp, 104(sp)\n	stw	sp, 108(sp)\n	stw	fp, 112(sp)\n	stw	zero, "
    "116(sp)\n	stw	zero, 120(sp)\n"
    "	stw	ra, 124(sp)\n"
    "	ldw	r16, 128(sp)\n	ldw	r17, 132(sp)\n	ldw	r18, 136(sp)\n	ldw	r19, "
    "140(sp)\n"
    "	ldw	r20, 144(sp)\n	ldw	r21, 148(sp)\n	ldw	r22, 152(sp)\n	ldw	r23, "
    "156(sp)\n"
    "	ldw	gp, 160(sp)\n	ldw	fp, 164(sp)\n	ldw	ra, 168(sp)\n	ldw	r4, "
    "172(sp)\n"
    "	mov	r5, sp\n"
    "	addi	r6, sp, 128\n"
    "1:	ldw	r7, 0(r5)\n"
    "	stw	r7, 0(r4)\n"
    "	addi	r4, r4, 4\n"
    "	addi	r5, r5, 4\n"
    "	bltu	r5, r6, 1b\n"
    "	addi	sp, sp, 184\n"
    "	ret\n"
    "	.set at\n"
    "	.size call_with_known_registers, . - call_with_known_registers\n"
    "	.previous\n");

// Which of the registers that had known values have others now; r2 and r7 are the call's own.
static inline void say_changed_registers(const unsigned long *found) {
  static const char known[] = {1,  3,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                               17, 18, 19, 20, 21, 22, 23, 26, 28, 31};
  int changed = 0;
  for (unsigned i = 0; i < sizeof known; i++)
    if (found[(int)known[i]] != 100ul + known[i]) {
      say(" r%d=%lx", known[i], found[(int)known[i]]);
      changed++;
    }
  if (!changed) say(" none");
}

#endif
