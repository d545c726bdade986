// Condition variables, barriers, reader-writer locks, spin locks and semaphores, in threads and between processes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
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

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t full = PTHREAD_COND_INITIALIZER, empty = PTHREAD_COND_INITIALIZER;
static int slots[4], used, sum;

static void *producer(void *unused) {
  for (int i = 1; i <= 500; i++) {
    pthread_mutex_lock(&lock);
    while (used == 4) pthread_cond_wait(&empty, &lock);
    slots[used++] = i;
    pthread_cond_signal(&full);
    pthread_mutex_unlock(&lock);
  }
  return unused;
}

static void *consumer(void *unused) {
  for (int i = 1; i <= 500; i++) {
    pthread_mutex_lock(&lock);
    while (used == 0) pthread_cond_wait(&full, &lock);
    sum += slots[--used];
    pthread_cond_signal(&empty);
    pthread_mutex_unlock(&lock);
  }
  return unused;
}

static pthread_cond_t start = PTHREAD_COND_INITIALIZER;
static int started, woken, waiting;

static void *waiter(void *unused) {
  pthread_mutex_lock(&lock);
  waiting++;
  while (!started) pthread_cond_wait(&start, &lock);
  woken++;
  pthread_mutex_unlock(&lock);
  return unused;
}

static void conditions(void) {
  pthread_t a, b, many[5];
  pthread_create(&a, NULL, producer, NULL);
  pthread_create(&b, NULL, consumer, NULL);
  pthread_join(a, NULL);
  pthread_join(b, NULL);
  printf("produced and consumed: %d\n", sum);
  for (int i = 0; i < 5; i++) pthread_create(&many[i], NULL, waiter, NULL);
  for (;;) {
    pthread_mutex_lock(&lock);
    if (waiting == 5) break;
    pthread_mutex_unlock(&lock);
    usleep(1000);
  }
  started = 1;
  pthread_cond_broadcast(&start);
  pthread_mutex_unlock(&lock);
  for (int i = 0; i < 5; i++) pthread_join(many[i], NULL);
  printf("broadcast wakes %d\n", woken);
  pthread_mutex_lock(&lock);
  struct timespec t = soon(CLOCK_REALTIME, 20);
  printf("timedwait: %s\n", word(pthread_cond_timedwait(&start, &lock, &t)));
  t = soon(CLOCK_MONOTONIC, 20);
  printf("clockwait: %s\n", word(pthread_cond_clockwait(&start, &lock, CLOCK_MONOTONIC, &t)));
  t = soon(CLOCK_REALTIME, 0);
  t.tv_sec--;
  printf("timedwait in the past: %s\n", word(pthread_cond_timedwait(&start, &lock, &t)));
  pthread_mutex_unlock(&lock);
}

struct shared {
  pthread_mutex_t mutex;
  pthread_cond_t turn;
  pthread_barrier_t barrier;
  pthread_rwlock_t rwlock;
  pthread_spinlock_t spin;
  sem_t semaphore;
  int whose, rounds, serial, count;
};

