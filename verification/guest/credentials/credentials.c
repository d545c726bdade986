// User and group ids and the capabilities that come and go with them.

#include "guest.h"

enum {
  PR_GET_DUMPABLE = 3,
  PR_SET_DUMPABLE = 4,
  PR_GET_KEEPCAPS = 7,
  PR_SET_KEEPCAPS = 8,
  PR_CAPBSET_READ = 23,
  PR_CAPBSET_DROP = 24,
  PR_GET_SECUREBITS = 27,
  PR_SET_SECUREBITS = 28,
  PR_GET_PDEATHSIG = 2,
  PR_CAP_AMBIENT = 47
};
enum { AMBIENT_IS_SET = 1, AMBIENT_RAISE = 2, AMBIENT_LOWER = 3, AMBIENT_CLEAR_ALL = 4 };
enum {
  CAP_CHOWN = 0,
  CAP_DAC_OVERRIDE = 1,
  CAP_SETGID = 6,
  CAP_SETUID = 7,
  CAP_SETPCAP = 8,
  CAP_NET_RAW = 13,
  CAP_LAST = 40
};

static long call(int number, long a, long b, long c) { return syscall3(number, a, b, c); }

struct header {
  uint32_t version;
  int pid;
};

struct sets {
  uint32_t effective, permitted, inheritable;
};

enum { VERSION_1 = 0x19980330, VERSION_2 = 0x20071026, VERSION_3 = 0x20080522 };

static long capget(uint32_t version, int pid, struct sets *to) {
  struct header header = {version, pid};
  return syscall2(NR_capget, ARG(&header), ARG(to));
}

static long capset(uint32_t version, int pid, const struct sets *from) {
  struct header header = {version, pid};
  return syscall2(NR_capset, ARG(&header), ARG(from));
}

static void line_set(struct line *line, const char *name, uint32_t low, uint32_t high) {
  line_text(line, name);
  if (low == 0xffffffff && high == 0x1ff) {
    line_text(line, "all");
    return;
  }
  line_number(line, high, 16, 3);
  line_number(line, low, 16, 8);
}

static void show(const char *what, long result) {
  unsigned r, e, s, rg, eg, sg;
  syscall3(NR_getresuid, ARG(&r), ARG(&e), ARG(&s));
  syscall3(NR_getresgid, ARG(&rg), ARG(&eg), ARG(&sg));
  struct sets sets[2];
  capget(VERSION_3, 0, sets);
  struct line line;
  line.length = 0;
  line_text(&line, "  p ");
  line_set(&line, "", sets[0].permitted, sets[1].permitted);
  line_set(&line, " e ", sets[0].effective, sets[1].effective);
  line_set(&line, " i ", sets[0].inheritable, sets[1].inheritable);
  line_char(&line, 0);
  long dumpable = sys_prctl(PR_GET_DUMPABLE, 0);
  say("%s: %e\n  u %d %d %d", what, result, r, e, s);
  say(" %ld", syscall1(NR_setfsuid, -1));
  say(" g %d %d %d", rg, eg, sg);
  say(" %ld", syscall1(NR_setfsgid, -1));
  say(" dumpable %ld\n%s\n", dumpable, line.text);
}

#define SHOW3(name, a, b, c) show(#name "(" #a ", " #b ", " #c ")", call(NR_##name, a, b, c))
#define SHOW2(name, a, b) show(#name "(" #a ", " #b ")", call(NR_##name, a, b, 0))
#define SHOW1(name, a) show(#name "(" #a ")", call(NR_##name, a, 0, 0))

static long root_setuid(void *unused) {
  show("at first", 0);
  SHOW1(setuid, 1000);
  SHOW1(setuid, 0);
  SHOW1(setuid, 1000);
  SHOW1(setuid, -1);
  sys_prctl(PR_SET_DUMPABLE, 1);
  SHOW1(setuid, 1000);
  return 0;
}

static long root_seteuid(void *unused) {
  SHOW3(setresuid, -1, 1000, -1);
  SHOW3(setresuid, -1, 0, -1);
  SHOW3(setresuid, -1, 1000, 1001);
  SHOW3(setresuid, 1001, 1001, 0);
  SHOW3(setresuid, 0, 0, 0);
  SHOW3(setresuid, -1, 1002, -1);
  SHOW3(setresuid, -1, -1, 1000);
  return 0;
}

static long reuid(void *unused) {
  SHOW2(setreuid, 1000, -1);
  SHOW2(setreuid, -1, 1000);
  SHOW2(setreuid, -1, 0);
  SHOW2(setreuid, 2000, -1);
  SHOW2(setreuid, 1000, 1000);
  SHOW2(setreuid, 0, 1000);
  return 0;
}

