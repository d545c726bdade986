// AF_UNIX: servers, pairs, descriptors and credentials that travel, datagrams, packets, and errors.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void expect(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static socklen_t address(struct sockaddr_un *a, const char *name) {
  memset(a, 0, sizeof *a);
  a->sun_family = AF_UNIX;
  if (name[0] == '@') {
    memcpy(a->sun_path + 1, name + 1, strlen(name + 1));
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
  }
  strcpy(a->sun_path, name);
  return sizeof *a;
}

static void *serve(void *fd) {
  for (int i = 0; i < 3; i++) {
    int client = accept4(*(int *)fd, NULL, NULL, SOCK_CLOEXEC);
    char text[100];
    ssize_t n;
    while ((n = read(client, text, sizeof text)) > 0) {
      for (ssize_t j = 0; j < n; j++) text[j] = (char)(text[j] >= 'a' && text[j] <= 'z' ? text[j] - 32 : text[j]);
      if (write(client, text, (size_t)n) != n) return NULL;
    }
    close(client);
  }
  return NULL;
}

static void server(const char *name) {
  struct sockaddr_un a, peer;
  int s = socket(AF_UNIX, SOCK_STREAM, 0);
  socklen_t size = address(&a, name);
  printf("server %s\n", name);
  expect("connect before bind", connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, size));
  expect("listen before bind", listen(s, 1));
  expect("bind", bind(s, (struct sockaddr *)&a, size));
  expect("bind again", bind(s, (struct sockaddr *)&a, size));
  expect("another binds", bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, size));
  expect("connect before listen", connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, size));
  expect("listen", listen(s, 5));
  fcntl(s, F_SETFL, O_NONBLOCK);
  expect("accept nobody", accept(s, NULL, NULL));
  fcntl(s, F_SETFL, 0);
  pthread_t thread;
  pthread_create(&thread, NULL, serve, &s);
  for (int i = 0; i < 3; i++) {
    int c = socket(AF_UNIX, SOCK_STREAM, 0);
    char text[20] = "";
    expect("connect", connect(c, (struct sockaddr *)&a, size));
    if (i == 0) {
      expect("connect again", connect(c, (struct sockaddr *)&a, size));
      socklen_t got = sizeof peer;
      expect("getpeername", getpeername(c, (struct sockaddr *)&peer, &got));
      printf("length %d, same %d\n", got, memcmp(&a, &peer, size < got ? size : got) == 0);
      got = sizeof peer;
      getsockname(c, (struct sockaddr *)&peer, &got);
      printf("own name %d\n", got);
      struct ucred credentials;
      got = sizeof credentials;
      expect("SO_PEERCRED", getsockopt(c, SOL_SOCKET, SO_PEERCRED, &credentials, &got));
      printf("own pid %d, uid %d\n", credentials.pid == getpid(), credentials.uid);
    }
    (void)!write(c, "hello", 5);
    expect("read", read(c, text, sizeof text));
    printf("%s\n", text);
    close(c);
  }
  pthread_join(thread, NULL);
  close(s);
  if (name[0] != '@') {
    struct stat st;
    stat(name, &st);
    printf("a socket: %d\n", S_ISSOCK(st.st_mode));
    expect("connect after close", connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, size));
    expect("open it", open(name, O_RDWR));
    expect("unlink", unlink(name));
  }
}

static void travel(void) {
  int s[2], p[2];
  expect("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s));
  (void)!pipe(p);
  char control[CMSG_SPACE(sizeof(int) * 2) + CMSG_SPACE(sizeof(struct ucred))];
  memset(control, 0, sizeof control);
  struct iovec part = {"with descriptors", 16};
  struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(sizeof(int))};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(c), &p[1], sizeof(int));
  fflush(stdout);
  if (fork() == 0) {
    char text[30] = "";
    struct iovec into = {text, sizeof text};
    struct msghdr r = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    close(p[1]);
    close(s[0]);
    int on = 1;
    setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    expect("  recvmsg", recvmsg(s[1], &r, MSG_CMSG_CLOEXEC));
    printf("  %s, flags %x\n", text, r.msg_flags & ~MSG_CMSG_CLOEXEC);
    for (c = CMSG_FIRSTHDR(&r); c; c = CMSG_NXTHDR(&r, c)) {
      printf("  control message %d of %d\n", c->cmsg_type, (int)c->cmsg_len);
      if (c->cmsg_type == SCM_RIGHTS) {
        int fd;
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
        printf("  close-on-exec %d\n", fcntl(fd, F_GETFD));
        (void)!write(fd, "through", 7);
      } else {
        struct ucred credentials;
        memcpy(&credentials, CMSG_DATA(c), sizeof credentials);
        printf("  from the parent %d\n", credentials.pid == getppid());
      }
    }
    fflush(stdout);
    _exit(0);
  }
  usleep(100000);
  long sent = sendmsg(s[0], &m, 0);
  close(p[1]);
  wait(NULL);
  expect("sendmsg", sent);
  char text[30] = "";
  expect("read", read(p[0], text, sizeof text));
  printf("%s\n", text);
  close(s[1]);
  signal(SIGPIPE, SIG_IGN);
  expect("write to nobody", write(s[0], "x", 1));
  expect("send to nobody", send(s[0], "x", 1, MSG_NOSIGNAL));
  expect("read the end", read(s[0], text, 1));
}

