// Uses everything that a kernel has only once (its name, clock, process numbers, sockets' names,
// files, mounts, futexes), and says whether all of it stayed as it was left: island NAME. A second
// kernel beside this one must not show.

#include "guest.h"

enum { CHILDREN = 4, ROUNDS = 40, CALL_bind = 200, CALL_socket = 198, CALL_mkdirat = 34, CALL_mount = 40 };

static volatile int signals;
static volatile int *page;

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  signals++;
}

static long thread(void *argument) {
  int own = (int)(long)argument;
  // Threads and children pass a number around through one futex word.
  for (int round = 0; round < ROUNDS; round++) {
    wait_until(&page[own], round * 2 + 1);
    set_and_wake(&page[own], round * 2 + 2);
  }
  return 0;
}

static long child(void *argument) {
  struct thread helper;
  start_thread(&helper, 0, thread, argument);
  join_thread(&helper);
  // As many signals as rounds, each once.
  for (int tries = 0; signals < ROUNDS && tries < 5000; tries++) sleep_ms(1);
  return signals == ROUNDS ? 0 : 1;
}

int guest_main(int argc, char **argv, char **envp) {
  const char *name = argc > 1 ? argv[1] : "alone";
  int length = (int)text_length(name);
  char before[6 * 65];
  need(syscall1(NR_uname, ARG(before)), "uname");
  need(syscall2(NR_sethostname, ARG(name), length), "sethostname");

  struct {
    short family;
    char name[12];
  } address = {1, "\0the island"};
  long socket = need(syscall3(CALL_socket, 1, 1, 0), "socket");
  need(syscall3(CALL_bind, socket, ARG(&address), sizeof address), "bind");

  need(syscall3(CALL_mkdirat, AT_FDCWD, ARG("/tmp/island"), 0755), "mkdir");
  need(syscall5(CALL_mount, ARG("x"), ARG("/tmp/island"), ARG("tmpfs"), 0, 0), "mount");
  long file = need(sys_open("/tmp/island/file", O_RDWR | O_CREAT | 0200, 0600), "create");
  need(sys_write((int)file, name, (unsigned long)length), "write");

  long old_time[2], time[2] = {1000000 * length, 0};
  syscall2(169, ARG(old_time), 0);
  need(syscall2(170, ARG(time), 0), "settimeofday");

  page = new_shared(4096);
  handle(SIGRTMIN, on_signal, 0x10000000);
  long children[CHILDREN];
  for (long i = 0; i < CHILDREN; i++) children[i] = fork_child(child, (void *)i);
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < CHILDREN; i++) {
      set_and_wake(&page[i], round * 2 + 1);
      wait_until(&page[i], round * 2 + 2);
    }
    struct siginfo info = {SIGRTMIN, 0, -1, {{0, 0, 0}}};
    for (int i = 0; i < CHILDREN; i++) sys_rt_sigqueueinfo(children[i], SIGRTMIN, &info);
  }
  int lost = 0;
  for (int i = 0; i < CHILDREN; i++) lost += wait_for(children[i]) != 0;
  say("%d of %d children have seen what they should\n", CHILDREN - lost, CHILDREN);
  say("signals of others: %d\n", signals);

  char uts[6 * 65];
  need(syscall1(NR_uname, ARG(uts)), "uname");
  say("the name is still mine: %s\n", yes_no(text_equal(uts + 65, name)));
  char text[40] = {0};
  long again = need(sys_open("/tmp/island/file", O_RDONLY, 0), "open");
  sys_read((int)again, text, sizeof text - 1);
  say("the file is still mine: %s\n", yes_no(text_equal(text, name)));
  syscall2(169, ARG(time), 0);
  say("the time is still mine: %s\n",
      yes_no(time[0] >= 1000000 * length && time[0] < 1000000 * length + 500));

  // Others come after us where the kernel lives on.
  time[0] += old_time[0] - 1000000 * length;
  syscall2(170, ARG(time), 0);
  syscall2(NR_sethostname, ARG(before + 65), ARG(text_length(before + 65)));
  return 0;
}
