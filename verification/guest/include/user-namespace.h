// Children in user namespaces, and the files that map their ids.

#ifndef USER_NAMESPACE_H
#define USER_NAMESPACE_H

#include "outcome.h"

enum { CLONE_NEWUSER = 0x10000000 };

// What the programs about user namespaces call beside the numbers that all know.
enum {
  NR_NS_mknodat = 33,
  NR_NS_chroot = 51,
  NR_NS_fchmodat = 53,
  NR_NS_openat = 56,
  NR_NS_fstatat64 = 79,
  NR_NS_setns = 268,
  NR_NS_pivot_root = 41,
  NR_NS_symlinkat = 36,
};

static inline char *add_text(char *to, const char *text) {
  while (*text) *to++ = *text++;
  *to = 0;
  return to;
}

static inline char *add_number(char *to, unsigned long number) {
  char digits[12], *at = digits + sizeof digits - 1;
  *at = 0;
  do *--at = "0123456789"[number % 10];
  while (number /= 10);
  return add_text(to, at);
}

// Good until the next call.
static inline const char *proc_file(long pid, const char *name) {
  static char path[64];
  char *at = add_text(path, "/proc/");
  at = pid ? add_number(at, (unsigned long)pid) : add_text(at, "self");
  add_text(add_text(at, "/"), name);
  return path;
}

// What opening and then writing comes to.
static inline long write_file(const char *path, const char *text) {
  long fd = sys_open(path, O_WRONLY, 0);
  if (fd < 0) return fd;
  long result = sys_write((int)fd, text, text_length(text));
  sys_close((int)fd);
  return result < 0 ? result : 0;
}

static inline long map(long pid, const char *kind, const char *text) {
  return write_file(proc_file(pid, kind), text);
}

static inline void show_file(const char *path) {
  static char text[4000];
  long fd = sys_open(path, O_RDONLY, 0);
  if (fd < 0) {
    say("  %s\n", outcome(fd));
    return;
  }
  long got = sys_read((int)fd, text, sizeof text - 1);
  sys_close((int)fd);
  text[got > 0 ? got : 0] = 0;
  if (got < 0)
    say("  %s\n", outcome(got));
  else
    sys_write(1, text, (unsigned long)got);
}

static inline void show_ids(const char *what) {
  unsigned r, e, s, rg, eg, sg;
  syscall3(NR_getresuid, ARG(&r), ARG(&e), ARG(&s));
  syscall3(NR_getresgid, ARG(&rg), ARG(&eg), ARG(&sg));
  say("%s: uid %u %u %u gid %u %u %u\n", what, r, e, s, rg, eg, sg);
}

struct gate {
  int fds[2];
};

static inline void gate_make(struct gate *gate) { need(sys_pipe(gate->fds, 0), "pipe"); }

static inline void gate_open(struct gate *gate) { sys_write(gate->fds[1], "x", 1); }

static inline void gate_await(struct gate *gate) {
  char c;
  while (sys_read(gate->fds[0], &c, 1) == -EINTR) continue;
}

struct child {
  struct gate ready, go;
  long (*function)(void *);
  void *argument;
  unsigned uid, gid;
};

static inline long child_main(void *data) {
  struct child *child = data;
  gate_await(&child->go);
  return child->function(child->argument);
}

// A child made with these flags, which runs function(argument) as soon as gate_open(&child->go).
static inline long child_start(struct child *child, unsigned long flags, long (*function)(void *),
                        void *argument) {
  gate_make(&child->go);
  child->function = function;
  child->argument = argument;
  return arch_clone(flags | SIGCHLD, 0, 0, 0, 0, child_main, child);
}

static inline void child_finish(struct child *child, long pid) {
  gate_open(&child->go);
  int status = wait_for(pid);
  if (status) say("  ended with %w\n", status);
  sys_close(child->go.fds[0]);
  sys_close(child->go.fds[1]);
}

// Runs function(argument) in a user namespace with these maps, which root writes.
static inline void inside(unsigned long flags, const char *uids, const char *gids,
                   long (*function)(void *), void *argument) {
  struct child child;
  long pid = need(child_start(&child, flags | CLONE_NEWUSER, function, argument), "clone");
  if (uids) need(map(pid, "uid_map", uids), "uid_map");
  if (gids) need(map(pid, "gid_map", gids), "gid_map");
  child_finish(&child, pid);
}

// Runs it as somebody without privileges.
struct somebody {
  unsigned uid, gid;
  long (*function)(void *);
  void *argument;
};

static inline long somebody_main(void *data) {
  struct somebody *who = data;
  need(syscall2(NR_setgroups, 0, 0), "setgroups");
  need(syscall3(NR_setresgid, who->gid, who->gid, who->gid), "setresgid");
  need(syscall3(NR_setresuid, who->uid, who->uid, who->uid), "setresuid");
  // Otherwise /proc/self belongs to root.
  need(sys_prctl(4, 1), "PR_SET_DUMPABLE");
  return who->function(who->argument);
}

static inline void as(unsigned uid, unsigned gid, long (*function)(void *), void *argument) {
  struct somebody who = {uid, gid, function, argument};
  int status = run_in_child(somebody_main, &who);
  if (status) say("  ended with %w\n", status);
}

#endif
