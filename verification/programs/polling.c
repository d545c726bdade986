// select, poll, epoll, eventfd, pipes and socket pairs: what becomes ready when.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void expect(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static short ready(int fd, short events) {
  struct pollfd p = {.fd = fd, .events = events};
  poll(&p, 1, 0);
  return p.revents;
}

static void *write_later(void *fd) {
  usleep(20000);
  return (void *)(long)write(*(int *)fd, "x", 1);
}

static volatile sig_atomic_t alarms;
static void on_alarm(int number) {
  (void)number;
  alarms++;
}

static void polls(void) {
  int p[2], s[2];
  char text[70000] = "";
  (void)!pipe(p);
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  printf("empty pipe: %x %x\n", ready(p[0], POLLIN | POLLOUT), ready(p[1], POLLIN | POLLOUT));
  (void)!write(p[1], "abc", 3);
  int count;
  ioctl(p[0], FIONREAD, &count);
  printf("pipe with %d: %x\n", count, ready(p[0], POLLIN));
  fcntl(p[1], F_SETFL, O_NONBLOCK);
  long total = 0, n;
  while ((n = write(p[1], text, sizeof text)) > 0) total += n;
  printf("full after %ld %s: %x\n", total, strerrorname_np(errno), ready(p[1], POLLOUT));
  (void)!read(p[0], text, 4000);
  printf("one page less 96: %x\n", ready(p[1], POLLOUT));
  (void)!read(p[0], text, 96);
  printf("one page: %x\n", ready(p[1], POLLOUT));
  close(p[1]);
  printf("no writer: %x\n", ready(p[0], POLLIN));
  while (read(p[0], text, sizeof text) > 0) {}
  printf("no writer, empty: %x\n", ready(p[0], POLLIN));
  close(p[0]);
  (void)!pipe(p);
  close(p[0]);
  printf("no reader: %x\n", ready(p[1], POLLOUT));
  close(p[1]);
  printf("closed: %x, negative: %x\n", ready(p[1], POLLOUT), ready(-5, POLLIN));
  printf("socket: %x\n", ready(s[0], POLLIN | POLLOUT));
  shutdown(s[1], SHUT_WR);
  printf("half closed: %x\n", ready(s[0], POLLIN | POLLOUT | POLLRDHUP));
  close(s[1]);
  printf("closed: %x\n", ready(s[0], POLLIN | POLLOUT | POLLRDHUP));
  close(s[0]);
  printf("a file: %x\n", ready(open("/etc/passwd", O_RDONLY), POLLIN | POLLOUT | POLLPRI));
  (void)!pipe(p);
  pthread_t thread;
  pthread_create(&thread, NULL, write_later, &p[1]);
  struct pollfd one = {.fd = p[0], .events = POLLIN};
  expect("poll waits", poll(&one, 1, 5000));
  pthread_join(thread, NULL);
  (void)!read(p[0], text, 1);
  expect("poll gives up", poll(&one, 1, 20));
  fd_set set;
  FD_ZERO(&set);
  FD_SET(p[0], &set);
  struct timeval t = {0, 20000};
  expect("select gives up", select(p[0] + 1, &set, NULL, NULL, &t));
  printf("time left: %ld, in the set: %d\n", (long)t.tv_usec, FD_ISSET(p[0], &set));
  pthread_create(&thread, NULL, write_later, &p[1]);
  FD_SET(p[0], &set);
  t.tv_sec = 5;
  expect("select waits", select(p[0] + 1, &set, NULL, NULL, &t));
  pthread_join(thread, NULL);
  fd_set out;
  FD_ZERO(&out);
  FD_SET(p[0], &out);
  FD_SET(p[1], &out);
  expect("select for both", select(p[1] + 1, &set, &out, NULL, NULL));
  printf("%d %d %d\n", FD_ISSET(p[0], &set), FD_ISSET(p[0], &out), FD_ISSET(p[1], &out));
  FD_SET(200, &set);
  expect("select of a bad descriptor", select(201, &set, NULL, NULL, &t));
  expect("select with a bad count", select(-1, NULL, NULL, NULL, &t));
  struct timespec bad = {0, 2000000000};
  expect("ppoll with a bad time", ppoll(NULL, 0, &bad, NULL));
  signal(SIGALRM, on_alarm);
  sigset_t block, none;
  sigemptyset(&none);
  sigemptyset(&block);
  sigaddset(&block, SIGALRM);
  sigprocmask(SIG_BLOCK, &block, NULL);
  raise(SIGALRM);
  expect("pselect with a pending signal", pselect(0, NULL, NULL, NULL, NULL, &none));
  raise(SIGALRM);
  expect("ppoll with a pending signal", ppoll(NULL, 0, NULL, &none));
  printf("alarms %d\n", alarms);
}

