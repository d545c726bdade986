// What a set-user-id file gives to whoever executes it: nothing, if another could then reach into what it gives rights to,
// because it traces the process or shares its root and current folder.

#include "guest.h"

#include "ptrace.h"

enum { PR_SET_NO_NEW_PRIVS_ = 38, CALL_geteuid = 175, CALL_fchmod = 52 };

static char *no_environment[] = {0};

static void become_user(void) {
  need(syscall2(NR_setgroups, 0, 0), "setgroups");
  need(syscall3(NR_setresgid, 1000, 1000, 1000), "setresgid");
  need(syscall3(NR_setresuid, 1000, 1000, 1000), "setresuid");
}

static long execute(const char *how) {
  char *argv[] = {"root's", (char *)how, 0};
  sys_execve("./root's", argv, no_environment);
  return 126;
}

static void make_file(void) {
  static char block[4096];
  long from = need(sys_open("/proc/self/exe", O_RDONLY, 0), "open");
  long to = need(sys_open("root's", O_WRONLY | O_CREAT, 0755), "create");
  for (long n; (n = need(sys_read((int)from, block, sizeof block), "read")) > 0;)
    need(sys_write((int)to, block, (unsigned long)n), "write");
  need(syscall2(CALL_fchmod, to, 04755), "fchmod");
  sys_close((int)to);
  sys_close((int)from);
}

static long plainly(void *nothing) {
  become_user();
  return execute("plainly");
}

static long without_new_privileges(void *nothing) {
  become_user();
  need(syscall5(NR_prctl, PR_SET_NO_NEW_PRIVS_, 1, 0, 0, 0), "no_new_privs");
  return execute("with no_new_privs");
}

static long traced(void *who) {
  if (who) become_user();
  need(syscall4(NR_ptrace, PTRACE_TRACEME, 0, 0, 0), "traceme");
  return execute(who ? "traced by root" : "traced by a user");
}

// Lets a traced child go on from its stop in execve to its end.
static long let_go(long pid) {
  int status;
  for (;;) {
    need(sys_wait4(pid, &status, WALL), "wait4");
    if ((status & 0xff) != 0x7f) return status >> 8;
    need(syscall4(NR_ptrace, PTRACE_CONT, pid, 0, 0), "cont");
  }
}

static long trace_as_user(void *nothing) {
  become_user();
  return let_go(fork_child(traced, 0));
}

static long share_folder(void *nothing) {
  become_user();
  return execute("with a shared folder");
}

static long sharing(void *nothing) {
  long pid = need(arch_clone(CLONE_FS | SIGCHLD, 0, 0, 0, 0, share_folder, 0), "clone");
  return wait_for(pid) >> 8;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) {
    say("%s: euid %ld\n", argv[1], syscall0(CALL_geteuid));
    return 0;
  }
  make_file();
  int wrong = run_in_child(plainly, 0);
  wrong |= run_in_child(without_new_privileges, 0);
  wrong |= run_in_child(trace_as_user, 0);
  wrong |= (int)let_go(fork_child(traced, "user"));
  wrong |= run_in_child(sharing, 0);
  syscall3(NR_unlinkat, AT_FDCWD, ARG("root's"), 0);
  return wrong;
}
