// Id maps of user namespaces: what can be written to them, by whom, and what ids then are.

#include "guest.h"

#include "user-namespace.h"

static long nothing(void *unused) { return 0; }

static void attempt(long pid, const char *kind, const char *name, const char *text) {
  say("%s %s: %s\n", kind, name, outcome(map(pid, kind, text)));
}

static const char *many(int lines, int last_newline) {
  static char text[4000];
  char *at = text;
  for (int i = 0; i < lines; i++) {
    at = add_number(at, (unsigned long)i);
    at = add_text(at, " ");
    at = add_number(at, (unsigned long)i);
    at = add_text(at, i < lines - 1 || last_newline ? " 1\n" : " 1");
  }
  return text;
}

// What is no map. Nothing of this takes the one chance to write one.
static void rubbish(void) {
  static const struct {
    const char *name, *text;
  } texts[] = {
      {"line feed", "\n"},
      {"one number", "1"},
      {"two numbers", "1 2"},
      {"two numbers and a space", "1 2 "},
      {"count 0", "1 2 0"},
      {"junk behind", "1 2 3x"},
      {"four numbers", "1 2 3 4"},
      {"commas", "1,2,3"},
      {"sign", "-1 2 3"},
      {"hex", "0x1 2 3"},
      {"empty line behind", "1 2 3\n\n"},
      {"empty line before", "\n1 2 3"},
      {"first -1", "4294967295 0 1"},
      {"lower -1", "0 4294967295 1"},
      {"first wraps", "4294967294 0 2"},
      {"lower wraps", "0 4294967290 6"},
      {"all of them and one", "0 0 4294967296"},
      {"overlap inside", "1 2 3\n3 9 1"},
      {"overlap outside", "1 2 3\n9 4 1"},
      {"overlap of the same", "0 0 1\n0 0 1"},
      {"overlap around", "5 50 1\n0 100 10"},
      {"overlap at the end", "0 0 4294967295\n5 5 1"},
  };
  struct child child;
  long pid = need(child_start(&child, CLONE_NEWUSER, nothing, 0), "clone");
  for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
    attempt(pid, "uid_map", texts[i].name, texts[i].text);
  attempt(pid, "uid_map", "341 lines", many(341, 0));
  attempt(pid, "gid_map", "340 lines", many(340, 1));
  attempt(pid, "projid_map", "340 lines", many(340, 0));
  long fd = need(sys_open(proc_file(pid, "uid_map"), O_RDWR, 0), "open");
  say("empty write: %s\n", outcome(sys_write((int)fd, "", 0)));
  say("no memory: %s\n", outcome(sys_write((int)fd, (void *)8, 3)));
  static char large[4200] = "0 0 1";
  say("with a NUL: page %s,", outcome(sys_write((int)fd, large, 4096)));
  say(" less %s\n", outcome(sys_write((int)fd, large, 4095)));
  say("again: %s\n", outcome(sys_write((int)fd, "0 0 1", 5)));
  sys_close((int)fd);
  child_finish(&child, pid);

  pid = need(child_start(&child, CLONE_NEWUSER, nothing, 0), "clone");
  fd = need(sys_open(proc_file(pid, "uid_map"), O_RDWR, 0), "open");
  char unread;
  say("reads %s of an empty map\n", outcome(sys_read((int)fd, &unread, 1)));
  need(map(pid, "uid_map", "0 0 1"), "uid_map");
  say("reads %s,", outcome(sys_read((int)fd, &unread, 1)));
  say(" then writes %s\n", outcome(sys_write((int)fd, "0 0 1", 5)));
  say("at 1: %s\n", outcome(syscall6(68, fd, ARG("0 0 1"), 5, 0, 1, 0)));
  sys_close((int)fd);
  child_finish(&child, pid);
}

static void forms(void) {
  static const struct {
    const char *name, *text;
  } texts[] = {
      {"space all around", " \t1  2\v3 \n"},
      {"cut down", "4294967297 2 4294967299"},
      {"no order, 5", "9 9 1\n7 7 1\n5 5 1\n3 3 1\n1 1 1\n"},
      {"no order, 6", "9 9 1\n7 7 1\n4000000000 0 1\n5 5 1\n3 3 1\n1 1 1"},
      {"everything", "0 0 4294967295"},
      {"not above", "0 4294967294 1"},
  };
  for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct child child;
    long pid = need(child_start(&child, CLONE_NEWUSER, nothing, 0), "clone");
    attempt(pid, "uid_map", texts[i].name, texts[i].text);
    show_file(proc_file(pid, "uid_map"));
    child_finish(&child, pid);
  }
}

static long setgroups_to(const char *text) { return map(0, "setgroups", text); }

static long setgroups_words(void *unused) {
  static const char *const words[] = {"",      "deny\nx", "allowed", "denyallow", "DENY",
                                      "allow", "allow\n", "deny \n\t", "allow",  "deny"};
  for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
    say("setgroups word %d: %s\n", i, outcome(setgroups_to(words[i])));
  show_file("/proc/self/setgroups");
  return 0;
}

