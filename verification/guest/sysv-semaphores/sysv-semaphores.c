// System V semaphores: making and finding sets, operations and their order, waiting, undoing,
// permissions.

#include "guest.h"

#include "sysv.h"

enum {
  GETPID = 11, GETVAL, GETALL, GETNCNT, GETZCNT, SETVAL, SETALL, SEM_STAT, SEM_INFO, SEM_STAT_ANY,
  SEM_UNDO = 0x1000,
};

struct semid_ds {
  struct ipc_perm perm;
  unsigned long otime, otime_high, ctime, ctime_high, nsems, unused[2];
};

struct sembuf {
  unsigned short number;
  short change;
  short flags;
};

static volatile int *shared;
static const struct timespec soon = {0, 20000000};

static long get(int key, int n, int flags) { return syscall3(NR_semget, key, n, flags); }
static long control(long id, int number, int command, long argument) {
  return syscall4(NR_semctl, id, number, command, argument);
}
static long operate(long id, const struct sembuf *operations, unsigned n) {
  return syscall3(NR_semop, id, ARG(operations), n);
}
static long timed(long id, const struct sembuf *operations, unsigned n, const struct timespec *t) {
  return syscall4(NR_semtimedop, id, ARG(operations), n, ARG(t));
}
static long change(long id, int number, int by, int flags) {
  struct sembuf operation = {(unsigned short)number, (short)by, (short)flags};
  return operate(id, &operation, 1);
}
static long value(long id, int number) { return control(id, number, GETVAL, 0); }

static const char *values(long id) {
  static char texts[4][64];
  static unsigned next;
  char *text = texts[next++ % 4], *at = text;
  unsigned short all[8];
  struct semid_ds ds;
  need(control(id, 0, IPC_STAT, ARG(&ds)), "IPC_STAT");
  need(control(id, 0, GETALL, ARG(all)), "GETALL");
  for (unsigned i = 0; i < ds.nsems; i++) {
    for (const char *number = outcome(all[i]); *number;) *at++ = *number++;
    *at++ = ' ';
  }
  at[-1] = 0;
  return text;
}

static void await_waiter(long id, int number, int command) {
  for (int i = 0; i < 2000 && control(id, number, command, 0) == 0; i++) sleep_ms(2);
}

static void finding(void) {
  say("get: 0 new %s, -1 %s, 32001 %s, no such key %s\n", outcome(get(0, 0, 0600)),
      outcome(get(0, -1, 0600)), outcome(get(0, 32001, 0600)), outcome(get(77, 1, 0600)));
  long id = get(77, 3, IPC_CREAT | 0640);
  say("made: %s, same again: %s, by key alone: %s, exclusively: %s, larger: %s\n",
      id < 0 ? outcome(id) : "yes", yes_no(get(77, 3, IPC_CREAT | 0640) == id),
      yes_no(get(77, 0, 0) == id), outcome(get(77, 3, IPC_CREAT | IPC_EXCL)),
      outcome(get(77, 4, 0)));
  struct semid_ds ds;
  say("stat: %s, sets %lu, mode %x, key %d, otime %s, ctime %s, seq fits %s\n",
      outcome(control(id, 0, IPC_STAT, ARG(&ds))), ds.nsems, ds.perm.mode, ds.perm.key,
      ds.otime ? "set" : "0", ds.ctime ? "set" : "0", yes_no(ds.perm.seq == id >> 15));
  say("stat of no set: %s, -1 %s, stale %s, nowhere %s\n",
      outcome(control(id + 1, 0, IPC_STAT, ARG(&ds))), outcome(control(-1, 0, IPC_STAT, ARG(&ds))),
      outcome(control(id + 32768, 0, IPC_STAT, ARG(&ds))),
      outcome(control(id, 0, IPC_STAT, 4)));
  say("by index: %s, any: %s, wrong index: %s\n", yes_no(control(id & 32767, 0, SEM_STAT, ARG(&ds)) == id),
      yes_no(control(id & 32767, 0, SEM_STAT_ANY, ARG(&ds)) == id),
      outcome(control(20000, 0, SEM_STAT, ARG(&ds))));
  int info[10];
  say("info: %s:", control(0, 0, IPC_INFO, ARG(info)) >= 0 ? "fine" : "fails");
  for (int i = 0; i < 10; i++) say(" %d", info[i]);
  say("\n");
  say("commands: 99 %s, 0x102 %s\n", outcome(control(id, 0, 99, 0)),
      outcome(control(id, 0, 0x102, ARG(&ds))));
  say("remove: %s, again: %s, then: %s\n", outcome(control(id, 0, IPC_RMID, 0)),
      outcome(control(id, 0, IPC_RMID, 0)), outcome(value(id, 0)));
  long first = get(0, 1, 0600), second = get(0, 1, 0600);
  say("ids: next one %s", yes_no(second == first + 1));
  control(first, 0, IPC_RMID, 0);
  long third = get(0, 1, 0600);
  say(", after removal %s\n", yes_no(third == second + 1));
  control(second, 0, IPC_RMID, 0);
  control(third, 0, IPC_RMID, 0);
}

