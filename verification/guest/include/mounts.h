// What programs about mounts have in common.

#ifndef MOUNTS_H
#define MOUNTS_H

enum {
  MS_BIND = 0x1000, MS_MOVE = 0x2000, MS_REC = 0x4000, MS_UNBINDABLE = 0x20000,
  MS_PRIVATE = 0x40000, MS_SLAVE = 0x80000, MS_SHARED = 0x100000, MNT_DETACH = 2,
};

static inline long mount(const char *source, const char *place, const char *type, unsigned long flags) {
  return syscall5(NR_mount, ARG(source), ARG(place), ARG(type), flags, 0);
}

static inline long tmpfs(const char *name, const char *place) { return mount(name, place, "tmpfs", 0); }
static inline long bind(const char *from, const char *to) { return mount(from, to, 0, MS_BIND); }
static inline long change(const char *place, unsigned long type) { return mount(0, place, 0, type); }
static inline long umount(const char *place, int flags) { return syscall2(NR_umount2, ARG(place), flags); }
static inline long mkdir(const char *path) { return syscall3(NR_mkdirat, AT_FDCWD, ARG(path), 0755); }

static inline bool begins_with(const char *text, const char *start) {
  while (*start)
    if (*text++ != *start++) return false;
  return true;
}

// The mounts below /tmp/p: place, propagation and source of each.
static inline void show(const char *when) {
  static char text[16384];
  long fd = need(sys_open("/proc/self/mountinfo", O_RDONLY, 0), "mountinfo");
  long n = 0, got;
  while ((got = sys_read((int)fd, text + n, sizeof text - 1 - (unsigned long)n)) > 0) n += got;
  sys_close((int)fd);
  text[n] = 0;
  say("%s:\n", when);
  for (char *at = text; *at;) {
    char *fields[16];
    int count = 0;
    fields[count++] = at;
    for (; *at != '\n'; at++) {
      if (*at == ' ' && count < 16) {
        *at = 0;
        fields[count++] = at + 1;
      }
    }
    *at++ = 0;
    if (!begins_with(fields[4], "/tmp/p")) continue;
    struct line line = {.length = 0};
    line_text(&line, "  ");
    line_text(&line, fields[4]);
    int i = 6;
    for (; !text_equal(fields[i], "-"); i++) {
      line_char(&line, ' ');
      line_text(&line, fields[i]);
    }
    line_text(&line, " from ");
    line_text(&line, fields[i + 2]);
    line_char(&line, 0);
    say("%s\n", line.text);
  }
}

#endif
