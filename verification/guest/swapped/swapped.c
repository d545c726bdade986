// Uses names below a folder that somebody else keeps replacing by a symbolic link that leads out:
// swapped FOLDER ROUNDS. Whatever is read must be what belongs there, and starts with "inside".

#include "guest.h"

enum { CALL_linkat = 37, CALL_renameat = 38, CALL_truncate64 = 45, CALL_fchmodat = 53,
       CALL_readlinkat = 78, CALL_fchownat = 54, CALL_openat2 = 437, CALL_chroot = 51,
       CALL_symlinkat = 36, CALL_mkdirat = 34, CALL_unlinkat = 35 };

static int opened, refused, outside;

static void look(long fd) {
  char text[16] = {0};
  if (fd < 0) {
    refused++;
    return;
  }
  long got = sys_read((int)fd, text, sizeof text - 1);
  opened++;
  if (got > 0 && !(text[0] == 'i' && text[1] == 'n')) outside++;
  sys_close((int)fd);
}

static long open_at(long folder, const char *path) {
  return syscall4(NR_openat, folder, ARG(path), O_RDONLY | O_NONBLOCK, 0);
}

static void round_of(const char *folder, int round) {
  static const char *const paths[] = {"x/file", "x/../x/file", "x/../../outside/file",
                                      "x/deep/file", "x/./file", "y", "x/../y"};
  for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) look(open_at(AT_FDCWD, paths[i]));
  long x = syscall4(NR_openat, AT_FDCWD, ARG("x"), O_RDONLY | O_DIRECTORY, 0);
  if (x >= 0) {
    look(open_at(x, "file"));
    look(open_at(x, "../x/file"));
    look(open_at(x, "../../outside/file"));
    look(open_at(x, "../../../../../../../../etc/passwd"));
    char name[] = "/proc/self/fd/000/../../outside/file";
    for (int at = 16, n = (int)x; at >= 14; at--, n /= 10) name[at] = (char)('0' + n % 10);
    char *number = name + 14;
    while (*number == '0' && number[1] != '/') number++;
    char path[64] = "/proc/self/fd/";
    char *to = path + 14;
    while (*number) *to++ = *number++;
    look(open_at(AT_FDCWD, path));
    sys_close((int)x);
  }
  // What changes something: nothing of it may be seen outside.
  long made = sys_open("x/made", O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (made >= 0) {
    sys_write((int)made, "inside", 6);
    sys_close((int)made);
  }
  syscall3(CALL_truncate64, ARG("x/made"), 3, 0);
  syscall3(CALL_fchmodat, AT_FDCWD, ARG("x/file"), round % 2 ? 0644 : 0600);
  syscall3(CALL_unlinkat, AT_FDCWD, ARG("x/made"), 0);
  syscall3(CALL_mkdirat, AT_FDCWD, ARG("x/folder"), 0777);
  syscall3(CALL_unlinkat, AT_FDCWD, ARG("x/folder"), AT_REMOVEDIR);
  syscall3(CALL_symlinkat, ARG("/etc/passwd"), AT_FDCWD, ARG("x/link"));
  look(open_at(AT_FDCWD, "x/link"));
  syscall3(CALL_unlinkat, AT_FDCWD, ARG("x/link"), 0);
  syscall5(CALL_linkat, AT_FDCWD, ARG("x/file"), AT_FDCWD, ARG("hard"), 0x400);
  look(open_at(AT_FDCWD, "hard"));
  syscall3(CALL_unlinkat, AT_FDCWD, ARG("hard"), 0);
  syscall4(CALL_renameat, AT_FDCWD, ARG("x/deep"), AT_FDCWD, ARG("deeper"));
  look(open_at(AT_FDCWD, "deeper/../../outside/file"));
  syscall4(CALL_renameat, AT_FDCWD, ARG("deeper"), AT_FDCWD, ARG("x/deep"));
  long child = sys_fork();
  if (child == 0) {
    // A root of its own, left by a folder that was open before.
    long here = sys_open(".", O_RDONLY | O_DIRECTORY, 0);
    if (syscall1(CALL_chroot, ARG("x")) == 0) {
      look(open_at(here, "../outside/file"));
      look(open_at(here, "../../../../../../../../etc/passwd"));
      syscall1(50, here);
      look(open_at(AT_FDCWD, "../../../../../../../../../etc/passwd"));
    }
    sys_exit(outside != 0);
  }
  if (child > 0 && wait_for(child) != 0) outside++;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 2) {
    int rounds = 0;
    for (const char *digit = argv[2]; *digit; digit++) rounds = rounds * 10 + *digit - '0';
    need(sys_chdir(argv[1]), "chdir");
    for (int i = 0; i < rounds; i++) round_of(argv[1], i);
    say("opened: %s, refused: %s\n", yes_no(opened > rounds), yes_no(refused > rounds));
  }
  say("read outside: %d\n", outside);
  return 0;
}
