// adjtimex and clock_adjtime: what is kept, what is refused.

#include "guest.h"

#include "timing.h"

struct timex {
  unsigned modes;
  long offset, freq, maxerror, esterror;
  int status;
  long constant, precision, tolerance;
  struct timeval time;
  long tick, ppsfreq, jitter;
  int shift;
  long stabil, jitcnt, calcnt, errcnt, stbcnt;
  int tai;
  int padding[11];
};

struct timex64 {
  unsigned modes;
  int pad1;
  int64_t offset, freq, maxerror, esterror;
  int status;
  int pad2;
  int64_t constant, precision, tolerance, seconds, microseconds, tick, ppsfreq, jitter;
  int shift;
  int pad3;
  int64_t stabil, jitcnt, calcnt, errcnt, stbcnt;
  int tai;
  int padding[11];
};

enum {
  ADJ_OFFSET = 1,
  ADJ_FREQUENCY = 2,
  ADJ_MAXERROR = 4,
  ADJ_ESTERROR = 8,
  ADJ_STATUS = 16,
  ADJ_TIMECONST = 32,
  ADJ_TAI = 0x80,
  ADJ_SETOFFSET = 0x100,
  ADJ_MICRO = 0x1000,
  ADJ_NANO = 0x2000,
  ADJ_TICK = 0x4000,
  ADJ_SINGLESHOT = 0x8001,
  ADJ_SS_READ = 0xa001,
  STA_PLL = 1,
  STA_UNSYNC = 64,
};

static long adjtimex(struct timex *t) { return syscall1(NR_adjtimex, ARG(t)); }

static struct timex asking(unsigned modes) {
  struct timex t;
  memset(&t, 0, sizeof t);
  t.modes = modes;
  return t;
}

static void show(const char *what, long result, const struct timex *t) {
  say("%s: %e, modes %x, offset %ld, freq %ld, maxerror %ld, esterror %ld, status %x\n", what, result,
      t->modes, t->offset, t->freq, t->maxerror, t->esterror, (unsigned)t->status);
  say("  constant %ld, precision %ld, tolerance %ld, tick %ld, tai %d, pps %ld %ld %d\n", t->constant,
      t->precision, t->tolerance, t->tick, t->tai, t->ppsfreq, t->jitter, t->shift);
}

