// System V message queues: sending and choosing messages, full queues, waiting, limits,
// permissions.

#include "guest.h"

#include "sysv.h"

enum {
  MSG_STAT = 11, MSG_INFO, MSG_STAT_ANY,
  MSG_NOERROR = 010000, MSG_EXCEPT = 020000, MSG_COPY = 040000,
};

struct msqid_ds {
  struct ipc_perm perm;
  unsigned long stime, stime_high, rtime, rtime_high, ctime, ctime_high;
  unsigned long cbytes, qnum, qbytes;
  int lspid, lrpid;
  unsigned long unused[2];
};

static struct message {
  long type;
  char text[8300];
} message;

static volatile int *shared;

static long get(int key, int flags) { return syscall2(NR_msgget, key, flags); }
static long control(long id, int command, void *to) { return syscall3(NR_msgctl, id, command, ARG(to)); }
static long send_bytes(long id, long type, const char *text, long length, int flags) {
  message.type = type;
  memcpy(message.text, text, (size_t)(length > 0 && length < 8300 ? length : 0));
  return syscall4(NR_msgsnd, id, ARG(&message), length, flags);
}
static long send(long id, long type, const char *text) {
  return send_bytes(id, type, text, (long)text_length(text), IPC_NOWAIT);
}
static long receive(long id, long room, long type, int flags) {
  message.type = 0;
  return syscall5(NR_msgrcv, id, ARG(&message), room, type, flags);
}

static const char *text(long id, long type, int flags) {
  static char texts[8][24];
  static unsigned next;
  char *to = texts[next++ % 8];
  long n = receive(id, 20, type, flags | IPC_NOWAIT);
  if (n < 0) return outcome(n);
  memcpy(to, message.text, (size_t)n);
  to[n] = 0;
  return to;
}

static void show(long id) {
  struct msqid_ds ds;
  long result = control(id, IPC_STAT, &ds);
  say("stat %s: %lu messages, %lu bytes of %lu, sent %s by %s, received %s by %s\n", outcome(result),
      ds.qnum, ds.cbytes, ds.qbytes, ds.stime ? "once" : "never",
      ds.lspid == sys_getpid() ? "this" : ds.lspid ? "another" : "nobody",
      ds.rtime ? "once" : "never",
      ds.lrpid == sys_getpid() ? "this" : ds.lrpid ? "another" : "nobody");
}

static void choosing(void) {
  say("no key %s, private %s\n", outcome(get(88, 0600)), get(0, 0600) >= 0 ? "made" : "not");
  long id = need(get(88, IPC_CREAT | 0600), "msgget");
  say("the same %s, exclusively %s\n", yes_no(get(88, 0) == id),
      outcome(get(88, IPC_CREAT | IPC_EXCL)));
  show(id);
  say("send: type 0 %s, -1 %s, length -1 %s, 8193 %s, empty %s, nowhere %s, no queue %s\n",
      outcome(send(id, 0, "x")), outcome(send(id, -1, "x")),
      outcome(send_bytes(id, 1, "x", -1, 0)), outcome(send_bytes(id, 1, "x", 8193, 0)),
      outcome(send(id, 9, "")), outcome(syscall4(NR_msgsnd, id, 4, 1, 0)),
      outcome(send(id + 3, 1, "x")));
  send(id, 3, "three");
  send(id, 1, "one");
  send(id, 2, "two");
  send(id, 1, "uno");
  send(id, 5, "five");
  show(id);
  say("receive: length -1 %s, too short %s, cut %s", outcome(receive(id, -1, 0, 0)),
      outcome(receive(id, 3, 3, 0)), outcome(receive(id, 3, 3, MSG_NOERROR)));
  message.text[3] = 0;
  say(" '%s'\n", message.text);
  say("type 1 '%s', except 9 '%s', up to 2 '%s', any '%s', up to 4 %s, 7 %s\n", text(id, 1, 0),
      text(id, 9, MSG_EXCEPT), text(id, -2, 0), text(id, 0, 0), text(id, -4, 0), text(id, 7, 0));
  say("the type that came: ");
  receive(id, 20, 0, 0);
  say("%ld, then %s\n", message.type, text(id, 0, 0));
  send(id, 4, "a");
  send(id, 6, "b");
  say("copies: 1 '%s', 0 '%s', 2 %s, waiting %s, except %s\n", text(id, 1, MSG_COPY),
      text(id, 0, MSG_COPY), text(id, 2, MSG_COPY), outcome(receive(id, 20, 0, MSG_COPY)),
      text(id, 0, MSG_COPY | MSG_EXCEPT));
  say("too short a copy %s, cut %s\n", outcome(receive(id, 0, 0, MSG_COPY | IPC_NOWAIT)),
      outcome(receive(id, 0, 0, MSG_COPY | IPC_NOWAIT | MSG_NOERROR)));
  say("nowhere: %s, ", outcome(syscall5(NR_msgrcv, id, 4, 20, 0, 0)));
  show(id);
  int info[8];
  say("info %s: %d %d %d %d %d %d %d %x\n", control(0, IPC_INFO, info) >= 0 ? "fine" : "fails",
      info[0], info[1], info[2], info[3], info[4], info[5], info[6], info[7] & 0xffff);
  struct msqid_ds ds;
  say("by index %s, any %s, none %s, stale %s, command 99 %s, remove %s, again %s\n",
      yes_no(control(id & 32767, MSG_STAT, &ds) == id),
      yes_no(control(id & 32767, MSG_STAT_ANY, &ds) == id), outcome(control(20000, MSG_STAT, &ds)),
      outcome(control(id + 32768, IPC_STAT, &ds)), outcome(control(id, 99, &ds)),
      outcome(control(id, IPC_RMID, 0)), outcome(control(id, IPC_RMID, 0)));
}

