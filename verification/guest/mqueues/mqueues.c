// POSIX message queues: opening, sending by priority, waiting, being told, limits, and the file
// system that shows them.

#include "guest.h"

#include "sysv.h"
#include "timing.h"

enum {
  RDONLY = 0, WRONLY = 1, RDWR = 2, CREAT = 0100, EXCL = 0200, NONBLOCK = 04000,
  SIGEV_SIGNAL = 0, SIGEV_NONE = 1, SIGEV_THREAD = 2,
  RLIMIT_MSGQUEUE = 12, RLIMIT_NOFILE = 7,
  ENOTSOCK_ = 88,
};

struct mq_attr {
  long flags, maxmsg, msgsize, curmsgs, reserved[4];
};

struct sigevent {
  long value;
  int signal, kind, rest[13];
};

static volatile int *shared;
static char buffer[9000];

static long open_queue(const char *name, int flags, int mode, const struct mq_attr *attributes) {
  return syscall4(NR_mq_open, ARG(name), flags, mode, ARG(attributes));
}
static long open_sized(const char *name, int flags, long messages, long size) {
  struct mq_attr attributes = {0, messages, size, 0, {0}};
  return open_queue(name, flags, 0600, &attributes);
}
static long remove_queue(const char *name) { return syscall1(NR_mq_unlink, ARG(name)); }
static long send_timed(long q, const char *text, unsigned priority, const struct timespec *time) {
  return syscall5(NR_mq_timedsend, q, ARG(text), (long)text_length(text), priority, ARG(time));
}
static long send(long q, const char *text, unsigned priority) { return send_timed(q, text, priority, 0); }
static long receive_timed(long q, unsigned long room, unsigned *priority, const struct timespec *time) {
  return syscall5(NR_mq_timedreceive, q, ARG(buffer), room, ARG(priority), ARG(time));
}

static const char *text(long q) {
  unsigned priority = 0;
  long n = receive_timed(q, sizeof buffer, &priority, 0);
  if (n < 0) return outcome(n);
  static char texts[8][32];
  static unsigned next;
  char *to = texts[next++ % 8];
  memcpy(to, buffer, (size_t)n);
  to[n] = ':';
  const char *number = outcome(priority);
  memcpy(to + n + 1, number, text_length(number) + 1);
  return to;
}

static long attributes_of(long q, const struct mq_attr *wanted, struct mq_attr *old) {
  return syscall3(NR_mq_getsetattr, q, ARG(wanted), ARG(old));
}

static long close_if(long q) {
  if (q >= 0) sys_close((int)q);
  return q < 0 ? q : 0;
}

static void opening(void) {
  static char longest[300];
  memset(longest, 'n', 256);
  say("open: none %s, empty %s, a slash %s, dot %s, 256 letters %s, nowhere %s\n",
      outcome(open_queue("none", RDWR, 0, 0)), outcome(open_queue("", RDWR | CREAT, 0600, 0)),
      outcome(open_queue("/one", RDWR | CREAT, 0600, 0)),
      outcome(open_queue(".", RDWR | CREAT, 0600, 0)),
      outcome(open_queue(longest, RDWR | CREAT, 0600, 0)), outcome(open_queue((char *)4, RDWR, 0, 0)));
  say("sizes: 0 messages %s, 0 bytes %s, -1 %s, 65536 messages %s, 65537 %s, 17 MiB %s, nowhere %s\n",
      outcome(open_sized("one", RDWR | CREAT, 0, 10)), outcome(open_sized("one", RDWR | CREAT, 10, 0)),
      outcome(open_sized("one", RDWR | CREAT, -1, 10)),
      outcome(close_if(open_sized("one", RDWR | CREAT, 7000, 1))),
      outcome(open_sized("two", RDWR | CREAT, 65537, 1)),
      outcome(open_sized("two", RDWR | CREAT, 1, 17 << 20)),
      outcome(open_queue("two", RDWR | CREAT, 0600, (struct mq_attr *)4)));
  say("more than the limit %s, overflow %s, remove %s, again %s, a slash %s\n",
      outcome(open_sized("two", RDWR | CREAT, 100, 8192)),
      outcome(open_sized("two", RDWR | CREAT, 60000, 16000000)), outcome(remove_queue("one")),
      outcome(remove_queue("one")), outcome(remove_queue("/one")));
  long q = open_queue("one", RDWR | CREAT | EXCL, 0640, 0);
  struct mq_attr a;
  say("made %s, exclusively %s, flags 3 %s, descriptor flags %s\n", q < 0 ? outcome(q) : "yes",
      outcome(open_queue("one", RDWR | CREAT | EXCL, 0640, 0)),
      outcome(open_queue("one", 3, 0, 0)), outcome(sys_fcntl((int)q, F_GETFD, 0)));
  say("attributes %s: %ld %ld %ld %ld\n", outcome(attributes_of(q, 0, &a)), a.flags, a.maxmsg,
      a.msgsize, a.curmsgs);
  a.flags = NONBLOCK;
  say("nonblocking %s", outcome(attributes_of(q, &a, 0)));
  a.flags = 1;
  say(", another flag %s, no queue %s, another file %s\n", outcome(attributes_of(q, &a, 0)),
      outcome(attributes_of(999, 0, &a)), outcome(attributes_of(1, 0, &a)));
  say("empty: %s\n", text(q));
  sys_close((int)q);
  remove_queue("one");
}

