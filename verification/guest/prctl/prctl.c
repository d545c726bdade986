// prctl(2) and personality(2), with all the ways to get them wrong.

#include "guest.h"

static long *shared;

static long prctl(int option, long a, long b, long c, long d) {
  return syscall5(NR_prctl, option, a, b, c, d);
}

static void get(const char *what, int option, long result) {
  int value = -1;
  long got = prctl(option, ARG(&value), 0, 0, 0);
  say("%s: %e; get: %e, %d\n", what, result, got, value);
}

enum {
  SET_PDEATHSIG = 1,
  GET_PDEATHSIG,
  GET_DUMPABLE,
  SET_DUMPABLE,
  GET_TIMING = 13,
  SET_TIMING,
  SET_NAME,
  GET_NAME,
  GET_SECCOMP = 21,
  SET_SECCOMP,
  SET_TIMERSLACK = 29,
  GET_TIMERSLACK,
  MCE_KILL = 33,
  MCE_KILL_GET,
  SET_MM,
  SET_CHILD_SUBREAPER,
  GET_CHILD_SUBREAPER,
  SET_NO_NEW_PRIVS,
  GET_NO_NEW_PRIVS,
  GET_TID_ADDRESS,
  SET_THP_DISABLE,
  GET_THP_DISABLE,
  SET_IO_FLUSHER = 57,
  GET_IO_FLUSHER,
  SET_MDWE = 65,
  GET_MDWE,
  GET_AUXV = 0x41555856,
  SET_VMA = 0x53564d41,
  SET_PTRACER = 0x59616d61
};

static long death_signals(void *unused) {
  get("at first", GET_PDEATHSIG, 0);
  get("SIGUSR1", GET_PDEATHSIG, prctl(SET_PDEATHSIG, SIGUSR1, 0, 0, 0));
  get("64", GET_PDEATHSIG, prctl(SET_PDEATHSIG, 64, 0, 0, 0));
  get("65", GET_PDEATHSIG, prctl(SET_PDEATHSIG, 65, 0, 0, 0));
  get("-1", GET_PDEATHSIG, prctl(SET_PDEATHSIG, -1, 0, 0, 0));
  say("bad address: %e\n", prctl(GET_PDEATHSIG, 1, 0, 0, 0));
  return 0;
}

static long child_death_signal(void *unused) {
  get("a child", GET_PDEATHSIG, 0);
  return 0;
}

static long names(void *unused) {
  char name[17] = {0};
  say("set: %e", prctl(SET_NAME, ARG("short"), 0, 0, 0));
  say(", get: %e, ", prctl(GET_NAME, ARG(name), 0, 0, 0));
  say("\"%s\"\n", name);
  prctl(SET_NAME, ARG("a name of more than fifteen"), 0, 0, 0);
  memset(name, 'x', 16);
  prctl(GET_NAME, ARG(name), 0, 0, 0);
  say("\"%s\"\n", name);
  prctl(SET_NAME, ARG(""), 0, 0, 0);
  prctl(GET_NAME, ARG(name), 0, 0, 0);
  say("\"%s\", all sixteen bytes are written: %d\n", name, name[15] == 0);
  say("bad address: %e", prctl(SET_NAME, 1, 0, 0, 0));
  say(", %e\n", prctl(GET_NAME, 1, 0, 0, 0));
  char *edge = (char *)new_memory(8192, MAP_PRIVATE) + 4096;
  sys_munmap(edge, 4096);
  memset(edge - 20, 'e', 20);
  say("at the edge: 14 bytes: %e", prctl(SET_NAME, ARG(edge - 14), 0, 0, 0));
  say(", 15 bytes: %e\n", prctl(SET_NAME, ARG(edge - 15), 0, 0, 0));
  return 0;
}

