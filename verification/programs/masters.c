// Requests of job control made through the master of a pseudo-terminal: which of them mean its slave, and to whom.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int master;
static int slave;

static const char *answer(long result) { return result == -1 ? strerrorname_np(errno) : "done"; }

static const char *who(int result, int id) {
  return result == -1 ? strerrorname_np(errno) : id == getpid() ? "me" : id == getppid() ? "my parent" : id ? "another" : "nobody";
}

static void ask(const char *when) {
  int group = -1, session = -1;
  int result = ioctl(master, TIOCGPGRP, &group);
  printf("%s: master's group %s", when, who(result, group));
  result = ioctl(master, TIOCGSID, &session);
  printf(", session %s", who(result, session));
  result = ioctl(slave, TIOCGPGRP, &group);
  printf("; slave's group %s", who(result, group));
  result = ioctl(slave, TIOCGSID, &session);
  printf(", session %s", who(result, session));
  int tty = open("/dev/tty", O_RDWR | O_NOCTTY);
  printf("; /dev/tty %s\n", answer(tty));
  if (tty >= 0) close(tty);
}

static void set(const char *what, int fd, int group) {
  printf("%s: %s\n", what, answer(ioctl(fd, TIOCSPGRP, &group)));
}

static void in_child(void (*function)(void)) {
  fflush(stdout);
  if (fork() == 0) {
    function();
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);
}

static void in_the_background(void) {
  setpgid(0, 0);
  signal(SIGTTOU, SIG_IGN);
  ask("another group");
  set("it makes itself the foreground, through the master", master, getpid());
  ask("then");
  set("and its parent, through the slave", slave, getppid());
  printf("it gives the terminal up, through the master: %s", answer(ioctl(master, TIOCNOTTY)));
  printf(", the slave: %s\n", answer(ioctl(slave, TIOCNOTTY)));
  ask("then");
  set("it makes its parent the foreground, through the master", master, getppid());
  printf("not a leader, it acquires through the master: %s\n", answer(ioctl(master, TIOCSCTTY, 0)));
}

static void in_another_session(void) {
  setsid();
  ask("another session");
  set("makes itself the foreground, through the master", master, getpid());
  printf("acquires it: %s\n", answer(ioctl(master, TIOCSCTTY, 0)));
  printf("takes it: %s\n", answer(ioctl(master, TIOCSCTTY, 1)));
  ask("then");
}

static void leader(void) {
  setsid();
  ask("a session without a terminal");
  set("makes itself the foreground, through the master", master, getpid());
  printf("gives it up, through the master: %s\n", answer(ioctl(master, TIOCNOTTY)));
  printf("acquires it, through the master: %s", answer(ioctl(master, TIOCSCTTY, 0)));
  printf(", again: %s\n", answer(ioctl(master, TIOCSCTTY, 0)));
  ask("then");
  signal(SIGHUP, SIG_IGN);
  in_child(in_the_background);
  ask("and the leader");
  set("no such group", master, 32000);
  set("a negative one", master, -2);
  in_child(in_another_session);
  ask("the leader");
}

static void writes_only(void) {
  setsid();
  signal(SIGHUP, SIG_IGN);
  int other = open("/dev/ptmx", O_WRONLY);
  printf("a master for writing: acquires %s\n", answer(ioctl(other, TIOCSCTTY, 0)));
  close(other);
  other = open("/dev/ptmx", O_WRONLY);
  if (setresuid(1000, 1000, 1000)) perror("setresuid");
  printf("without rights: %s\n", answer(ioctl(other, TIOCSCTTY, 0)));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  grantpt(master);
  unlockpt(master);
  slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  in_child(leader);
  in_child(writes_only);
  return 0;
}