static void sending(void) {
  long q = need(open_sized("order", RDWR | CREAT | NONBLOCK, 4, 20), "mq_open");
  say("send: priority 32768 %s, too long %s, no queue %s, another file %s, nowhere %s\n",
      outcome(send(q, "x", 32768)), outcome(send(q, "a text of more than twenty letters", 1)),
      outcome(send(999, "x", 1)), outcome(send(1, "x", 1)),
      outcome(syscall5(NR_mq_timedsend, q, 4, 5, 1, 0)));
  say("%s %s %s %s, full %s\n", outcome(send(q, "low", 1)), outcome(send(q, "high", 32767)),
      outcome(send(q, "low too", 1)), outcome(send(q, "", 5)), outcome(send(q, "x", 1)));
  say("too little room %s\n", outcome(receive_timed(q, 19, 0, 0)));
  say("'%s' '%s' '%s' '%s' '%s'\n", text(q), text(q), text(q), text(q), text(q));
  long in = open_queue("order", RDONLY, 0, 0), out = open_queue("order", WRONLY, 0, 0);
  say("read-only: send %s; write-only: receive %s\n", outcome(send(in, "x", 1)),
      outcome(receive_timed(out, 100, 0, 0)));
  say("write %s, read '", outcome(sys_write((int)out, "x", 1)));
  send(out, "four", 1);
  long n = sys_read((int)in, buffer, 100);
  buffer[n - 1] = 0;
  say("%s'\n", buffer);
  struct pollfd poll = {(int)q, 0x7ff, 0};
  struct timespec none = {0, 0};
  sys_poll(&poll, 1, &none);
  say("poll: %x", (unsigned)poll.revents);
  for (int i = 0; i < 3; i++) send(q, "more", 1);
  sys_poll(&poll, 1, &none);
  say(", full %x", (unsigned)poll.revents);
  for (int i = 0; i < 4; i++) text(q);
  sys_poll(&poll, 1, &none);
  say(", empty %x\n", (unsigned)poll.revents);
  say("removed while open: %s, still %s '%s'\n", outcome(remove_queue("order")),
      outcome(send(q, "there", 3)), text(q));
  sys_close((int)q);
  sys_close((int)in);
  sys_close((int)out);
}

static long receives(void *argument) {
  handle(SIGUSR1, ignore_signal, 0);
  set_and_wake(shared, 1);
  long n = receive_timed((long)argument, sizeof buffer, 0, 0);
  return n < 0 ? -n : 100 + n;
}

static long sends(void *argument) {
  set_and_wake(shared, 1);
  long n = send((long)argument, "waited", 7);
  return n < 0 ? -n : 0;
}

static long start(long (*function)(void *), long q) {
  shared[0] = 0;
  long pid = fork_child(function, (void *)q);
  wait_until(shared, 1);
  sleep_ms(60);
  return pid;
}

