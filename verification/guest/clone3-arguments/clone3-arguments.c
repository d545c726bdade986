// What clone3 accepts and refuses, in the order in which the kernel checks, and what its fields do.

#include "guest.h"

// Room for a structure that is larger than any kernel knows, at the end of a page behind which
// nothing is mapped.
static unsigned char *page;

static struct clone_args *fresh(unsigned long size) {
  unsigned char *at = page + 4096 - size;
  memset(page, 0, 4096);
  struct clone_args *args = (struct clone_args *)at;
  args->exit_signal = SIGCHLD;
  return args;
}

// Tries; where the kernel makes a child, waits for it and says so.
static void try(const char *what, struct clone_args *args, unsigned long size) {
  long result = sys_clone3(args, size);
  if (result == 0) sys_exit(0);
  if (result > 0)
    say("%s: a child that %w\n", what, wait_for(result));
  else
    say("%s: %e\n", what, result);
}

#define TRY(what, field, value)          \
  do {                                   \
    struct clone_args *args = fresh(88); \
    args->field = (value);               \
    try(what, args, 88);                 \
  } while (0)

#define TRY2(what, field, value, field2, value2) \
  do {                                           \
    struct clone_args *args = fresh(88);         \
    args->field = (value);                       \
    args->field2 = (value2);                     \
    try(what, args, 88);                         \
  } while (0)

static long exit_with(void *status) { return (long)status; }

static long report_sp(void *unused) {
  unsigned long here = (unsigned long)&here;
  return here >> 12 & 0x7f;
}

static volatile int handled;

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  handled = signal;
}

static long handler_state(void *unused) {
  struct sigaction usr1, usr2;
  sys_rt_sigaction(SIGUSR1, 0, &usr1);
  sys_rt_sigaction(SIGUSR2, 0, &usr2);
  return (usr1.handler == on_signal) + 2 * (usr1.handler == SIG_DFL) +
         4 * (usr2.handler == SIG_IGN);
}

static long pid_is(void *pid) { return sys_getpid() == (long)pid; }

static long wait_for_word(void *word) {
  wait_until(word, 1);
  return 6;
}

