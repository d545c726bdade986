// System V shared memory: making segments, attaching and detaching them, what forks and ends do to
// the count, removal, permissions.

#include "guest.h"

#include "sysv.h"

enum {
  SHM_LOCK = 11, SHM_UNLOCK, SHM_STAT, SHM_INFO, SHM_STAT_ANY,
  SHM_RDONLY = 010000, SHM_RND = 020000, SHM_REMAP = 040000, SHM_EXEC = 0100000,
  PAGE = 4096,
};

struct shmid_ds {
  struct ipc_perm perm;
  unsigned long size, atime, atime_high, dtime, dtime_high, ctime, ctime_high;
  int cpid, lpid;
  unsigned long nattch, unused[2];
};

static volatile int *shared;

static long get(int key, unsigned long size, int flags) {
  return syscall3(NR_shmget, key, size, flags);
}
static long control(long id, int command, void *to) { return syscall3(NR_shmctl, id, command, ARG(to)); }
static long attach(long id, const void *at, int flags) { return syscall3(NR_shmat, id, ARG(at), flags); }
static long detach(const void *at) { return syscall1(NR_shmdt, ARG(at)); }

// An address is not shown.
static const char *fine(long address) {
  return address < 0 && address > -4096 ? outcome(address) : "attached";
}

static const char *count(long id) {
  struct shmid_ds ds;
  long result = control(id, IPC_STAT, &ds);
  return outcome(result < 0 ? result : (long)ds.nattch);
}

static void making(void) {
  say("get: 0 %s, 1 private %s, as large as can be %s, no key %s\n", outcome(get(0, 0, 0600)),
      get(0, 1, 0600) >= 0 ? "made" : "not", outcome(get(0, 0xffffffff, 0600)),
      outcome(get(55, 1, 0600)));
  say("larger than the memory: %s, huge pages %s\n", outcome(get(0, 0xe0000000, 0600)),
      outcome(get(0, PAGE, 04000 | 0600)));
  long id = get(55, 5000, IPC_CREAT | 0640);
  say("made %s, the same %s, smaller %s, larger %s, exclusively %s\n", id < 0 ? outcome(id) : "yes",
      yes_no(get(55, 5000, 0) == id), yes_no(get(55, 10, 0) == id), outcome(get(55, 5001, 0)),
      outcome(get(55, 1, IPC_CREAT | IPC_EXCL)));
  struct shmid_ds ds;
  say("stat %s: size %lu, mode %x, attached %lu, made by this process %s, last %d\n",
      outcome(control(id, IPC_STAT, &ds)), ds.size, ds.perm.mode, ds.nattch,
      yes_no(ds.cpid == sys_getpid()), ds.lpid);
  unsigned long info[9];
  say("info %s: %lx %lu %lu %lu %lx\n", control(0, IPC_INFO, info) >= 0 ? "fine" : "fails", info[0],
      info[1], info[2], info[3], info[4]);
  say("by index %s, any %s, none %s, stale %s, command 99 %s, -1 %s\n",
      yes_no(control(id & 32767, SHM_STAT, &ds) == id),
      yes_no(control(id & 32767, SHM_STAT_ANY, &ds) == id), outcome(control(20000, SHM_STAT, &ds)),
      outcome(control(id + 32768, IPC_STAT, &ds)), outcome(control(id, 99, &ds)),
      outcome(control(id, -1, &ds)));
  say("lock %s, mode %x; ", outcome(control(id, SHM_LOCK, 0)),
      (control(id, IPC_STAT, &ds), ds.perm.mode));
  say("unlock %s, mode %x\n", outcome(control(id, SHM_UNLOCK, 0)),
      (control(id, IPC_STAT, &ds), ds.perm.mode));
  say("remove %s, again %s\n", outcome(control(id, IPC_RMID, 0)), outcome(control(id, IPC_RMID, 0)));
}

static void show_maps(const char *part) {
  static char text[8192];
  int fd = (int)need(sys_open("/proc/self/maps", 0, 0), "open");
  long n = 0, got;
  while ((got = sys_read(fd, text + n, sizeof text - 1 - (unsigned long)n)) > 0) n += got;
  sys_close(fd);
  text[n] = 0;
  for (char *line = text; *line;) {
    char *end = line;
    while (*end && *end != '\n') end++;
    *end = 0;
    for (char *at = line; *at; at++)
      if (!memcmp(at, part, text_length(part))) {
        char *permissions = line;
        while (*permissions != ' ') permissions++;
        permissions[5] = 0;
        say("maps:%s %s\n", permissions, at);
        break;
      }
    line = end + 1;
  }
}

