// Files: mappings, holes, vectors, copies, locks, names, links, times and the errors they give.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *word(long result) { return result == -1 ? strerrorname_np(errno) : "ok"; }

static void expect(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static void mappings(void) {
  int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0644);
  expect("write", write(fd, "hello, mapping", 14));
  char *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char *private = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  printf("rest of the page: %d\n", shared[14]);
  memcpy(shared, "HELLO", 5);
  memcpy(private + 7, "PRIVATE", 7);
  char text[20] = "";
  expect("pread", pread(fd, text, 14, 0));
  printf("file %s, private %.14s\n", text, private);
  expect("pwrite", pwrite(fd, "y", 1, 4));
  printf("shared %.14s, private %.14s\n", shared, private);
  expect("msync", msync(shared, 8192, MS_SYNC));
  expect("ftruncate", ftruncate(fd, 5000));
  shared[4999] = 'z';
  expect("pread at the end", pread(fd, text, 10, 4999));
  if (fork() == 0) {
    shared[1] = 'C';
    private[0] = 'C';
    _exit(0);
  }
  wait(NULL);
  printf("after a child: shared %.5s, private %.5s\n", shared, private);
  expect("munmap", munmap(shared, 8192));
  close(fd);
  expect("map a closed descriptor", (long)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
  fd = open("mapped", O_RDONLY);
  expect("shared, writable, of a read-only file", (long)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  expect("map at a crooked offset", (long)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 100));
  expect("map nothing", (long)mmap(NULL, 0, PROT_READ, MAP_SHARED, fd, 0));
  close(fd);
}

static void vectors(void) {
  int fd = open("vector", O_RDWR | O_CREAT | O_TRUNC, 0600);
  struct iovec parts[3] = {{"one ", 4}, {"two ", 4}, {"three", 5}};
  expect("writev", writev(fd, parts, 3));
  char a[6] = "", b[10] = "";
  struct iovec into[2] = {{a, 5}, {b, 9}};
  expect("preadv", preadv(fd, into, 2, 1));
  printf("[%s][%s]\n", a, b);
  expect("pwritev", pwritev(fd, parts, 1, 100));
  expect("lseek to the end", lseek(fd, 0, SEEK_END));
  expect("lseek before the start", lseek(fd, -1, SEEK_SET));
  expect("lseek far", lseek(fd, 1000000, SEEK_SET));
  expect("read there", read(fd, a, 5));
  expect("write there", write(fd, "far", 3));
  struct stat s;
  fstat(fd, &s);
  printf("size %ld, blocks %ld\n", (long)s.st_size, (long)s.st_blocks);
  expect("data", lseek(fd, 200, SEEK_DATA));
  expect("hole", lseek(fd, 0, SEEK_HOLE));
  expect("data at the start", lseek(fd, 0, SEEK_DATA));
  expect("data behind the end", lseek(fd, 2000000, SEEK_DATA));
  expect("punch", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
  fstat(fd, &s);
  printf("size %ld, blocks %ld\n", (long)s.st_size, (long)s.st_blocks);
  expect("allocate", fallocate(fd, 0, 1000000, 10000));
  fstat(fd, &s);
  printf("size %ld, blocks %ld\n", (long)s.st_size, (long)s.st_blocks);
  expect("collapse", fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096));
  expect("posix_fallocate", posix_fallocate(fd, 0, 100));
  expect("fadvise", posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM));
  int other = open("copy", O_RDWR | O_CREAT | O_TRUNC, 0600);
  lseek(fd, 999990, SEEK_SET);
  expect("copy_file_range", copy_file_range(fd, NULL, other, NULL, 20, 0));
  off_t offset = 100;
  expect("sendfile", sendfile(other, fd, &offset, 50));
  printf("offset %ld, position %ld\n", (long)offset, (long)lseek(fd, 0, SEEK_CUR));
  int ends[2];
  expect("pipe2", pipe2(ends, O_NONBLOCK | O_CLOEXEC));
  lseek(other, 10, SEEK_SET);
  expect("splice into a pipe", splice(other, NULL, ends[1], NULL, 3, 0));
  expect("tee", tee(ends[0], ends[1], 3, 0));
  expect("vmsplice", vmsplice(ends[1], parts, 3, 0));
  char text[40] = "";
  expect("read the pipe", read(ends[0], text, 39));
  printf("%s\n", text);
  expect("read it empty", read(ends[0], text, 39));
  expect("pipe size", fcntl(ends[0], F_GETPIPE_SZ));
  expect("pipe size set", fcntl(ends[0], F_SETPIPE_SZ, 5000));
  close(ends[0]); close(ends[1]); close(fd); close(other);
}