static long swap(void *unused) {
  SHOW2(setreuid, 1000, 2000);
  SHOW2(setreuid, 2000, 1000);
  SHOW2(setreuid, 1000, -1);
  SHOW1(setuid, 2000);
  return 0;
}

static long groups(void *unused) {
  SHOW1(setgid, 50);
  SHOW2(setregid, 60, -1);
  SHOW2(setregid, -1, 70);
  SHOW3(setresgid, 1, 2, 3);
  SHOW1(setgid, -1);
  SHOW1(setfsgid, 9);
  SHOW3(setresuid, 1000, 1000, 1000);
  SHOW1(setgid, 3);
  SHOW1(setgid, 1);
  SHOW1(setgid, 2);
  SHOW2(setregid, 3, 1);
  SHOW2(setregid, -1, 3);
  SHOW3(setresgid, 3, 3, 3);
  SHOW3(setresgid, -1, -1, 1);
  return 0;
}

static long file_system_ids(void *unused) {
  SHOW1(setfsuid, 1000);
  SHOW1(setfsuid, 1000);
  SHOW1(setfsuid, 0);
  SHOW3(setresuid, 1, 2, 3);
  SHOW1(setfsuid, 4);
  SHOW1(setfsuid, 3);
  SHOW1(setfsuid, 1);
  SHOW3(setresuid, -1, 2, -1);
  return 0;
}

static long keep_capabilities(void *unused) {
  say("keepcaps: %e", sys_prctl(PR_GET_KEEPCAPS, 0));
  say(", set 2: %e", sys_prctl(PR_SET_KEEPCAPS, 2));
  say(", set 1: %e", sys_prctl(PR_SET_KEEPCAPS, 1));
  say(", %e\n", sys_prctl(PR_GET_KEEPCAPS, 0));
  SHOW3(setresuid, 1000, 1000, 1000);
  struct sets sets[2];
  capget(VERSION_3, 0, sets);
  sets[0].effective = 1 << CAP_SETUID;
  sets[1].effective = 0;
  show("raise CAP_SETUID", capset(VERSION_3, 0, sets));
  SHOW1(setuid, 0);
  SHOW1(setuid, 5);
  return 0;
}

static long no_fixup(void *unused) {
  say("securebits %e\n", sys_prctl(PR_GET_SECUREBITS, 0));
  say("a bit that is not: %e\n", sys_prctl(PR_SET_SECUREBITS, 1 << 12));
  say("no fixup, locked: %e", sys_prctl(PR_SET_SECUREBITS, 0xc));
  say(", %e\n", sys_prctl(PR_GET_SECUREBITS, 0));
  say("unlock: %e", sys_prctl(PR_SET_SECUREBITS, 4));
  say(", change a locked one: %e", sys_prctl(PR_SET_SECUREBITS, 8));
  say(", add: %e\n", sys_prctl(PR_SET_SECUREBITS, 0xc | 0x20));
  say("keepcaps, which is locked: %e\n", sys_prctl(PR_SET_KEEPCAPS, 1));
  SHOW3(setresuid, 1000, 1000, 1000);
  SHOW1(setfsuid, 0);
  return 0;
}

static long supplementary(void *unused) {
  unsigned list[4] = {30, 10, 20, 10}, got[8] = {0};
  say("none yet: %e\n", call(NR_getgroups, 0, 0, 0));
  say("setgroups: %e", call(NR_setgroups, 4, ARG(list), 0));
  say(", count %e\n", call(NR_getgroups, 0, 0, 0));
  long n = call(NR_getgroups, 8, ARG(got), 0);
  say("getgroups: %e: %d %d %d %d\n", n, got[0], got[1], got[2], got[3]);
  say("too small: %e", call(NR_getgroups, 3, ARG(got), 0));
  say(", negative: %e", call(NR_getgroups, -1, ARG(got), 0));
  say(", bad address: %e\n", call(NR_getgroups, 4, 1, 0));
  list[1] = -1;
  say("setgroups: 65537: %e", call(NR_setgroups, 65537, ARG(list), 0));
  say(", -1: %e", call(NR_setgroups, -1, ARG(list), 0));
  say(", bad address: %e", call(NR_setgroups, 2, 1, 0));
  say(", group -1: %e", call(NR_setgroups, 2, ARG(list), 0));
  say(", still %e\n", call(NR_getgroups, 0, 0, 0));
  call(NR_setuid, 1000, 0, 0);
  say("as a user: %e", call(NR_setgroups, 1, ARG(list), 0));
  say(", none: %e", call(NR_setgroups, 0, 0, 0));
  say(", too many: %e\n", call(NR_setgroups, 65537, ARG(list), 0));
  return 0;
}

static long pointers(void *unused) {
  unsigned a = 7, b = 7;
  say("getresuid: %e", call(NR_getresuid, 1, ARG(&a), ARG(&b)));
  say(", %e", call(NR_getresuid, ARG(&a), 1, ARG(&b)));
  say(", %e", call(NR_getresuid, ARG(&a), ARG(&b), 1));
  say("; before the fault: %d %d\n", a, b);
  return 0;
}