static void processes(void) {
  struct shared *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_t mutex;
  pthread_condattr_t cond;
  pthread_barrierattr_t barrier;
  pthread_rwlockattr_t rwlock;
  pthread_mutexattr_init(&mutex);
  pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
  pthread_condattr_init(&cond);
  pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
  pthread_condattr_setclock(&cond, CLOCK_MONOTONIC);
  pthread_barrierattr_init(&barrier);
  pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
  pthread_rwlockattr_init(&rwlock);
  pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&s->mutex, &mutex);
  pthread_cond_init(&s->turn, &cond);
  pthread_barrier_init(&s->barrier, &barrier, 3);
  pthread_rwlock_init(&s->rwlock, &rwlock);
  pthread_spin_init(&s->spin, PTHREAD_PROCESS_SHARED);
  sem_init(&s->semaphore, 1, 0);
  for (int me = 0; me < 3; me++) {
    if (fork() == 0) {
      for (int round = 0; round < 20; round++) {
        pthread_mutex_lock(&s->mutex);
        while (s->whose != me) pthread_cond_wait(&s->turn, &s->mutex);
        s->whose = (me + 1) % 3;
        s->rounds++;
        pthread_cond_broadcast(&s->turn);
        pthread_mutex_unlock(&s->mutex);
      }
      for (int round = 0; round < 10; round++) {
        if (pthread_barrier_wait(&s->barrier) == PTHREAD_BARRIER_SERIAL_THREAD) {
          __atomic_fetch_add(&s->serial, 1, __ATOMIC_SEQ_CST);
        }
      }
      for (int round = 0; round < 100; round++) {
        pthread_rwlock_wrlock(&s->rwlock);
        s->count++;
        pthread_rwlock_unlock(&s->rwlock);
        pthread_spin_lock(&s->spin);
        s->count++;
        pthread_spin_unlock(&s->spin);
        pthread_barrier_wait(&s->barrier);
        sem_post(&s->semaphore);
      }
      _exit(0);
    }
  }
  for (int i = 0; i < 300; i++) {
    while (sem_wait(&s->semaphore) != 0) {}
  }
  int status, all = 0;
  while (wait(&status) > 0) all |= status;
  int value;
  sem_getvalue(&s->semaphore, &value);
  printf("processes: %d turns, %d serial, semaphore %d, status %d\n", s->rounds, s->serial, value, all);
}

static void *read_lock(void *rwlock) {
  printf("  another reader: %s\n", word(pthread_rwlock_tryrdlock(rwlock)));
  printf("  a writer: %s\n", word(pthread_rwlock_trywrlock(rwlock)));
  pthread_rwlock_unlock(rwlock);
  struct timespec t = soon(CLOCK_REALTIME, 20);
  printf("  a writer that waits: %s\n", word(pthread_rwlock_timedwrlock(rwlock, &t)));
  return NULL;
}

static void *read_under_writer(void *rwlock) {
  struct timespec t = soon(CLOCK_REALTIME, 20);
  printf("  a reader: %s\n", word(pthread_rwlock_tryrdlock(rwlock)));
  printf("  a reader that waits: %s\n", word(pthread_rwlock_timedrdlock(rwlock, &t)));
  return NULL;
}

static void in_thread(void *(*body)(void *), void *argument) {
  pthread_t thread;
  pthread_create(&thread, NULL, body, argument);
  pthread_join(thread, NULL);
}

static void others(void) {
  pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
  printf("read-locked: %s\n", word(pthread_rwlock_rdlock(&rwlock)));
  in_thread(read_lock, &rwlock);
  pthread_rwlock_unlock(&rwlock);
  printf("write-locked: %s\n", word(pthread_rwlock_wrlock(&rwlock)));
  in_thread(read_under_writer, &rwlock);
  printf("  the same writer: %s\n", word(pthread_rwlock_wrlock(&rwlock)));
  pthread_rwlock_unlock(&rwlock);

  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  printf("semaphore: wait %s", sem_wait(&semaphore) ? word(errno) : "ok");
  printf(", trywait %s", sem_trywait(&semaphore) ? word(errno) : "ok");
  struct timespec t = soon(CLOCK_REALTIME, 20);
  printf(", timedwait %s\n", sem_timedwait(&semaphore, &t) ? word(errno) : "ok");

  sem_t *named = sem_open("/forklift-semaphore", O_CREAT | O_EXCL, 0600, 2);
  if (named == SEM_FAILED) {
    printf("sem_open: %s\n", word(errno));
    return;
  }
  printf("named again: %s\n", sem_open("/forklift-semaphore", O_CREAT | O_EXCL, 0600, 2) == SEM_FAILED ? word(errno) : "ok");
  if (fork() == 0) {
    sem_t *same = sem_open("/forklift-semaphore", 0);
    sem_wait(same);
    sem_wait(same);
    _exit(sem_trywait(same) == 0);
  }
  int status;
  wait(&status);
  int value;
  sem_getvalue(named, &value);
  printf("named: child %d, value %d, unlink %d\n", status, value, sem_unlink("/forklift-semaphore"));
  printf("gone: %s\n", sem_open("/forklift-semaphore", 0) == SEM_FAILED ? word(errno) : "ok");
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  conditions();
  processes();
  others();
  return 0;
}
