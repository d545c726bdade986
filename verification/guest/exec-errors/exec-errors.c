// Which error execve answers where several would be right: they are looked for in an order.

#include "guest.h"

enum { CALL_mkdirat = 34, CALL_symlinkat = 36, CALL_execveat = 281, EMPTY_PATH = 0x1000 };

#define NOWHERE ((void *)0x10)

static char *one[] = {"argument", 0};
static char *broken[] = {(char *)0x10, 0};
static char *none[] = {0};
static char *many[70000];
static char too_long[4200];
static char large[140000];
static char *too_large[] = {large, 0};

static void make(const char *path, const char *text, int mode) {
  long fd = need(sys_open(path, O_WRONLY | O_CREAT | O_TRUNC, mode), path);
  sys_write((int)fd, text, text_length(text));
  sys_close((int)fd);
}

static void try(const char *what, const void *path, void *argv, void *envp) {
  say("%s: %e\n", what, syscall3(NR_execve, ARG(path), ARG(argv), ARG(envp)));
}

static void try_all(const char *what, const void *path) {
  static const char *const with[] = {"", ", bad argv", ", bad string", ", bad envp",
                                     ", string too large"};
  void *argvs[] = {one, NOWHERE, broken, one, too_large};
  for (int i = 0; i < 5; i++) {
    char name[100];
    char *at = name;
    for (const char *from = what; *from;) *at++ = *from++;
    for (const char *from = with[i]; *from;) *at++ = *from++;
    *at = 0;
    try(name, path, argvs[i], i == 3 ? NOWHERE : none);
  }
}

int guest_main(int argc, char **argv, char **envp) {
  need(sys_chdir("/tmp"), "chdir");
  syscall3(CALL_mkdirat, AT_FDCWD, ARG("exec-errors"), 0755);
  need(sys_chdir("exec-errors"), "chdir");
  memset(large, 'l', sizeof large - 1);
  memset(too_long, 'p', sizeof too_long - 1);
  for (unsigned i = 0; i < sizeof many / sizeof *many - 1; i++) many[i] = "some argument or other";
  make("empty", "", 0755);
  make("text", "this is no program\n", 0755);
  make("closed", "this is no program\n", 0644);
  make("busy", "this is no program\n", 0755);
  make("script-nowhere", "#!/no/such\n", 0755);
  make("script-folder", "#!/tmp\n", 0755);
  make("script-empty", "#!\n", 0755);
  make("script-blank", "#!  \t \n", 0755);
  make("script-itself", "#!script-itself\n", 0755);
  make("script-text", "#!text\n", 0755);
  make("script-closed", "#!closed\n", 0755);
  make("script-busy", "#!busy\n", 0755);
  make("elf-cut", "\177ELF", 0755);
  make("elf-other", "\177ELF\1\1\1________\2_\3_", 0755);
  syscall3(CALL_mkdirat, AT_FDCWD, ARG("folder"), 0755);
  syscall3(CALL_symlinkat, ARG("loop"), AT_FDCWD, ARG("loop"));
  syscall3(CALL_symlinkat, ARG("no-such"), AT_FDCWD, ARG("dangling"));

  try_all("no path", 0);
  try_all("bad path", NOWHERE);
  try_all("empty path", "");
  try_all("path too long", too_long);
  try_all("missing", "missing");
  try_all("missing folder", "missing/missing");
  try_all("below a file", "text/missing");
  try_all("file with a slash", "text/");
  try_all("loop", "loop");
  try_all("dangling link", "dangling");
  try_all("folder", "folder");
  try_all("device", "/dev/null");
  try_all("not executable", "closed");
  try_all("empty file", "empty");
  try_all("text", "text");
  try_all("cut ELF file", "elf-cut");
  try_all("other ELF file", "elf-other");
  try_all("script, no interpreter", "script-nowhere");
  try_all("script, folder", "script-folder");
  try_all("script, empty", "script-empty");
  try_all("script, blank", "script-blank");
  try_all("script, itself", "script-itself");
  try_all("script, text", "script-text");
  try_all("script, closed", "script-closed");
  try("missing, too many arguments", "missing", many, none);
  try("text, too many arguments", "text", many, none);
  try("text, too many variables", "text", one, many);
  try("closed, too many arguments", "closed", many, none);

  long writing = need(sys_open("busy", O_WRONLY, 0), "open");
  try_all("busy", "busy");
  try_all("script, busy", "script-busy");
  sys_close((int)writing);
  try("no longer busy", "busy", one, none);

  long file = need(sys_open("text", O_RDONLY, 0), "open");
  long folder = need(sys_open("folder", O_RDONLY, 0), "open");
  static const struct {
    const char *what;
    int fd;  // 1 the file, 2 the folder, others themselves
    const char *path;
    int flags;
  } at[] = {
      {"at bad descriptor", 99, "missing", 0}, {"at bad descriptor, absolute", 99, "/missing", 0},
      {"at bad descriptor, no path", 99, "", EMPTY_PATH}, {"at file", 1, "missing", 0},
      {"at file itself", 1, "", EMPTY_PATH}, {"at file, empty", 1, "", 0},
      {"at folder itself", 2, "", EMPTY_PATH}, {"at folder", 2, "../text", 0},
      {"at bad flags", 99, "missing", 1}, {"at link", -100, "loop", 0x100},
      {"at dangling link", -100, "dangling", 0x100},
  };
  for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
    long fd = at[i].fd == 1 ? file : at[i].fd == 2 ? folder : at[i].fd;
    for (int bad = 0; bad < 2; bad++)
      say("%s%s: %e\n", at[i].what, bad ? ", bad argv" : "",
          syscall5(CALL_execveat, fd, ARG(at[i].path), ARG(bad ? (char **)NOWHERE : one), ARG(none),
                   at[i].flags));
  }
  return 0;
}
