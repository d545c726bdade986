// Memory is taken away, write-protected, copied by fork and left by exec while other threads store to
// it: once the call has returned, no store of theirs comes late, and none is lost.

#include "guest.h"

enum { PAGE = 4096, ROUNDS = 100, FORKS = 60, EXECS = 10 };

static volatile int *page;
static volatile int faults, allowed, stop;
static volatile unsigned long fault_address;
static volatile int fault_code;

static void wait_in_fault(int signal, struct siginfo *info, struct ucontext *context) {
  fault_address = (unsigned long)info->fault.addr;
  fault_code = info->code;
  int number = faults + 1;
  set_and_wake(&faults, number);
  while (allowed < number) sys_futex(&allowed, FUTEX_WAIT, number - 1, 0);
  arch_relax();
}

static __attribute__((noinline)) void store_on(volatile int *words) {
  while (!stop) {
    for (int i = 0; i < 500; i++) words[0]++;
  }
}

static long writer(void *unused) {
  store_on(page);
  return 0;
}

static void *map(void *at, int protection, int more) {
  return (void *)need(sys_mmap(at, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | more, -1, 0),
                      "mmap");
}

static int watch(void) {
  int changes = 0, before = page[0];
  for (int i = 0; i < 300; i++) {
    if (page[0] != before) changes++;
    if (i % 100 == 0) sys_sched_yield();
  }
  return changes;
}

static void protect(void) { sys_mprotect((void *)page, PAGE, PROT_READ); }

static void unprotect(void) { sys_mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE); }

static void replace(void) { map((void *)page, PROT_READ, MAP_FIXED); }

static void unmap(void) { sys_munmap((void *)page, PAGE); }

static void map_again(void) { map((void *)page, PROT_READ | PROT_WRITE, MAP_FIXED); }

static void hide(void) { sys_mprotect((void *)page, PAGE, PROT_NONE); }

static void take_away(const char *how, void (*take)(void), void (*give)(void), bool readable) {
  static struct thread thread;
  page = map(0, PROT_READ | PROT_WRITE, 0);
  faults = allowed = stop = 0;
  handle(SIGSEGV, wait_in_fault, SA_SIGINFO);
  start_thread(&thread, 0, writer, 0);
  int changes = 0, places = 0, codes = 0;
  for (int i = 1; i <= ROUNDS; i++) {
    while (page[0] < 1000) sys_sched_yield();
    take();
    if (readable) changes += watch();
    wait_until(&faults, i);
    places += fault_address == (unsigned long)page;
    codes += fault_code;
    give();
    page[0] = 0;
    set_and_wake(&allowed, i);
  }
  stop = 1;
  join_thread(&thread);
  handle(SIGSEGV, SIG_DFL, 0);
  unmap();
  say("%s: %d faults, %d where they belong, codes %d, %d late stores\n", how, faults, places, codes,
      changes);
}

// Words on two pages that are incremented one after the other.
enum { WORDS = 8 };

static volatile int *word(int i) { return page + (i % 2) * (PAGE / 4) + i; }

static long increment_all(void *unused) {
  while (!stop)
    for (int i = 0; i < WORDS; i++) {
      (*word(i))++;
      arch_relax();
    }
  return 0;
}

// Whether they are what they can be at one moment.
static bool fits(void) {
  for (int i = 1; i < WORDS; i++) {
    int lead = *word(i - 1) - *word(i);
    if (lead < 0 || lead > 1) return false;
  }
  int lead = *word(0) - *word(WORDS - 1);
  return lead >= 0 && lead <= 1;
}

static long look(void *unused) {
  int first = *word(0);
  if (!fits()) return 1;
  for (int i = 0; i < 2000; i++)
    if (*word(0) != first) return 2;
  *word(0) = -1;
  return 0;
}

static void copied_by_fork(void) {
  static struct thread threads[2];
  page = (volatile int *)new_memory(2 * PAGE, MAP_PRIVATE);
  stop = 0;
  start_thread(&threads[0], 0, increment_all, 0);
  int torn = 0, late = 0, lost = 0, last = 0;
  for (int i = 0; i < FORKS; i++) {
    while (*word(0) < last + 100) sys_sched_yield();
    last = *word(0);
    int status = run_in_child(look, 0);
    torn += status == 0x100;
    late += status == 0x200;
    if (*word(0) < last) lost++;
  }
  stop = 1;
  join_thread(&threads[0]);
  if (!fits()) lost++;
  say("fork: %d torn copies, %d late stores, %d lost stores\n", torn, late, lost);
}

static volatile int started;

static long spin(void *unused) {
  atomic_increment(&started);
  for (;;) page[1]++;
  return 0;
}

static char **environment;

static long execute(void *self) {
  static struct thread threads[3];
  started = 0;
  for (int i = 0; i < 3; i++) start_thread(&threads[i], 0, spin, 0);
  while (started < 3) sys_sched_yield();
  char *argv[] = {self, "executed", 0};
  sys_execve(self, argv, environment);
  return 1;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) return text_equal(argv[1], "executed") ? 9 : 1;
  environment = envp;
  take_away("mprotect", protect, unprotect, true);
  take_away("another page", replace, unprotect, true);
  take_away("munmap", unmap, map_again, false);
  take_away("no access", hide, unprotect, false);
  copied_by_fork();
  int executed = 0;
  for (int i = 0; i < EXECS; i++) executed += run_in_child(execute, argv[0]) == 0x900;
  say("exec: %d of %d\n", executed, EXECS);
  return 0;
}
