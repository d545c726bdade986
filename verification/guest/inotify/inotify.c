// Watching files: which events there are, in which order, and what is refused.

#include "guest.h"

#include "timing.h"

enum {
  IN_ALL_EVENTS = 0xfff,
  IN_ONLYDIR = 0x01000000,
  IN_DONT_FOLLOW = 0x02000000,
  IN_EXCL_UNLINK = 0x04000000,
  IN_MASK_CREATE = 0x10000000,
  IN_MASK_ADD = 0x20000000,
  IN_ISDIR = 0x40000000,
};
#define IN_ONESHOT 0x80000000u
enum { FIONREAD = 0x541b };

struct event {
  int wd;
  uint32_t mask, cookie, length;
  char name[];
};

static int instance;

static long add(const char *path, uint32_t mask) {
  return syscall3(NR_inotify_add_watch, instance, ARG(path), (long)mask);
}

static long rm(long wd) { return syscall2(NR_inotify_rm_watch, instance, wd); }

static void open_instance(void) {
  instance = (int)need(syscall1(NR_inotify_init1, O_NONBLOCK), "inotify_init1");
}

static void show_mask(struct line *line, uint32_t mask) {
  static const char names[][16] = {
      "ACCESS", "MODIFY", "ATTRIB", "CLOSE_WRITE", "CLOSE_NOWRITE", "OPEN",    "MOVED_FROM", "MOVED_TO",
      "CREATE", "DELETE", "DELETE_SELF", "MOVE_SELF", "0x1000",     "UNMOUNT", "Q_OVERFLOW", "IGNORED",
  };
  for (int i = 0; i < 16; i++)
    if (mask & 1u << i) line_text(line, names[i]);
  if (mask & IN_ISDIR) line_text(line, "|ISDIR");
  if (mask & ~(IN_ISDIR | 0xffffu)) line_text(line, "|others");
}

// Reads all events and says them in one line.
static void events(const char *what) {
  static char buffer[8192] __attribute__((aligned(8)));
  struct line line = {.length = 0};
  line_text(&line, what);
  line_text(&line, ":");
  uint32_t cookie = 0;
  for (;;) {
    long n = sys_read(instance, buffer, sizeof buffer);
    if (n <= 0) {
      if (n != -EAGAIN) {
        line_char(&line, ' ');
        line_result(&line, n);
      }
      break;
    }
    for (long at = 0; at < n;) {
      struct event *event = (struct event *)(buffer + at);
      line_text(&line, " ");
      line_signed(&line, event->wd);
      line_char(&line, '=');
      show_mask(&line, event->mask);
      if (event->length) {
        line_char(&line, '(');
        line_text(&line, event->name);
        line_char(&line, ')');
      }
      if (event->cookie) line_text(&line, event->cookie == cookie ? "[same]" : "[cookie]");
      cookie = event->cookie;
      at += (long)sizeof *event + event->length;
    }
  }
  line.text[line.length < sizeof line.text ? line.length : sizeof line.text - 1] = 0;
  say("%s\n", line.text);
}

static int open_file(const char *path, int flags) {
  return (int)need(sys_open(path, flags, 0644), path);
}

static void make(const char *path) { sys_close(open_file(path, O_CREAT | O_WRONLY)); }

static long mkdir(const char *path) { return syscall3(NR_mkdirat, AT_FDCWD, ARG(path), 0755); }
static long unlink(const char *path) { return syscall3(NR_unlinkat, AT_FDCWD, ARG(path), 0); }
static long rmdir(const char *path) { return syscall3(NR_unlinkat, AT_FDCWD, ARG(path), 0x200); }
static long rename2(const char *from, const char *to, int flags) {
  return syscall5(276, AT_FDCWD, ARG(from), AT_FDCWD, ARG(to), flags);
}
static long link_to(const char *from, const char *to) {
  return syscall5(37, AT_FDCWD, ARG(from), AT_FDCWD, ARG(to), 0);
}
static long chmod(const char *path, int mode) { return syscall3(53, AT_FDCWD, ARG(path), mode); }