static void names(void) {
  struct stat s;
  expect("mkdir", mkdir("folder", 0750));
  expect("mkdir again", mkdir("folder", 0750));
  int folder = open("folder", O_RDONLY | O_DIRECTORY);
  expect("openat", close(openat(folder, "file", O_CREAT | O_EXCL | O_WRONLY, 0640)));
  expect("openat again", openat(folder, "file", O_CREAT | O_EXCL | O_WRONLY, 0640));
  expect("a file as a folder", open("folder/file/x", O_RDONLY));
  expect("O_DIRECTORY on a file", open("folder/file", O_DIRECTORY));
  expect("write a folder", open("folder", O_WRONLY));
  expect("symlinkat", symlinkat("file", folder, "link"));
  expect("O_NOFOLLOW", open("folder/link", O_NOFOLLOW));
  int path = open("folder/link", O_PATH | O_NOFOLLOW);
  expect("O_PATH", fstat(path, &s));
  printf("a link: %d\n", S_ISLNK(s.st_mode));
  char text[100] = "";
  expect("readlinkat", readlinkat(path, "", text, sizeof text));
  expect("read an O_PATH", read(path, text, 1));
  close(path);
  expect("linkat", linkat(folder, "file", AT_FDCWD, "hard", 0));
  fstatat(folder, "file", &s, 0);
  printf("links %d, mode %o\n", (int)s.st_nlink, s.st_mode);
  expect("link a folder", link("folder", "other"));
  expect("rename", renameat(AT_FDCWD, "hard", folder, "moved"));
  expect("rename to itself", rename("folder/moved", "folder/file"));
  expect("both are there", access("folder/moved", F_OK) + access("folder/file", F_OK));
  expect("NOREPLACE", renameat2(folder, "moved", folder, "link", RENAME_NOREPLACE));
  expect("EXCHANGE", renameat2(folder, "moved", folder, "link", RENAME_EXCHANGE));
  fstatat(folder, "moved", &s, AT_SYMLINK_NOFOLLOW);
  printf("now a link: %d\n", S_ISLNK(s.st_mode));
  expect("a folder over a file", rename("folder", "vector"));
  expect("a file over a folder", rename("vector", "folder"));
  expect("a folder into itself", rename("folder", "folder/below"));
  expect("rmdir what is not empty", rmdir("folder"));
  expect("unlink a folder", unlink("folder"));
  expect("rmdir a file", rmdir("vector"));
  expect("unlinkat", unlinkat(folder, "moved", 0));
  expect("chdir", fchdir(folder));
  printf("getcwd ends with folder: %d\n", strcmp(strrchr(getcwd(text, sizeof text), '/'), "/folder") == 0);
  expect("getcwd, too small", getcwd(text, 2) == NULL ? -1 : 0);
  expect("chdir up", chdir(".."));
  expect("too long a name", open("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", O_RDONLY));
  expect("no name", open("", O_RDONLY));
  symlink("loop", "loop");
  expect("a loop", open("loop", O_RDONLY));
  expect("O_TMPFILE", path = open("folder", O_TMPFILE | O_RDWR, 0600));
  expect("link it", linkat(path, "", AT_FDCWD, "named", AT_EMPTY_PATH));
  fstat(path, &s);
  printf("links %d\n", (int)s.st_nlink);
  expect("O_EXCL", open("named", O_CREAT | O_EXCL, 0600));
  expect("O_APPEND", path = open("named", O_WRONLY | O_APPEND));
  (void)!write(path, "12", 2);
  lseek(path, 0, SEEK_SET);
  (void)!write(path, "34", 2);
  expect("position", lseek(path, 0, SEEK_CUR));
  expect("flags", fcntl(path, F_GETFL) & (O_ACCMODE | O_APPEND));
  close(path);
  expect("O_TRUNC", path = open("named", O_RDWR | O_TRUNC));
  fstat(path, &s);
  printf("size %d\n", (int)s.st_size);
  close(path);
  close(folder);
  expect("mkfifo", mkfifo("fifo", 0600));
  expect("open its writing end", open("fifo", O_WRONLY | O_NONBLOCK));
  expect("mknod", mknod("null", S_IFCHR | 0666, 0x103));
  expect("it takes", write(path = open("null", O_WRONLY), text, 100));
  close(path);
}

