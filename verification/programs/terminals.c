// A pseudo-terminal: canonical and raw input, echo, output processing, control characters, sizes, sessions and hang-up.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void expect(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static void show(const char *what, int fd) {
  char text[500];
  struct pollfd p = {.fd = fd, .events = POLLIN};
  printf("%s:", what);
  while (poll(&p, 1, 200) == 1 && (p.revents & POLLIN)) {
    ssize_t n = read(fd, text, sizeof text);
    if (n <= 0) {
      printf(" (%s)", n ? strerrorname_np(errno) : "end");
      break;
    }
    for (ssize_t i = 0; i < n; i++) {
      if (text[i] >= ' ' && text[i] < 127) putchar(text[i]);
      else printf("\\%02x", (unsigned char)text[i]);
    }

  }
  puts("");
}

static volatile sig_atomic_t signals[65];
static void count(int number) { signals[number]++; }

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  int master, slave;
  struct winsize size = {24, 80, 0, 0};
  expect("openpty", openpty(&master, &slave, NULL, NULL, &size));
  expect("isatty", isatty(slave));
  expect("isatty, the other side", isatty(master));
  char *name = ttyname(slave);
  printf("named /dev/pts: %d\n", name && strncmp(name, "/dev/pts/", 9) == 0);
  struct termios t;
  tcgetattr(slave, &t);
  printf("flags %o %o %o %o, speed %d\n", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag, (int)cfgetospeed(&t));
  for (int i = 0; i < 17; i++) printf("%d ", t.c_cc[i]);
  puts("");
  (void)!write(slave, "out\n\ttab", 8);
  show("output", master);
  (void)!write(master, "line one\rline", 13);
  show("echo", master);
  show("input", slave);
  (void)!write(master, "x\177\177\177\177\177ed\n", 9);
  show("echo of erasing", master);
  show("input", slave);
  (void)!write(master, "killed\025kept\027word \026\003\n", 20);
  show("echo of killing", master);
  show("input", slave);
  (void)!write(master, "no newline\004", 11);
  show("end of file in a line", slave);
  (void)!write(master, "\004", 1);
  char byte;
  expect("end of file", read(slave, &byte, 1));
  show("echo", master);
  t.c_lflag &= ~(tcflag_t)ECHO;
  expect("tcsetattr", tcsetattr(slave, TCSANOW, &t));
  (void)!write(master, "secret\n", 7);
  show("no echo", master);
  show("input", slave);
  struct termios raw = t;
  cfmakeraw(&raw);
  tcsetattr(slave, TCSAFLUSH, &raw);
  (void)!write(master, "raw\r\003\004", 6);
  show("raw", slave);
  (void)!write(slave, "a\nb", 3);
  show("raw output", master);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 1;
  tcsetattr(slave, TCSANOW, &raw);
  expect("times out", read(slave, &byte, 1));
  raw.c_cc[VMIN] = 3;
  raw.c_cc[VTIME] = 0;
  tcsetattr(slave, TCSANOW, &raw);
  (void)!write(master, "12", 2);
  struct pollfd p = {.fd = slave, .events = POLLIN | POLLOUT};
  poll(&p, 1, 0);
  printf("two of three: %x\n", p.revents);
  int waiting;
  ioctl(slave, FIONREAD, &waiting);
  printf("waiting %d\n", waiting);
  (void)!write(master, "3", 1);
  poll(&p, 1, 50);
  printf("three: %x\n", p.revents);
  expect("tcflush", tcflush(slave, TCIFLUSH));
  poll(&p, 1, 0);
  printf("flushed: %x\n", p.revents);
  ioctl(slave, TIOCGWINSZ, &size);
  printf("size %dx%d\n", size.ws_col, size.ws_row);
  expect("no such request", ioctl(slave, 0x12345, 0));
  expect("tcgetattr of a pipe", tcgetattr(open("/dev/null", O_RDWR), &t));
  expect("tcgetpgrp of no controlling terminal", tcgetpgrp(slave));
  close(slave);
  expect("no slave", read(master, &byte, 1));
  close(master);
  fflush(stdout);

  int child = forkpty(&master, NULL, NULL, &size);
  if (child == 0) {
    signal(SIGINT, count);
    signal(SIGWINCH, count);
    signal(SIGTSTP, count);
    signal(SIGHUP, count);
    printf("leader %d, foreground %d, tty %d\n", getsid(0) == getpid(), tcgetpgrp(0) == getpgrp(), open("/dev/tty", O_RDWR) >= 0);
    fflush(stdout);
    while (!signals[SIGINT]) pause();
    puts("interrupted");
    fflush(stdout);
    while (!signals[SIGTSTP]) pause();
    puts("stopped");
    fflush(stdout);
    while (!signals[SIGWINCH]) pause();
    ioctl(0, TIOCGWINSZ, &size);
    printf("size %dx%d\n", size.ws_col, size.ws_row);
    fflush(stdout);
    if (fork() == 0) {
      signal(SIGTTIN, SIG_IGN);
      setpgid(0, 0);
      expect("background read", read(0, &byte, 1));
      fflush(stdout);
      _exit(0);
    }
    while (wait(NULL) < 0) {}
    while (!signals[SIGHUP]) pause();
    _exit(7);
  }
  usleep(500000);
  show("child", master);
  (void)!write(master, "\003", 1);
  show("after interrupt", master);
  (void)!write(master, "\032", 1);
  show("after suspend", master);
  size.ws_col = 132;
  ioctl(master, TIOCSWINSZ, &size);
  usleep(100000);
  show("after resize", master);
  close(master);
  int status;
  waitpid(child, &status, 0);
  printf("hung up: %x\n", status);
  return 0;
}
