// Every kind of mutex: what locking twice, dying with it and waiting in vain answer.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *word(int error) { return error ? strerrorname_np(error) : "ok"; }

static struct timespec soon(clockid_t clock, long milliseconds) {
  struct timespec t;
  clock_gettime(clock, &t);
  t.tv_nsec += milliseconds * 1000000;
  t.tv_sec += t.tv_nsec / 1000000000;
  t.tv_nsec %= 1000000000;
  return t;
}

static void *try_it(void *mutex) {
  int error = pthread_mutex_trylock(mutex);
  printf("  another thread's trylock: %s\n", word(error));
  struct timespec t = soon(CLOCK_REALTIME, 20);
  error = pthread_mutex_timedlock(mutex, &t);
  printf("  another thread's timedlock: %s\n", word(error));
  printf("  another thread's unlock: %s\n", word(pthread_mutex_unlock(mutex)));
  return NULL;
}

static void *lock_and_end(void *mutex) {
  pthread_mutex_lock(mutex);
  return NULL;
}

static void in_thread(void *(*body)(void *), void *argument) {
  pthread_t thread;
  pthread_create(&thread, NULL, body, argument);
  pthread_join(thread, NULL);
}

static void kind(const char *name, int type) {
  pthread_mutex_t mutex;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  pthread_mutex_init(&mutex, &attributes);
  printf("%s\n", name);
  printf("  lock: %s\n", word(pthread_mutex_lock(&mutex)));
  printf("  trylock again: %s\n", word(pthread_mutex_trylock(&mutex)));
  if (type != PTHREAD_MUTEX_NORMAL) {
    printf("  lock again: %s\n", word(pthread_mutex_lock(&mutex)));
  }
  if (type != PTHREAD_MUTEX_NORMAL && type != PTHREAD_MUTEX_DEFAULT) {
    in_thread(try_it, &mutex);
  }
  printf("  unlock: %s\n", word(pthread_mutex_unlock(&mutex)));
  if (type == PTHREAD_MUTEX_ERRORCHECK) {
    printf("  unlock what is not locked: %s\n", word(pthread_mutex_unlock(&mutex)));
  }
}

static void robust(int protocol) {
  pthread_mutex_t mutex;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutexattr_setprotocol(&attributes, protocol);
  printf("robust, protocol %d: init %s\n", protocol, word(pthread_mutex_init(&mutex, &attributes)));
  in_thread(lock_and_end, &mutex);
  printf("  lock after its owner died: %s\n", word(pthread_mutex_lock(&mutex)));
  printf("  consistent: %s\n", word(pthread_mutex_consistent(&mutex)));
  printf("  unlock: %s\n", word(pthread_mutex_unlock(&mutex)));
  in_thread(lock_and_end, &mutex);
  printf("  trylock after its owner died: %s\n", word(pthread_mutex_trylock(&mutex)));
  printf("  unlock without making it consistent: %s\n", word(pthread_mutex_unlock(&mutex)));
  printf("  lock: %s\n", word(pthread_mutex_lock(&mutex)));
}

struct shared {
  pthread_mutex_t mutex;
  long counter;
};

static void between_processes(int protocol, int is_robust) {
  struct shared *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setprotocol(&attributes, protocol);
  if (is_robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&shared->mutex, &attributes);
  for (int child = 0; child < 3; child++) {
    if (fork() == 0) {
      for (int i = 0; i < 300; i++) {
        pthread_mutex_lock(&shared->mutex);
        long seen = shared->counter;
        if (i % 50 == 0) sched_yield();
        shared->counter = seen + 1;
        pthread_mutex_unlock(&shared->mutex);
      }
      _exit(0);
    }
  }
  int sum = 0, status;
  while (wait(&status) > 0) sum += status;
  printf("processes, protocol %d: %ld, statuses %d\n", protocol, shared->counter, sum);
  if (is_robust) {
    if (fork() == 0) _exit(pthread_mutex_lock(&shared->mutex));
    wait(&status);
    printf("  lock after the process died: %s\n", word(pthread_mutex_lock(&shared->mutex)));
    printf("  consistent: %s\n", word(pthread_mutex_consistent(&shared->mutex)));
    printf("  unlock: %s\n", word(pthread_mutex_unlock(&shared->mutex)));
  }
}

static pthread_mutex_t counted = PTHREAD_MUTEX_INITIALIZER;
static long count;

static void *add(void *unused) {
  for (int i = 0; i < 2000; i++) {
    pthread_mutex_lock(&counted);
    count++;
    pthread_mutex_unlock(&counted);
  }
  return unused;
}

static void *wait_by_clock(void *mutex) {
  struct timespec t = soon(CLOCK_MONOTONIC, 30);
  printf("clocklock by the monotonic clock: %s\n", word(pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &t)));
  t = soon(CLOCK_REALTIME, 0);
  t.tv_sec--;
  printf("timedlock in the past: %s\n", word(pthread_mutex_timedlock(mutex, &t)));
  t.tv_nsec = 1000000000;
  printf("timedlock without a time: %s\n", word(pthread_mutex_timedlock(mutex, &t)));
  return NULL;
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  kind("normal", PTHREAD_MUTEX_NORMAL);
  kind("recursive", PTHREAD_MUTEX_RECURSIVE);
  kind("errorcheck", PTHREAD_MUTEX_ERRORCHECK);
  robust(PTHREAD_PRIO_NONE);
  robust(PTHREAD_PRIO_INHERIT);
  between_processes(PTHREAD_PRIO_NONE, 0);
  between_processes(PTHREAD_PRIO_NONE, 1);
  between_processes(PTHREAD_PRIO_INHERIT, 0);
  between_processes(PTHREAD_PRIO_INHERIT, 1);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, add, NULL);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  printf("four threads count to %ld\n", count);

  pthread_mutex_t pi;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&pi, &attributes);
  printf("priority inheritance: lock %s", word(pthread_mutex_lock(&pi)));
  printf(", lock again %s\n", word(pthread_mutex_lock(&pi)));
  in_thread(try_it, &pi);
  in_thread(wait_by_clock, &pi);
  printf("unlock: %s\n", word(pthread_mutex_unlock(&pi)));
  printf("destroy: %s\n", word(pthread_mutex_destroy(&pi)));

  pthread_mutex_lock(&counted);
  in_thread(wait_by_clock, &counted);
  printf("destroy while locked: %s\n", word(pthread_mutex_destroy(&counted)));
  return 0;
}