static long capability_calls(void *unused) {
  struct sets sets[2];
  for (uint32_t *p = (uint32_t *)sets; p < (uint32_t *)(sets + 2); p++) *p = 0xeeeeeeee;
  long result = capget(VERSION_1, 0, sets);
  say("version 1: %e, %08x %08x %08x, then %08x\n", result, sets[0].effective, sets[0].permitted,
      sets[0].inheritable, sets[1].effective);
  say("version 2: %e", capget(VERSION_2, 0, sets));
  say(", %x\n", sets[1].effective);
  say("self by pid: %e", capget(VERSION_3, sys_getpid(), sets));
  say(", parent: %e", capget(VERSION_3, sys_getppid(), sets));
  say(", nobody: %e", capget(VERSION_3, 32000, sets));
  say(", negative: %e\n", capget(VERSION_3, -1, sets));
  struct header header = {1, 0};
  result = syscall2(NR_capget, ARG(&header), ARG(sets));
  say("unknown version: %e, says %x", result, header.version);
  header.version = 1;
  result = syscall2(NR_capget, ARG(&header), 0);
  say("; without data: %e, says %x; ", result, header.version);
  header.pid = 32000;
  say("known, without data: %e", syscall2(NR_capget, ARG(&header), 0));
  say(", no header: %e", syscall2(NR_capget, 0, ARG(sets)));
  say(", bad data: %e\n", capget(VERSION_3, 0, (void *)1));
  header.version = 1;
  say("capset: unknown: %e", syscall2(NR_capset, ARG(&header), ARG(sets)));
  say(", says %x", header.version);
  say(", another: %e", capset(VERSION_3, 1, sets));
  say(", bad data: %e", capset(VERSION_3, 0, (void *)1));
  say(", bad data of another: %e\n", capset(VERSION_3, 1, (void *)1));
  capget(VERSION_3, 0, sets);
  sets[0].inheritable = 1 << CAP_NET_RAW;
  sets[1].effective |= 0xfffffe00;
  show("inherit one, unknown ones effective", capset(VERSION_3, sys_getpid(), sets));
  sets[0].permitted &= ~(1 << CAP_CHOWN);
  show("effective beyond permitted", capset(VERSION_3, 0, sets));
  sets[0].effective = sets[0].permitted;
  show("drop CAP_CHOWN", capset(VERSION_3, 0, sets));
  sets[0].permitted |= 1 << CAP_CHOWN;
  show("take it back", capset(VERSION_3, 0, sets));
  sets[0].permitted &= ~(1 << CAP_CHOWN);
  sets[0].effective &= ~(1 << CAP_SETPCAP);
  show("CAP_SETPCAP off", capset(VERSION_3, 0, sets));
  sets[0].inheritable |= 1 << CAP_CHOWN;
  show("inherit what is not permitted", capset(VERSION_3, 0, sets));
  struct sets one = {1, 1, 0};
  say("version 1: %e\n", capset(VERSION_1, 0, &one));
  one.effective = one.permitted = 2;
  show("version 1 drops the upper ones", capset(VERSION_1, 0, &one));
  return 0;
}

static long bounding(void *unused) {
  say("read: %e", sys_prctl(PR_CAPBSET_READ, CAP_NET_RAW));
  say(", 41: %e", sys_prctl(PR_CAPBSET_READ, 41));
  say(", -1: %e\n", sys_prctl(PR_CAPBSET_READ, -1));
  say("drop: %e", sys_prctl(PR_CAPBSET_DROP, CAP_NET_RAW));
  say(", %e", sys_prctl(PR_CAPBSET_READ, CAP_NET_RAW));
  say(", 41: %e\n", sys_prctl(PR_CAPBSET_DROP, 41));
  show("after", 0);
  struct sets sets[2];
  capget(VERSION_3, 0, sets);
  sets[0].inheritable = 1 << CAP_NET_RAW;
  show("inherit what the bounding set lacks", capset(VERSION_3, 0, sets));
  call(NR_setuid, 1000, 0, 0);
  say("as a user: %e", sys_prctl(PR_CAPBSET_DROP, CAP_CHOWN));
  say(", 41: %e\n", sys_prctl(PR_CAPBSET_DROP, 41));
  say("securebits as a user: %e", sys_prctl(PR_SET_SECUREBITS, 1));
  say(", the same ones: %e\n", sys_prctl(PR_SET_SECUREBITS, 0));
  return 0;
}

static long ambient_call(int what, long cap, long d, long e) {
  return syscall5(NR_prctl, PR_CAP_AMBIENT, what, cap, d, e);
}

