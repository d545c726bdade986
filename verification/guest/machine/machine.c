// The machine as a program sees it: names, memory, random bytes, the kernel's log, barriers,
// comparing processes.

#include "guest.h"

struct names {
  char system[65], node[65], release[65], version[65], machine[65], domain[65];
};

static const char *filled(char *text) { return text[0] ? "yes" : "no"; }

static long set_names(void *unused) {
  struct names names;
  memset(&names, 0xee, sizeof names);
  say("uname: %e,", syscall1(NR_uname, ARG(&names)));
  say(" %s", names.system);
  say(", a node: %s", filled(names.node));
  say(", a release: %s", filled(names.release));
  say(", a version: %s", filled(names.version));
  say(", a machine: %s", filled(names.machine));
  say(", a domain: %s\n", filled(names.domain));
  say("bad address: %e\n", syscall1(NR_uname, 1));
  char long_name[70];
  memset(long_name, 'n', sizeof long_name);
  say("sethostname: %e", syscall2(NR_sethostname, ARG("some name"), 4));
  syscall1(NR_uname, ARG(&names));
  say(", \"%s\"", names.node);
  say(", 65: %e", syscall2(NR_sethostname, ARG(long_name), 65));
  say(", 64: %e", syscall2(NR_sethostname, ARG(long_name), 64));
  syscall1(NR_uname, ARG(&names));
  say(", length %d", (int)text_length(names.node));
  say(", -1: %e", syscall2(NR_sethostname, ARG(long_name), -1));
  say(", bad address: %e", syscall2(NR_sethostname, 1, 4));
  say(", 65 at a bad address: %e", syscall2(NR_sethostname, 1, 65));
  say(", empty: %e", syscall2(NR_sethostname, 0, 0));
  syscall1(NR_uname, ARG(&names));
  say(", \"%s\"\n", names.node);
  say("setdomainname: %e", syscall2(NR_setdomainname, ARG("domain"), 6));
  syscall1(NR_uname, ARG(&names));
  say(", \"%s\"", names.domain);
  say(", 65: %e", syscall2(NR_setdomainname, ARG(long_name), 65));
  say(", bad address: %e\n", syscall2(NR_setdomainname, 1, 4));
  syscall2(NR_sethostname, ARG("node"), 4);
  syscall1(NR_setuid, 1000);
  say("as a user: %e", syscall2(NR_sethostname, ARG("x"), 65));
  say(", %e\n", syscall2(NR_setdomainname, ARG("x"), 65));
  return 0;
}

struct system_information {
  long uptime;
  unsigned long loads[3], total_ram, free_ram, shared_ram, buffer_ram, total_swap, free_swap;
  unsigned short processes, pad;
  unsigned long total_high, free_high;
  unsigned unit;
  char rest[20 - 2 * sizeof(long) - sizeof(int) + 1];
};

static long memory(void *unused) {
  struct system_information info;
  memset(&info, 0xee, sizeof info);
  say("sysinfo: %e,", syscall1(NR_sysinfo, ARG(&info)));
  say(" up: %d, memory: %d, some free: %d, no more than all: %d, unit %d, swap %lu %lu, high %lu, "
      "processes: %d\n",
      info.uptime >= 0, info.total_ram > 1000000, info.free_ram > 0,
      info.free_ram <= info.total_ram, info.unit, info.total_swap, info.free_swap, info.total_high,
      info.processes > 1 && info.processes < 1000);
  say("bad address: %e\n", syscall1(NR_sysinfo, 1));
  return 0;
}

static long getrandom(void *to, unsigned long size, unsigned flags) {
  return syscall3(NR_getrandom, ARG(to), size, flags);
}

