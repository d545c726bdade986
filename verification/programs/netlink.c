// A message queue that tells of its messages by a thread (SIGEV_THREAD), and the netlink sockets by which the kernel does that.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define COOKIE 32

static const char *answer(long result) { return result == -1 ? strerrorname_np(errno) : "done"; }

static mqd_t queue_of(const char *name) {
  struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 20};
  return mq_open(name, O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attributes);
}

static void show_port(const char *what, int fd) {
  struct sockaddr_nl name;
  socklen_t length = sizeof name;
  int result = getsockname(fd, (struct sockaddr *)&name, &length);
  printf("%s: %s, family %d, %d bytes, port %s, groups %x\n", what, answer(result), name.nl_family, (int)length,
         name.nl_pid == 0            ? "0"
         : name.nl_pid == getpid()   ? "my pid"
         : (int)name.nl_pid == 77777 ? "77777"
                                     : "another",
         name.nl_groups);
}

static void names(void) {
  int one = socket(AF_NETLINK, SOCK_RAW, 0), two = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  printf("stream %s, protocol -1 %s, 32 %s\n", answer(socket(AF_NETLINK, SOCK_STREAM, 0)), answer(socket(AF_NETLINK, SOCK_RAW, -1)),
         answer(socket(AF_NETLINK, SOCK_RAW, 32)));
  int pair[2];
  printf("pair %s\n", answer(socketpair(AF_NETLINK, SOCK_RAW, 0, pair)));
  show_port("fresh", one);
  struct sockaddr_nl name = {.nl_family = AF_NETLINK};
  struct sockaddr_un other = {.sun_family = AF_UNIX, .sun_path = "/tmp/nl"};
  printf("bind: another family %s, too short %s", answer(bind(one, (struct sockaddr *)&other, sizeof other)),
         answer(bind(one, (struct sockaddr *)&name, 8)));
  printf(", any port %s, again %s", answer(bind(one, (struct sockaddr *)&name, sizeof name)),
         answer(bind(one, (struct sockaddr *)&name, sizeof name)));
  name.nl_pid = 77777;
  printf(", another then %s\n", answer(bind(one, (struct sockaddr *)&name, sizeof name)));
  show_port("bound", one);
  name.nl_pid = getpid();
  printf("taken %s", answer(bind(two, (struct sockaddr *)&name, sizeof name)));
  name.nl_pid = 0;
  printf(", any %s\n", answer(bind(two, (struct sockaddr *)&name, sizeof name)));
  show_port("second", two);
  int three = socket(AF_NETLINK, SOCK_RAW, 0);
  name.nl_pid = 77777;
  printf("of choice %s\n", answer(bind(three, (struct sockaddr *)&name, sizeof name)));
  show_port("third", three);
  close(three);
  three = socket(AF_NETLINK, SOCK_RAW, 0);
  printf("free again %s\n", answer(bind(three, (struct sockaddr *)&name, sizeof name)));
  socklen_t length = sizeof name;
  int result = getpeername(three, (struct sockaddr *)&name, &length);
  printf("peer %s %d %d\n", answer(result), (int)length, name.nl_pid);
  name.nl_pid = 0;
  int fourth = socket(AF_NETLINK, SOCK_RAW, 0);
  printf("connect %s", answer(connect(fourth, (struct sockaddr *)&name, sizeof name)));
  printf(", to nowhere %s\n", answer(connect(fourth, (struct sockaddr *)&(struct sockaddr){AF_UNSPEC}, sizeof name)));
  show_port("connected", fourth);
  printf("listen %s, accept %s, shutdown %s\n", answer(listen(one, 1)), answer(accept(one, NULL, NULL)), answer(shutdown(one, SHUT_RD)));
  char bytes[100];
  printf("recv %s, of a nonblocking one %s\n", answer(recv(one, bytes, sizeof bytes, MSG_DONTWAIT)), answer(read(two, bytes, 1)));
  struct pollfd p = {.fd = one, .events = 0x7ff};
  printf("poll %d %x\n", poll(&p, 1, 0), p.revents);
  int type = -1, domain = -1, protocol = -1;
  length = sizeof type;
  getsockopt(two, SOL_SOCKET, SO_TYPE, &type, &length);
  getsockopt(two, SOL_SOCKET, SO_DOMAIN, &domain, &length);
  getsockopt(two, SOL_SOCKET, SO_PROTOCOL, &protocol, &length);
  printf("type %d, domain %d, protocol %d\n", type, domain, protocol);
  struct sockaddr_nl nobody = {.nl_family = AF_NETLINK, .nl_pid = 55555};
  printf("to nobody %s\n", answer(sendto(one, bytes, 20, 0, (struct sockaddr *)&nobody, sizeof nobody)));
  close(one);
  close(two);
  close(three);
  close(fourth);
}

