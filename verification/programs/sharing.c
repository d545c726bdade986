// Memory that processes share: shm_open, memfd, reading another process; and what mmap, madvise and brk do.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void expect(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static void shm(void) {
  int fd = shm_open("/forklift-shm", O_CREAT | O_EXCL | O_RDWR, 0600);
  if (fd < 0) { expect("shm_open", fd); return; }
  expect("ftruncate", ftruncate(fd, 8192));
  int *a = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  for (int i = 0; i < 4; i++) {
    if (fork() == 0) {
      int other = shm_open("/forklift-shm", O_RDWR, 0);
      int *b = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, other, 0);
      for (int j = 0; j < 1000; j++) __atomic_fetch_add(&b[1500], 1, __ATOMIC_SEQ_CST);
      _exit(0);
    }
  }
  while (wait(NULL) > 0) {}
  printf("four processes count to %d\n", a[1500]);
  expect("shm_unlink", shm_unlink("/forklift-shm"));
  expect("again", shm_unlink("/forklift-shm"));
}

static void memfd(void) {
  int fd = memfd_create("name", MFD_ALLOW_SEALING);
  expect("write", write(fd, "sealed", 6));
  expect("seal", fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK));
  expect("grow", ftruncate(fd, 100));
  expect("write over", pwrite(fd, "x", 1, 0));
  expect("seal writes", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL));
  expect("write over", pwrite(fd, "x", 1, 0));
  expect("more seals", fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
  expect("seals", fcntl(fd, F_GET_SEALS));
  char text[50] = "", path[50];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  expect("readlink", readlink(path, text, sizeof text));
  printf("%s\n", text);
}

static void other_process(void) {
  int p[2];
  (void)!pipe(p);
  static char secret[20] = "before";
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    strcpy(secret, "the child's");
    (void)!write(p[1], "x", 1);
    pause();
  }
  char byte, text[20];
  (void)!read(p[0], &byte, 1);
  struct iovec local = {text, sizeof text}, remote = {secret, sizeof secret};
  expect("process_vm_readv", process_vm_readv(child, &local, 1, &remote, 1, 0));
  printf("%s\n", text);
  strcpy(text, "written");
  expect("process_vm_writev", process_vm_writev(child, &local, 1, &remote, 1, 0));
  remote.iov_base = (void *)16;
  expect("at a bad address", process_vm_readv(child, &local, 1, &remote, 1, 0));
  char path[50];
  snprintf(path, sizeof path, "/proc/%d/mem", child);
  int fd = open(path, O_RDWR);
  expect("mem", pread(fd, text, 8, (off_t)(unsigned long)secret));
  printf("%s\n", text);
  kill(child, 9);
  wait(NULL);
}

static void memory(void) {
  long page = sysconf(_SC_PAGESIZE);
  char *a = mmap(NULL, (size_t)(4 * page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(a, 'a', (size_t)(4 * page));
  unsigned char in[4];
  expect("mincore", mincore(a, (size_t)(4 * page), in));
  printf("resident %d %d\n", in[0] & 1, in[3] & 1);
  expect("MADV_DONTNEED", madvise(a + page, (size_t)page, MADV_DONTNEED));
  printf("zero again: %d, others stay: %c\n", a[page], a[2 * page]);
  expect("mlock", mlock(a, (size_t)page));
  expect("munlock", munlock(a, (size_t)page));
  char *b = mremap(a, (size_t)(4 * page), (size_t)(100 * page), MREMAP_MAYMOVE);
  printf("grown: %c %d\n", b[0], b[99 * page]);
  expect("mprotect nothing there", mprotect((void *)0x70000000, (size_t)page, PROT_READ));
  expect("munmap crooked", munmap(b + 1, (size_t)page));
  expect("NOREPLACE", mmap(b, (size_t)page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED ? -1 : 0);
  expect("too much", mmap(NULL, 0xf0000000u, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  expect("DONTFORK", madvise(b, (size_t)page, MADV_WIPEONFORK));
  if (fork() == 0) _exit(b[0]);
  int status;
  wait(&status);
  printf("wiped in a child: %d\n", status == 0);
  char *end = sbrk(0);
  expect("sbrk", sbrk(10000) == end ? 0 : -1);
  end[9999] = 1;
  expect("brk", brk(end));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  shm();
  memfd();
  other_process();
  memory();
  return 0;
}