static void waiting(void) {
  long q = need(open_sized("wait", RDWR | CREAT, 1, 20), "mq_open");
  struct timespec now;
  need(syscall2(NR_clock_gettime, 0, ARG(&now)), "clock_gettime");
  struct timespec soon = {now.seconds, now.nanoseconds + 50000000}, past = {1, 0},
                  invalid = {0, 1000000000}, before = {-1, 0};
  if (soon.nanoseconds >= 1000000000) soon.seconds++, soon.nanoseconds -= 1000000000;
  say("receive: soon %s, past %s, invalid %s, before %s, nowhere %s\n",
      outcome(receive_timed(q, 20, 0, &soon)), outcome(receive_timed(q, 20, 0, &past)),
      outcome(receive_timed(q, 20, 0, &invalid)), outcome(receive_timed(q, 20, 0, &before)),
      outcome(receive_timed(q, 20, 0, (struct timespec *)4)));
  say("send: with room and past %s, invalid %s, full and past %s\n",
      outcome(send_timed(q, "one", 1, &past)), outcome(send_timed(q, "one", 1, &invalid)),
      outcome(send_timed(q, "one", 1, &past)));
  long one = start(sends, q);
  say("received '%s'", text(q));
  say(", one could send: %w, '%s'\n", wait_for(one), text(q));
  one = start(receives, q);
  send(q, "abc", 1);
  say("one received: %w\n", wait_for(one));
  one = start(receives, q);
  sys_kill(one, SIGUSR1);
  say("a signal: %s\n", outcome(-(long)(wait_for(one) >> 8)));
  sys_close((int)q);
  remove_queue("wait");
}

static volatile int told_signal, told_code, told_value, told_pid;

static void on_message(int signal, struct siginfo *info, struct ucontext *context) {
  told_signal = signal;
  told_code = info->code;
  told_value = (int)info->queued.value;
  told_pid = info->queued.pid;
}

static long notify(long q, const struct sigevent *event) { return syscall2(NR_mq_notify, q, ARG(event)); }

static long sends_one(void *argument) {
  shared[1] = (int)sys_getpid();
  return send((long)argument, "a message", 1);
}

static long asks(void *argument) {
  struct sigevent event = {7, SIGUSR2, SIGEV_SIGNAL, {0}};
  say("another: ask %s, forget %s\n", outcome(notify((long)argument, &event)),
      outcome(notify((long)argument, 0)));
  return 0;
}

static void telling(void) {
  long q = need(open_sized("tell", RDWR | CREAT | NONBLOCK, 4, 20), "mq_open");
  handle(SIGUSR1, on_message, SA_SIGINFO);
  struct sigevent event = {7, SIGUSR1, SIGEV_SIGNAL, {0}}, wrong = {7, 65, SIGEV_SIGNAL, {0}},
                  kind = {7, 1, 5, {0}}, none = {0, 0, SIGEV_NONE, {0}},
                  thread = {(long)buffer, 1, SIGEV_THREAD, {0}};
  say("notify: wrong signal %s, wrong kind %s, nowhere %s, no queue %s, another file %s, thread %s\n",
      outcome(notify(q, &wrong)), outcome(notify(q, &kind)), outcome(notify(q, (void *)4)),
      outcome(notify(999, &event)), outcome(notify(1, &event)),
      yes_no(notify(q, &thread) == -ENOTSOCK_));
  say("ask %s, again %s\n", outcome(notify(q, &event)), outcome(notify(q, &event)));
  run_in_child(asks, (void *)q);
  long n = sys_read((int)q, buffer, 100);
  buffer[n > 40 ? 40 : n] = 0;
  say("'%s'\n", buffer);
  run_in_child(sends_one, (void *)q);
  say("told %s, code %d, value %d, by the child %s\n", signal_name(told_signal), told_code, told_value,
      yes_no(told_pid == shared[1]));
  told_signal = 0;
  say("ask with one in it %s", outcome(notify(q, &event)));
  send(q, "second", 1);
  say(", told %s", signal_name(told_signal));
  text(q);
  text(q);
  send(q, "first again", 1);
  say(", after it was empty %s\n", signal_name(told_signal));
  text(q);
  told_signal = 0;
  send(q, "once only", 1);
  say("told once: %s\n", signal_name(told_signal));
  text(q);
  say("silently: %s", outcome(notify(q, &none)));
  send(q, "silence", 1);
  text(q);
  say(", then %s, forget %s, ask %s\n", outcome(notify(q, &event)), outcome(notify(q, 0)),
      outcome(notify(q, &event)));
  long second = open_queue("tell", RDWR, 0, 0);
  sys_close((int)second);
  say("after closing another descriptor: %s\n", outcome(notify(q, &event)));
  // Somebody who waits gets the message, and nobody is told.
  long flags = sys_fcntl((int)q, F_GETFL, 0);
  sys_fcntl((int)q, F_SETFL, flags & ~NONBLOCK);
  long one = start(receives, q);
  told_signal = 0;
  send(q, "for the one that waits", 1);
  say("too long for it: ");
  send(q, "for the waiting", 1);
  say("%w, told %s\n", wait_for(one), signal_name(told_signal));
  sys_close((int)q);
  remove_queue("tell");
}