static void attaching(void) {
  long id = need(get(0, 3 * PAGE, 0600), "shmget");
  char *one = (char *)attach(id, 0, 0);
  char *two = (char *)attach(id, 0, SHM_RDONLY);
  say("attached %s, read-only %s, count %s\n", fine(ARG(one)), fine(ARG(two)), count(id));
  one[5] = 42;
  one[2 * PAGE] = 43;
  say("seen %d %d\n", two[5], two[2 * PAGE]);
  show_maps("/SYSV");
  say("writable? %s; protected: %s\n", outcome(sys_read(-1, two, 1)),
      outcome(sys_mprotect(two, PAGE, PROT_READ | PROT_WRITE)));
  // Where it goes.
  char *room = new_memory(8 * PAGE, MAP_PRIVATE);
  say("over something: %s, odd: %s, rounded onto it: %s, remap without address: %s\n",
      fine(attach(id, room, 0)), fine(attach(id, room + 100, 0)),
      fine(attach(id, room + 100, SHM_RND)), fine(attach(id, 0, SHM_REMAP)));
  char *there = (char *)attach(id, room + PAGE, SHM_REMAP);
  say("remap: %s, seen %d, count %s\n", yes_no(there == room + PAGE), there[5], count(id));
  // The boundary is a page or more.
  unsigned long wide = ARG(new_memory(0x10000 + 8 * PAGE, MAP_PRIVATE));
  char *bound = (char *)((wide + 0xffff) & ~0xfffful);
  sys_munmap(bound, 3 * PAGE);
  say("rounded: %s", yes_no(attach(id, bound + 100, SHM_RND) == (long)bound));
  say(", count %s\n", count(id));
  say("detach: %s, not there %s, odd %s, the middle %s, count %s\n", outcome(detach(there)),
      outcome(detach(there)), outcome(detach(two + 1)), outcome(detach(two + PAGE)), count(id));
  say("detach by munmap: %s, count %s\n", outcome(sys_munmap(two, 3 * PAGE)), count(id));
  // Part of one.
  sys_munmap(one + PAGE, PAGE);
  say("without the middle: count is more than one %s, detach: %s, count %s\n",
      yes_no(count(id)[0] >= '1'), outcome(detach(one)), count(id));
  say("no segment %s, -1 %s\n", fine(attach(id + 7, 0, 0)), fine(attach(-1, 0, 0)));
  detach(bound);
  struct shmid_ds ds;
  control(id, IPC_STAT, &ds);
  say("last used by this process %s, atime %s, dtime %s\n", yes_no(ds.lpid == sys_getpid()),
      ds.atime ? "set" : "0", ds.dtime ? "set" : "0");
  control(id, IPC_RMID, 0);
}

static long child_counts(void *argument) {
  char *at = argument;
  long id = shared[0];
  say("in the child: count %s", count(id));
  at[1] = 7;
  char *own = (char *)attach(id, 0, 0);
  say(", own %s, count %s", fine(ARG(own)), count(id));
  say(", detached %s, count %s\n", outcome(detach(at)), count(id));
  return 0;
}

static long executes(void *argument) {
  char *const arguments[] = {"/proc/self/exe", "count", 0};
  return -sys_execve("/proc/self/exe", arguments, arguments + 2);
}

static void lives(void) {
  long id = need(get(66, 100, IPC_CREAT | 0600), "shmget");
  shared[0] = (int)id;
  char *at = (char *)attach(id, 0, 0);
  run_in_child(child_counts, at);
  say("it has gone: count %s, seen %d\n", count(id), at[1]);
  struct shmid_ds ds;
  say("remove: %s, ", outcome(control(id, IPC_RMID, 0)));
  say("then stat %s, key %d, mode %x, by key %s\n", outcome(control(id, IPC_STAT, &ds)), ds.perm.key,
      ds.perm.mode, outcome(get(66, 100, 0)));
  char *again = (char *)attach(id, 0, 0);
  say("attach again: %s, seen %d, remove again %s\n", fine(ARG(again)), again[1],
      outcome(control(id, IPC_RMID, 0)));
  detach(again);
  say("one left: count %s", count(id));
  detach(at);
  say(", none: %s\n", count(id));
  // exec and exit detach.
  id = need(get(67, 100, IPC_CREAT | 0600), "shmget");
  at = (char *)attach(id, 0, 0);
  say("exec: %w", run_in_child(executes, 0));
  say(", count %s\n", count(id));
  control(id, IPC_RMID, 0);
  detach(at);
}

static void times(const char *what, long id) {
  struct shmid_ds ds = {0};
  control(id, IPC_STAT, &ds);
  say("%s: count %lu, atime %s, dtime %s, last %s\n", what, ds.nattch, ds.atime ? "set" : "0", ds.dtime ? "set" : "0",
      ds.lpid == sys_getpid() ? "this one" : "another");
}