static long random_bytes(void *unused) {
  unsigned char some[300];
  memset(some, 0, sizeof some);
  say("256: %e", getrandom(some, 256, 0));
  int zeros = 0;
  for (int i = 0; i < 256; i++) zeros += some[i] == 0;
  say(", few zeros: %d, not beyond: %d\n", zeros < 20, (some[256] | some[299]) == 0);
  for (unsigned flags = 0; flags < 10; flags++)
    say("flags %x: %e\n", flags, getrandom(some, 3, flags));
  say("nothing: %e", getrandom(0, 0, 0));
  say(", bad address: %e", getrandom((void *)1, 3, 0));
  say(", beyond user memory: %e", getrandom((void *)0xfffff000, 3, 0));
  say(", nothing there: %e\n", getrandom((void *)0xfffff000, 0, 0));
  char *edge = (char *)new_memory(8192, MAP_PRIVATE) + 4096;
  sys_munmap(edge, 4096);
  say("up to the edge: %e", getrandom(edge - 100, 200, 0));
  say(", at the edge: %e\n", getrandom(edge, 200, 0));
  return 0;
}

static long log_call(int type, void *to, int length) {
  return syscall3(NR_syslog, type, ARG(to), length);
}

static long kernel_log(void *unused) {
  char text[64];
  for (int type = -1; type <= 11; type++) {
    if (type == 2 || type == 9 || type == 3 || type == 4) continue;
    say("type %d", type);
    say(": %e", log_call(type, 0, 0));
    say(" %e", log_call(type, text, -1));
    say(" %e\n", log_call(type, text, 4));
  }
  for (int type = 2; type <= 4; type++) {
    say("read %d", type);
    say(": nowhere: %e", log_call(type, 0, 4));
    say(", -1: %e", log_call(type, text, -1));
    say(", 0: %e\n", log_call(type, text, 0));
  }
  say("level 0: %e", log_call(8, 0, 0));
  say(", 1: %e", log_call(8, 0, 1));
  say(", 8: %e", log_call(8, 0, 8));
  say(", 9: %e\n", log_call(8, 0, 9));
  log_call(8, 0, 1);
  syscall1(NR_setuid, 1000);
  for (int type = -1; type <= 11; type++)
    if (type != 3 && type != 9) say("as a user: %d: %e\n", type, log_call(type, 0, 0));
  say("as a user: %e\n", log_call(3, text, 0));
  return 0;
}

static long reboot(unsigned magic, unsigned second, unsigned command, long argument) {
  return syscall4(NR_reboot, magic, second, command, argument);
}

static long reboots(void *unused) {
  say("magic: %e", reboot(1, 672274793, 0, 0));
  say(", second: %e", reboot(0xfee1dead, 1, 0, 0));
  say(", unknown command: %e", reboot(0xfee1dead, 672274793, 1, 0));
  say(", Ctrl-Alt-Del on: %e", reboot(0xfee1dead, 85072278, 0x89abcdef, 0));
  say(", off: %e", reboot(0xfee1dead, 369367448, 0, 0));
  say(", with a bad address: %e", reboot(0xfee1dead, 537993216, 0xa1b2c3d4, 1));
  say(", kexec: %e", reboot(0xfee1dead, 672274793, 0x45584543, 0));
  say(", suspend: %e\n", reboot(0xfee1dead, 672274793, 0xd000fce2, 0));
  syscall1(NR_setuid, 1000);
  say("as a user: %e", reboot(1, 1, 1, 1));
  say(", %e\n", reboot(0xfee1dead, 672274793, 0x4321fedc, 0));
  return 0;
}

static long membarrier(int command, unsigned flags) {
  return syscall3(NR_membarrier, command, flags, 0);
}

static long barriers_of_child(void *unused) {
  say("child: registered %e", membarrier(512, 0));
  say(", private: %e\n", membarrier(8, 0));
  return 0;
}

static long barriers(void *unused) {
  say("query: %e", membarrier(0, 0));
  say(", flags: %e", membarrier(0, 1));
  say(", %e\n", membarrier(1, 2));
  for (int command = -1; command <= 1024; command = command < 1 ? command + 1 : command * 2)
    say("%d: %e\n", command, membarrier(command, 0));
  say("3: %e", membarrier(3, 0));
  say(", 128 on a CPU: %e", membarrier(128, 1));
  say(", 16 on a CPU: %e", membarrier(16, 1));
  say(", private again: %e", membarrier(8, 0));
  say(", registered: %e\n", membarrier(512, 0));
  run_in_child(barriers_of_child, 0);
  return 0;
}

