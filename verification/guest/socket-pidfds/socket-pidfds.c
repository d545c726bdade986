// Process descriptors by AF_UNIX sockets: SO_PASSPIDFD with SCM_PIDFD, and SO_PEERPIDFD.

#include "guest.h"

#include "user-namespace.h"

enum {
  NR_SP_socket = 198, NR_SP_socketpair = 199, NR_SP_bind = 200, NR_SP_listen = 201,
  NR_SP_connect = 203, NR_SP_setsockopt = 208, NR_SP_getsockopt = 209, NR_SP_sendmsg = 211,
  NR_SP_recvmsg = 212, NR_SP_accept4 = 242,
  UNIX = 1, STREAM = 1, DGRAM = 2, PACKETS = 5, SOCKET_LEVEL = 1,
  PASSCRED = 16, PEERCRED = 17, PASSPIDFD = 76, PEERPIDFD = 77,
  CTRUNC = 8, CMSG_CLOEXEC_FLAG = 0x40000000,
};

struct message {
  void *name;
  unsigned name_length;
  struct { void *base; unsigned long length; } *vector;
  unsigned long count;
  void *control;
  unsigned long control_length;
  int flags;
};

static long set(int fd, int option, int value) {
  return syscall5(NR_SP_setsockopt, fd, SOCKET_LEVEL, option, ARG(&value), 4);
}

static int passes(int fd) {
  int value = -1;
  unsigned length = 4;
  need(syscall5(NR_SP_getsockopt, fd, SOCKET_LEVEL, PASSPIDFD, ARG(&value), ARG(&length)), "getsockopt");
  return value;
}

// Whose a pidfd is, by its fdinfo.
static const char *whose(int fd, long expected) {
  static char path[40], text[400];
  add_number(add_text(path, "/proc/self/fdinfo/"), (unsigned long)fd);
  long file = sys_open(path, O_RDONLY, 0);
  if (file < 0) return "nobody's";
  long n = sys_read((int)file, text, sizeof text - 1);
  sys_close((int)file);
  text[n > 0 ? n : 0] = 0;
  for (char *at = text; *at; at++)
    if (!memcmp(at, "\nPid:\t", 6)) {
      if (at[6] == '-') return "of one who is gone";
      long pid = 0;
      for (at += 6; *at >= '0' && *at <= '9'; at++) pid = 10 * pid + *at - '0';
      return pid == expected ? "the sender's" : "somebody else's";
    }
  return "no pidfd";
}

static void send_byte(int fd) {
  char byte = 'x';
  struct { void *base; unsigned long length; } vector = {&byte, 1};
  struct message message = {0, 0, (void *)&vector, 1, 0, 0, 0};
  need(syscall3(NR_SP_sendmsg, fd, ARG(&message), 0), "sendmsg");
}

static void receive(int fd, unsigned long room, int flags, long sender) {
  static char buffer[4], control[256];
  struct { void *base; unsigned long length; } vector = {buffer, sizeof buffer};
  struct message message = {0, 0, (void *)&vector, 1, room ? control : 0, room, 0};
  long got = syscall3(NR_SP_recvmsg, fd, ARG(&message), flags);
  if (got < 0) {
    say("  %e\n", got);
    return;
  }
  say("  %d byte, control %u of %u, flags %x\n", (int)got, (unsigned)message.control_length, (unsigned)room,
      (unsigned)message.flags);
  for (unsigned long at = 0; at + 12 <= message.control_length;) {
    unsigned long *length = (unsigned long *)(control + at);
    int *head = (int *)(control + at + 4);
    int *data = head + 2;
    if (head[1] == 4) {
      if (data[0] < 0)
        say("    pidfd: %e\n", (long)data[0]);
      else {
        say("    pidfd: %s, close-on-exec %d\n", whose(data[0], sender), (int)sys_fcntl(data[0], F_GETFD, 0));
        sys_close(data[0]);
      }
    } else {
      say("    type %d, length %u, from the sender: %s\n", head[1], (unsigned)*length, yes_no(data[0] == sender));
    }
    at += (*length + 3) & ~3ul;
  }
}

static int pair[2];

static long sender(void *unused) {
  send_byte(pair[1]);
  return 0;
}

