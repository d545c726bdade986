// Handlers with SA_SIGINFO: what they are told, masks, pending signals, nesting, one-shot handlers,
// queued values.

#include "guest.h"

static long self;
static volatile int seen;

static void report(int signal, struct siginfo *info, struct ucontext *context) {
  seen++;
  say("handler: %S, si_signo %S, si_errno %d, si_code %d", signal, info->signo, info->error,
      info->code);
  if (info->code == SI_USER || info->code == SI_TKILL || info->code == SI_QUEUE)
    say(", from me: %s, uid %d", info->sender.pid == self ? "yes" : "no", info->sender.uid);
  if (info->code == SI_QUEUE) say(", value %lx", info->queued.value);
  say("\n");
}

static void plain(int signal, struct siginfo *info, struct ucontext *context) {
  say("plain handler: %S\n", signal);
}

static void nested(int signal, struct siginfo *info, struct ucontext *context) {
  say("outer %S begins\n", signal);
  sys_kill(self, SIGUSR2);
  uint32_t pending[2];
  sys_rt_sigpending(pending);
  say("outer %S ends, pending %08x\n", signal, pending[0]);
}

static volatile int depth;

static void again(int signal, struct siginfo *info, struct ucontext *context) {
  int level = ++depth;
  say("level %d begins\n", level);
  if (level < 3) sys_kill(self, signal);
  say("level %d ends\n", level);
  depth--;
}

static void show_mask(const char *where) {
  uint32_t mask[2] = {~0u, ~0u};
  sys_rt_sigprocmask(SIG_BLOCK, 0, mask);
  say("%s: mask %08x %08x\n", where, mask[0], mask[1]);
}

static void with_mask(int signal, struct siginfo *info, struct ucontext *context) {
  show_mask("in the handler");
  say("the frame's mask %08x %08x\n", context->mask[0], context->mask[1]);
}