static long ambient(void *unused) {
  say("is set: %e", ambient_call(AMBIENT_IS_SET, CAP_NET_RAW, 0, 0));
  say(", 41: %e", ambient_call(AMBIENT_IS_SET, 41, 0, 0));
  say(", 4th: %e", ambient_call(AMBIENT_IS_SET, 1, 1, 0));
  say(", unknown: %e", ambient_call(5, 1, 0, 0));
  say(", unknown of 41: %e\n", ambient_call(5, 41, 0, 0));
  say("clear with arguments: %e", ambient_call(AMBIENT_CLEAR_ALL, 1, 0, 0));
  say(", %e", ambient_call(AMBIENT_CLEAR_ALL, 0, 0, 1));
  say(", without: %e\n", ambient_call(AMBIENT_CLEAR_ALL, 0, 0, 0));
  say("raise: %e\n", ambient_call(AMBIENT_RAISE, CAP_NET_RAW, 0, 0));
  struct sets sets[2];
  capget(VERSION_3, 0, sets);
  sets[0].inheritable = 1 << CAP_NET_RAW | 1 << CAP_CHOWN;
  capset(VERSION_3, 0, sets);
  say("inheritable: raise: %e", ambient_call(AMBIENT_RAISE, CAP_NET_RAW, 0, 0));
  say(", %e", ambient_call(AMBIENT_RAISE, CAP_CHOWN, 0, 0));
  say(", is set: %e", ambient_call(AMBIENT_IS_SET, CAP_NET_RAW, 0, 0));
  say(", %e\n", ambient_call(AMBIENT_IS_SET, CAP_DAC_OVERRIDE, 0, 0));
  say("lower: %e", ambient_call(AMBIENT_LOWER, CAP_CHOWN, 0, 0));
  say(", again: %e", ambient_call(AMBIENT_LOWER, CAP_CHOWN, 0, 0));
  say(", is set: %e\n", ambient_call(AMBIENT_IS_SET, CAP_CHOWN, 0, 0));
  say("no raising: %e", sys_prctl(PR_SET_SECUREBITS, 0x40));
  say(", raise: %e", ambient_call(AMBIENT_RAISE, CAP_CHOWN, 0, 0));
  say(", lower: %e\n", ambient_call(AMBIENT_LOWER, CAP_CHOWN, 0, 0));
  sys_prctl(PR_SET_SECUREBITS, 0);
  ambient_call(AMBIENT_RAISE, CAP_CHOWN, 0, 0);
  sets[0].inheritable = 1 << CAP_NET_RAW;
  capset(VERSION_3, 0, sets);
  say("no more inheritable: %e", ambient_call(AMBIENT_IS_SET, CAP_CHOWN, 0, 0));
  say(", the other: %e\n", ambient_call(AMBIENT_IS_SET, CAP_NET_RAW, 0, 0));
  sys_prctl(PR_SET_KEEPCAPS, 1);
  SHOW3(setresuid, 1000, 1000, 1000);
  say("after leaving uid 0: %e\n", ambient_call(AMBIENT_IS_SET, CAP_NET_RAW, 0, 0));
  return 0;
}

static long death_signal(void *unused) {
  int signal = 0;
  sys_prctl(PR_SET_PDEATHSIG, SIGUSR1);
  syscall1(NR_setgid, 0);
  sys_prctl(PR_GET_PDEATHSIG, ARG(&signal));
  say("the same ids: %d", signal);
  say(", dumpable %e\n", sys_prctl(PR_GET_DUMPABLE, 0));
  syscall3(NR_setresuid, 5, -1, -1);
  sys_prctl(PR_GET_PDEATHSIG, ARG(&signal));
  say("another real uid: %d", signal);
  say(", dumpable %e\n", sys_prctl(PR_GET_DUMPABLE, 0));
  syscall1(NR_setfsgid, 7);
  sys_prctl(PR_GET_PDEATHSIG, ARG(&signal));
  say("another file system gid: %d", signal);
  say(", dumpable %e\n", sys_prctl(PR_GET_DUMPABLE, 0));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  static const struct {
    const char *name;
    long (*function)(void *);
  } parts[] = {
      {"setuid", root_setuid},
      {"effective", root_seteuid},
      {"setreuid", reuid},
      {"exchange", swap},
      {"groups", groups},
      {"file system ids", file_system_ids},
      {"keeping capabilities", keep_capabilities},
      {"securebits", no_fixup},
      {"supplementary groups", supplementary},
      {"pointers", pointers},
      {"capget and capset", capability_calls},
      {"bounding set", bounding},
      {"ambient set", ambient},
      {"dumpable and death signal", death_signal},
  };
  for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
    say("-- %s\n", parts[i].name);
    int status = run_in_child(parts[i].function, 0);
    if (status) say("%w\n", status);
  }
  return 0;
}