static long new_namespace(void *unused) { return need(syscall1(NR_unshare, CLONE_NEWUSER), "unshare"); }

// Without privileges: one may map oneself, and one's group after giving up setgroups.
static long by_oneself(void *unused) {
  unsigned groups[1] = {5};
  show_ids("before");
  new_namespace(0);
  show_ids("unmapped");
  say("setuid 0: %s, 1000: %s\n", outcome(syscall1(NR_setuid, 0)), outcome(syscall1(NR_setuid, 1000)));
  attempt(0, "uid_map", "somebody else", "0 1001 1");
  attempt(0, "uid_map", "oneself and one more", "0 1000 2");
  attempt(0, "uid_map", "oneself and nobody", "0 1000 1\n1 1 1");
  attempt(0, "uid_map", "root", "0 0 1");
  attempt(0, "gid_map", "too early", "0 100 1");
  attempt(0, "uid_map", "oneself", "7 1000 1");
  attempt(0, "uid_map", "again", "7 1000 1");
  say("setgroups: %s\n", outcome(syscall2(NR_setgroups, 0, 0)));
  say("deny: %s\n", outcome(setgroups_to("deny")));
  attempt(0, "gid_map", "other group", "0 101 1");
  attempt(0, "gid_map", "oneself", "8 100 1");
  say("allow: %s, deny: %s\n", outcome(setgroups_to("allow")), outcome(setgroups_to("deny")));
  attempt(0, "projid_map", "anything", "0 0 10\n100 100 5");
  show_ids("mapped");
  say("setgroups: %s, a group: %s\n", outcome(syscall2(NR_setgroups, 0, 0)),
      outcome(syscall2(NR_setgroups, 1, ARG(groups))));
  show_file("/proc/self/uid_map");
  show_file("/proc/self/gid_map");
  show_file("/proc/self/projid_map");
  show_file("/proc/self/setgroups");
  return 0;
}

static long group_of_ones_own(void *unused) {
  new_namespace(0);
  attempt(0, "gid_map", "without deny", "0 100 1");
  return 0;
}

static long calls_with_ids(void *unused) {
  show_ids("mapped by root");
  say("setuid 10: %s, 5: %s\n", outcome(syscall1(NR_setuid, 10)), outcome(syscall1(NR_setuid, -1)));
  say("setreuid -1 10: %s\n", outcome(syscall2(NR_setreuid, -1, 10)));
  say("setresuid 1 2 10: %s\n", outcome(syscall3(NR_setresuid, 1, 2, 10)));
  say("setgid 10: %s\n", outcome(syscall1(NR_setgid, 10)));
  say("setregid 10 -1: %s\n", outcome(syscall2(NR_setregid, 10, -1)));
  say("setresgid 1 10 3: %s\n", outcome(syscall3(NR_setresgid, 1, 10, 3)));
  say("setfsuid 10: %s,", outcome(syscall1(NR_setfsuid, 10)));
  say(" then %s\n", outcome(syscall1(NR_setfsuid, -1)));
  say("setfsgid 10: %s,", outcome(syscall1(NR_setfsgid, 10)));
  say(" then %s\n", outcome(syscall1(NR_setfsgid, -1)));
  unsigned groups[4] = {3, 9, 1, 10};
  say("setgroups 3: %s,", outcome(syscall2(NR_setgroups, 3, ARG(groups))));
  say(" 4: %s\n", outcome(syscall2(NR_setgroups, 4, ARG(groups))));
  unsigned got[4] = {0};
  say("getgroups %s:", outcome(syscall2(NR_getgroups, 4, ARG(got))));
  say(" %u %u %u\n", got[0], got[1], got[2]);
  say("setresuid 1 2 3: %s\n", outcome(syscall3(NR_setresuid, 1, 2, 3)));
  show_ids("afterwards");
  return 0;
}

// The groups of before are still there, without a name.
static long unmapped_groups(void *unused) {
  unsigned got[4] = {0};
  say("groups inside %s:", outcome(syscall2(NR_getgroups, 4, ARG(got))));
  say(" %u %u\n", got[0], got[1]);
  return 0;
}

static long with_groups(void *unused) {
  unsigned groups[2] = {20, 1005};
  need(syscall2(NR_setgroups, 2, ARG(groups)), "setgroups");
  inside(0, "0 0 1", "0 1000 10", unmapped_groups, 0);
  return 0;
}

static long in_the_inner_one(void *unused) {
  show_ids("inner");
  show_file("/proc/self/uid_map");
  return 0;
}

// A map in a map: who sees what.
static long nest(void *unused) {
  struct child child;
  long pid = need(child_start(&child, CLONE_NEWUSER, in_the_inner_one, 0), "clone");
  attempt(pid, "uid_map", "not mapped above", "0 5 6");
  attempt(pid, "uid_map", "over two extents", "0 8 10");
  attempt(pid, "uid_map", "mapped above", "0 5 5\n10 100 1");
  attempt(pid, "gid_map", "mapped above", "0 0 1");
  show_file(proc_file(pid, "uid_map"));
  child_finish(&child, pid);
  return 0;
}