static long kcmp(long one, long other, int type, unsigned long a, unsigned long b) {
  return syscall5(NR_kcmp, one, other, type, a, b);
}

static volatile int *go;

static long waiting(void *unused) {
  wait_until(go, 1);
  return 0;
}

static const char *order(long result) {
  return result == 0 ? "same" : result > 0 && result < 4 ? "differ" : "an error";
}

static long comparing(void *unused) {
  long me = sys_getpid();
  *go = 0;
  long child = fork_child(waiting, 0);
  for (int type = 0; type < 7; type++)
    say("%d: myself %s", type, order(kcmp(me, me, type, 1, 1))),
        say(", child %s\n", order(kcmp(me, child, type, 1, 1)));
  long files = sys_clone(CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
  if (files == 0) {
    waiting(0);
    sys_exit(0);
  }
  say("a child with our files: %s", order(kcmp(me, files, 2, 0, 0)));
  say(", one file: %s", order(kcmp(me, files, 0, 1, 1)));
  say(", two files: %s\n", order(kcmp(me, files, 0, 0, 1)));
  long copy = need(sys_dup(1), "dup");
  say("a duplicate: %s\n", order(kcmp(me, me, 0, 1, copy)));
  say("there and back: %d\n", kcmp(me, me, 0, 0, 1) + kcmp(me, me, 0, 1, 0) == 3);
  sys_close(copy);
  say("closed: %e", kcmp(me, me, 0, 1, copy));
  say(", type -1: %e", kcmp(me, me, -1, 0, 0));
  say(", 8: %e", kcmp(me, me, 8, 0, 0));
  say(", 8 of nobody: %e", kcmp(me, 32000, 8, 0, 0));
  say(", nobody: %e", kcmp(32000, me, 1, 0, 0));
  say(", pid 0: %e", kcmp(0, me, 1, 0, 0));
  say(", epoll with a bad address: %e\n", kcmp(me, me, 7, 1, 1));
  syscall1(NR_setuid, 1000);
  say("as a user: root's: %e", kcmp(me, child, 1, 0, 0));
  say(", 8 of root's: %e", kcmp(me, child, 8, 0, 0));
  say(", mine: %e\n", kcmp(me, me, 1, 0, 0));
  set_and_wake(go, 1);
  wait_for(child);
  wait_for(files);
  return 0;
}

static long modules(void *unused) {
  say("init_module: %e", syscall3(NR_init_module, 0, 0, 0));
  char image[128];
  memset(image, 0, sizeof image);
  say(", garbage: %e", syscall3(NR_init_module, ARG(image), sizeof image, ARG("")));
  say("; delete_module: bad address: %e", syscall2(NR_delete_module, 1, 0));
  say(", unknown: %e", syscall2(NR_delete_module, ARG("no-such-module"), 0));
  say("; finit_module: flags: %e", syscall3(NR_finit_module, 99, ARG(""), 8));
  say(", descriptor: %e\n", syscall3(NR_finit_module, 99, ARG(""), 0));
  syscall1(NR_setuid, 1000);
  say("as a user: %e", syscall3(NR_init_module, 0, 0, 0));
  say(", %e", syscall2(NR_delete_module, 1, 0));
  say(", %e\n", syscall3(NR_finit_module, 99, 0, 8));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  go = new_shared(4096);
  static const struct {
    const char *name;
    long (*function)(void *);
  } parts[] = {
      {"names", set_names},     {"memory", memory},   {"random bytes", random_bytes},
      {"log", kernel_log},      {"reboot", reboots},  {"barriers", barriers},
      {"comparing", comparing}, {"modules", modules},
  };
  say("umask: %d\n", syscall1(NR_umask, 0777) <= 0777);
  say("0777, then 0xffff: %d", (int)syscall1(NR_umask, 0xffff) == 0777);
  say(", bits that stay: %d\n", (int)syscall1(NR_umask, 022) == 0777);
  for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
    say("-- %s\n", parts[i].name);
    int status = run_in_child(parts[i].function, 0);
    if (status) say("%w\n", status);
  }
  return 0;
}