static long notify(mqd_t queue, const char *cookie, int fd) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_signo = fd, .sigev_value.sival_ptr = (void *)cookie};
  return syscall(SYS_mq_notify, queue, &event);
}

static void heard(const char *what, int fd) {
  char bytes[100] = "";
  struct sockaddr_nl from = {.nl_pid = 5};
  socklen_t length = sizeof from;
  int available = -1;
  long n = recvfrom(fd, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
  if (n < 0) printf("%s: %s\n", what, answer(n));
  else printf("%s: %ld bytes '%.31s' and %d, from family %d, %d bytes, port %d\n", what, n, bytes, bytes[31], from.nl_family, (int)length, from.nl_pid);
}

static void cookies(void) {
  mqd_t queue = queue_of("/cookies");
  int sock = socket(AF_NETLINK, SOCK_RAW, 0);
  int plain = socket(AF_UNIX, SOCK_DGRAM, 0);
  char cookie[COOKIE] = "a cookie";
  printf("notify: no descriptor %s, no socket %s, another kind %s, no cookie %s, no queue %s, no queue but a file %s\n",
         answer(notify(queue, cookie, 99)), answer(notify(queue, cookie, 1)), answer(notify(queue, cookie, plain)),
         answer(notify(queue, (char *)4, sock)), answer(notify(99, cookie, sock)), answer(notify(1, cookie, sock)));
  printf("notify %s, twice %s\n", answer(notify(queue, cookie, sock)), answer(notify(queue, cookie, sock)));
  heard("nothing", sock);
  strcpy(cookie, "changed");
  mq_send(queue, "one", 3, 0);
  struct pollfd p = {.fd = sock, .events = 0x7ff};
  printf("poll %d %x\n", poll(&p, 1, 0), p.revents);
  heard("a message", sock);
  printf("when not empty %s\n", answer(notify(queue, cookie, sock)));
  mq_send(queue, "two", 3, 0);
  heard("another", sock);
  printf("no more %s\n", answer(syscall(SYS_mq_notify, queue, NULL)));
  heard("removed", sock);
  printf("again %s\n", answer(syscall(SYS_mq_notify, queue, NULL)));
  heard("nothing", sock);
  notify(queue, cookie, sock);
  int copy = dup(queue);
  close(copy);
  heard("a descriptor closed", sock);
  fflush(stdout);
  if (fork() == 0) {
    strcpy(cookie, "child's");
    printf("a child's %s\n", answer(notify(queue, cookie, sock)));
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);
  heard("its end", sock);
  struct mq_attr attributes;
  char text[20];
  while (mq_receive(queue, text, sizeof text, NULL) >= 0) {}
  notify(queue, cookie, sock);
  mq_send(queue, "x", 1, 0);
  notify(queue, "0123456789012345678901234567890123456789", sock);
  mq_close(queue);
  char two[5];
  printf("first of two, cut: %ld\n", (long)recv(sock, two, sizeof two, 0));
  heard("second of two", sock);
  queue = queue_of("/cookies");
  notify(queue, cookie, sock);
  close(sock);
  printf("its socket closed: send %s\n", answer(mq_send(queue, "x", 1, 0)));
  mq_close(queue);
  mq_unlink("/cookies");
}

static void ring(int number) {}

static void unread(void) {
  mqd_t queue = queue_of("/unread");
  int sock = socket(AF_NETLINK, SOCK_RAW, 0);
  char cookie[COOKIE] = "unread";
  struct sigaction action = {.sa_handler = ring};
  sigaction(SIGALRM, &action, NULL);
  alarm(5);
  int sent = 0;
  long result = 0;
  while (sent < 100000 && (result = notify(queue, cookie, sock)) == 0) {
    syscall(SYS_mq_notify, queue, NULL);
    sent++;
  }
  printf("cookies that nobody reads: some hundred %d, then %s\n", sent > 100 && sent < 2000, answer(result));
  mq_close(queue);
  mq_unlink("/unread");
  close(sock);
}

static sem_t told;
static void tells(union sigval value) {
  printf("a thread of its own %d, value %d\n", getpid() != gettid(), value.sival_int);
  sem_post(&told);
}

static void threads(void) {
  sem_init(&told, 0, 0);
  mqd_t queue = queue_of("/threads");
  for (int i = 1; i <= 3; i++) {
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = tells, .sigev_value.sival_int = i};
    printf("mq_notify %s\n", answer(mq_notify(queue, &event)));
    fflush(stdout);
    if (fork() == 0) _exit(mq_send(queue, "text", 4, 1) != 0);
    wait(NULL);
    sem_wait(&told);
    char text[20];
    printf("received %ld\n", (long)mq_receive(queue, text, sizeof text, NULL));
  }
  mq_close(queue);
  mq_unlink("/threads");
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  names();
  cookies();
  unread();
  threads();
  return 0;
}
