// Signal handlers: what siginfo and ucontext say, alternate stacks, jumps out of handlers, masks, restarts and waiting for signals.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile sig_atomic_t count;
static siginfo_t seen;
static uintptr_t seen_pc;
static char *low, *high;
static int on_alternate;

static void install(int number, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | flags;
  sigaction(number, &action, NULL);
}

static void jump(int number, siginfo_t *info, void *context) {
  char here;
  ucontext_t *u = context;
  seen = *info;
  seen_pc = u->uc_mcontext.regs[27];
  on_alternate = &here >= low && &here < high;
  siglongjmp(back, number);
}

static void note(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)context;
  seen = *info;
  count++;
}

static void report(const char *what) {
  printf("%s: signal %d, code %d, errno %d", what, seen.si_signo, seen.si_code, seen.si_errno);
  if (seen.si_signo == SIGSEGV || seen.si_signo == SIGBUS) printf(", address %#lx", (unsigned long)(uintptr_t)seen.si_addr);
  printf("\n");
}

static void faults(void) {
  install(SIGSEGV, jump, 0);
  install(SIGBUS, jump, 0);
  install(SIGILL, jump, 0);
  install(SIGTRAP, jump, 0);
  install(SIGFPE, jump, 0);
  if (sigsetjmp(back, 1) == 0) *(volatile int *)16 = 1;
  else report("a store to 16");
  if (sigsetjmp(back, 1) == 0) count = *(volatile int *)0x70000000;
  else report("a load from 0x70000000");
  void *page = mmap((void *)0x30000000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (sigsetjmp(back, 1) == 0) *(volatile int *)page = 1;
  else report("a store to a page that may be read");
  if (sigsetjmp(back, 1) == 0) ((void (*)(void))0x40000000)();
  else report("a call to 0x40000000");
  FILE *file = tmpfile();
  char *mapped = mmap((void *)0x31000000, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fileno(file), 0);
  if (sigsetjmp(back, 1) == 0) mapped[4096] = 1;
  else report("a store behind the end of a file");
  if (sigsetjmp(back, 1) == 0) __asm__ volatile(".word 0xffffffff");
  else printf("an instruction that is none: signal %d, code %d\n", seen.si_signo, seen.si_code);
  if (sigsetjmp(back, 1) == 0) raise(SIGFPE);
  else printf("raise: code %d\n", seen.si_code);
}

static void alternate_stack(void) {
  stack_t stack = {.ss_size = 65536}, old;
  low = stack.ss_sp = malloc(stack.ss_size);
  high = low + stack.ss_size;
  sigaltstack(&stack, NULL);
  install(SIGSEGV, jump, SA_ONSTACK);
  if (sigsetjmp(back, 1) == 0) *(volatile int *)16 = 1;
  else printf("on the alternate stack: %d\n", on_alternate);
  sigaltstack(NULL, &old);
  printf("left by a jump: flags %d\n", old.ss_flags);
  stack.ss_size = 100;
  printf("too small: %d %s\n", sigaltstack(&stack, NULL), strerrorname_np(errno));
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, NULL);
}

static int recurse(volatile char *previous) {
  volatile char block[4096];
  block[0] = previous[0];
  return recurse(block) + block[1];
}

static void overflow(void) {
  if (fork() == 0) {
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&stack, NULL);
    install(SIGSEGV, jump, SA_ONSTACK);
    volatile char first[1] = {0};
    if (sigsetjmp(back, 1) == 0) recurse(first);
    printf("a stack that overflows: code %d\n", seen.si_code);
    fflush(stdout);
    signal(SIGSEGV, SIG_DFL);
    recurse(first);
  }
  int status;
  wait(&status);
  printf("and without a handler: signal %d\n", WTERMSIG(status));
}