static void setting(void) {
  long id = need(get(0, 3, 0600), "semget");
  unsigned short all[3] = {5, 6, 7}, wrong[3] = {1, 40000, 1};
  say("SETALL: %s, values %s, too large %s, values %s, nowhere %s\n",
      outcome(control(id, 0, SETALL, ARG(all))), values(id),
      outcome(control(id, 0, SETALL, ARG(wrong))), values(id), outcome(control(id, 0, SETALL, 4)));
  say("SETVAL: %s, -1 %s, 32768 %s, number 3 %s, number -1 %s, values %s\n",
      outcome(control(id, 1, SETVAL, 32767)), outcome(control(id, 1, SETVAL, -1)),
      outcome(control(id, 1, SETVAL, 32768)), outcome(control(id, 3, SETVAL, 1)),
      outcome(control(id, -1, SETVAL, 1)), values(id));
  say("GETVAL: number 3 %s, -1 %s; GETPID is one's own: %s\n", outcome(value(id, 3)),
      outcome(value(id, -1)), yes_no(control(id, 0, GETPID, 0) == sys_getpid()));
  struct sembuf ops[3] = {{0, -5, 0}, {1, 1, 0}, {2, -1, 0}};
  say("one op out of range undoes the others: %s, values %s\n", outcome(operate(id, ops, 3)),
      values(id));
  ops[1].change = -1;
  ops[2].change = -8;
  ops[2].flags = IPC_NOWAIT;
  say("one op that would wait: %s, values %s\n", outcome(operate(id, ops, 3)), values(id));
  ops[2].change = -7;
  say("all: %s, values %s\n", outcome(operate(id, ops, 3)), values(id));
  struct sembuf twice[2] = {{0, 2, 0}, {0, -2, 0}};
  say("up and down: %s; waiting for zero: %s, of a larger value: %s\n", outcome(operate(id, twice, 2)),
      outcome(change(id, 0, 0, IPC_NOWAIT)), outcome(change(id, 1, 0, IPC_NOWAIT)));
  say("semop: no ops %s, 501 ops %s, no set %s, -1 %s, number 3 %s, nowhere %s\n",
      outcome(operate(id, ops, 0)), outcome(operate(id, ops, 501)),
      outcome(operate(id + 5, ops, 1)), outcome(operate(-1, ops, 1)), outcome(change(id, 3, 1, 0)),
      outcome(operate(id, (struct sembuf *)4, 1)));
  struct timespec invalid = {0, 1000000000}, none = {0, 0};
  say("semtimedop: %s, at once %s, invalid %s, nowhere %s, invalid and no ops %s\n",
      outcome(timed(id, ops, 1, &soon)), outcome(timed(id, ops, 1, &none)),
      outcome(timed(id, ops, 1, &invalid)), outcome(timed(id, ops, 1, (struct timespec *)4)),
      outcome(timed(id, ops, 0, &invalid)));
  control(id, 0, IPC_RMID, 0);
}

struct order {
  long id;
  struct sembuf operation;
  int mark;
};

static long wait_in_order(void *argument) {
  struct order *order = argument;
  long result = operate(order->id, &order->operation, 1);
  shared[10 + shared[1]] = order->mark;
  atomic_increment(shared + 1);
  return result < 0 ? -result : 0;
}

