// AF_UNIX streams and their out-of-band byte (MSG_OOB); sockets that are left only in messages to each other.

#include "guest.h"

#include "user-namespace.h"

enum {
  NR_SU_ioctl = 29, NR_SU_socket = 198, NR_SU_socketpair = 199, NR_SU_bind = 200, NR_SU_listen = 201, NR_SU_connect = 203,
  NR_SU_getsockname = 204, NR_SU_sendto = 206, NR_SU_recvfrom = 207, NR_SU_setsockopt = 208, NR_SU_sendmsg = 211,
  NR_SU_ppoll = 73, NR_SU_getdents64 = 61,
  UNIX = 1, STREAM = 1, DGRAM = 2, PACKETS = 5, SOCKET_LEVEL = 1, OOBINLINE = 10,
  OOB = 1, PEEK = 2, NOWAIT = 0x40, ALL = 0x100, ATMARK = 0x8905, QUEUED = 0x541b,
};

static int pair[2];

static void state(void) {
  int mark = -1, queued = -1;
  long result = syscall3(NR_SU_ioctl, pair[1], ATMARK, ARG(&mark));
  if (result < 0) say(" (%s)", outcome(result));
  syscall3(NR_SU_ioctl, pair[1], QUEUED, ARG(&queued));
  struct { int fd; short events, revents; } poll = {pair[1], 0x43, 0};
  long now[2] = {0, 0};
  syscall5(NR_SU_ppoll, ARG(&poll), 1, ARG(now), 0, 8);
  say(" [mark %d, %d bytes, poll %x]\n", mark, queued, (unsigned)poll.revents);
}

static void sends(const char *text, int flags) {
  long n = syscall6(NR_SU_sendto, pair[0], ARG(text), text_length(text), flags, 0, 0);
  say("  send %s%s: %s", text[0] ? text : "nothing", flags & OOB ? " urgently" : "", outcome(n));
  state();
}

static void receives(unsigned long most, int flags) {
  char text[32];
  memset(text, 0, sizeof text);
  long n = syscall6(NR_SU_recvfrom, pair[1], ARG(text), most, flags | NOWAIT, 0, 0);
  say("  receive %u%s%s: %s %s", (unsigned)most, flags & OOB ? " urgent" : "", flags & PEEK ? " peeking" : "", outcome(n),
      n > 0 ? text : "");
  state();
}

static void fresh(const char *what, int type, bool is_inline) {
  say("-- %s\n", what);
  need(syscall4(NR_SU_socketpair, UNIX, type, 0, ARG(pair)), "socketpair");
  int one = 1;
  if (is_inline) need(syscall5(NR_SU_setsockopt, pair[1], SOCKET_LEVEL, OOBINLINE, ARG(&one), 4), "SO_OOBINLINE");
}

static void done(void) {
  sys_close(pair[0]);
  sys_close(pair[1]);
}

static void streams(bool is_inline) {
  const char *name = is_inline ? "read with the others" : "read apart";
  fresh(name, STREAM, is_inline);
  receives(1, OOB);
  sends("", OOB);
  sends("hello", OOB);
  receives(10, OOB | PEEK);
  receives(10, OOB);
  receives(10, OOB);
  receives(10, 0);
  receives(10, 0);
  done();
  fresh(name, STREAM, is_inline);
  sends("hello", OOB);
  sends("world", 0);
  receives(10, PEEK);
  receives(10, 0);
  receives(10, PEEK);
  receives(10, 0);
  receives(10, 0);
  done();
  fresh(name, STREAM, is_inline);
  sends("ab", OOB);
  sends("cd", OOB);
  receives(2, 0);
  receives(10, 0);
  receives(10, OOB);
  receives(10, 0);
  done();
  fresh(name, STREAM, is_inline);
  sends("x", OOB);
  receives(10, PEEK);
  receives(10, 0);
  receives(10, 0);
  done();
  fresh(name, STREAM, is_inline);
  sends("x", OOB);
  receives(10, OOB);
  sends("yz", 0);
  receives(10, PEEK);
  receives(1, 0);
  receives(10, 0);
  done();
  fresh(name, STREAM, is_inline);
  sends("abc", OOB);
  receives(10, OOB);
  sends("def", OOB);
  receives(10, PEEK);
  receives(10, 0);
  receives(10, 0);
  receives(10, OOB);
  receives(10, 0);
  done();
  fresh(name, STREAM, is_inline);
  sends("abc", OOB);
  sends("def", 0);
  receives(6, ALL);
  receives(6, ALL);
  done();
}

