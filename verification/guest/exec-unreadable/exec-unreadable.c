// A program that may be executed but not read: its memory is nobody's business, in no user namespace that does not
// have the file's owner.

#include "guest.h"

#include "user-namespace.h"

#include "sysv.h"

enum { PR_DUMPABLE = 3, ATTACH = 16, DETACH = 17, NR_EU_fchmod = 52, NR_EU_fchown = 55 };

// The end of a pipe that the program closes when it has said what it is.
enum { SAID = 9 };

static char *no_environment[] = {0};
static const char program[] = "/tmp/secret", script[] = "/tmp/secret-script";

static void owner_of_status(const char *who, long pid) {
  struct {
    unsigned words[32];
  } status;
  long result = syscall4(NR_NS_fstatat64, AT_FDCWD, ARG(proc_file(pid, "status")), ARG(&status), 0);
  if (result < 0)
    say("  %s: %s\n", who, outcome(result));
  else
    say("  %s: owner %u, group %u\n", who, status.words[6], status.words[7]);
}

static void try_it(const char *who, long pid) {
  owner_of_status(who, pid);
  long fd = sys_open(proc_file(pid, "maps"), O_RDONLY, 0);
  say("  %s: maps %s\n", who, fd < 0 ? outcome(fd) : "open");
  if (fd >= 0) sys_close((int)fd);
  long result = syscall4(NR_ptrace, ATTACH, pid, 0, 0);
  say("  %s: attach %s\n", who, outcome(result));
  if (result == 0) {
    sys_wait4(pid, 0, WALL);
    syscall4(NR_ptrace, DETACH, pid, 0, 0);
  }
}

static long execute(void *path) {
  char *argv[] = {path, "second", 0};
  return sys_execve(path, argv, no_environment);
}

static void copy(int mode, int owner) {
  static char buffer[4096];
  int from = (int)need(sys_open("/proc/self/exe", O_RDONLY, 0), "exe");
  int to = (int)need(sys_open(program, O_WRONLY | O_CREAT | O_TRUNC, 0755), program);
  long n;
  while ((n = sys_read(from, buffer, sizeof buffer)) > 0) sys_write(to, buffer, (unsigned long)n);
  need(syscall2(NR_EU_fchmod, to, mode), "fchmod");
  need(syscall3(NR_EU_fchown, to, owner, owner), "fchown");
  sys_close(from);
  sys_close(to);
}

static void as_second(void *path) {
  int said[2];
  char byte;
  need(sys_pipe(said, 0), "pipe");
  need(sys_dup3(said[1], SAID, 0), "dup3");
  sys_close(said[1]);
  long child = fork_child(execute, path);
  sys_close(SAID);
  sys_read(said[0], &byte, 1);
  sys_close(said[0]);
  try_it("a sibling of the same user", child);
  sys_kill(child, SIGKILL);
  wait_for(child);
}

static long by_user(void *path) {
  become(5000);
  as_second(path);
  return 0;
}

static long as_root(void *path) {
  as_second(path);
  return 0;
}

// Becomes user 0 of the namespace, who is 5000 outside.
static long as_inner_root(void *path) {
  need(syscall3(NR_setresgid, 0, 0, 0), "setresgid");
  need(syscall3(NR_setresuid, 0, 0, 0), "setresuid");
  as_second(path);
  return 0;
}

static void namespaced(const char *what, const char *maps) {
  say("-- %s\n", what);
  inside(0, maps, maps, as_inner_root, (void *)program);
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) {
    say("  dumpable: %d\n", (int)sys_prctl(PR_DUMPABLE, 0));
    owner_of_status("itself", 0);
    sys_close(SAID);
    for (;;) sleep_ms(10000);
  }
  say("-- readable, by a user\n");
  copy(0755, 0);
  run_in_child(by_user, (void *)program);
  say("-- not readable, by a user\n");
  copy(0711, 0);
  run_in_child(by_user, (void *)program);
  say("-- not readable, by root\n");
  run_in_child(as_root, (void *)program);
  say("-- not readable, a script's interpreter\n");
  int fd = (int)need(sys_open(script, O_WRONLY | O_CREAT, 0755), script);
  sys_write(fd, "#!/tmp/secret\n", 14);
  sys_close(fd);
  run_in_child(by_user, (void *)script);
  namespaced("root's, in a namespace without root", "0 5000 1");
  namespaced("root's, in a namespace with root", "0 5000 1\n1 0 1");
  copy(0711, 7000);
  namespaced("another user's, in a namespace with that user", "0 5000 1\n1 7000 1");
  namespaced("another user's, in a namespace without", "0 5000 1\n1 0 1");
  return 0;
}
