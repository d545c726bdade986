// What a process is called by others: in files' owners, sockets' peers, signals and /proc, from
// inside and outside of its pid namespace.

#include "guest.h"

#include "namespaces.h"


enum { F_SETOWN = 8, F_GETOWN = 9, F_GETOWN_EX = 16 };

struct owner {
  int kind, id;
};

static int ends[2], sockets[2];
static volatile int *shared;

static void say_owner(const char *where) {
  struct owner owner = {-1, -1};
  sys_fcntl(ends[0], F_GETOWN_EX, ARG(&owner));
  say("%s: owner %e, kind %d, id %d\n", where, sys_fcntl(ends[0], F_GETOWN, 0), owner.kind,
      owner.id);
}

static int peer(void) {
  struct { int pid, uid, gid; } peer = {-1, -1, -1};
  int size = sizeof peer;
  need(syscall5(209, sockets[0], 1, 17, ARG(&peer), ARG(&size)), "SO_PEERCRED");
  return peer.pid;
}

static long inside(void *unused) {
  say_owner("set outside, seen inside");
  say("the peer outside is inside %d\n", peer());
  say("set inside to itself: %e\n", sys_fcntl(ends[0], F_SETOWN, 1));
  say_owner("seen inside");
  say("to nobody: %e, a group that is not there: %e\n", sys_fcntl(ends[0], F_SETOWN, 77),
      sys_fcntl(ends[0], F_SETOWN, -77));
  say("loadavg's last pid and ours: %s",
      contents_of("/proc/loadavg") + text_length(contents_of("/proc/loadavg")) - 2);
  need(syscall4(NR_socketpair, 1, 1, 0, ARG(sockets)), "socketpair");
  say("a peer inside is %d\n", peer());
  set_and_wake(shared, 1);
  wait_until(shared, 2);
  return 0;
}

static volatile int got_pid;

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  got_pid = info->sender.pid;
  shared[2] = info->sender.pid;
  set_and_wake(shared + 1, 1);
}

static long dependent(void *unused) {
  handle(SIGUSR1, on_signal, SA_SIGINFO);
  sys_prctl(PR_SET_PDEATHSIG, SIGUSR1);
  set_and_wake(shared + 3, 1);
  wait_until(shared + 1, 1);
  sleep_ms(20);
  return 0;
}

static long parent_that_dies(void *unused) {
  shared[4] = (int)sys_getpid();
  fork_child(dependent, 0);
  wait_until(shared + 3, 1);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  need(sys_pipe(ends, 0), "pipe");
  need(syscall4(NR_socketpair, 1, 1, 0, ARG(sockets)), "socketpair");
  long own = sys_getpid();
  say("no owner: %e\n", sys_fcntl(ends[0], F_GETOWN, 0));
  need(sys_fcntl(ends[0], F_SETOWN, own), "F_SETOWN");
  say("owner is set: %s\n", yes_no(sys_fcntl(ends[0], F_GETOWN, 0) == own));
  say("the peer is this process: %s\n", yes_no(peer() == own));
  long child = need(clone_into(CLONE_NEWPID, inside, 0), "clone");
  wait_until(shared, 1);
  say("set inside, seen outside as clone said: %s\n",
      yes_no(sys_fcntl(ends[0], F_GETOWN, 0) == child));
  set_and_wake(shared, 2);
  wait_for(child);
  say("once it is gone: %e\n", sys_fcntl(ends[0], F_GETOWN, 0));

  sys_prctl(PR_SET_CHILD_SUBREAPER, 1);
  wait_for(fork_child(parent_that_dies, 0));
  wait_until(shared + 1, 1);
  say("the signal of a parent's death comes from that parent: %s, from who adopts: %s\n",
      yes_no(shared[2] == shared[4]), yes_no(shared[2] == own));
  return 0;
}