static long flags(void *unused) {
  say("dumpable: %e", prctl(GET_DUMPABLE, 0, 0, 0, 0));
  say("; set 0: %e", prctl(SET_DUMPABLE, 0, 0, 0, 0));
  say(", %e", prctl(GET_DUMPABLE, 9, 9, 9, 9));
  say("; 1: %e", prctl(SET_DUMPABLE, 1, 9, 9, 9));
  say("; 2: %e", prctl(SET_DUMPABLE, 2, 0, 0, 0));
  say("; -1: %e\n", prctl(SET_DUMPABLE, -1, 0, 0, 0));
  say("no new privileges: %e", prctl(GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  say(", with arguments: %e", prctl(GET_NO_NEW_PRIVS, 1, 0, 0, 0));
  say("; set 0: %e", prctl(SET_NO_NEW_PRIVS, 0, 0, 0, 0));
  say(", 2: %e", prctl(SET_NO_NEW_PRIVS, 2, 0, 0, 0));
  say(", more: %e", prctl(SET_NO_NEW_PRIVS, 1, 1, 0, 0));
  say(", %e", prctl(SET_NO_NEW_PRIVS, 1, 0, 1, 0));
  say(", %e", prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 1));
  say("; set: %e", prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  say(", now %e\n", prctl(GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  say("timing: %e", prctl(GET_TIMING, 0, 0, 0, 0));
  say(", set 0: %e", prctl(SET_TIMING, 0, 0, 0, 0));
  say(", 1: %e\n", prctl(SET_TIMING, 1, 0, 0, 0));
  say("huge pages off: %e", prctl(GET_THP_DISABLE, 0, 0, 0, 0));
  say(", set: %e", prctl(SET_THP_DISABLE, 1, 0, 0, 0));
  say(", %e", prctl(GET_THP_DISABLE, 0, 0, 0, 0));
  say(", 5: %e", prctl(SET_THP_DISABLE, 5, 0, 0, 0));
  say(", %e", prctl(GET_THP_DISABLE, 0, 0, 0, 0));
  say(", off: %e", prctl(SET_THP_DISABLE, 0, 0, 0, 0));
  say(", %e", prctl(GET_THP_DISABLE, 0, 0, 0, 0));
  say("; more: %e", prctl(SET_THP_DISABLE, 1, 1, 0, 0));
  say(", %e", prctl(SET_THP_DISABLE, 1, 0, 0, 1));
  say(", %e", prctl(GET_THP_DISABLE, 1, 0, 0, 0));
  say(", %e\n", prctl(GET_THP_DISABLE, 0, 0, 0, 1));
  say("I/O flusher: %e", prctl(GET_IO_FLUSHER, 0, 0, 0, 0));
  say(", set: %e", prctl(SET_IO_FLUSHER, 1, 0, 0, 0));
  say(", %e", prctl(GET_IO_FLUSHER, 0, 0, 0, 0));
  say(", 2: %e", prctl(SET_IO_FLUSHER, 2, 0, 0, 0));
  say(", off: %e", prctl(SET_IO_FLUSHER, 0, 0, 0, 0));
  say(", more: %e", prctl(SET_IO_FLUSHER, 1, 1, 0, 0));
  say(", %e\n", prctl(GET_IO_FLUSHER, 1, 0, 0, 0));
  syscall1(NR_setuid, 1000);
  say("as a user: %e", prctl(GET_IO_FLUSHER, 0, 0, 0, 0));
  say(", %e\n", prctl(SET_IO_FLUSHER, 1, 1, 0, 0));
  return 0;
}

static long machine_checks(void *unused) {
  say("at first %e", prctl(MCE_KILL_GET, 0, 0, 0, 0));
  say("; set early: %e", prctl(MCE_KILL, 1, 1, 0, 0));
  say(", %e", prctl(MCE_KILL_GET, 0, 0, 0, 0));
  say("; late: %e", prctl(MCE_KILL, 1, 0, 0, 0));
  say(", %e", prctl(MCE_KILL_GET, 0, 0, 0, 0));
  say("; default: %e", prctl(MCE_KILL, 1, 2, 0, 0));
  say(", %e", prctl(MCE_KILL_GET, 0, 0, 0, 0));
  say("; 3: %e\n", prctl(MCE_KILL, 1, 3, 0, 0));
  say("after 3: %e", prctl(MCE_KILL_GET, 0, 0, 0, 0));
  say("; clear: %e", prctl(MCE_KILL, 0, 0, 0, 0));
  say(", with an argument: %e", prctl(MCE_KILL, 0, 1, 0, 0));
  say(", 2: %e", prctl(MCE_KILL, 2, 0, 0, 0));
  say(", more: %e", prctl(MCE_KILL, 1, 1, 1, 0));
  say(", %e", prctl(MCE_KILL, 1, 1, 0, 1));
  say(", %e\n", prctl(MCE_KILL_GET, 1, 0, 0, 0));
  return 0;
}

static long slack_of_child(void *unused) {
  say("child: %e", prctl(GET_TIMERSLACK, 0, 0, 0, 0));
  say(", default: %e", prctl(SET_TIMERSLACK, 0, 0, 0, 0));
  say(", %e\n", prctl(GET_TIMERSLACK, 0, 0, 0, 0));
  return 0;
}

static long timer_slack(void *unused) {
  say("at first %e", prctl(GET_TIMERSLACK, 0, 0, 0, 0));
  say(", set: %e", prctl(SET_TIMERSLACK, 12345, 0, 0, 0));
  say(", %e\n", prctl(GET_TIMERSLACK, 0, 0, 0, 0));
  run_in_child(slack_of_child, 0);
  say("0: %e", prctl(SET_TIMERSLACK, 0, 0, 0, 0));
  say(", %e", prctl(GET_TIMERSLACK, 0, 0, 0, 0));
  say("; -1: %e, ", prctl(SET_TIMERSLACK, -1, 0, 0, 0));
  say("%ld\n", prctl(GET_TIMERSLACK, 0, 0, 0, 0));
  return 0;
}

static long grandchild(void *unused) {
  while (sys_getppid() == shared[0]) sys_sched_yield();
  shared[1] = sys_getppid();
  return 0;
}

static long middle(void *unused) {
  shared[0] = sys_getpid();
  fork_child(grandchild, 0);
  return 0;
}

static long subreaper(void *unused) {
  get("at first", GET_CHILD_SUBREAPER, 0);
  get("set 5", GET_CHILD_SUBREAPER, prctl(SET_CHILD_SUBREAPER, 5, 9, 9, 9));
  say("bad address: %e\n", prctl(GET_CHILD_SUBREAPER, 1, 0, 0, 0));
  run_in_child(middle, 0);
  long got = sys_wait4(-1, 0, 0);
  say("a grandchild became mine: waited for it: %d", got > 0);
  say(", it saw me: %d\n", shared[1] == sys_getpid());
  get("off", GET_CHILD_SUBREAPER, prctl(SET_CHILD_SUBREAPER, 0, 0, 0, 0));
  run_in_child(middle, 0);
  say("now it is not mine: %e\n", sys_wait4(-1, 0, 0));
  return 0;
}

static volatile int *go;

static long late_middle(void *unused) {
  wait_until(go, 1);
  return middle(0);
}

static long late_subreaper(void *unused) {
  // The child is there before its parent becomes a subreaper.
  long child = fork_child(late_middle, 0);
  prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  set_and_wake(go, 1);
  wait_for(child);
  long got = sys_wait4(-1, 0, 0);
  say("a grandchild of a child from before: %d\n", got > 0);
  return 0;
}

static long addresses(void *unused) {
  int *address = 0;
  int word;
  sys_set_tid_address(&word);
  say("tid address: %e, ", prctl(GET_TID_ADDRESS, ARG(&address), 0, 0, 0));
  say("it is: %d", address == &word);
  say(", bad: %e\n", prctl(GET_TID_ADDRESS, 1, 0, 0, 0));
  return 0;
}

static long auxiliary(void *envp) {
  unsigned long *auxv = auxiliary_vector(envp), got[128];
  memset(got, 0xee, sizeof got);
  long size = prctl(GET_AUXV, ARG(got), sizeof got, 0, 0);
  unsigned n = 0;
  while (auxv[n]) n += 2;
  say("auxv: a multiple of a word: %d", size > 0 && size % sizeof(long) == 0);
  say(", as on the stack: %d", memcmp(auxv, got, (n + 2) * sizeof *got) == 0);
  say(", ends with AT_NULL: %d\n", got[n] == 0);
  got[2] = 7;
  say("two words: the same size: %d", prctl(GET_AUXV, ARG(got), 2 * sizeof(long), 0, 0) == size);
  say(", the third is mine: %d\n", got[2] == 7);
  say("more arguments: %e", prctl(GET_AUXV, ARG(got), 8, 1, 0));
  say(", %e", prctl(GET_AUXV, ARG(got), 8, 0, 1));
  say(", bad address: %e\n", prctl(GET_AUXV, 1, 8, 0, 0));
  return 0;
}

static long write_and_execute(void *unused) {
  say("at first %e", prctl(GET_MDWE, 0, 0, 0, 0));
  say(", no such bit: %e", prctl(SET_MDWE, 4, 0, 0, 0));
  say(", only the second: %e", prctl(SET_MDWE, 2, 0, 0, 0));
  say(", more: %e\n", prctl(SET_MDWE, 1, 1, 0, 0));
  char *page = new_memory(4096, MAP_PRIVATE);
  say("set: %e", prctl(SET_MDWE, 1, 0, 0, 0));
  say(", %e", prctl(GET_MDWE, 0, 0, 0, 0));
  say(", off: %e", prctl(SET_MDWE, 0, 0, 0, 0));
  say(", both: %e", prctl(SET_MDWE, 3, 0, 0, 0));
  say(", get with arguments: %e\n", prctl(GET_MDWE, 1, 0, 0, 0));
  say("mprotect to execute: %e", sys_mprotect(page, 4096, PROT_READ | PROT_EXEC));
  say(", map to write and execute: %e\n",
      sys_mmap(0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  return 0;
}

static long memory_map(void *unused) {
  say("option 0: %e", prctl(SET_MM, 0, 0x10000, 0, 0));
  say(", 16: %e", prctl(SET_MM, 16, 0x10000, 0, 0));
  say(", 5th argument: %e", prctl(SET_MM, 1, 0x10000, 0, 1));
  say(", 4th: %e", prctl(SET_MM, 1, 0x10000, 1, 0));
  say(", low address: %e", prctl(SET_MM, 1, 0xfff, 0, 0));
  say(", high: %e\n", prctl(SET_MM, 1, 0xfffff000, 0, 0));
  char *page = new_memory(4096, MAP_PRIVATE);
  say("arguments: start at an unmapped address: %e", prctl(SET_MM, 8, 0x4000000, 0, 0));
  say(", beyond the end: %e\n", prctl(SET_MM, 8, 0x7ffefffc, 0, 0));
  say("brk: %e", prctl(SET_MM, 7, (long)sys_brk(0), 0, 0));
  say(", below the start: %e", prctl(SET_MM, 7, 0x2000, 0, 0));
  say(", start: %e\n", prctl(SET_MM, 6, (long)sys_brk(0), 0, 0));
  say("executable: bad descriptor: %e\n", prctl(SET_MM, 13, 99, 0, 0));
  unsigned size = 0;
  long result = prctl(SET_MM, 15, ARG(&size), 0, 0);
  say("size of the map: %e, %d\n", result, size);
  syscall1(NR_setuid, 1000);
  say("as a user: %e", prctl(SET_MM, 7, (long)sys_brk(0), 0, 0));
  say(", bad address: %e", prctl(SET_MM, 1, 0, 0, 0));
  say(", size of the map: %e", prctl(SET_MM, 15, ARG(&size), 0, 0));
  say(", page %d\n", *page);
  return 0;
}

static long personality_of_child(void *unused) {
  say("child: %lx\n", syscall1(NR_personality, 0xffffffff));
  return 0;
}

static long personalities(void *unused) {
  say("at first %lx", syscall1(NR_personality, 0xffffffff));
  say(", set: %lx", syscall1(NR_personality, 0x0040008));
  say(", now %lx\n", syscall1(NR_personality, 0xffffffff));
  run_in_child(personality_of_child, 0);
  say("any bits: %lx", syscall1(NR_personality, 0x7fffffff));
  say(", %lx\n", syscall1(NR_personality, 0xffffffff));
  char names[6][65];
  syscall1(NR_personality, 0);
  syscall1(NR_uname, ARG(names));
  bool two = names[2][0] == '2';
  syscall1(NR_personality, 0x0020000);
  syscall1(NR_uname, ARG(names));
  say("an old release: before %d, now %d: ", two, names[2][0] == '2');
  names[2][4] = 0;
  say("%s\n", names[2]);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  go = new_shared(4096);
  static const struct {
    const char *name;
    long (*function)(void *);
  } parts[] = {
      {"death signal", death_signals},
      {"name", names},
      {"flags", flags},
      {"machine checks", machine_checks},
      {"timer slack", timer_slack},
      {"subreaper", subreaper},
      {"late subreaper", late_subreaper},
      {"addresses", addresses},
      {"auxiliary vector", auxiliary},
      {"write or execute", write_and_execute},
      {"memory map", memory_map},
      {"personality", personalities},
  };
  prctl(SET_PDEATHSIG, SIGHUP, 0, 0, 0);
  run_in_child(child_death_signal, 0);
  for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
    say("-- %s\n", parts[i].name);
    int status = run_in_child(parts[i].function, envp);
    if (status) say("%w\n", status);
  }
  say("-- what is not there\n");
  for (int option = 0; option < 80; option++) {
    if (option == 8 || (option > 14 && option < 17) || option == 4 || option == 1 || option == 36 ||
        option == 38)
      continue;
    long result = prctl(option, option == 0 ? 0 : 1, 0, 0, 0);
    if (result == -EINVAL) say("%d ", option);
  }
  say("\nothers: %e", prctl(-1, 0, 0, 0, 0));
  say(", %e", prctl(SET_VMA, 0, ARG(shared), 4096, ARG("name")));
  say(", %e\n", prctl(SET_PTRACER, 1, 0, 0, 0));
  return 0;
}