int guest_main(int argc, char **argv, char **envp) {
  self = sys_getpid();

  struct sigaction old = {(signal_handler)1, 1, 0, {1, 1}};
  say("first sigaction: %e\n", sys_rt_sigaction(SIGUSR1, 0, &old));
  say("default action: handler %lx, flags %lx, mask %08x\n", (unsigned long)old.handler, old.flags,
      old.mask[0]);
  handle(SIGUSR1, report, SA_SIGINFO);
  sys_rt_sigaction(SIGUSR1, 0, &old);
  say("installed: handler is mine: %s, flags %lx, mask %08x\n",
      old.handler == report ? "yes" : "no", old.flags, old.mask[0]);
  say("SIGKILL cannot be caught: %e, SIGSTOP: %e, signal 0: %e, 65: %e, a wrong mask size: %e\n",
      sys_rt_sigaction(SIGKILL, &old, 0), sys_rt_sigaction(SIGSTOP, &old, 0),
      sys_rt_sigaction(0, &old, 0), sys_rt_sigaction(65, &old, 0),
      syscall4(NR_rt_sigaction, SIGUSR1, ARG(&old), 0, 4));

  say("kill: %e\n", sys_kill(self, SIGUSR1));
  say("tgkill: %e\n", sys_tgkill(self, self, SIGUSR1));
  struct siginfo queued = {.signo = SIGUSR1, .code = SI_QUEUE};
  queued.queued.pid = self;
  queued.queued.value = 0xcafe;
  say("rt_sigqueueinfo: %e\n", sys_rt_sigqueueinfo(self, SIGUSR1, &queued));
  handle(SIGUSR1, plain, 0);
  sys_kill(self, SIGUSR1);

  say("-- blocking\n");
  handle(SIGUSR1, report, SA_SIGINFO);
  uint32_t mask[2] = {mask_bit(SIGUSR1), 0}, before[2], pending[2];
  sys_rt_sigprocmask(SIG_BLOCK, mask, before);
  sys_kill(self, SIGUSR1);
  sys_kill(self, SIGUSR1);
  sys_rt_sigpending(pending);
  say("pending %08x, seen %d\n", pending[0], seen);
  sys_rt_sigprocmask(SIG_SETMASK, before, 0);
  say("seen %d: two became one\n", seen);
  handle(SIGRTMIN, report, SA_SIGINFO);
  uint32_t rt_mask[2] = {0, 0};
  rt_mask[(SIGRTMIN - 1) / 32] = mask_bit(SIGRTMIN);
  sys_rt_sigprocmask(SIG_BLOCK, rt_mask, before);
  for (int i = 1; i <= 3; i++) {
    queued.queued.value = i;
    sys_rt_sigqueueinfo(self, SIGRTMIN, &queued);
  }
  sys_rt_sigprocmask(SIG_SETMASK, before, 0);
  say("real-time signals queue\n");
  uint32_t kill_mask[2] = {~0u, ~0u}, got[2];
  sys_rt_sigprocmask(SIG_SETMASK, kill_mask, 0);
  sys_rt_sigprocmask(SIG_SETMASK, before, got);
  say("everything blocked but SIGKILL and SIGSTOP: %08x %08x\n", got[0], got[1]);
  say("a wrong how: %e\n", sys_rt_sigprocmask(77, before, 0));

  say("-- nesting\n");
  handle(SIGUSR2, report, SA_SIGINFO);
  handle(SIGUSR1, nested, SA_SIGINFO);
  sys_kill(self, SIGUSR1);
  struct sigaction masked = {nested, SA_SIGINFO, 0, {mask_bit(SIGUSR2), 0}};
  sys_rt_sigaction(SIGUSR1, &masked, 0);
  say("now with SIGUSR2 in sa_mask\n");
  sys_kill(self, SIGUSR1);
  say("SA_NODEFER\n");
  handle(SIGUSR1, again, SA_SIGINFO | SA_NODEFER);
  sys_kill(self, SIGUSR1);
  masked.handler = with_mask;
  sys_rt_sigaction(SIGUSR1, &masked, 0);
  uint32_t some[2] = {mask_bit(SIGHUP), mask_bit(40)};
  sys_rt_sigprocmask(SIG_SETMASK, some, 0);
  sys_kill(self, SIGUSR1);
  show_mask("after the handler");
  sys_rt_sigprocmask(SIG_SETMASK, before, 0);

  say("-- SA_RESETHAND\n");
  handle(SIGUSR1, report, SA_SIGINFO | SA_RESETHAND);
  sys_kill(self, SIGUSR1);
  sys_rt_sigaction(SIGUSR1, 0, &old);
  say("afterwards the handler is %lx, flags %lx\n", (unsigned long)old.handler, old.flags);

  say("-- ignoring\n");
  handle(SIGUSR1, SIG_IGN, 0);
  say("kill: %e\n", sys_kill(self, SIGUSR1));
  sys_rt_sigprocmask(SIG_BLOCK, mask, before);
  sys_kill(self, SIGUSR1);
  sys_rt_sigpending(pending);
  say("blocked and ignored: pending %08x\n", pending[0]);
  handle(SIGUSR1, report, SA_SIGINFO);
  sys_kill(self, SIGUSR1);
  sys_rt_sigpending(pending);
  say("blocked and handled: pending %08x\n", pending[0]);
  handle(SIGUSR1, SIG_IGN, 0);
  sys_rt_sigpending(pending);
  say("ignoring discards it: pending %08x\n", pending[0]);
  sys_rt_sigprocmask(SIG_SETMASK, before, 0);

  say("-- waiting for signals\n");
  handle(SIGUSR1, report, SA_SIGINFO);
  sys_rt_sigprocmask(SIG_BLOCK, mask, before);
  sys_kill(self, SIGUSR1);
  say("sigsuspend: %e\n", sys_rt_sigsuspend(before));
  struct siginfo info;
  sys_kill(self, SIGUSR1);
  long signal = sys_rt_sigtimedwait(mask, &info, 0);
  say("sigtimedwait: %S, code %d, from me: %s\n", (int)signal, info.code,
      info.sender.pid == self ? "yes" : "no");
  struct timespec little = {0, 1000000};
  say("sigtimedwait, nothing comes: %e\n", sys_rt_sigtimedwait(mask, &info, &little));
  return 0;
}