static long receives(void *argument) {
  const int *what = argument;
  handle(SIGUSR1, ignore_signal, SA_RESTART);
  set_and_wake(shared, 1);
  long n = receive(what[0], what[1], what[2], what[3]);
  return n < 0 ? -n : 100 + n;
}

static long sends(void *argument) {
  const int *what = argument;
  handle(SIGUSR1, ignore_signal, SA_RESTART);
  set_and_wake(shared, 1);
  long n = send_bytes(what[0], 1, message.text, what[1], 0);
  return n < 0 ? -n : 0;
}

static const char *ended(long pid) {
  int status = wait_for(pid) >> 8;
  return status < 100 ? outcome(-status) : outcome(status - 100);
}

static long start(long (*function)(void *), int *what) {
  shared[0] = 0;
  long pid = fork_child(function, what);
  wait_until(shared, 1);
  sleep_ms(60);
  return pid;
}

static void waiting(void) {
  int id = (int)need(get(0, 0600), "msgget");
  int any[] = {id, 20, 0, 0}, five[] = {id, 20, 5, 0}, narrow[] = {id, 2, 0, 0},
      cuts[] = {id, 2, 0, MSG_NOERROR};
  long one = start(receives, five), two = start(receives, any);
  send(id, 1, "abc");
  say("the one that takes any got %s", ended(two));
  send(id, 5, "fivefive");
  say(", the other %s\n", ended(one));
  show(id);
  one = start(receives, narrow), two = start(receives, any);
  send(id, 1, "abcd");
  say("too long for the first %s, the second got %s\n", ended(one), ended(two));
  one = start(receives, cuts);
  send(id, 1, "abcd");
  say("cut %s\n", ended(one));
  one = start(receives, any);
  sys_kill(one, SIGUSR1);
  say("a signal: %s", ended(one));
  one = start(receives, any);
  control(id, IPC_RMID, 0);
  say(", removal: %s\n", ended(one));
}

static void full(void) {
  int id = (int)need(get(0, 0600), "msgget");
  struct msqid_ds ds;
  say("8192 bytes %s, again %s, one more byte %s, empty %s\n",
      outcome(send_bytes(id, 1, message.text, 8192, IPC_NOWAIT)),
      outcome(send_bytes(id, 2, message.text, 8192, IPC_NOWAIT)), outcome(send(id, 1, "x")),
      outcome(send(id, 3, "")));
  int small[] = {id, 1}, large[] = {id, 8000};
  long one = start(sends, large);
  say("received %s, ", outcome(receive(id, 8192, 2, 0)));
  say("then one could send %s\n", ended(one));
  one = start(sends, large);
  sys_kill(one, SIGUSR1);
  say("a signal: %s", ended(one));
  one = start(sends, large);
  control(id, IPC_STAT, &ds);
  ds.qbytes = 40000;
  say(", larger by root %s", outcome(control(id, IPC_SET, &ds)));
  say(" and one could send %s\n", ended(one));
  show(id);
  ds.qbytes = 3;
  control(id, IPC_SET, &ds);
  say("smaller: %s\n", outcome(send(id, 1, "")));
  one = start(sends, small);
  control(id, IPC_RMID, 0);
  say("removal: %s\n", ended(one));
  id = (int)need(get(0, 0600), "msgget");
  control(id, IPC_STAT, &ds);
  ds.qbytes = 2;
  control(id, IPC_SET, &ds);
  say("empty ones in two bytes: %s, %s, %s\n", outcome(send(id, 1, "")), outcome(send(id, 1, "")),
      outcome(send(id, 1, "")));
  control(id, IPC_RMID, 0);
}

static long as_other(void *argument) {
  long id = (long)argument;
  become(1000);
  struct msqid_ds ds;
  long stat = control(id, IPC_STAT, &ds);
  ds.qbytes = 20000;
  ds.perm.uid = 1000;
  say("as another: send %s, receive %s, stat %s, set %s, remove %s\n", outcome(send(id, 1, "x")),
      text(id, 0, 0), outcome(stat), outcome(control(id, IPC_SET, &ds)),
      outcome(control(id, IPC_RMID, 0)));
  return 0;
}

static void permissions(void) {
  long id = need(get(0, 0600), "msgget");
  send(id, 1, "for root");
  run_in_child(as_other, (void *)id);
  struct msqid_ds ds;
  control(id, IPC_STAT, &ds);
  ds.perm.mode = 0606;
  control(id, IPC_SET, &ds);
  run_in_child(as_other, (void *)id);
  ds.perm.uid = 1000;
  ds.perm.mode = 0600;
  control(id, IPC_SET, &ds);
  run_in_child(as_other, (void *)id);
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  choosing();
  waiting();
  full();
  permissions();
  return 0;
}
