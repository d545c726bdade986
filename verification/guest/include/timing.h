// Times, clocks and timers, for the programs about them.

#ifndef TIMING_H
#define TIMING_H

// Of the calls that have 64-bit times everywhere.
struct timespec64 {
  int64_t seconds;
  int64_t nanoseconds;
};

struct timeval {
  long seconds;
  long microseconds;
};

struct itimerspec {
  struct timespec interval;
  struct timespec value;
};

struct itimerspec64 {
  struct timespec64 interval;
  struct timespec64 value;
};

struct itimerval {
  struct timeval interval;
  struct timeval value;
};

enum {
  CLOCK_PROCESS_CPUTIME_ID = 2,
  CLOCK_THREAD_CPUTIME_ID = 3,
  CLOCK_MONOTONIC_RAW = 4,
  CLOCK_REALTIME_COARSE = 5,
  CLOCK_MONOTONIC_COARSE = 6,
  CLOCK_BOOTTIME = 7,
  CLOCK_REALTIME_ALARM = 8,
  CLOCK_BOOTTIME_ALARM = 9,
  CLOCK_TAI = 11,
  TIMER_ABSTIME = 1,
};

// An address where nothing is mapped.
#define NOWHERE 0x10000004l

static inline long now_ms(int clock) {
  struct timespec now = {0, 0};
  need(syscall2(NR_clock_gettime, clock, ARG(&now)), "clock_gettime");
  return now.seconds * 1000 + now.nanoseconds / 1000000;
}

// Uses the CPU in user mode for that long.
static inline void work_ms(long ms) {
  struct timespec now;
  need(syscall2(NR_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, ARG(&now)), "clock_gettime");
  long end = now.seconds * 1000 + now.nanoseconds / 1000000 + ms;
  do {
    for (volatile int i = 0; i < 2000; i++) continue;
    syscall2(NR_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, ARG(&now));
  } while (now.seconds * 1000 + now.nanoseconds / 1000000 < end);
}

// Says whether a time is between two others, in milliseconds.
static inline const char *about(long ms, long least, long most) {
  return ms < least ? "too short" : ms > most ? "too long" : "right";
}

#endif