static void send_socket(int to, int carried, int flags) {
  char byte = 'x';
  struct { void *base; unsigned long length; } vector = {&byte, 1};
  struct { unsigned long length; int level, type, fd; } control = {16, SOCKET_LEVEL, 1, carried};
  struct {
    void *name; unsigned name_length; void *vector; unsigned long count; void *control; unsigned long control_length; int flags;
  } message = {0, 0, &vector, 1, &control, 16, 0};
  need(syscall3(NR_SU_sendmsg, to, ARG(&message), flags), "sendmsg");
}

// The numbers of AF_UNIX sockets in this network namespace.
static void count(const char *what) {
  static char text[4096];
  sleep_ms(200);
  int fd = (int)need(sys_open("/proc/net/protocols", O_RDONLY, 0), "protocols");
  long n = sys_read(fd, text, sizeof text - 1);
  sys_close(fd);
  text[n > 0 ? n : 0] = 0;
  int counts[2] = {-1, -1};
  for (char *at = text; *at; at++)
    if ((at == text || at[-1] == '\n') && !memcmp(at, "UNIX", 4)) {
      int *number = &counts[at[4] == '-'];
      while (*at != ' ') at++;
      while (*at == ' ') at++;
      while (*at != ' ') at++;  // the size
      while (*at == ' ') at++;
      for (*number = 0; *at >= '0' && *at <= '9'; at++) *number = *number * 10 + *at - '0';
    }
  say("  %s: %d datagram sockets, %d streams\n", what, counts[0], counts[1]);
}

static void in_circles(int type, int flags) {
  say("-- type %d%s in circles\n", type, flags ? ", urgently," : "");
  int a[2], b[2];
  count("none yet");
  need(syscall4(NR_SU_socketpair, UNIX, type, 0, ARG(a)), "socketpair");
  need(syscall4(NR_SU_socketpair, UNIX, type, 0, ARG(b)), "socketpair");
  send_socket(a[0], a[1], flags);  // a[1] has itself
  send_socket(a[0], b[1], flags);
  send_socket(b[0], a[1], flags);  // and each of the two the other
  send_socket(b[0], b[0], flags);
  count("two pairs");
  sys_close(a[1]);
  sys_close(b[1]);
  count("two closed");
  sys_close(b[0]);
  count("three closed");
  sys_close(a[0]);
  count("all closed");
  // Kept by somebody who can still be reached.
  need(syscall4(NR_SU_socketpair, UNIX, type, 0, ARG(a)), "socketpair");
  need(syscall4(NR_SU_socketpair, UNIX, type, 0, ARG(b)), "socketpair");
  send_socket(b[0], b[1], flags);
  send_socket(a[0], b[1], flags);
  sys_close(b[0]);
  sys_close(b[1]);
  count("reached by another");
  sys_close(a[0]);
  count("whose sender is closed");
  sys_close(a[1]);
  count("all closed");
}

static void unaccepted(void) {
  say("-- in a connection that nobody accepts\n");
  int listener = (int)need(syscall3(NR_SU_socket, UNIX, STREAM, 0), "socket");
  char name[16] = {UNIX, 0};
  need(syscall3(NR_SU_bind, listener, ARG(name), 2), "bind");
  need(syscall2(NR_SU_listen, listener, 5), "listen");
  unsigned length = sizeof name;
  need(syscall3(NR_SU_getsockname, listener, ARG(name), ARG(&length)), "getsockname");
  int client = (int)need(syscall3(NR_SU_socket, UNIX, STREAM, 0), "socket");
  need(syscall3(NR_SU_connect, client, ARG(name), length), "connect");
  send_socket(client, listener, 0);
  send_socket(client, client, 0);
  count("connected");
  sys_close(client);
  count("client closed");
  sys_close(listener);
  count("all closed");
}

int guest_main(int argc, char **argv, char **envp) {
  streams(false);
  streams(true);
  fresh("messages", PACKETS, false);
  sends("ab", OOB);
  receives(10, OOB);
  receives(10, 0);
  done();
  fresh("datagrams", DGRAM, false);
  sends("ab", OOB);
  receives(10, OOB);
  done();
  need(syscall1(NR_unshare, 0x40000000), "unshare");
  in_circles(STREAM, 0);
  in_circles(DGRAM, 0);
  in_circles(STREAM, OOB);
  unaccepted();
  return 0;
}