static void kinds(int type) {
  need(syscall4(NR_SP_socketpair, UNIX, type, 0, ARG(pair)), "socketpair");
  say("-- type %d: %d", type, passes(pair[0]));
  need(set(pair[0], PASSPIDFD, 1), "SO_PASSPIDFD");
  say(", then %d\n", passes(pair[0]));
  long self = sys_getpid();
  send_byte(pair[1]);
  receive(pair[0], 200, 0, self);
  send_byte(pair[1]);
  receive(pair[0], 200, CMSG_CLOEXEC_FLAG, self);
  set(pair[0], PASSCRED, 1);
  send_byte(pair[1]);
  receive(pair[0], 200, 0, self);
  static const unsigned char rooms[] = {0, 8, 12, 15, 16, 20, 24, 36, 40, 44};
  for (unsigned i = 0; i < sizeof rooms; i++) {
    send_byte(pair[1]);
    receive(pair[0], rooms[i], 0, self);
  }
  set(pair[0], PASSCRED, 0);
  for (unsigned i = 0; i < 5; i++) {
    send_byte(pair[1]);
    receive(pair[0], rooms[i], 0, self);
  }
  long child = fork_child(sender, 0);
  sleep_ms(30);
  receive(pair[0], 200, 2, child);  // MSG_PEEK
  wait_for(child);
  receive(pair[0], 200, 0, child);
  set(pair[0], PASSPIDFD, 0);
  send_byte(pair[1]);
  set(pair[0], PASSPIDFD, 1);
  receive(pair[0], 200, 0, self);
  int value = -1;
  unsigned length = 4;
  long result = syscall5(NR_SP_getsockopt, pair[0], SOCKET_LEVEL, PEERPIDFD, ARG(&value), ARG(&length));
  say("  peer: %e", result);
  if (result == 0) say(", %s, %u bytes", whose(value, self), length);
  say("\n");
  sys_close(pair[0]);
  sys_close(pair[1]);
}

static void address(char *at, const char *name) {
  *(unsigned short *)at = UNIX;
  at[2] = 0;
  add_text(at + 3, name);
}

static long connects(void *unused) {
  char name[16];
  address(name, "pidfds");
  int fd = (int)need(syscall3(NR_SP_socket, UNIX, STREAM, 0), "socket");
  need(syscall3(NR_SP_connect, fd, ARG(name), 9), "connect");
  send_byte(fd);
  return 0;
}

static void peers(void) {
  say("-- peers\n");
  char name[16];
  address(name, "pidfds");
  int listener = (int)need(syscall3(NR_SP_socket, UNIX, STREAM, 0), "socket");
  need(set(listener, PASSPIDFD, 1), "SO_PASSPIDFD");
  int value = -1;
  unsigned length = 4;
  say("  nobody: %s\n", outcome(syscall5(NR_SP_getsockopt, listener, SOCKET_LEVEL, PEERPIDFD, ARG(&value), ARG(&length))));
  need(syscall3(NR_SP_bind, listener, ARG(name), 9), "bind");
  need(syscall2(NR_SP_listen, listener, 5), "listen");
  long child = fork_child(connects, 0);
  int fd = (int)need(syscall4(NR_SP_accept4, listener, 0, 0, 0), "accept");
  say("  inherited: %d\n", passes(fd));
  static const unsigned char lengths[] = {4, 2, 0, 8};
  for (unsigned i = 0; i < sizeof lengths; i++) {
    value = -1;
    length = lengths[i];
    long result = syscall5(NR_SP_getsockopt, fd, SOCKET_LEVEL, PEERPIDFD, ARG(&value), ARG(&length));
    say("  into %d bytes: %s, %d bytes, %s\n", lengths[i], outcome(result), (int)length,
        lengths[i] >= 4 ? whose(value, child) : "");
  }
  long result = syscall5(NR_SP_getsockopt, fd, SOCKET_LEVEL, PEERPIDFD, 4, ARG(&length));
  say("  nowhere: %s\n", outcome(result));
  receive(fd, 200, 0, child);
  wait_for(child);
  length = 4;
  result = syscall5(NR_SP_getsockopt, fd, SOCKET_LEVEL, PEERPIDFD, ARG(&value), ARG(&length));
  say("  of one who is gone: %s\n", outcome(result));
  sys_close(fd);
  sys_close(listener);
  int pipes[2];
  need(sys_pipe(pipes, 0), "pipe");
  say("  of a pipe: %s\n", outcome(set(pipes[0], PASSPIDFD, 1)));
}

int guest_main(int argc, char **argv, char **envp) {
  kinds(STREAM);
  kinds(DGRAM);
  kinds(PACKETS);
  peers();
  return 0;
}