static void errors(void) {
  say("-- errors\n");
  say("init: flags 1 %e, all %e\n", syscall1(NR_inotify_init1, 1), syscall1(NR_inotify_init1, -1));
  int fd = (int)need(syscall1(NR_inotify_init1, O_CLOEXEC | O_NONBLOCK), "inotify_init1");
  say("flags: descriptor %e, file %lx\n", sys_fcntl(fd, F_GETFD, 0),
      (unsigned long)sys_fcntl(fd, F_GETFL, 0));
  sys_close(fd);
  open_instance();
  say("add: no bits %e, only a flag %e, unknown bits %e, with a known one %e, ISDIR alone %e\n",
      add(".", 0), add(".", IN_ONLYDIR), add(".", 0x00100000), add(".", 0x00100001),
      add(".", IN_ISDIR));
  say("add: no file %e, nowhere %e, empty %e, not a folder %e\n", add("nothing", 1),
      add((char *)NOWHERE, 1), add("", 1), add("f1", 1 | IN_ONLYDIR));
  say("add: MASK_ADD and MASK_CREATE %e, twice with MASK_CREATE %e\n",
      add(".", 1 | IN_MASK_ADD | IN_MASK_CREATE), add(".", 1 | IN_MASK_CREATE));
  say("no descriptor: add %e, rm %e; another file: add %e, rm %e\n",
      syscall3(NR_inotify_add_watch, 99, ARG("."), 1), syscall2(NR_inotify_rm_watch, 99, 1),
      syscall3(NR_inotify_add_watch, 1, ARG("."), 1), syscall2(NR_inotify_rm_watch, 1, 1));
  say("no descriptor and no bits: %e, both masks %e; another file and both masks %e, no path %e\n",
      syscall3(NR_inotify_add_watch, 99, ARG("."), 0),
      syscall3(NR_inotify_add_watch, 99, ARG("."), 1 | IN_MASK_ADD | IN_MASK_CREATE),
      syscall3(NR_inotify_add_watch, 1, ARG("."), 1 | IN_MASK_ADD | IN_MASK_CREATE),
      syscall3(NR_inotify_add_watch, 1, NOWHERE, 1));
  say("rm: 0 %e, 99 %e, -1 %e\n", rm(0), rm(99), rm(-1));
  char bytes[64];
  int count = -1;
  say("read: nothing %e, into 0 bytes %e; write %e, lseek %e, ioctl %e", sys_read(instance, bytes, 64),
      sys_read(instance, bytes, 0), sys_write(instance, bytes, 1),
      syscall5(NR_llseek, instance, 0, 0, ARG(bytes), 1),
      syscall3(29, instance, FIONREAD, ARG(&count)));
  say(", %d\n", count);
  sys_close(instance);
}