static long child_with_pieces(void *argument) {
  char *at = argument;
  long id = shared[0];
  times("forked", id);
  sys_munmap(at, PAGE);
  times("without the first page", id);
  return 0;
}

static long child_of_pieces(void *argument) {
  times("forked", shared[0]);
  return executes(argument);
}

// Each region counts.
static void pieces(void) {
  long id = need(get(67, 8 * PAGE, IPC_CREAT | 0600), "shmget");
  shared[0] = (int)id;
  times("fresh", id);
  char *at = (char *)attach(id, 0, 0);
  times("attached", id);
  sys_mprotect(at + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE);
  times("protected as it was", id);
  sys_mprotect(at + 4 * PAGE, PAGE, PROT_READ);
  times("the middle protected", id);
  run_in_child(child_with_pieces, at);
  times("the child has gone", id);
  say("exec: %w", run_in_child(child_of_pieces, at));
  times("", id);
  sys_munmap(at, PAGE);
  times("without the first page", id);
  sys_munmap(at + 2 * PAGE, PAGE);
  times("and the third", id);
  sys_munmap(at + 4 * PAGE, PAGE);
  times("and the protected one", id);
  sys_madvise(at + 6 * PAGE, PAGE, 10);
  times("one is not for children", id);
  run_in_child(child_with_pieces, at + 20 * PAGE);
  times("the child has gone", id);
  char *to = new_memory(4 * PAGE, MAP_PRIVATE);
  say("moved: %s\n", fine(syscall5(NR_mremap, ARG(at + 7 * PAGE), PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, ARG(to))));
  times("moved", id);
  new_memory(PAGE, MAP_PRIVATE);
  say("replaced: %s\n", fine(sys_mmap(at + 5 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)));
  times("replaced", id);
  say("detach: %s\n", outcome(detach(at)));
  times("detached", id);
  say("remove: %s\n", outcome(control(id, IPC_RMID, 0)));
  say("count %s\n", count(id));
  sys_munmap(to, PAGE);
  say("count %s\n", count(id));
  // In pieces and removed, it goes with the last one.
  id = need(get(0, 8 * PAGE, 0600), "shmget");
  at = (char *)attach(id, 0, 0);
  sys_munmap(at + PAGE, PAGE);
  control(id, IPC_RMID, 0);
  sys_munmap(at, PAGE);
  say("one piece: %s\n", count(id));
  sys_munmap(at, 4 * PAGE);
  say("less of it: %s\n", count(id));
  sys_munmap(at, 8 * PAGE);
  say("none: %s\n", count(id));
  id = need(get(0, 8 * PAGE, 0600), "shmget");
  at = (char *)attach(id, 0, 0);
  sys_mprotect(at + 4 * PAGE, PAGE, PROT_READ);
  sys_mprotect(at + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE);
  say("protected and opened again: %s\n", count(id));
  syscall3(228, ARG(at), PAGE, 0);
  say("locked: %s", count(id));
  syscall3(228, ARG(at), PAGE, 0);
  say(", %s", count(id));
  syscall3(229, ARG(at), PAGE, 0);
  say(", unlocked: %s", count(id));
  sys_madvise(at + PAGE, PAGE, 11);
  say(", for children as it was: %s\n", count(id));
  say("detach: %s, count %s\n", outcome(detach(at)), count(id));
  control(id, IPC_RMID, 0);
}

static long as_other(void *argument) {
  long id = (long)argument;
  become(1000);
  say("as another: attach %s, read-only %s, stat %s, remove %s, lock %s\n", fine(attach(id, 0, 0)),
      fine(attach(id, 0, SHM_RDONLY)), count(id), outcome(control(id, IPC_RMID, 0)),
      outcome(control(id, SHM_LOCK, 0)));
  return 0;
}

static void permissions(void) {
  long id = need(get(0, 100, 0600), "shmget");
  run_in_child(as_other, (void *)id);
  struct shmid_ds ds;
  control(id, IPC_STAT, &ds);
  ds.perm.mode = 0604;
  say("set %s\n", outcome(control(id, IPC_SET, &ds)));
  run_in_child(as_other, (void *)id);
  ds.perm.uid = 1000;
  ds.perm.mode = 0200;
  control(id, IPC_SET, &ds);
  run_in_child(as_other, (void *)id);
  say("gone: %s\n", count(id));
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) {
    long id = get(67, 100, 0);
    say("after exec: count %s", count(id));
    attach(id, 0, 0);
    say(", %s; ", count(id));
    return 0;
  }
  shared = new_shared(4096);
  making();
  attaching();
  lives();
  pieces();
  permissions();
  return 0;
}