static long as_user(void *unused) {
  need(syscall3(NR_setresuid, 1000, 1000, 1000), "setresuid");
  struct timex t = asking(0);
  say("as a user: read %e", adjtimex(&t));
  static const unsigned modes[] = {ADJ_OFFSET, ADJ_STATUS, ADJ_TICK, ADJ_SETOFFSET, ADJ_SINGLESHOT,
                                   ADJ_SS_READ, ADJ_NANO, 0x8000, 0x10000};
  for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
    t = asking(modes[i]);
    long result = adjtimex(&t);
    say(", %x %e", modes[i], result);
  }
  say("\n");
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  say("sizes: %u, %u\n", (unsigned)sizeof(struct timex), (unsigned)sizeof(struct timex64));
  struct timex t = asking(0);
  long result = adjtimex(&t);
  // The errors grow with time as long as nobody steers.
  say("at first: %e, modes %x, offset %ld, freq %ld, status %x, constant %ld\n", result, t.modes,
      t.offset, t.freq, (unsigned)t.status, t.constant);
  say("  precision %ld, tolerance %ld, tick %ld, tai %d\n", t.precision, t.tolerance, t.tick, t.tai);
  struct timespec now;
  syscall2(NR_clock_gettime, CLOCK_REALTIME, ARG(&now));
  say("its time: %s, microseconds %s\n", about(now.seconds - t.time.seconds, 0, 2),
      about(t.time.microseconds, 0, 999999));
  say("nowhere: %e, null: %e\n", adjtimex((void *)NOWHERE), adjtimex(0));

  say("-- one by one\n");
  static const struct {
    unsigned mode;
    long value;
  } changes[] = {
      {ADJ_STATUS, STA_PLL},      {ADJ_STATUS, 0xffff},     {ADJ_STATUS, STA_PLL | STA_UNSYNC},
      {ADJ_FREQUENCY, 65536},     {ADJ_FREQUENCY, 1 << 30}, {ADJ_FREQUENCY, -(1 << 30)},
      {ADJ_FREQUENCY, 0},         {ADJ_TIMECONST, 3},       {ADJ_TIMECONST, 50},
      {ADJ_TIMECONST, -5},        {ADJ_TICK, 10000},        {ADJ_TICK, 9000},
      {ADJ_TICK, 8999},           {ADJ_TICK, 11000},        {ADJ_TICK, 11001},
      {ADJ_TICK, 10000},          {ADJ_TAI, 37},            {ADJ_TAI, -1},
      {ADJ_TAI, 100000},          {ADJ_TAI, 100001},        {ADJ_TAI, 0},
      {ADJ_NANO, 0},              {ADJ_MICRO, 0},           {ADJ_NANO | ADJ_MICRO, 0},
      {ADJ_MICRO, 0},             {0x0200, 0},              {0x0400, 0},
      {0x0800, 0},                {0x0040, 0},              {0x10000, 0},
  };
  for (unsigned i = 0; i < sizeof changes / sizeof *changes; i++) {
    t = asking(changes[i].mode);
    t.freq = t.constant = t.tick = changes[i].value;
    t.status = (int)changes[i].value;
    result = adjtimex(&t);
    say("%x %ld: %e, freq %ld, constant %ld, status %x, tick %ld, tai %d\n", changes[i].mode,
        changes[i].value, result, t.freq, t.constant, (unsigned)t.status, t.tick, t.tai);
  }
  t = asking(ADJ_MAXERROR | ADJ_ESTERROR | ADJ_STATUS);
  t.maxerror = 1000;
  t.esterror = 500;
  t.status = STA_PLL;
  show("errors set", adjtimex(&t), &t);
  t = asking(ADJ_MAXERROR | ADJ_ESTERROR);
  t.maxerror = 100000000;
  t.esterror = -1;
  result = adjtimex(&t);
  say("too large: %e, maxerror %ld, esterror %ld\n", result, t.maxerror, t.esterror);

  say("-- steps\n");
  static const struct {
    unsigned modes;
    long seconds, fraction;
  } steps[] = {{ADJ_SETOFFSET, 10, 500000},          {ADJ_SETOFFSET, -10, 0},
               {ADJ_SETOFFSET | ADJ_NANO, -1, 5000000}, {ADJ_SETOFFSET, 0, 1000000},
               {ADJ_SETOFFSET, 0, -1},               {ADJ_SETOFFSET | ADJ_NANO, 0, 1000000000}};
  for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
    syscall2(NR_clock_gettime, CLOCK_REALTIME, ARG(&now));
    t = asking(steps[i].modes);
    t.time.seconds = steps[i].seconds;
    t.time.microseconds = steps[i].fraction;
    result = adjtimex(&t);
    struct timespec then;
    syscall2(NR_clock_gettime, CLOCK_REALTIME, ARG(&then));
    long moved = (then.seconds - now.seconds) * 10 + (then.nanoseconds - now.nanoseconds) / 100000000;
    say("%x %ld %ld: %e, moved as asked: %s\n", steps[i].modes, steps[i].seconds, steps[i].fraction,
        result,
        yes_no(result < 0 ? moved < 5
                          : moved >= steps[i].seconds * 10 - 2 && moved <= steps[i].seconds * 10 + 12));
  }
  t = asking(ADJ_MICRO);
  adjtimex(&t);
  t = asking(ADJ_SINGLESHOT);
  t.offset = 1000;
  result = adjtimex(&t);
  say("slow step: %e, offset before %ld", result, t.offset);
  t = asking(ADJ_SS_READ);
  result = adjtimex(&t);
  say("; read: %e, offset %s\n", result, about(t.offset, 0, 1000));
  t = asking(ADJ_SINGLESHOT);
  adjtimex(&t);

  say("-- other clocks\n");
  for (int clock = -3; clock <= 12; clock++) {
    t = asking(0);
    result = syscall2(NR_clock_adjtime, clock, ARG(&t));
    say("%d: %e, nowhere %e\n", clock, result, syscall2(NR_clock_adjtime, clock, NOWHERE));
  }
  struct timex64 wide;
  memset(&wide, 0, sizeof wide);
  wide.modes = ADJ_FREQUENCY | ADJ_TAI;
  wide.freq = -65536;
  wide.constant = 5;
  result = syscall2(NR_clock_adjtime64, CLOCK_REALTIME, ARG(&wide));
  say("64 bits: %e, freq %ld, tick %ld, tai %d, tolerance %ld\n", result, (long)wide.freq,
      (long)wide.tick, wide.tai, (long)wide.tolerance);
  struct timespec tai;
  syscall2(NR_clock_gettime, CLOCK_TAI, ARG(&tai));
  syscall2(NR_clock_gettime, CLOCK_REALTIME, ARG(&now));
  say("tai is ahead by: %s\n", about(tai.seconds - now.seconds, 4, 5));
  memset(&wide, 0, sizeof wide);
  wide.modes = ADJ_FREQUENCY | ADJ_TAI;
  syscall2(NR_clock_adjtime64, CLOCK_REALTIME, ARG(&wide));
  run_in_child(as_user, 0);
  return 0;
}