static void queue(void) {
  sigset_t set, old;
  sigemptyset(&set);
  for (int i = 0; i < 4; i++) {
    install(SIGRTMIN + i, note, 0);
    sigaddset(&set, SIGRTMIN + i);
  }
  sigaddset(&set, SIGUSR1);
  install(SIGUSR1, note, 0);
  sigprocmask(SIG_BLOCK, &set, &old);
  for (int i = 3; i >= 0; i--) {
    for (int j = 0; j < 2; j++) sigqueue(getpid(), SIGRTMIN + i, (union sigval){.sival_int = 10 * i + j});
  }
  kill(getpid(), SIGUSR1);
  kill(getpid(), SIGUSR1);
  sigset_t pending;
  sigpending(&pending);
  printf("pending: USR1 %d, RTMIN+2 %d, USR2 %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGRTMIN + 2), sigismember(&pending, SIGUSR2));
  siginfo_t info;
  struct timespec none = {0, 0};
  int number;
  while ((number = sigtimedwait(&set, &info, &none)) > 0) {
    printf("  %s%d: code %d", number >= SIGRTMIN ? "RTMIN+" : "signal ", number >= SIGRTMIN ? number - SIGRTMIN : number, info.si_code);
    if (info.si_code == SI_QUEUE) printf(", value %d", info.si_value.sival_int);
    printf(", own pid %d\n", info.si_pid == getpid());
  }
  printf("none left: %s\n", strerrorname_np(errno));
  sigprocmask(SIG_SETMASK, &old, NULL);
  printf("not allowed: %d %s\n", sigqueue(getpid(), 65, (union sigval){.sival_int = 0}), strerrorname_np(errno));
  printf("kill nobody: %d %s\n", kill(999999, 0), strerrorname_np(errno));
}

static volatile int depth, deepest;

static void nested(int number, siginfo_t *info, void *context) {
  (void)info;
  (void)context;
  depth++;
  if (depth > deepest) deepest = depth;
  if (count++ < 3) raise(number);
  depth--;
}

static void flags(void) {
  count = depth = deepest = 0;
  install(SIGUSR1, nested, 0);
  raise(SIGUSR1);
  printf("without NODEFER: %d calls, %d deep\n", count, deepest);
  count = depth = deepest = 0;
  install(SIGUSR1, nested, SA_NODEFER);
  raise(SIGUSR1);
  printf("with NODEFER: %d calls, %d deep\n", count, deepest);
  install(SIGUSR1, note, SA_RESETHAND);
  raise(SIGUSR1);
  struct sigaction now;
  sigaction(SIGUSR1, NULL, &now);
  printf("after RESETHAND: default %d\n", now.sa_handler == SIG_DFL);
}

static void send_later(int number, int milliseconds) {
  pid_t parent = getpid();
  fflush(stdout);
  if (fork() == 0) {
    usleep(milliseconds * 1000);
    kill(parent, number);
    usleep(milliseconds * 1000);
    _exit(0);
  }
}

static void interrupted(void) {
  int ends[2];
  char byte;
  if (pipe(ends) != 0) return;
  count = 0;
  install(SIGUSR1, note, 0);
  send_later(SIGUSR1, 30);
  ssize_t n = read(ends[0], &byte, 1);
  printf("read without RESTART: %zd %s, %d calls\n", n, strerrorname_np(errno), count);
  wait(NULL);
  install(SIGUSR1, note, SA_RESTART);
  fflush(stdout);
  pid_t parent = getpid();
  if (fork() == 0) {
    usleep(30000);
    kill(parent, SIGUSR1);
    usleep(30000);
    _exit(write(ends[1], "x", 1) != 1);
  }
  n = read(ends[0], &byte, 1);
  printf("read with RESTART: %zd, %d calls\n", n, count);
  wait(NULL);
  send_later(SIGUSR1, 30);
  int error = pause();
  printf("pause: %d %s\n", error, strerrorname_np(errno));
  wait(NULL);
  send_later(SIGUSR1, 30);
  struct timespec wish = {5, 0}, left;
  error = nanosleep(&wish, &left);
  printf("nanosleep: %d %s, left %d\n", error, strerrorname_np(errno), left.tv_sec == 4);
  wait(NULL);
  sigset_t none, block;
  sigemptyset(&none);
  sigemptyset(&block);
  sigaddset(&block, SIGUSR1);
  sigprocmask(SIG_BLOCK, &block, NULL);
  raise(SIGUSR1);
  int before = count;
  error = sigsuspend(&none);
  printf("sigsuspend: %d %s, %d call\n", error, strerrorname_np(errno), count - before);
  sigprocmask(SIG_UNBLOCK, &block, NULL);
  printf("closed pipe: ");
  install(SIGPIPE, note, 0);
  close(ends[0]);
  n = write(ends[1], "x", 1);
  printf("%zd %s, signal %d code %d\n", n, strerrorname_np(errno), seen.si_signo, seen.si_code);
}

static void change(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)info;
  ucontext_t *u = context;
  u->uc_mcontext.regs[1] = 4242;  // r2, the result
  sigaddset(&u->uc_sigmask, SIGUSR2);
}

static ucontext_t main_context, other_context;
static int steps;

static void other(int a, int b) {
  for (int i = 0; i < 3; i++) {
    steps += a * b;
    swapcontext(&other_context, &main_context);
  }
}

static void contexts(void) {
  install(SIGUSR1, change, 0);
  raise(SIGUSR1);
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  printf("a mask set through ucontext: %d\n", sigismember(&mask, SIGUSR2));
  sigemptyset(&mask);
  sigprocmask(SIG_SETMASK, &mask, NULL);
  getcontext(&other_context);
  static char stack[65536];
  other_context.uc_stack.ss_sp = stack;
  other_context.uc_stack.ss_size = sizeof stack;
  other_context.uc_link = &main_context;
  makecontext(&other_context, (void (*)(void))other, 2, 6, 7);
  for (int i = 0; i < 4; i++) swapcontext(&main_context, &other_context);
  printf("swapcontext: %d\n", steps);
}

static void ends(void) {
  static const int numbers[] = {SIGABRT, SIGTERM, SIGKILL, SIGALRM, SIGQUIT, SIGXCPU, SIGSYS};
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    fflush(stdout);
    if (fork() == 0) {
      if (numbers[i] == SIGABRT) abort();
      signal(numbers[i], SIG_DFL);
      raise(numbers[i]);
      _exit(0);
    }
    int status;
    wait(&status);
    printf("%s ends a process: %d\n", sigabbrev_np(numbers[i]), WIFSIGNALED(status) && WTERMSIG(status) == numbers[i]);
  }
  static const int harmless[] = {SIGCHLD, SIGURG, SIGWINCH, SIGCONT};
  for (unsigned i = 0; i < sizeof harmless / sizeof *harmless; i++) raise(harmless[i]);
  puts("and some do nothing");
  printf("SIGKILL cannot be caught: %d %s\n", signal(SIGKILL, SIG_IGN) == SIG_ERR, strerrorname_np(errno));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  faults();
  alternate_stack();
  overflow();
  queue();
  flags();
  interrupted();
  contexts();
  ends();
  return 0;
}
