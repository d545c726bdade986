// Pipes: data, ends, capacity, non-blocking, SIGPIPE, poll, and a pipeline of processes.

#include "guest.h"

static int pipe_ends[2];
static char buffer[70000];

static volatile int pipe_signals;

static void on_pipe(int signal, struct siginfo *info, struct ucontext *context) { pipe_signals++; }

static void poll_says(const char *what, int fd, short events) {
  struct pollfd poll = {fd, events, 0};
  struct timespec now = {0, 0};
  long result = sys_poll(&poll, 1, &now);
  say("poll, %s: %e, %x\n", what, result, (unsigned)poll.revents);
}

static long write_much(void *unused) {
  sys_close(pipe_ends[0]);
  for (unsigned i = 0; i < sizeof buffer; i++) buffer[i] = (char)(i * 7);
  return sys_write(pipe_ends[1], buffer, sizeof buffer) == sizeof buffer ? 0 : 1;
}

static long write_without_reader(void *unused) {
  sys_write(pipe_ends[1], "x", 1);
  return 0;
}

// One stage of a pipeline: adds 1 to each byte from standard input.
static long add_one(void *unused) {
  char byte;
  while (sys_read(0, &byte, 1) == 1) {
    byte++;
    if (sys_write(1, &byte, 1) != 1) return 1;
  }
  return 0;
}

static void new_pipe(void) { need(sys_pipe(pipe_ends, 0), "pipe"); }

static void close_pipe(void) {
  sys_close(pipe_ends[0]);
  sys_close(pipe_ends[1]);
}

int guest_main(int argc, char **argv, char **envp) {
  new_pipe();
  say("two descriptors in a row: %s\n", yes_no(pipe_ends[1] == pipe_ends[0] + 1));
  poll_says("empty, reading", pipe_ends[0], POLLIN);
  poll_says("empty, writing", pipe_ends[1], POLLOUT);
  poll_says("the wrong way", pipe_ends[0], POLLOUT);
  say("write: %e\n", sys_write(pipe_ends[1], "hello, pipe", 11));
  poll_says("with data", pipe_ends[0], POLLIN);
  long n = sys_read(pipe_ends[0], buffer, 5);
  buffer[n] = 0;
  say("read 5: %e \"%s\"\n", n, buffer);
  n = sys_read(pipe_ends[0], buffer, 100);
  buffer[n] = 0;
  say("read the rest: %e \"%s\"\n", n, buffer);
  say("read 0 bytes: %e, write 0 bytes: %e\n", sys_read(pipe_ends[0], buffer, 0),
      sys_write(pipe_ends[1], buffer, 0));
  say("the wrong ends: %e, %e\n", sys_read(pipe_ends[1], buffer, 1),
      sys_write(pipe_ends[0], "x", 1));
  say("bad memory: %e, %e\n", sys_write(pipe_ends[1], (void *)4, 4),
      (sys_write(pipe_ends[1], "abcd", 4), sys_read(pipe_ends[0], (void *)4, 4)));
  say("lseek: %e\n", syscall5(62, pipe_ends[0], 0, 0, ARG(buffer), 0));
  sys_write(pipe_ends[1], "end", 3);
  sys_close(pipe_ends[1]);
  poll_says("data and no writer", pipe_ends[0], POLLIN);
  char rest[16];
  long first = sys_read(pipe_ends[0], rest, sizeof rest);
  say("without a writer: %e, then %e\n", first, sys_read(pipe_ends[0], rest, sizeof rest));
  poll_says("no data and no writer", pipe_ends[0], POLLIN);
  sys_close(pipe_ends[0]);
  poll_says("closed", pipe_ends[0], POLLIN);

  say("-- capacity\n");
  need(sys_pipe(pipe_ends, O_NONBLOCK | O_CLOEXEC), "pipe2");
  say("flags: %lx %lx, close-on-exec %e\n", (unsigned long)sys_fcntl(pipe_ends[0], F_GETFL, 0),
      (unsigned long)sys_fcntl(pipe_ends[1], F_GETFL, 0), sys_fcntl(pipe_ends[0], F_GETFD, 0));
  say("reading an empty one: %e\n", sys_read(pipe_ends[0], buffer, 1));
  long size = sys_fcntl(pipe_ends[1], 1032, 0);  // F_GETPIPE_SZ
  say("size: %e; writing 70000: %e\n", size, sys_write(pipe_ends[1], buffer, 70000));
  say("one more: %e\n", sys_write(pipe_ends[1], buffer, 1));
  poll_says("full, writing", pipe_ends[1], POLLOUT);
  sys_read(pipe_ends[0], buffer, 100);
  say("after reading 100, writing 1: %e\n", sys_write(pipe_ends[1], buffer, 1));
  sys_read(pipe_ends[0], buffer, 4096);
  say("after reading 4096 more, writing 4096: %e\n", sys_write(pipe_ends[1], buffer, 4096));
  close_pipe();
  say("bad flags: %e, bad memory: %e\n", sys_pipe(pipe_ends, 1), sys_pipe((int *)4, 0));

  say("-- more than fits, between processes\n");
  new_pipe();
  long child = fork_child(write_much, 0);
  sys_close(pipe_ends[1]);
  long total = 0;
  bool right = true;
  while ((n = sys_read(pipe_ends[0], buffer, 3000)) > 0) {
    for (long i = 0; i < n; i++) right = right && buffer[i] == (char)((total + i) * 7);
    total += n;
  }
  say("read %ld bytes, all right: %s, writer %w\n", total, yes_no(right), wait_for(child));
  sys_close(pipe_ends[0]);

  say("-- nobody reads\n");
  new_pipe();
  sys_close(pipe_ends[0]);
  child = fork_child(write_without_reader, 0);
  say("writer %w\n", wait_for(child));
  poll_says("no reader", pipe_ends[1], POLLOUT);
  handle(SIGPIPE, on_pipe, SA_SIGINFO);
  long result = sys_write(pipe_ends[1], "x", 1);
  say("handled: %e, signals %d\n", result, pipe_signals);
  handle(SIGPIPE, SIG_IGN, 0);
  say("ignored: %e\n", sys_write(pipe_ends[1], "x", 1));
  sys_close(pipe_ends[1]);

  say("-- a pipeline of five\n");
  int from, to[2];
  new_pipe();
  from = pipe_ends[0];
  int first_write = pipe_ends[1];
  for (int i = 0; i < 5; i++) {
    need(sys_pipe(to, 0), "pipe");
    long stage = sys_fork();
    if (stage == 0) {
      sys_dup3(from, 0, 0);
      sys_dup3(to[1], 1, 0);
      sys_close(from);
      sys_close(to[0]);
      sys_close(to[1]);
      sys_close(first_write);
      sys_exit(add_one(0));
    }
    sys_close(from);
    sys_close(to[1]);
    from = to[0];
  }
  sys_write(first_write, "Cdggj", 5);
  sys_close(first_write);
  total = 0;
  while ((n = sys_read(from, buffer + total, 16)) > 0) total += n;
  buffer[total] = 0;
  int statuses = 0, status, children = 0;
  while (sys_wait4(-1, &status, 0) > 0) statuses |= status, children++;
  say("out comes \"%s\", %d children, statuses %d\n", buffer, children, statuses);
  return 0;
}