static long as_user(void *unused) {
  become(1000);
  say("as a user: 11 messages %s, 8193 bytes %s, as many as may be %s\n",
      outcome(open_sized("mine", RDWR | CREAT, 11, 10)),
      outcome(open_sized("mine", RDWR | CREAT, 10, 8193)),
      outcome(close_if(open_sized("mine", RDWR | CREAT, 10, 8192))));
  say("root's: read %s, write %s, remove %s, one's own: remove %s\n",
      outcome(open_queue("roots", RDONLY, 0, 0)), outcome(close_if(open_queue("roots", WRONLY, 0, 0))),
      outcome(remove_queue("roots")), outcome(remove_queue("mine")));
  struct {
    unsigned long soft, hard;
  } limit = {10 * 100 + 10 * 48, 819200};
  need(syscall2(NR_setrlimit, RLIMIT_MSGQUEUE, ARG(&limit)), "setrlimit");
  say("limit: all %s", outcome(close_if(open_sized("mine", RDWR | CREAT, 10, 100))));
  say(", one more %s", outcome(open_sized("more", RDWR | CREAT, 1, 1)));
  remove_queue("mine");
  say(", a byte more %s\n", outcome(open_sized("mine", RDWR | CREAT, 10, 101)));
  return 0;
}

static void limits(void) {
  long q = need(open_queue("roots", RDWR | CREAT, 0602, 0), "mq_open");
  run_in_child(as_user, 0);
  sys_close((int)q);
  remove_queue("roots");
}

static void names(void) {
  syscall3(NR_mkdirat, -100, ARG("/tmp/queues"), 0755);
  say("mount %s\n",
      outcome(syscall5(NR_mount, ARG("none"), ARG("/tmp/queues"), ARG("mqueue"), 0, 0)));
  long q = need(open_sized("shown", RDWR | CREAT, 4, 20), "mq_open");
  send(q, "twelve bytes", 1);
  long fd = sys_open("/tmp/queues/shown", RDONLY, 0);
  long n = sys_read((int)fd, buffer, 100);
  buffer[n > 0 ? n - 1 : 0] = 0;
  say("'%s'\n", buffer);
  say("a file of it receives: '%s'\n", text(fd));
  sys_close((int)fd);
  fd = sys_open("/tmp/queues/made", RDWR | CREAT, 0600);
  struct mq_attr a;
  say("made as a file: attributes %s, %ld %ld\n", outcome(attributes_of(fd, 0, &a)), a.maxmsg,
      a.msgsize);
  sys_close((int)fd);
  say("mkdir %s, unlink as a file %s, then %s, as a queue %s\n",
      outcome(syscall3(NR_mkdirat, -100, ARG("/tmp/queues/folder"), 0755)),
      outcome(syscall3(NR_unlinkat, -100, ARG("/tmp/queues/shown"), 0)),
      outcome(open_queue("shown", RDWR, 0, 0)), outcome(remove_queue("made")));
  sys_close((int)q);
  say("umount %s\n", outcome(syscall2(NR_umount2, ARG("/tmp/queues"), 0)));
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  opening();
  sending();
  waiting();
  telling();
  limits();
  names();
  return 0;
}