int guest_main(int argc, char **argv, char **envp) {
  need(mkdir("/tmp/watched"), "mkdir");
  need(sys_chdir("/tmp/watched"), "chdir");
  make("f1");
  errors();

  say("-- a folder\n");
  open_instance();
  say("watch: %e, again %e\n", add(".", IN_ALL_EVENTS), add("/tmp/watched", IN_ALL_EVENTS));
  int fd = open_file("a", O_CREAT | O_RDWR);
  events("create");
  sys_write(fd, "hello", 5);
  events("write");
  sys_write(fd, "", 0);
  events("write nothing");
  char bytes[64];
  syscall6(67, fd, ARG(bytes), 5, 0, 0, 0);
  events("pread");
  sys_read(fd, bytes, 5);
  events("read at the end");
  need(syscall3(NR_ftruncate64, fd, 0, 0), "ftruncate");
  events("ftruncate");
  syscall3(52, fd, 0600, 0);
  events("fchmod");
  syscall3(55, fd, 0, 0);
  events("fchown");
  syscall6(47, fd, 0, 0, 0, 4096, 0);
  events("fallocate");
  int copy = (int)sys_dup(fd);
  sys_close(fd);
  events("close one of two");
  sys_close(copy);
  events("close");
  fd = open_file("a", O_RDONLY);
  events("open");
  sys_close(fd);
  events("close");
  sys_close(open_file("a", O_WRONLY | O_TRUNC));
  events("open with O_TRUNC");
  sys_close(open_file("a", O_CREAT | O_RDONLY | O_TRUNC));
  events("and O_CREAT");
  sys_close(open_file("a", 010000000));
  events("O_PATH");
  struct timespec times[2] = {{1, 0}, {2, 0}}, omit_one[2] = {{1, 0x3ffffffe}, {2, 0}},
                  omit_two[2] = {{1, 0}, {2, 0x3ffffffe}};
  syscall4(NR_utimensat, AT_FDCWD, ARG("a"), ARG(times), 0);
  events("utimensat");
  syscall4(NR_utimensat, AT_FDCWD, ARG("a"), ARG(omit_one), 0);
  events("only the modification");
  syscall4(NR_utimensat, AT_FDCWD, ARG("a"), ARG(omit_two), 0);
  events("only the access");
  syscall3(45, ARG("a"), 3, 0);
  events("truncate");
  chmod("a", 0644);
  events("chmod");
  need(link_to("a", "b"), "link");
  events("link");
  need(rename2("a", "c", 0), "rename");
  events("rename");
  need(rename2("c", "b", 0), "rename");
  events("rename to another name of it");
  make("d");
  events("create another");
  need(rename2("d", "b", 0), "rename");
  events("rename over a link");
  need(rename2("b", "c", 2), "exchange");
  events("exchange");
  unlink("b");
  events("unlink");
  need(mkdir("sub"), "mkdir");
  events("mkdir");
  fd = open_file("sub", O_RDONLY);
  syscall3(61, fd, ARG(bytes), 64);
  syscall3(61, fd, ARG(bytes), 64);
  sys_close(fd);
  events("list it");
  make("sub/x");
  events("in it");
  need(rename2("c", "sub/c", 0), "rename");
  events("move into it");
  need(rename2("sub/c", "c", 0), "rename");
  events("move out of it");
  need(syscall3(36, ARG("c"), AT_FDCWD, ARG("link")), "symlink");
  events("symlink");
  sys_close(open_file("link", O_RDONLY));
  events("open through it");
  syscall4(NR_readlinkat, AT_FDCWD, ARG("link"), ARG(bytes), 64);
  events("readlink");
  need(syscall4(33, AT_FDCWD, ARG("fifo"), 010644, 0), "mknod");
  events("mknod");
  unlink("sub/x");
  rmdir("sub");
  events("rmdir");
  unlink("link");
  unlink("fifo");
  events("unlink both");
  fd = open_file("c", O_RDWR);
  unlink("c");
  events("unlink what is open");
  sys_write(fd, "x", 1);
  events("write to it");
  sys_close(fd);
  events("close it");
  fd = open_file(".", O_RDONLY);
  syscall3(61, fd, ARG(bytes), 64);
  sys_close(fd);
  events("the folder itself");
  chmod(".", 0700);
  events("its mode");
  sys_close(instance);

  say("-- a file\n");
  open_instance();
  add("f1", IN_ALL_EVENTS);
  fd = open_file("f1", O_RDWR);
  sys_write(fd, "1", 1);
  sys_write(fd, "2", 1);
  sys_read(fd, bytes, 1);
  sys_close(fd);
  events("used");
  link_to("f1", "f2");
  events("linked");
  rename2("f1", "f3", 0);
  events("renamed");
  sys_close(open_file("f2", O_RDONLY));
  events("opened under the other name");
  unlink("f2");
  events("one name removed");
  make("f4");
  rename2("f4", "f3", 0);
  events("replaced");
  events("nothing more");
  make("f1");
  say("watched anew: %e\n", add("f1", IN_ALL_EVENTS));
  fd = open_file("f1", O_RDONLY);
  events("opened");
  unlink("f1");
  events("removed while open");
  sys_close(fd);
  events("closed");
  need(mkdir("sub"), "mkdir");
  say("a folder: %e\n", add("sub", IN_ALL_EVENTS));
  rename2("sub", "sub2", 0);
  events("renamed");
  rmdir("sub2");
  events("removed");
  sys_close(instance);

  say("-- both\n");
  open_instance();
  make("f1");
  add(".", IN_ALL_EVENTS);
  add("f1", IN_ALL_EVENTS);
  sys_close(open_file("f1", O_RDONLY));
  events("opened");
  chmod("f1", 0600);
  events("mode");
  rename2("f1", "f2", 0);
  events("renamed");
  unlink("f2");
  events("removed");
  sys_close(instance);

  say("-- masks\n");
  open_instance();
  make("f1");
  long wd = add("f1", 0x20);
  say("open only: %e", wd);
  sys_close(open_file("f1", O_RDONLY));
  events("");
  say("with MASK_ADD: %e", add("f1", 0x10 | IN_MASK_ADD));
  sys_close(open_file("f1", O_RDONLY));
  events("");
  say("replaced: %e", add("f1", 0x10));
  sys_close(open_file("f1", O_RDONLY));
  events("");
  say("MASK_CREATE: %e\n", add("f1", 0x10 | IN_MASK_CREATE));
  say("removed: %e", rm(wd));
  events("");
  say("again: %e\n", rm(wd));
  say("once: %e", add("f1", 0x20 | IN_ONESHOT));
  sys_close(open_file("f1", O_RDONLY));
  sys_close(open_file("f1", O_RDONLY));
  events("");
  need(syscall3(36, ARG("f1"), AT_FDCWD, ARG("link")), "symlink");
  say("a link followed: %e", add("link", 0x20));
  sys_close(open_file("f1", O_RDONLY));
  events("");
  say("not followed: %e", add("link", IN_ALL_EVENTS | IN_DONT_FOLLOW));
  unlink("link");
  events("");
  say("only a folder: %e, a link to a file %e\n", add(".", 0x20 | IN_ONLYDIR), add("f1", 1 | IN_ONLYDIR));
  sys_close(instance);
  open_instance();
  add(".", 0x3f | IN_EXCL_UNLINK);
  fd = open_file("f1", O_RDWR);
  events("EXCL_UNLINK: opened");
  unlink("f1");
  sys_write(fd, "x", 1);
  sys_close(fd);
  events("removed and used");

  say("-- reading\n");
  make("abc");
  int count = 0;
  syscall3(29, instance, FIONREAD, ARG(&count));
  say("bytes: %d, read into 31: %e, 32: %e, 63: %e, nowhere: %e\n", count,
      sys_read(instance, bytes, 31), sys_read(instance, bytes, 32), sys_read(instance, bytes, 63),
      sys_read(instance, (void *)NOWHERE, 64));
  events("the rest");
  make("fifteen-letters");
  make("sixteen--letters");
  syscall3(29, instance, FIONREAD, ARG(&count));
  say("bytes of names of 15 and 16: %d\n", count);
  events("they are");
  for (int i = 0; i < 5; i++) chmod("abc", 0600);
  events("five times the same");
  struct pollfd poll = {instance, POLLIN | POLLOUT, 0};
  struct timespec zero = {0, 0};
  sys_poll(&poll, 1, &zero);
  say("ready: %x", poll.revents);
  chmod("abc", 0644);
  sys_poll(&poll, 1, &zero);
  say(", %x\n", poll.revents);
  events("it is");
  for (int i = 0; i < 9000; i++) {
    chmod("abc", 0600);
    chmod("fifteen-letters", 0600);
  }
  int total = 0, last = 0;
  static char buffer[65536] __attribute__((aligned(8)));
  for (long n; (n = sys_read(instance, buffer, sizeof buffer)) > 0;)
    for (long at = 0; at < n; at += 16 + (long)((struct event *)(buffer + at))->length) {
      total++;
      last = (int)((struct event *)(buffer + at))->mask;
    }
  say("too many: %d, the last is %x\n", total, (unsigned)last);
  sys_close(instance);

  say("-- unmounting and limits\n");
  need(mkdir("mnt"), "mkdir");
  need(syscall5(40, ARG("t"), ARG("mnt"), ARG("tmpfs"), 0, 0), "mount");
  make("mnt/f");
  open_instance();
  say("watch: %e, %e\n", add("mnt", IN_ALL_EVENTS), add("mnt/f", IN_ALL_EVENTS));
  long result = syscall2(39, ARG("mnt"), 0);
  say("umount: %e\n", result);
  events("and");
  rmdir("mnt");
  sys_close(instance);
  int fds[200], made = 0;
  while (made < 200 && (fds[made] = (int)syscall1(NR_inotify_init1, 0)) >= 0) made++;
  say("instances: %d, then %e\n", made, (long)fds[made < 200 ? made : 199]);
  for (int i = 0; i < made; i++) sys_close(fds[i]);
  unlink("abc");
  unlink("f3");
  unlink("fifteen-letters");
  unlink("sixteen--letters");
  return 0;
}