static void waiting(void) {
  long id = need(get(0, 2, 0600), "semget");
  struct order orders[4] = {
      {id, {0, -3, 0}, 1}, {id, {0, -1, 0}, 2}, {id, {1, 0, 0}, 3}, {id, {0, -1, 0}, 4}};
  control(id, 1, SETVAL, 1);
  long pids[4];
  for (int i = 0; i < 4; i++) {
    pids[i] = fork_child(wait_in_order, orders + i);
    for (int k = 0; k < 2000; k++) {
      long waiters = control(id, 0, GETNCNT, 0) + control(id, 1, GETZCNT, 0);
      if (waiters == i + 1) break;
      sleep_ms(2);
    }
  }
  say("waiting for more %s, for zero %s, the other way round %s, %s\n",
      outcome(control(id, 0, GETNCNT, 0)), outcome(control(id, 1, GETZCNT, 0)),
      outcome(control(id, 0, GETZCNT, 0)), outcome(control(id, 1, GETNCNT, 0)));
  change(id, 0, 1, 0);
  say("after 1: %w, value %s, waiting %s\n", wait_for(pids[1]), outcome(value(id, 0)),
      outcome(control(id, 0, GETNCNT, 0)));
  change(id, 1, -1, 0);
  say("at zero: %w\n", wait_for(pids[2]));
  change(id, 0, 3, 0);
  say("after 3: %w, waiting %s\n", wait_for(pids[0]), outcome(control(id, 0, GETNCNT, 0)));
  control(id, 0, SETVAL, 1);
  say("set to 1: %w\n", wait_for(pids[3]));
  say("order %d %d %d %d\n", shared[10], shared[11], shared[12], shared[13]);
  // Removal, signals.
  orders[0].operation.change = -1;
  pids[0] = fork_child(wait_in_order, orders);
  await_waiter(id, 0, GETNCNT);
  control(id, 0, IPC_RMID, 0);
  say("removed: %s\n", outcome(-(long)(wait_for(pids[0]) >> 8)));
}

static long interrupted(void *argument) {
  long id = (long)argument;
  handle(SIGUSR1, ignore_signal, SA_RESTART);
  long result = change(id, 0, -1, 0);
  return -result;
}

static long with_undo(void *argument) {
  long id = (long)argument;
  change(id, 0, 3, SEM_UNDO);
  change(id, 1, -1, SEM_UNDO);
  say("within: %s\n", values(id));
  return 0;
}

static long shares(void *argument) {
  change((long)argument, 0, 4, SEM_UNDO);
  return 0;
}

static long sharing(void *argument) {
  long id = (long)argument;
  change(id, 1, 2, SEM_UNDO);
  wait_for(need(arch_clone(CLONE_SYSVSEM | SIGCHLD, 0, 0, 0, 0, shares, argument), "clone"));
  say("the one that shares is gone: %s\n", values(id));
  wait_for(need(arch_clone(SIGCHLD, 0, 0, 0, 0, shares, argument), "clone"));
  say("the one that does not is gone: %s\n", values(id));
  return 0;
}

static long leaves(void *argument) {
  long id = (long)argument;
  change(id, 0, 4, SEM_UNDO);
  say("with: %s", values(id));
  need(syscall1(NR_unshare, CLONE_SYSVSEM), "unshare");
  say(", after unshare: %s\n", values(id));
  change(id, 0, 1, SEM_UNDO);
  return 0;
}

static long undoes_too_much(void *argument) {
  long id = (long)argument;
  change(id, 0, 5, SEM_UNDO);
  change(id, 0, -9, 0);
  change(id, 1, 3, SEM_UNDO);
  control(id, 1, SETVAL, 9);
  say("before: %s, pid is the child's: %s\n", values(id),
      yes_no(control(id, 0, GETPID, 0) == sys_getpid()));
  return 0;
}

static long many_undos(void *argument) {
  long id = (long)argument;
  control(id, 0, SETVAL, 0);
  long result = change(id, 0, 32767, SEM_UNDO);
  change(id, 0, -32767, 0);
  say("undo: %s, 1 more %s, 1 more %s\n", outcome(result), outcome(change(id, 0, 1, SEM_UNDO)),
      outcome(change(id, 0, 1, SEM_UNDO)));
  control(id, 0, SETVAL, 5);
  return 0;
}