static void attributes(void) {
  struct stat s;
  struct statx x;
  close(open("attributes", O_CREAT | O_WRONLY, 0666));
  umask(027);
  close(open("masked", O_CREAT | O_WRONLY, 0666));
  stat("masked", &s);
  printf("mode %o\n", s.st_mode);
  umask(022);
  struct timespec times[2] = {{1000000000, 123456789}, {4000000000, 5}};
  expect("utimensat", utimensat(AT_FDCWD, "attributes", times, 0));
  statx(AT_FDCWD, "attributes", 0, STATX_ALL, &x);
  printf("atime %lld.%09u mtime %lld.%09u\n", (long long)x.stx_atime.tv_sec, x.stx_atime.tv_nsec, (long long)x.stx_mtime.tv_sec, x.stx_mtime.tv_nsec);
  printf("statx mask %x, attributes %llx of %llx, uid %u, mode %o, blksize %u\n", x.stx_mask & 0x7ff, (long long)x.stx_attributes, (long long)x.stx_attributes_mask, x.stx_uid, x.stx_mode, x.stx_blksize);
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_nsec = UTIME_NOW;
  expect("omit and now", utimensat(AT_FDCWD, "attributes", times, 0));
  stat("attributes", &s);
  printf("atime %d, mtime moved %d\n", (int)s.st_atime, s.st_mtime != (time_t)4000000000u);
  times[0].tv_nsec = 1000000000;
  expect("bad nanoseconds", utimensat(AT_FDCWD, "attributes", times, 0));
  expect("chmod", chmod("attributes", 04711));
  expect("chown", chown("attributes", 7, 8));
  stat("attributes", &s);
  printf("mode %o uid %d gid %d\n", s.st_mode, s.st_uid, s.st_gid);
  expect("access", access("attributes", X_OK));
  expect("access for nobody there", access("not-there", F_OK));
  expect("access with a strange mode", access("attributes", 8));
  expect("setxattr", setxattr("attributes", "user.color", "green", 5, 0));
  expect("trusted", setxattr("attributes", "trusted.size", "big", 3, XATTR_CREATE));
  expect("again", setxattr("attributes", "trusted.size", "big", 3, XATTR_CREATE));
  char text[100];
  expect("getxattr", getxattr("attributes", "trusted.size", text, sizeof text));
  expect("getxattr, too small", getxattr("attributes", "trusted.size", text, 1));
  expect("listxattr", listxattr("attributes", text, sizeof text));
  expect("removexattr", removexattr("attributes", "trusted.size"));
  expect("gone", getxattr("attributes", "trusted.size", text, sizeof text));
  expect("no such space", setxattr("attributes", "nothing.size", "big", 3, 0));
  struct statvfs v;
  expect("statvfs", statvfs(".", &v));
  printf("block %lu, name %lu\n", v.f_bsize, v.f_namemax);
  struct statfs f;
  statfs(".", &f);
  printf("type %lx\n", (long)f.f_type);
  expect("pathconf", pathconf(".", _PC_NAME_MAX));
}

