// One file of code that several processes have mapped, at equal and at different addresses: what one
// of them puts in place of a page is seen by it alone, what is stored to the file is seen by all.

#include "guest.h"

enum { PAGE = 4096, PAGES = 4, CHILDREN = 4, CALLS = 300 };

#define R(n) ((unsigned)(n))
#define ADDI(to, from, number) (R(from) << 27 | R(to) << 22 | ((unsigned)(number) & 0xffff) << 6 | 0x04)
#define BNE(a, b, bytes) (R(a) << 27 | R(b) << 22 | ((unsigned)(bytes) & 0xffff) << 6 | 0x1e)
#define BR(bytes) (((unsigned)(bytes) & 0xffff) << 6 | 0x06)
#define RET 0xf800283au

static int file;
static volatile unsigned *writable;  // the file, for all
static char *here;                   // where all have it

struct report {
  volatile int step;
  long values[12];
};
static struct report *reports;

static volatile int *step;

static void flush(volatile void *at) {
  __asm__ volatile("flushd 0(%0)\n	flushi %0\n	flushp" : : "r"(at) : "memory");
}

// Page 0: a loop of r4 rounds, then on to page 1, which adds and returns. Pages 2 and 3: what can
// stand in their places.
static void write_page(int page, int number) {
  volatile unsigned *code = writable + page * (PAGE / 4);
  int i = 0;
  if (page % 2 == 0) {
    code[i++] = ADDI(2, 0, 0);
    code[i++] = ADDI(2, 2, number);
    code[i++] = ADDI(4, 4, -1);
    code[i++] = BNE(4, 0, -12);
    code[i] = BR(PAGE - 4 * i - 4);
  } else {
    code[i++] = ADDI(2, 2, number);
    code[i++] = RET;
  }
  for (; i >= 0; i--) flush(code + i);
}

static long run(char *at) {
  long sum = 0;
  for (int i = 0; i < CALLS; i++) sum += ((long (*)(long))at)(10);
  return sum;
}

static char *map(void *at, int page, int pages, int sharing) {
  int where = at ? MAP_FIXED : 0;
  return (char *)need(sys_mmap(at, pages * PAGE, PROT_READ | PROT_EXEC, sharing | where, file, page),
                      "mmap");
}

static void answer(struct report *to, int number, long value) {
  to->values[number] = value;
}

static void next_step(struct report *own, int number) {
  set_and_wake(&own->step, number);
  for (int now; (now = *step) < number;) sys_futex(step, FUTEX_WAIT, now, 0);
  arch_relax();
}

static long child(void *argument) {
  long self = (long)argument;
  struct report *own = reports + self;
  char *other = map(0, 0, 2, self % 2 ? MAP_SHARED : MAP_PRIVATE);
  char *mine = here;
  answer(own, 0, run(here));
  answer(own, 1, run(other));
  next_step(own, 1);
  switch (self) {
    case 1:  // another page 1
      map(here + PAGE, 3, 1, MAP_SHARED);
      break;
    case 2:  // another page 0, where it is mapped a second time
      map(other, 2, 1, MAP_PRIVATE);
      break;
    case 3:  // a page of its own, by storing to it
      mine = map(here, 0, 2, MAP_PRIVATE);
      sys_mprotect(mine, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
      ((volatile unsigned *)mine)[1] = ADDI(2, 2, 50);
      flush(mine + 4);
      break;
  }
  answer(own, 2, run(here));
  answer(own, 3, run(other));
  next_step(own, 2);
  // The parent has stored to both pages of the file.
  answer(own, 4, run(here));
  answer(own, 5, run(other));
  next_step(own, 3);
  // The first as it was.
  map(here, 0, 2, MAP_SHARED);
  map(other, 0, 2, MAP_SHARED);
  answer(own, 6, run(here));
  answer(own, 7, run(other));
  // And its own child has it, too.
  int status = 0;
  long pid = sys_fork();
  if (pid == 0) {
    answer(own, 8, run(other));
    map(other, 2, 1, MAP_SHARED);
    answer(own, 9, run(other));
    sys_exit(0);
  }
  need(sys_wait4(need(pid, "fork"), &status, 0), "wait4");
  answer(own, 10, run(other));
  set_and_wake(&own->step, 4);
  return status;
}

static void all_at(int number) {
  for (int i = 0; i < CHILDREN; i++)
    for (int now; (now = reports[i].step) < number;)
      sys_futex(&reports[i].step, FUTEX_WAIT, now, 0);
  arch_relax();
}

int guest_main(int argc, char **argv, char **envp) {
  reports = new_shared(PAGE);
  step = &reports[CHILDREN].step;
  file = (int)need(sys_memfd_create("code", 0), "memfd_create");
  need(syscall4(NR_ftruncate64, file, PAGES * PAGE, 0, 0), "ftruncate");
  writable = (volatile unsigned *)need(
      sys_mmap(0, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), "mmap");
  write_page(0, 1);
  write_page(1, 100);
  write_page(2, 2);
  write_page(3, 1000);
  here = map(0, 0, 2, MAP_SHARED);
  say("before: %ld\n", run(here));
  long pids[CHILDREN];
  for (long i = 0; i < CHILDREN; i++) pids[i] = fork_child(child, (void *)i);
  all_at(1);
  set_and_wake(step, 1);
  all_at(2);
  say("the parent meanwhile: %ld\n", run(here));
  write_page(0, 3);
  write_page(1, 500);
  say("the parent after it stored: %ld\n", run(here));
  set_and_wake(step, 2);
  all_at(3);
  set_and_wake(step, 3);
  for (int i = 0; i < CHILDREN; i++) {
    int status = wait_for(pids[i]);
    say("child %d, status %x:", i, status);
    for (int n = 0; n < 11; n++) say(" %ld", reports[i].values[n]);
    say("\n");
  }
  // A page that the file has lost.
  need(syscall4(NR_ftruncate64, file, PAGE, 0, 0), "ftruncate");
  need(syscall4(NR_ftruncate64, file, PAGES * PAGE, 0, 0), "ftruncate");
  write_page(1, 7);
  say("after it was cut off and written again: %ld\n", run(here));
  return 0;
}
