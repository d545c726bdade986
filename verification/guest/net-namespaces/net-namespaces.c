// Network namespaces: what is told of the one interface, and where abstract names are known.

#include "guest.h"

#include "namespaces.h"

enum { NR_socket = 198, NR_bind = 200, NR_listen = 201, NR_connect = 203 };
enum { AF_UNIX = 1, SOCK_STREAM = 1, SOCK_DGRAM = 2 };

struct address {
  unsigned short family;
  char path[108];
};

static long socket(int type) {
  return need(syscall3(NR_socket, AF_UNIX, type, 0), "socket");
}

static unsigned long fill(struct address *address, const char *name) {
  unsigned long n = text_length(name);
  memset(address, 0, sizeof *address);
  address->family = AF_UNIX;
  memcpy(address->path + 1, name, n);
  return 3 + n;
}

static long bind(long fd, const char *name) {
  struct address address;
  unsigned long n = fill(&address, name);
  return syscall3(NR_bind, fd, ARG(&address), n);
}

static long connect(long fd, const char *name) {
  struct address address;
  unsigned long n = fill(&address, name);
  return syscall3(NR_connect, fd, ARG(&address), n);
}

static const char *error(long value) { return value == -111 ? "ECONNREFUSED" : value == -98 ? "EADDRINUSE" : 0; }

static void tell(const char *what, long value) {
  if (error(value))
    say("%s: %s\n", what, error(value));
  else
    say("%s: %e\n", what, value);
}

// The lines of a file, without what comes before the first blank of each.
static void lines(const char *path) {
  const char *text = contents_of(path);
  while (*text) {
    while (*text && *text != ' ' && *text != '\n') text++;
    struct line line = {.length = 0};
    while (*text && *text != '\n') line_char(&line, *text++);
    line_char(&line, 0);
    say("|%s\n", line.text);
    if (*text) text++;
  }
}

static void show_sockets(const char *when) {
  // The inode's number differs.
  const char *text = contents_of("/proc/self/net/unix");
  int count = -1, named = 0;
  for (; *text; text++) {
    if (*text == '\n') count++;
    if (*text == '@') named++;
  }
  say("%s: %d sockets, %d of them with abstract names\n", when, count, named);
}

struct request {
  char name[16];
  union {
    int number;
    short flags;
    unsigned char bytes[16];
  };
};

static void ask(long fd, const char *what, unsigned long request, const char *name, int number) {
  struct request ask;
  memset(&ask, 0, sizeof ask);
  memcpy(ask.name, name, text_length(name));
  ask.number = number;
  long result = sys_ioctl((int)fd, request, (unsigned long)&ask);
  if (result == -19 || result == -25)
    say("%s: %s\n", what, result == -19 ? "ENODEV" : "ENOTTY");
  else if (result < 0)
    say("%s: %e\n", what, result);
  else
    say("%s: %s, %08x\n", what, ask.name, (unsigned)ask.number);
}

static void interface(long fd) {
  ask(fd, "flags", 0x8913, "lo", 0);
  ask(fd, "index", 0x8933, "lo", 0);
  ask(fd, "name of 1", 0x8910, "", 1);
  ask(fd, "name of 7", 0x8910, "", 7);
  ask(fd, "MTU", 0x8921, "lo", 0);
  ask(fd, "metric", 0x891d, "lo", 0);
  ask(fd, "hardware", 0x8927, "lo", 0);
  ask(fd, "queue", 0x8942, "lo", 0);
  ask(fd, "of another", 0x8913, "eth7", 0);
  ask(fd, "address", 0x8915, "lo", 0);
  ask(fd, "an unknown request", 0x89a9, "lo", 0);
}

static long as_nobody(void *fd) {
  need(syscall1(NR_setuid, 1000), "setuid");
  ask((long)fd, "set flags as nobody", 0x8914, "lo", 1);
  return 0;
}

static long inside(void *outside) {
  show_sockets("inside");
  long mine = socket(SOCK_STREAM);
  tell("the same name inside", bind(mine, "name"));
  tell("again", bind(socket(SOCK_STREAM), "name"));
  tell("listen", syscall2(NR_listen, mine, 4));
  tell("connect inside", connect(socket(SOCK_STREAM), "name"));
  // A socket belongs to the network it was made in.
  tell("bind of a socket from outside", bind((long)outside, "other"));
  long looking = socket(SOCK_STREAM);
  tell("connect to that", connect(looking, "other"));
  show_sockets("inside");
  interface(mine);
  struct request up = {.name = "lo"};
  up.flags = 1;
  say("up: %e\n", sys_ioctl((int)mine, 0x8914, (unsigned long)&up));
  ask(mine, "flags", 0x8913, "lo", 0);
  run_in_child(as_nobody, (void *)mine);
  lines("/proc/self/net/dev");
  return 0;
}

static long returns(void *net) {
  show_sockets("elsewhere");
  tell("back", sys_setns((int)(long)net, CLONE_NEWNET));
  show_sockets("back");
  tell("connect", connect(socket(SOCK_STREAM), "name"));
  return 0;
}

static long all(void *unused) {
  long listener = socket(SOCK_STREAM);
  tell("bind", bind(listener, "name"));
  tell("listen", syscall2(NR_listen, listener, 4));
  long passed = socket(SOCK_STREAM);
  show_sockets("outside");
  wait_for(need(clone_into(CLONE_NEWNET, inside, (void *)passed), "clone"));
  tell("listen on the name taken inside", syscall2(NR_listen, passed, 4));
  tell("connect to it outside", connect(socket(SOCK_STREAM), "other"));
  long net = need(sys_open("/proc/self/ns/net", O_RDONLY, 0), "net");
  wait_for(need(clone_into(CLONE_NEWNET, returns, (void *)net), "clone"));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  say("%w\n", wait_for(need(clone_into(CLONE_NEWNET, all, 0), "clone")));
  return 0;
}
