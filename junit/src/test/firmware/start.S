# Where the CPU begins, and where it goes for an interrupt, 32 bytes behind.
        .section .start, "ax"
        .set    noat
        .globl  _start
_start: movhi   sp, %hi(stack)
        ori     sp, sp, %lo(stack)
        movhi   r2, %hi(begin)
        ori     r2, r2, %lo(begin)
        jmp     r2

        .org    0x20
        addi    sp, sp, -80
        stw     at, 0(sp)
        stw     r2, 4(sp)
        stw     r3, 8(sp)
        stw     r4, 12(sp)
        stw     r5, 16(sp)
        stw     r6, 20(sp)
        stw     r7, 24(sp)
        stw     r8, 28(sp)
        stw     r9, 32(sp)
        stw     r10, 36(sp)
        stw     r11, 40(sp)
        stw     r12, 44(sp)
        stw     r13, 48(sp)
        stw     r14, 52(sp)
        stw     r15, 56(sp)
        stw     ra, 60(sp)
        stw     ea, 64(sp)
        call    interrupt
        ldw     ea, 64(sp)
        ldw     ra, 60(sp)
        ldw     r15, 56(sp)
        ldw     r14, 52(sp)
        ldw     r13, 48(sp)
        ldw     r12, 44(sp)
        ldw     r11, 40(sp)
        ldw     r10, 36(sp)
        ldw     r9, 32(sp)
        ldw     r8, 28(sp)
        ldw     r7, 24(sp)
        ldw     r6, 20(sp)
        ldw     r5, 16(sp)
        ldw     r4, 12(sp)
        ldw     r3, 8(sp)
        ldw     r2, 4(sp)
        ldw     at, 0(sp)
        addi    sp, sp, 80
        addi    ea, ea, -4
        eret
