// The signal frame of Nios II: where siginfo and ucontext lie, which register is in which slot,
// what the handler starts with, and that what it changes in the frame takes effect.

#include "nios2-registers.h"

static struct ucontext seen;
static unsigned long info_at, context_at, handler_sp, handler_ra;
static int handler_signal;
static bool change;

void cooked_handler(int signal, struct siginfo *info, struct ucontext *context, unsigned long sp,
                    unsigned long ra) {
  handler_signal = signal;
  info_at = (unsigned long)info - sp;
  context_at = (unsigned long)context - sp;
  handler_sp = sp;
  handler_ra = ra;
  seen = *context;
  if (!change) return;
  context->gregs[0] = 201;   // r1
  context->gregs[1] = 202;   // r2
  context->gregs[15] = 216;  // r16
  context->gregs[22] = 223;  // r23
  context->gregs[GREG_FP] = 228;
  context->gregs[GREG_GP] = 226;
  context->gregs[GREG_RA] = 231;
}

// What the kernel enters: it hands on sp and ra as they were.
void raw_handler(int signal, struct siginfo *info, struct ucontext *context);
__asm__(
    "	.section .text.raw_handler, \"ax\", @progbits\n"
    "	.global raw_handler\n"
    "	.type raw_handler, @function\n"
    "raw_handler:\n"
    "	mov	r7, sp\n"
    "	addi	sp, sp, -8\n"
    "	stw	ra, 4(sp)\n"
    "	stw	ra, 0(sp)\n"
    "	call	cooked_handler\n"
    "	ldw	ra, 4(sp)\n"
    "	addi	sp, sp, 8\n"
    "	ret\n"
    "	.size raw_handler, . - raw_handler\n"
    "	.previous\n");

static void __attribute__((noreturn)) other_place(void) {
  say("the handler sent us to another place\n");
  sys_exit(0);
}

static void go_elsewhere(int signal, struct siginfo *info, struct ucontext *context) {
  ucontext_set_pc(context, (unsigned long)other_place);
}

static void change_mask(int signal, struct siginfo *info, struct ucontext *context) {
  context->mask[0] = mask_bit(SIGHUP) | mask_bit(SIGKILL);
  context->mask[1] = 1;
}

static void destroy_version(int signal, struct siginfo *info, struct ucontext *context) {
  context->version = 3;
}

static long die_of_version(void *unused) {
  handle(SIGUSR1, destroy_version, SA_SIGINFO);
  sys_kill(sys_getpid(), SIGUSR1);
  return 0;
}

static void destroy_stack(int signal, struct siginfo *info, struct ucontext *context) {
  __asm__ volatile("mov sp, zero\n	movi r2, 139\n	trap 0");
}

static long die_of_stack(void *unused) {
  handle(SIGUSR1, destroy_stack, SA_SIGINFO);
  sys_kill(sys_getpid(), SIGUSR1);
  return 0;
}

static long sigreturn_without_frame(void *unused) { return syscall0(NR_rt_sigreturn); }

static long handler_on_bad_stack(void *unused) {
  handle(SIGUSR1, change_mask, SA_SIGINFO);
  __asm__ volatile(
      "mov sp, zero\n	movi r2, 172\n	trap 0\n	mov r4, r2\n	movi r5, 10\n	movi r2, "
      "129\n	trap 0");
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  unsigned long found[32];
  say("ucontext: size %lu, version at %lu, registers at %lu, mask at %lu\n",
      (unsigned long)sizeof(struct ucontext), (unsigned long)offsetof(struct ucontext, version),
      (unsigned long)offsetof(struct ucontext, gregs),
      (unsigned long)offsetof(struct ucontext, mask));

  handle(SIGUSR1, raw_handler, SA_SIGINFO);
  call_with_known_registers(sys_getpid(), SIGUSR1, 3, found, NR_kill);
  say("handler: signal %S, siginfo at sp+%lu, ucontext at sp+%lu, ra %lx, sp below the interrupted "
      "one: %s\n",
      handler_signal, info_at, context_at, handler_ra, yes_no(handler_sp < ucontext_sp(&seen)));
  say("the frame ends %lu bytes below the interrupted sp\n",
      ucontext_sp(&seen) - (handler_sp + context_at + sizeof seen));
  say("flags %lu, link %lx, version %d\n", seen.flags, (unsigned long)seen.link, seen.version);
  say("r1 %lu, r2 %lu, r3 %lu, r5 %lu, r6 %lu, r7 %lu, r8 %lu, r15 %lu\n", seen.gregs[0],
      seen.gregs[1], seen.gregs[2], seen.gregs[4], seen.gregs[5], seen.gregs[6], seen.gregs[7],
      seen.gregs[14]);
  say("r16 %lu, r22 %lu, r23 %lu, ra %lu, fp %lu, gp %lu\n", seen.gregs[15], seen.gregs[21],
      seen.gregs[22], seen.gregs[GREG_RA], seen.gregs[GREG_FP], seen.gregs[GREG_GP]);
  say("pc is behind the trap: %s, sp is right: %s\n",
      yes_no(ucontext_pc(&seen) == (unsigned long)after_known_trap),
      yes_no(ucontext_sp(&seen) == found[27]));
  say("afterwards changed:");
  say_changed_registers(found);
  say("\n");

  change = true;
  call_with_known_registers(sys_getpid(), SIGUSR1, 3, found, NR_kill);
  say("the handler changed: r2=%lu", found[2]);
  say_changed_registers(found);
  say("\n");

  handle(SIGUSR1, change_mask, SA_SIGINFO);
  sys_kill(sys_getpid(), SIGUSR1);
  uint32_t mask[2], none[2] = {0, 0};
  sys_rt_sigprocmask(SIG_SETMASK, none, mask);
  say("the mask the handler wrote: %08x %08x\n", mask[0], mask[1]);

  say("another version: %w\n", run_in_child(die_of_version, 0));
  say("sigreturn on a stack that is not there: %w\n", run_in_child(die_of_stack, 0));
  say("sigreturn without a frame: %w\n", run_in_child(sigreturn_without_frame, 0));
  say("a handler without a stack: %w\n", run_in_child(handler_on_bad_stack, 0));

  handle(SIGUSR1, go_elsewhere, SA_SIGINFO);
  sys_kill(sys_getpid(), SIGUSR1);
  return 1;
}