int guest_main(int argc, char **argv, char **envp) {
  page = (unsigned char *)need(
      sys_mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "mmap");
  need(sys_mprotect(page + 4096, 4096, PROT_NONE), "mprotect");

  say("-- size and tail\n");
  static const unsigned long sizes[] = {0, 1, 63, 64, 65, 72, 80, 87, 88, 89, 96, 128, 1000, 4096};
  for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char name[] = "size    0";
    unsigned long n = sizes[i];
    for (int at = 8; n; n /= 10) name[at--] = (char)('0' + n % 10);
    try(name, fresh(sizes[i] < 88 ? 88 : sizes[i]), sizes[i]);
  }
  try("size 4097", fresh(88), 4097);
  struct clone_args *args = fresh(96);
  ((unsigned char *)args)[95] = 1;
  try("a tail that is not zero", args, 96);
  args = fresh(4096);
  ((unsigned char *)args)[88] = 1;
  try("a long tail that is not zero", args, 4096);
  args = fresh(88);
  try("a tail that cannot be read", args, 96);
  try("a null pointer", 0, 88);
  try("a null pointer, a short size", 0, 8);
  args = fresh(96);
  ((unsigned char *)args)[95] = 1;
  args->flags = 1ull << 40;
  try("a wrong flag and a tail that is not zero", args, 96);

  say("-- exit signal\n");
  handle(SIGRTMAX, SIG_IGN, 0);
  TRY("exit_signal 0", exit_signal, 0);
  TRY("exit_signal 64", exit_signal, 64);
  TRY("exit_signal 65", exit_signal, 65);
  TRY("exit_signal 256", exit_signal, 256);
  TRY("exit_signal with high bits", exit_signal, 1ull << 40 | SIGCHLD);
  TRY("exit signal in flags", flags, SIGCHLD);
  TRY2("CLONE_PARENT and an exit signal", flags, CLONE_PARENT, exit_signal, SIGCHLD);
  TRY2("CLONE_THREAD and an exit signal", flags, CLONE_THREAD | CLONE_SIGHAND | CLONE_VM,
       exit_signal, SIGCHLD);

  say("-- flags\n");
  TRY("a flag nobody knows", flags, 1ull << 34);
  TRY("the highest flag", flags, 1ull << 63);
  TRY("CLONE_DETACHED", flags, CLONE_DETACHED);
  TRY("CLONE_SIGHAND without CLONE_VM", flags, CLONE_SIGHAND);
  TRY2("CLONE_THREAD without CLONE_SIGHAND", flags, CLONE_THREAD | CLONE_VM, exit_signal, 0);
  TRY("CLONE_SIGHAND and CLONE_CLEAR_SIGHAND", flags,
      CLONE_SIGHAND | CLONE_VM | CLONE_CLEAR_SIGHAND);
  TRY("CLONE_FS and CLONE_NEWNS", flags, CLONE_FS | CLONE_NEWNS);
  TRY("CLONE_FILES, CLONE_FS, CLONE_SYSVSEM", flags, CLONE_FILES | CLONE_FS | CLONE_SYSVSEM);

  say("-- stack\n");
  TRY("a stack without a size", stack, 0x10000);
  TRY("a size without a stack", stack_size, 0x10000);
  TRY2("a stack that ends in the kernel", stack, 0xfffff000u, stack_size, 0x10000);
  TRY2("a stack above 4 GiB", stack, 1ull << 40, stack_size, 0x10000);
  args = fresh(88);
  char *top = new_stack_top();
  args->stack = (unsigned long)top - STACK_SIZE;
  args->stack_size = STACK_SIZE;
  long child = need(arch_clone3(args, 88, report_sp, 0), "clone3");
  int status = wait_for(child);
  say("the child's stack is at the top of the area: %s\n",
      yes_no((status >> 8) == (long)((unsigned long)(top - 1) >> 12 & 0x7f)));

  say("-- set_tid\n");
  uint32_t tids[4] = {4242, 0, 0, 0};
  TRY("set_tid without a size", set_tid, (unsigned long)tids);
  TRY("a size without set_tid", set_tid_size, 1);
  TRY2("too many", set_tid, (unsigned long)tids, set_tid_size, 33);
  TRY2("more than there are namespaces", set_tid, (unsigned long)tids, set_tid_size, 2);
  TRY2("an array that cannot be read", set_tid, 4, set_tid_size, 1);
  tids[0] = 0;
  TRY2("tid 0", set_tid, (unsigned long)tids, set_tid_size, 1);
  tids[0] = 1;
  TRY2("tid 1, which is taken", set_tid, (unsigned long)tids, set_tid_size, 1);
  tids[0] = 0x7fffffff;
  TRY2("a tid that is too large", set_tid, (unsigned long)tids, set_tid_size, 1);
  tids[0] = 4242;
  args = fresh(88);
  args->set_tid = (unsigned long)tids;
  args->set_tid_size = 1;
  child = need(arch_clone3(args, 88, pid_is, (void *)4242), "clone3");
  say("tid 4242: the result is %ld\n", child);
  status = wait_for(child);
  say("the child found it so: %s\n", yes_no(status >> 8));

  say("-- pidfd\n");
  int pidfd = -1;
  volatile int *shared = new_shared(4096);
  args = fresh(88);
  args->flags = CLONE_PIDFD;
  args->pidfd = (unsigned long)&pidfd;
  child = need(arch_clone3(args, 88, wait_for_word, (void *)shared), "clone3");
  struct pollfd poll = {pidfd, POLLIN, 0};
  struct timespec now = {0, 0};
  say("a descriptor was written: %s, close-on-exec: %e\n", yes_no(pidfd > 2),
      sys_fcntl(pidfd, F_GETFD, 0));
  say("poll while it runs: %e\n", sys_poll(&poll, 1, &now));
  set_and_wake(shared, 1);
  long result = sys_poll(&poll, 1, 0);
  say("poll when it has exited: %e, events %x\n", result, poll.revents);
  struct siginfo info;
  result = sys_waitid(P_PIDFD, pidfd, &info, WEXITED);
  say("waitid by the descriptor: %e, status %d\n", result, info.sender.status);
  say("a signal to what is gone: %e\n", syscall4(NR_pidfd_send_signal, pidfd, 0, 0, 0));
  sys_close(pidfd);
  TRY2("a pidfd pointer that is bad", flags, CLONE_PIDFD, pidfd, 4);
  args = fresh(88);
  args->flags = CLONE_PIDFD | CLONE_PARENT_SETTID;
  args->pidfd = args->parent_tid = (unsigned long)&pidfd;
  try("pidfd and parent_tid at one address", args, 88);

  say("-- CLONE_CLEAR_SIGHAND\n");
  handle(SIGUSR1, on_signal, SA_SIGINFO);
  handle(SIGUSR2, SIG_IGN, 0);
  args = fresh(88);
  status = wait_for(need(arch_clone3(args, 88, handler_state, 0), "clone3"));
  say("without: mine %d, default %d, ignored %d\n", status >> 8 & 1, status >> 9 & 1,
      status >> 10 & 1);
  args->flags = CLONE_CLEAR_SIGHAND;
  status = wait_for(need(arch_clone3(args, 88, handler_state, 0), "clone3"));
  say("with: mine %d, default %d, ignored %d\n", status >> 8 & 1, status >> 9 & 1,
      status >> 10 & 1);

  say("-- results\n");
  args = fresh(88);
  child = need(arch_clone3(args, 88, exit_with, (void *)77), "clone3");
  status = wait_for(child);
  say("child %w\n", status);
  return 0;
}