static void epolls(void) {
  int p[2], e = epoll_create1(EPOLL_CLOEXEC);
  (void)!pipe(p);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0x123456789abcdefULL}, got[4];
  expect("add", epoll_ctl(e, EPOLL_CTL_ADD, p[0], &event));
  expect("add again", epoll_ctl(e, EPOLL_CTL_ADD, p[0], &event));
  expect("modify another", epoll_ctl(e, EPOLL_CTL_MOD, p[1], &event));
  expect("delete another", epoll_ctl(e, EPOLL_CTL_DEL, p[1], &event));
  expect("add a file", epoll_ctl(e, EPOLL_CTL_ADD, open("/etc/passwd", O_RDONLY), &event));
  expect("add itself", epoll_ctl(e, EPOLL_CTL_ADD, e, &event));
  expect("nothing", epoll_wait(e, got, 4, 0));
  (void)!write(p[1], "ab", 2);
  expect("level", epoll_wait(e, got, 4, 0));
  printf("events %x, data %llx\n", got[0].events, (long long)got[0].data.u64);
  expect("level again", epoll_wait(e, got, 4, 0));
  event.events = EPOLLIN | EPOLLET;
  epoll_ctl(e, EPOLL_CTL_MOD, p[0], &event);
  expect("edge", epoll_wait(e, got, 4, 0));
  expect("edge again", epoll_wait(e, got, 4, 0));
  (void)!write(p[1], "c", 1);
  expect("edge after a write", epoll_wait(e, got, 4, 0));
  event.events = EPOLLIN | EPOLLONESHOT;
  epoll_ctl(e, EPOLL_CTL_MOD, p[0], &event);
  expect("one shot", epoll_wait(e, got, 4, 0));
  expect("one shot again", epoll_wait(e, got, 4, 0));
  epoll_ctl(e, EPOLL_CTL_MOD, p[0], &event);
  expect("rearmed", epoll_wait(e, got, 4, 0));
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP;
  event.data.u32 = 7;
  epoll_ctl(e, EPOLL_CTL_ADD, p[1], &event);
  epoll_ctl(e, EPOLL_CTL_MOD, p[0], &event);
  expect("both", epoll_wait(e, got, 4, 0));
  expect("no more than one", epoll_wait(e, got, 1, 0));
  close(p[1]);
  epoll_wait(e, got, 4, 0);
  printf("hang-up: %x\n", got[0].events);
  close(p[0]);
  expect("closed descriptors are gone", epoll_wait(e, got, 4, 0));
  expect("too few", epoll_wait(e, got, 0, 0));
  expect("no epoll", epoll_wait(0, got, 1, 0));
  (void)!pipe(p);
  event.events = EPOLLIN;
  epoll_ctl(e, EPOLL_CTL_ADD, p[0], &event);
  int outer = epoll_create(1);
  epoll_ctl(outer, EPOLL_CTL_ADD, e, &event);
  pthread_t thread;
  pthread_create(&thread, NULL, write_later, &p[1]);
  expect("nested", epoll_wait(outer, got, 4, 5000));
  pthread_join(thread, NULL);
  printf("epoll is readable: %x\n", ready(e, POLLIN));
}

static void events(void) {
  uint64_t value = 5;
  int e = eventfd(3, EFD_NONBLOCK);
  expect("eventfd write", write(e, &value, 8));
  expect("eventfd read", read(e, &value, 8));
  printf("value %llu\n", (long long)value);
  expect("read again", read(e, &value, 8));
  expect("short read", read(e, &value, 4));
  value = UINT64_MAX;
  expect("write the most", write(e, &value, 8));
  value--;
  expect("write nearly the most", write(e, &value, 8));
  printf("poll %x\n", ready(e, POLLIN | POLLOUT));
  value = 1;
  expect("write one more", write(e, &value, 8));
  close(e);
  e = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  for (int i = 0; i < 3; i++) expect("semaphore", read(e, &value, 8));
  expect("bad flags", eventfd(0, 12345));
  e = eventfd(0, 0);
  fflush(stdout);
  if (fork() == 0) {
    usleep(20000);
    value = 9;
    _exit(write(e, &value, 8) != 8);
  }
  expect("waited for", read(e, &value, 8));
  printf("value %llu\n", (long long)value);
  wait(NULL);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  polls();
  epolls();
  events();
  return 0;
}