static void locks(void) {
  int fd = open("locked", O_RDWR | O_CREAT, 0600), again = open("locked", O_RDWR);
  expect("flock", flock(fd, LOCK_EX));
  expect("flock through another", flock(again, LOCK_SH | LOCK_NB));
  expect("downgrade", flock(fd, LOCK_SH));
  expect("flock through another", flock(again, LOCK_SH | LOCK_NB));
  flock(fd, LOCK_UN);
  flock(again, LOCK_UN);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10};
  expect("fcntl lock", fcntl(fd, F_SETLK, &lock));
  fflush(stdout);
  if (fork() == 0) {
    struct flock mine = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 15, .l_len = 1};
    expect("  a child's lock", fcntl(fd, F_SETLK, &mine));
    mine.l_len = 0;
    mine.l_start = 0;
    expect("  a child asks", fcntl(fd, F_GETLK, &mine));
    printf("  type %d, start %d, length %d, the parent's %d\n", mine.l_type, (int)mine.l_start, (int)mine.l_len, mine.l_pid == getppid());
    mine.l_type = F_WRLCK;
    mine.l_start = 20;
    mine.l_len = 5;
    expect("  beside it", fcntl(fd, F_SETLK, &mine));
    mine.l_start = 12;
    mine.l_len = 1;
    long got = fcntl(fd, F_SETLKW, &mine);
    usleep(100000);
    expect("  waiting for it", got);
    fflush(stdout);
    _exit(0);
  }
  usleep(100000);
  lock.l_type = F_UNLCK;
  lock.l_start = 11;
  lock.l_len = 3;
  expect("unlock a part", fcntl(fd, F_SETLK, &lock));
  wait(NULL);
  lock.l_type = F_WRLCK;
  lock.l_start = 0;
  lock.l_len = 0;
  expect("close another descriptor loses them", close(dup(fd)));
  lock.l_pid = 0;
  expect("open file lock", fcntl(fd, F_OFD_SETLK, &lock));
  expect("through another", fcntl(again, F_OFD_SETLK, &lock));
  expect("whose", fcntl(again, F_OFD_GETLK, &lock));
  printf("type %d, pid %d\n", lock.l_type, lock.l_pid);
  close(fd);
  expect("after close", fcntl(again, F_OFD_SETLK, &lock));
  expect("lockf", lockf(again, F_TEST, 0));
  close(again);
}

static void descriptors(void) {
  int fd = open("locked", O_RDWR);
  expect("dup2", dup2(fd, 50));
  expect("dup2 itself", dup2(fd, fd));
  expect("dup2 of none", dup2(99, 51));
  expect("dup3 itself", dup3(fd, fd, 0));
  expect("dup3", dup3(fd, 52, O_CLOEXEC));
  expect("its flag", fcntl(52, F_GETFD));
  expect("F_DUPFD", fcntl(fd, F_DUPFD, 50));
  expect("F_DUPFD_CLOEXEC", fcntl(fd, F_DUPFD_CLOEXEC, 60));
  expect("shared position", lseek(fd, 77, SEEK_SET) - lseek(50, 0, SEEK_CUR));
  expect("O_NONBLOCK", fcntl(fd, F_SETFL, O_NONBLOCK));
  expect("seen through the other", fcntl(50, F_GETFL) & O_NONBLOCK);
  expect("close_range", close_range(50, 70, 0));
  expect("closed", fcntl(51, F_GETFD));
  expect("close again", close(51));
  expect("read a bad descriptor", read(-1, NULL, 0));
  expect("read into nowhere", pread(fd, (void *)16, 1, 0));
  expect("write from nowhere", pwrite(fd, (void *)16, 1, 0));
  expect("read what is only written", read(open("locked", O_WRONLY), &fd, 1));
  expect("isatty", isatty(fd));
  printf("isatty: %s\n", word(isatty(fd) ? 0 : -1));
}

int main(void) {
  char folder[] = "/tmp/filesXXXXXX";
  setvbuf(stdout, NULL, _IOLBF, 0);
  umask(022);
  if (mkdtemp(folder) == NULL || chdir(folder) != 0) return 1;
  mappings();
  vectors();
  names();
  attributes();
  locks();
  descriptors();
  return 0;
}