// A grandchild's map from two levels above.
static long grandchild(void *gate) {
  struct child child;
  long pid = need(child_start(&child, CLONE_NEWUSER, nothing, 0), "clone");
  gate_open(&((struct gate *)gate)[0]);
  sys_write(((struct gate *)gate)[2].fds[1], &pid, sizeof pid);
  gate_await(&((struct gate *)gate)[1]);
  child_finish(&child, pid);
  return 0;
}

static void from_far_above(void) {
  struct gate gates[3];
  for (int i = 0; i < 3; i++) gate_make(&gates[i]);
  struct child child;
  long pid = need(child_start(&child, CLONE_NEWUSER, grandchild, gates), "clone");
  need(map(pid, "uid_map", "0 0 10"), "uid_map");
  need(map(pid, "gid_map", "0 0 10"), "gid_map");
  gate_open(&child.go);
  gate_await(&gates[0]);
  long inner;
  need(sys_read(gates[2].fds[0], &inner, sizeof inner), "read");
  attempt(inner, "uid_map", "from two above", "0 0 1");
  attempt(inner, "projid_map", "from two above", "0 0 1");
  say("setgroups from two above: %s\n", outcome(map(inner, "setgroups", "deny")));
  gate_open(&gates[1]);
  wait_for(pid);
}

struct sets {
  uint32_t effective, permitted, inheritable;
};

static void drop_capability(int capability) {
  struct {
    uint32_t version;
    int pid;
  } header = {0x20080522, 0};
  struct sets sets[2];
  need(syscall2(NR_capget, ARG(&header), ARG(sets)), "capget");
  sets[capability / 32].effective &= ~(1u << capability % 32);
  sets[capability / 32].permitted &= ~(1u << capability % 32);
  need(syscall2(NR_capset, ARG(&header), ARG(sets)), "capset");
}

// CAP_SETFCAP: whoever lacks it does not let root of the parent be root inside.
static long without_setfcap(void *unused) {
  drop_capability(31);
  struct child child;
  long pid = need(child_start(&child, CLONE_NEWUSER, nothing, 0), "clone");
  attempt(pid, "uid_map", "without SETFCAP, root", "0 0 1");
  attempt(pid, "uid_map", "without SETFCAP, root among others", "0 100 1\n1 0 1");
  attempt(pid, "uid_map", "without SETFCAP, others", "0 1 10");
  attempt(pid, "gid_map", "without SETFCAP, root", "0 0 1");
  child_finish(&child, pid);
  new_namespace(0);
  attempt(0, "uid_map", "made without SETFCAP, root", "0 0 1");
  return 0;
}

static long root_by_itself(void *unused) {
  new_namespace(0);
  attempt(0, "uid_map", "by root itself, root", "0 0 1");
  attempt(0, "gid_map", "by root itself, root", "0 0 1");
  return 0;
}

static long without_setuid(void *unused) {
  drop_capability(7);
  struct child child;
  long pid = need(child_start(&child, CLONE_NEWUSER, nothing, 0), "clone");
  attempt(pid, "uid_map", "without SETUID, others", "0 1 10");
  attempt(pid, "gid_map", "without SETUID, others", "0 1 10");
  attempt(pid, "uid_map", "without SETUID, itself", "0 0 1");
  child_finish(&child, pid);
  return 0;
}

// Opened by one, written by another: both must be allowed.
static long writes_for(void *data) {
  int fd = *(int *)data;
  say("opened by root, written by a user: %s\n", outcome(sys_write(fd, "0 0 10", 6)));
  return 0;
}

static void opened_by_another(void) {
  struct child child;
  long pid = need(child_start(&child, CLONE_NEWUSER, nothing, 0), "clone");
  int fd = (int)need(sys_open(proc_file(pid, "uid_map"), O_WRONLY, 0), "open");
  as(1000, 100, writes_for, &fd);
  say("by root: %s\n", outcome(sys_write(fd, "0 0 10", 6)));
  sys_close(fd);
  child_finish(&child, pid);
}

int guest_main(int argc, char **argv, char **envp) {
  show_file("/proc/self/uid_map");
  show_file("/proc/self/projid_map");
  show_file("/proc/self/setgroups");
  attempt(0, "uid_map", "of the first namespace", "0 0 1");
  say("setgroups of the first: deny %s,", outcome(setgroups_to("deny")));
  say(" allow %s\n", outcome(setgroups_to("allow")));
  rubbish();
  forms();
  say("-- setgroups\n");
  inside(0, 0, 0, setgroups_words, 0);
  say("-- alone\n");
  as(1000, 100, by_oneself, 0);
  as(1000, 100, group_of_ones_own, 0);
  say("-- ids\n");
  inside(0, "0 0 1\n1 1001 9", "0 0 10", calls_with_ids, 0);
  with_groups(0);
  say("-- nested\n");
  inside(0, "0 0 10\n10 10 1\n100 5000 10", "0 0 10", nest, 0);
  from_far_above();
  say("-- privileges\n");
  run_in_child(without_setfcap, 0);
  run_in_child(root_by_itself, 0);
  run_in_child(without_setuid, 0);
  opened_by_another();
  return 0;
}
