// Threads: cancellation, cleanup, keys, thread-local storage, names, signals to one thread, atfork, detaching, exit from main.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *word(int error) { return error ? strerrorname_np(error) : "ok"; }

static void cleaned(void *name) { printf("  cleaned up: %s\n", (const char *)name); }

static int ends[2];

static void *in_read(void *unused) {
  char byte;
  pthread_cleanup_push(cleaned, "outer");
  pthread_cleanup_push(cleaned, "inner");
  if (read(ends[0], &byte, 1) == 1) puts("  read");
  pthread_cleanup_pop(0);
  pthread_cleanup_pop(0);
  return unused;
}

static void *in_pause(void *unused) {
  pause();
  return unused;
}

static void *in_sleep(void *unused) {
  sleep(100);
  return unused;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void unlock(void *mutex) { printf("  unlocked: %s\n", word(pthread_mutex_unlock(mutex))); }

static void *in_condition(void *unused) {
  pthread_mutex_lock(&lock);
  pthread_cleanup_push(unlock, &lock);
  for (;;) pthread_cond_wait(&never, &lock);
  pthread_cleanup_pop(0);
  return unused;
}

static void *in_join(void *thread) {
  void *result;
  pthread_join(*(pthread_t *)thread, &result);
  return result;
}

static volatile int spinning;

static void *in_loop(void *unused) {
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
  spinning = 1;
  for (volatile unsigned i = 0;; i++) {}
  return unused;
}

static volatile int may_end;

static void *disabled(void *unused) {
  int old;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
  spinning = 1;
  while (!may_end) usleep(1000);
  puts("  not cancelled while disabled");
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
  pthread_testcancel();
  puts("  never reached");
  return unused;
}

static void cancel(const char *where, void *(*body)(void *), void *argument, int delay) {
  pthread_t thread;
  void *result;
  printf("cancel in %s\n", where);
  pthread_create(&thread, NULL, body, argument);
  if (delay) usleep(20000);
  int error = pthread_cancel(thread);
  if (error) printf("  %s\n", word(error));
  may_end = 1;
  pthread_join(thread, &result);
  printf("  %s\n", result == PTHREAD_CANCELED ? "cancelled" : "returned");
}

static pthread_key_t keys[2];

static void destroyed(void *value) {
  static int again;
  printf("  destroyed %s\n", (const char *)value);
  if (!again++) pthread_setspecific(keys[0], "set again");
}

static void *with_keys(void *unused) {
  pthread_setspecific(keys[0], "first");
  return unused;
}

static _Thread_local int mine = 7;
static _Thread_local char block[300];
static __thread int zeroed;

static void *own_variables(void *number) {
  int n = (int)(long)number;
  int fresh = mine == 7 && zeroed == 0 && block[299] == 0;
  for (int i = 0; i < 50; i++) {
    mine += n;
    zeroed -= n;
    block[i] = (char)n;
    sched_yield();
  }
  return (void *)(long)(fresh && mine == 7 + 50 * n && zeroed == -50 * n && block[49] == n);
}

static volatile sig_atomic_t signalled;
static pthread_t signalled_thread;

static void on_signal(int number) {
  signalled = number;
  signalled_thread = pthread_self();
}

static void *wait_for_signal(void *unused) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  while (!signalled) usleep(1000);
  int number;
  sigwait(&set, &number);
  printf("  sigwait got %d\n", number);
  return unused;
}

