# Exceptions on the board 10m50, one after the other; prints a log of them by semihosting: cause, ea, estatus and status of
# each, without RSIE, which QEMU clears at the first eret though there is only one register set. exceptions.expected is what
# qemu-system-nios2 7.2 prints:
#
#   qemu-system-nios2 -M 10m50-ghrd -semihosting -nographic -kernel exceptions.elf 2> exceptions.expected
        .set noat
        .section .text
        .globl _start
_start: br      begin
        .org 0x120
handler:
        rdctl   r20, exception
        rdctl   r21, estatus
        rdctl   r22, status
        slli    r21, r21, 9
        srli    r21, r21, 9
        slli    r22, r22, 9
        srli    r22, r22, 9
        movhi   r16, 0xc810
        add     r16, r16, r17
        stw     r20, 0(r16)
        stw     ea, 4(r16)
        stw     r21, 8(r16)
        stw     r22, 12(r16)
        addi    r17, r17, 16
        eret
        .org 0x1000
begin:
        movi    r17, 0
        movhi   r4, 0xc810
        trap    0
        .word   0xffffffff
        ldw     r2, 2(r4)
        ldh     r2, 1(r4)
        stw     r2, 1(r4)
        div     r2, r4, r0
        divu    r2, r4, r0
        movhi   r5, 0x8000
        movi    r6, -1
        div     r2, r5, r6
        mulxss  r2, r4, r5
        movi    r2, 1
        wrctl   status, r2
        trap    0
        rdctl   r2, status
        slli    r2, r2, 9
        srli    r2, r2, 9
        movhi   r16, 0xc810
        add     r16, r16, r17
        stw     r2, 0(r16)
        addi    r17, r17, 4
        movhi   r5, 0xc812
        movi    r10, 1
        stw     r10, 0(r5)
        movhi   r10, 0xc810
        stw     r10, 4(r5)
        stw     r17, 8(r5)
        movi    r4, 5
        break   1
        movi    r4, 0
        movi    r5, 3
        break   1
