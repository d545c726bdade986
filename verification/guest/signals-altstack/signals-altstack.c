// sigaltstack: where a handler runs, what the kernel reports about it, and a stack overflow that is
// survived.

#include "guest.h"

enum { SIZE = 16384 };

static char *alternate;
static volatile int depth;

static const char *place(const void *address) {
  return (char *)address >= alternate && (char *)address < alternate + SIZE ? "the alternate stack"
                                                                            : "the usual stack";
}

static const char *state(int flags) {
  return flags == 0 ? "free" : flags == SS_ONSTACK ? "in use" : flags == SS_DISABLE ? "none" : "?";
}

static void show(const char *where) {
  struct sigaltstack now;
  long result = sys_sigaltstack(0, &now);
  say("%s: %e, %s, size %lu, base is right: %s\n", where, result, state(now.flags), now.size,
      yes_no(now.base == (now.flags == SS_DISABLE ? 0 : (void *)alternate)));
}

static void report(int signal, struct siginfo *info, struct ucontext *context) {
  int local;
  say("%S on %s; the frame says base %s, %s, size %lu\n", signal, place(&local),
      context->stack_base == alternate ? "right" : "other", state(context->stack_flags),
      context->stack_size);
}

static void deeper(int signal, struct siginfo *info, struct ucontext *context) {
  int local;
  say("level %d on %s\n", ++depth, place(&local));
  show("in the handler");
  struct sigaltstack other = {alternate, 0, SIZE};
  say("changing it here: %e\n", sys_sigaltstack(&other, 0));
  if (depth < 2) sys_kill(sys_getpid(), SIGUSR2);
  say("level ends\n");
}

static void survive(int signal, struct siginfo *info, struct ucontext *context) {
  int local;
  say("overflow: %S code %d on %s; the address is near sp: %s\n", signal, info->code, place(&local),
      yes_no((unsigned long)info->fault.addr + 4096 > ucontext_sp(context) - 4096));
  sys_exit(17);
}

static int recurse(int n) {
  volatile char frame[512];
  frame[0] = (char)n;
  return n < 0 ? 0 : recurse(n + 1) + frame[0];
}

static long overflow(void *unused) {
  handle(SIGSEGV, survive, SA_SIGINFO | SA_ONSTACK);
  return recurse(0);
}

static long overflow_without(void *unused) {
  handle(SIGSEGV, survive, SA_SIGINFO);
  return recurse(0);
}

static long show_in_child(void *what) {
  show(what);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  alternate = new_memory(SIZE, MAP_PRIVATE);
  show("at first");
  struct sigaltstack stack = {alternate, 0, SIZE};
  say("setting: %e\n", sys_sigaltstack(&stack, 0));
  show("now");
  handle(SIGUSR1, report, SA_SIGINFO | SA_ONSTACK);
  handle(SIGUSR2, report, SA_SIGINFO);
  sys_kill(sys_getpid(), SIGUSR1);
  sys_kill(sys_getpid(), SIGUSR2);

  handle(SIGUSR1, deeper, SA_SIGINFO | SA_ONSTACK);
  handle(SIGUSR2, deeper, SA_SIGINFO | SA_ONSTACK);
  sys_kill(sys_getpid(), SIGUSR1);
  show("afterwards");

  struct sigaltstack small = {alternate, 0, 100}, strange = {alternate, 64, SIZE},
                     off = {0, SS_DISABLE, 0};
  say("too small: %e, strange flags: %e\n", sys_sigaltstack(&small, 0),
      sys_sigaltstack(&strange, 0));
  say("a bad pointer: %e, %e\n", syscall2(NR_sigaltstack, 4, 0), syscall2(NR_sigaltstack, 0, 4));
  wait_for(fork_child(show_in_child, "a forked child"));
  wait_for(arch_clone(CLONE_VM | SIGCHLD, new_stack_top(), 0, 0, 0, show_in_child,
                      "a child that shares memory"));
  wait_for(arch_clone(CLONE_VM | CLONE_VFORK | SIGCHLD, new_stack_top(), 0, 0, 0, show_in_child,
                      "a vfork child"));
  say("it %w\n", run_in_child(overflow, 0));
  say("without it, it was %w\n", run_in_child(overflow_without, 0));
  say("disabling: %e\n", sys_sigaltstack(&off, 0));
  show("at last");
  handle(SIGUSR1, report, SA_SIGINFO | SA_ONSTACK);
  sys_kill(sys_getpid(), SIGUSR1);
  return 0;
}