static void before(void) { puts("  before fork"); }
static void in_parent(void) { puts("  in the parent"); }
static void in_child(void) {
  usleep(50000);
  puts("  in the child");
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int times;
static void count_once(void) { times++; }
static void *call_once(void *unused) {
  pthread_once(&once, count_once);
  return unused;
}

static void *exits(void *value) { pthread_exit(value); }

static void *last(void *unused) {
  usleep(30000);
  puts("the last thread ends the process");
  fflush(stdout);
  return unused;
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (pipe(ends) != 0) return 1;
  cancel("read", in_read, NULL, 1);
  cancel("pause, at once", in_pause, NULL, 0);
  cancel("pause", in_pause, NULL, 1);
  cancel("sleep", in_sleep, NULL, 1);
  cancel("a condition variable", in_condition, NULL, 1);
  pthread_t sleeper;
  pthread_create(&sleeper, NULL, in_sleep, NULL);
  cancel("join", in_join, &sleeper, 1);
  cancel("a loop", in_loop, NULL, 1);
  may_end = 0;
  cancel("a thread that disabled it", disabled, NULL, 1);
  printf("tryjoin: %s\n", word(pthread_tryjoin_np(sleeper, NULL)));
  pthread_cancel(sleeper);
  pthread_join(sleeper, NULL);

  puts("keys");
  pthread_key_create(&keys[0], destroyed);
  pthread_t thread;
  pthread_create(&thread, NULL, with_keys, NULL);
  pthread_join(thread, NULL);

  pthread_t many[8];
  long good = 0;
  for (long i = 0; i < 8; i++) pthread_create(&many[i], NULL, own_variables, (void *)(i + 1));
  for (int i = 0; i < 8; i++) {
    void *result;
    pthread_join(many[i], &result);
    good += (long)result;
  }
  printf("threads with their own variables: %ld; mine is %d\n", good, mine);

  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  puts("a signal to one thread");
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_create(&thread, NULL, wait_for_signal, NULL);
  pthread_kill(thread, SIGUSR2);
  pthread_kill(thread, SIGUSR1);
  pthread_join(thread, NULL);
  printf("  handled there: %d\n", pthread_equal(signalled_thread, thread) != 0);

  pthread_atfork(before, in_parent, in_child);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    pthread_create(&thread, NULL, call_once, NULL);
    pthread_join(thread, NULL);
    printf("  threads in the child: %d\n", times);
    exit(0);
  }
  int status;
  waitpid(child, &status, 0);

  for (int i = 0; i < 8; i++) pthread_create(&many[i], NULL, call_once, NULL);
  for (int i = 0; i < 8; i++) pthread_join(many[i], NULL);
  printf("once: %d\n", times);

  char name[16];
  printf("name: %s", word(pthread_setname_np(pthread_self(), "fifteen-letters")));
  pthread_getname_np(pthread_self(), name, sizeof name);
  printf(" %s, too long: %s\n", name, word(pthread_setname_np(pthread_self(), "sixteen--letters")));

  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  size_t size;
  pthread_attr_getstacksize(&attributes, &size);
  printf("stack size %zu, smallest %d\n", size, (int)PTHREAD_STACK_MIN);
  printf("too small a stack: %s\n", word(pthread_attr_setstacksize(&attributes, 1000)));
  pthread_attr_setstacksize(&attributes, 65536);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_create(&thread, &attributes, exits, NULL);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_JOINABLE);
  pthread_create(&thread, &attributes, exits, "exited");
  void *result;
  pthread_join(thread, &result);
  printf("pthread_exit: %s\n", (char *)result);
  pthread_getattr_np(pthread_self(), &attributes);
  void *stack;
  pthread_attr_getstack(&attributes, &stack, &size);
  printf("main's stack holds a local: %d\n", (char *)&stack > (char *)stack && (char *)&stack < (char *)stack + size);
  struct sched_param parameter;
  int policy;
  pthread_getschedparam(pthread_self(), &policy, &parameter);
  printf("policy %d, priority %d\n", policy, parameter.sched_priority);
  parameter.sched_priority = 10;
  printf("fifo: %s\n", word(pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter)));
  pthread_getschedparam(pthread_self(), &policy, &parameter);
  printf("policy %d, priority %d\n", policy, parameter.sched_priority);
  parameter.sched_priority = 0;
  pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameter);
  pthread_create(&thread, NULL, last, NULL);
  pthread_detach(thread);
  pthread_exit(NULL);
}
