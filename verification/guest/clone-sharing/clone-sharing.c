// What a child shares with its parent and what it copies, flag by flag; and the combinations clone
// refuses.

#include "guest.h"

static volatile int variable;
static int extra;  // a descriptor

static long change_everything(void *unused) {
  variable = 2;
  sys_close(extra);
  sys_chdir("/proc");
  handle(SIGUSR1, SIG_IGN, 0);
  syscall1(NR_umask, 077);
  return 0;
}

static void try(const char *what, unsigned long flags) {
  variable = 1;
  extra = (int)need(sys_dup(1), "dup");
  sys_chdir("/");
  handle(SIGUSR1, SIG_DFL, 0);
  syscall1(NR_umask, 022);
  void *stack = flags & CLONE_VM ? new_stack_top() : 0;
  long child = arch_clone(flags | SIGCHLD, stack, 0, 0, 0, change_everything, 0);
  if (child < 0) {
    say("%s: %e\n", what, child);
    sys_close(extra);
    return;
  }
  int status = wait_for(child);
  char directory[64];
  sys_getcwd(directory, sizeof directory);
  struct sigaction action;
  sys_rt_sigaction(SIGUSR1, 0, &action);
  long closed = sys_close(extra);
  long umask = syscall1(NR_umask, 022);
  say("%s: child %w; memory %s, descriptors %s, directory %s, umask %s, handlers %s\n", what,
      status, variable == 2 ? "shared" : "own", closed == 0 ? "own" : "shared",
      text_equal(directory, "/") ? "own" : "shared", umask == 022 ? "own" : "shared",
      action.handler == SIG_DFL ? "own" : "shared");
}

static int pipe_ends[2];

static long write_to_pipe(void *unused) {
  sys_write(pipe_ends[1], "hello", 5);
  return 0;
}

static long seek_file(void *descriptor) {
  char bytes[4];
  sys_read((int)(long)descriptor, bytes, 4);
  return 0;
}

static void refused(const char *what, unsigned long flags) {
  say("%s: %e\n", what, sys_clone(flags, 0, 0, 0, 0));
}

int guest_main(int argc, char **argv, char **envp) {
  try("fork", 0);
  try("VM", CLONE_VM);
  try("FILES", CLONE_FILES);
  try("FS", CLONE_FS);
  try("SIGHAND and VM", CLONE_SIGHAND | CLONE_VM);
  try("FILES and FS", CLONE_FILES | CLONE_FS);
  try("VM, FILES, FS, SIGHAND", CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND);
  try("SYSVSEM", CLONE_SYSVSEM);
  try("IO", 0x80000000ul);
  try("PTRACE", CLONE_PTRACE);
  try("UNTRACED", CLONE_UNTRACED);
  try("DETACHED", CLONE_DETACHED);

  say("-- open files are shared even where descriptors are not\n");
  need(sys_pipe(pipe_ends, 0), "pipe");
  run_in_child(write_to_pipe, 0);
  char bytes[8] = {0};
  say("a pipe: read %e bytes\n", sys_read(pipe_ends[0], bytes, 8));
  long file = need(sys_memfd_create("file", 0), "memfd_create");
  sys_write((int)file, "abcdefgh", 8);
  say("position after writing: %ld\n", sys_read((int)file, bytes, 8));
  long again = need(sys_open("/proc/self/exe", O_RDONLY, 0), "open");
  sys_read((int)again, bytes, 1);
  run_in_child(seek_file, (void *)again);
  sys_read((int)again, bytes, 1);
  say("after the child read 4 bytes of it, an ELF file goes on with byte %x\n", bytes[0]);

  say("-- refused\n");
  refused("SIGHAND without VM", CLONE_SIGHAND | SIGCHLD);
  refused("THREAD without SIGHAND", CLONE_THREAD | CLONE_VM);
  refused("THREAD alone", CLONE_THREAD);
  refused("NEWNS with FS", CLONE_NEWNS | CLONE_FS | SIGCHLD);
  refused("NEWUSER with FS", 0x10000000 | CLONE_FS | SIGCHLD);
  refused("THREAD with NEWPID", CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | 0x20000000);
  refused("PIDFD with PARENT_SETTID", CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD);
  refused("PIDFD with DETACHED", CLONE_PIDFD | CLONE_DETACHED | SIGCHLD);
  refused("PIDFD to nowhere", CLONE_PIDFD | SIGCHLD);
  return 0;
}