static long takes_waiting(void *argument) {
  long result = change((long)argument, 0, -2, 0);
  return -result;
}

static void undoing(void) {
  long id = need(get(0, 2, 0600), "semget");
  unsigned short start[2] = {5, 5};
  control(id, 0, SETALL, ARG(start));
  control(id, 0, SETVAL, 0);
  long child = fork_child(interrupted, (void *)id);
  await_waiter(id, 0, GETNCNT);
  sys_kill(child, SIGUSR1);
  int status = wait_for(child);
  say("a signal: %s\n", status ? outcome(-(long)(status >> 8)) : "0");
  control(id, 0, SETALL, ARG(start));
  run_in_child(with_undo, (void *)id);
  say("undone: %s\n", values(id));
  run_in_child(sharing, (void *)id);
  say("and the last: %s\n", values(id));
  run_in_child(leaves, (void *)id);
  say("undone: %s\n", values(id));
  run_in_child(undoes_too_much, (void *)id);
  say("undone: %s\n", values(id));
  run_in_child(many_undos, (void *)id);
  say("undone: %s\n", values(id));
  // What is undone lets others go on.
  control(id, 0, SETVAL, 0);
  change(id, 0, 0, 0);
  child = fork_child(takes_waiting, (void *)id);
  await_waiter(id, 0, GETNCNT);
  struct sembuf up = {0, 1, 0};
  operate(id, &up, 1);
  run_in_child(shares, (void *)id);
  say("gave and took back: %w\n", wait_for(child));
  say("%s\n", values(id));
  control(id, 0, IPC_RMID, 0);
}

static long as_other(void *argument) {
  long id = (long)argument;
  become(1000);
  struct semid_ds ds = {0};
  say("as another: GETVAL %s, SETVAL %s, up %s, zero %s, stat %s, set %s, remove %s\n",
      outcome(value(id, 0)), outcome(control(id, 0, SETVAL, 1)), outcome(change(id, 0, 1, 0)),
      outcome(change(id, 0, 0, IPC_NOWAIT)), outcome(control(id, 0, IPC_STAT, ARG(&ds))),
      outcome(control(id, 0, IPC_SET, ARG(&ds))), outcome(control(id, 0, IPC_RMID, 0)));
  say("finding it: 0 %s, 0600 %s, 0400 %s, index any %s\n", yes_no(get(99, 1, 0) == id),
      outcome(get(99, 1, 0600) == id ? 0 : get(99, 1, 0600)),
      outcome(get(99, 1, 0400) == id ? 0 : get(99, 1, 0400)),
      yes_no(control(id & 32767, 0, SEM_STAT_ANY, ARG(&ds)) == id));
  return 0;
}

static long as_owner(void *argument) {
  long id = (long)argument;
  become(1000);
  struct semid_ds ds = {0};
  say("as the owner: up %s, stat %s", outcome(change(id, 0, 1, 0)),
      outcome(control(id, 0, IPC_STAT, ARG(&ds))));
  say(", owner %u, creator %u, mode %x", ds.perm.uid, ds.perm.cuid, ds.perm.mode);
  ds.perm.mode = 0777;
  say(", set %s", outcome(control(id, 0, IPC_SET, ARG(&ds))));
  say(", remove %s\n", outcome(control(id, 0, IPC_RMID, 0)));
  return 0;
}

static void permissions(void) {
  long id = need(get(99, 1, IPC_CREAT | 0600), "semget");
  run_in_child(as_other, (void *)id);
  struct semid_ds ds;
  control(id, 0, IPC_STAT, ARG(&ds));
  ds.perm.mode = 0604;
  control(id, 0, IPC_SET, ARG(&ds));
  run_in_child(as_other, (void *)id);
  ds.perm.uid = 1000;
  ds.perm.mode = 07600;
  say("to another owner: %s, nowhere %s, id -1 %s\n", outcome(control(id, 0, IPC_SET, ARG(&ds))),
      outcome(control(id, 0, IPC_SET, 4)),
      (ds.perm.uid = -1u, outcome(control(id, 0, IPC_SET, ARG(&ds)))));
  run_in_child(as_owner, (void *)id);
  say("gone: %s\n", outcome(value(id, 0)));
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  finding();
  setting();
  waiting();
  undoing();
  permissions();
  return 0;
}