static void datagrams(int type) {
  int s[2];
  char text[20] = "";
  printf("type %d\n", type);
  expect("socketpair", socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, s));
  expect("recv nothing", recv(s[0], text, 20, 0));
  send(s[1], "first", 5, 0);
  send(s[1], "second", 6, 0);
  send(s[1], "", 0, 0);
  int waiting;
  ioctl(s[0], FIONREAD, &waiting);
  printf("waiting %d\n", waiting);
  expect("peek", recv(s[0], text, 20, MSG_PEEK));
  expect("truncate", recv(s[0], text, 3, MSG_TRUNC));
  expect("second", recv(s[0], text, 20, 0));
  expect("empty", recv(s[0], text, 20, 0));
  expect("shutdown", shutdown(s[0], SHUT_RD));
  expect("send to it", send(s[1], "x", 1, MSG_NOSIGNAL));
  close(s[1]);
  expect("recv from nobody", recv(s[0], text, 20, 0));
  expect("send to nobody", send(s[0], "x", 1, MSG_NOSIGNAL));
  close(s[0]);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  char folder[] = "/tmp/socketsXXXXXX";
  if (mkdtemp(folder) == NULL || chdir(folder) != 0) return 1;
  server("path");
  server("@abstract-forklift");
  travel();
  datagrams(SOCK_DGRAM);
  datagrams(SOCK_SEQPACKET);

  struct sockaddr_un a, b, from;
  socklen_t size = address(&a, "one");
  int one = socket(AF_UNIX, SOCK_DGRAM, 0), two = socket(AF_UNIX, SOCK_DGRAM, 0);
  bind(one, (struct sockaddr *)&a, size);
  socklen_t size2 = address(&b, "@two");
  bind(two, (struct sockaddr *)&b, size2);
  expect("sendto", sendto(two, "ping", 4, 0, (struct sockaddr *)&a, size));
  char text[20] = "";
  socklen_t got = sizeof from;
  expect("recvfrom", recvfrom(one, text, sizeof text, 0, (struct sockaddr *)&from, &got));
  printf("%s from %d bytes, %s\n", text, got, from.sun_path + 1);
  expect("answer", sendto(one, "pong", 4, 0, (struct sockaddr *)&from, got));
  expect("recv", recv(two, text, sizeof text, 0));
  expect("sendto nobody", sendto(two, "x", 1, 0, (struct sockaddr *)&a, 3));
  expect("send unconnected", send(two, "x", 1, 0));
  expect("connect", connect(two, (struct sockaddr *)&a, size));
  struct mmsghdr many[2];
  struct iovec parts[2] = {{"a", 1}, {"bc", 2}};
  memset(many, 0, sizeof many);
  for (int i = 0; i < 2; i++) {
    many[i].msg_hdr.msg_iov = &parts[i];
    many[i].msg_hdr.msg_iovlen = 1;
  }
  expect("sendmmsg", sendmmsg(two, many, 2, 0));
  char into[2][5];
  for (int i = 0; i < 2; i++) {
    parts[i].iov_base = into[i];
    parts[i].iov_len = 5;
  }
  expect("recvmmsg", recvmmsg(one, many, 2, MSG_DONTWAIT, NULL));
  printf("lengths %u %u\n", many[0].msg_len, many[1].msg_len);
  expect("no such family", socket(200, SOCK_STREAM, 0));
  expect("no such type", socket(AF_UNIX, 77, 0));
  expect("no such protocol", socket(AF_UNIX, SOCK_STREAM, 5));
  int value;
  got = sizeof value;
  expect("SO_TYPE", getsockopt(one, SOL_SOCKET, SO_TYPE, &value, &got));
  printf("%d\n", value == SOCK_DGRAM);
  got = sizeof value;
  expect("SO_DOMAIN", getsockopt(one, SOL_SOCKET, SO_DOMAIN, &value, &got));
  expect("no such option", getsockopt(one, SOL_SOCKET, 9999, &value, &got));
  expect("on a file", listen(0, 1));
  struct timeval t = {0, 20000};
  expect("SO_RCVTIMEO", setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t));
  expect("times out", recv(one, text, 5, 0));
  return 0;
}
