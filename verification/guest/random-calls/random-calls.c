// Calls the kernel with random numbers and arguments: whatever a program asks, it gets an answer.
//
//   random-calls SEED BATCHES CALLS [threads]
//
// Each batch is a child process that opens a file of every kind, then makes CALLS system calls, each
// with arguments from pools of the valid, the nearly valid and the absurd. A timer gets it out of
// calls that wait; whatever is left of it and its children after a while is killed. With "threads",
// three threads and a child of the batch do so at once. The same arguments make the same calls.
//
// As a real kernel does not come out of it as it went in, expected.txt is of no batches at all.

#include "guest.h"

enum { NR_LAST = 475, BUFFER_WORDS = 96, AREA = 16 * 4096 };

static uint64_t state;
static volatile int signals;

static uint32_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 16);
}

static uint32_t below(uint32_t n) { return next() % n; }

static char *buffer;   // readable and writable, filled anew for every call
static char *edge;     // the last byte of a page before one that cannot be touched
static char *read_only;
static char *area;     // for calls that change mappings

static const char *const paths[] = {
    "file", "dir", "dir/inner", "link", "loop", "fifo", "socket", ".", "..", "/", "", "new", "new2",
    "dir/../dir/./inner", "file/", "dir/", "link/x", "missing/x", "//tmp//", "/proc/self/fd/3",
    "/proc/self/mem", "/proc/self/maps", "/proc/self/exe", "/proc/self/root", "/proc/self/cwd",
    "/proc/self/fd", "/proc/self/task", "/proc/thread-self/stat", "/proc/self/comm",
    "/proc/sys/kernel/hostname", "/proc/1/fd/0", "/dev/null", "/dev/zero", "/dev/full",
    "/dev/random", "/dev/tty", "/dev/ptmx", "/dev/pts/0", "/dev/fd/4", "/dev", "/sys", "/run",
    "user.x", "trusted.y", "security.capability", "system.posix_acl_access", "tmpfs", "proc",
    "size=1m,nr_inodes=5", "mode=99999999999999,size=-1", "lowerdir=/:upperdir=x",
};

static char long_name[300];
static char long_path[4200];

static const uint32_t numbers[] = {
    0, 1, 2, 3, 7, 8, 9, 12, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 255, 256, 511, 512, 1000,
    1023, 1024, 1025, 4095, 4096, 4097, 8192, 0xffff, 0x10000, 0x10001, 0xfffff, 0x100000,
    1000000, 999999999, 1000000000, 0x3fffffff, 0x40000000, 0x7fffefff, 0x7ffff000, 0x7fffffff,
    0x80000000, 0x80000001, 0xc0000000, 0xd0000000, 0xfffff000, 0xfffff001, 0xfffffff0,
    0xffffff9c, 0xfffffffe, 0xffffffff,
};

static uint32_t number(void) {
  switch (below(6)) {
    case 0: return numbers[below(sizeof numbers / sizeof *numbers)];
    case 1: return below(64);
    case 2: return 1u << below(32);
    case 3: return next() & next();
    case 4: return (1u << below(32)) | (1u << below(32));
    default: return next();
  }
}

static uint32_t descriptor(void) {
  switch (below(12)) {
    case 0: return number();
    case 1: return (uint32_t)-100;
    default: return 3 + below(32);
  }
}

static const char *path(void) {
  switch (below(24)) {
    case 0: return long_name;
    case 1: return long_path;
    case 2: return edge - below(5);
    default: return paths[below(sizeof paths / sizeof *paths)];
  }
}

static uint32_t pointer(void) {
  switch (below(16)) {
    case 0: return 0;
    case 1: return number();
    case 2: return (uint32_t)(edge - below(70));
    case 3: return (uint32_t)read_only + below(4096);
    case 4: return (uint32_t)area + below(16) * 4096;
    case 5: return (uint32_t)area + below(AREA + 4096);
    case 6: return (uint32_t)buffer + below(64);
    case 7: return (uint32_t)path();
    default: return (uint32_t)buffer + below(BUFFER_WORDS / 2) * 4;
  }
}

// Seldom one that cannot be caught.
static uint32_t any_signal(void) {
  uint32_t signal = below(66);
  return (signal == SIGKILL || signal == SIGSTOP) && below(20) ? 0 : signal;
}

// Less than a millisecond, both as 32-bit and as 64-bit time.
static long *short_time(void) {
  static long time[4];
  time[0] = 0;
  time[1] = (long)below(2) * (long)below(500000);
  time[2] = time[1];
  time[3] = 0;
  if (time[1]) time[1] = 0;
  return time;
}

static uint32_t any(void) {
  switch (below(8)) {
    case 0:
    case 1: return descriptor();
    case 2:
    case 3: return pointer();
    case 4: return (uint32_t)path();
    default: return number();
  }
}

// What the calls find in memory: a socket's address, pairs of address and length, or anything.
static void fill(void) {
  uint32_t *words = (uint32_t *)buffer;
  uint32_t shape = below(4);
  if (shape < 2) {
    for (unsigned i = 0; i < BUFFER_WORDS; i += 2) {
      words[i] = shape ? (uint32_t)buffer + below(64) * 4 : i % 16 ? 0x6f73 : 0x732f0001;
      words[i + 1] = shape ? below(40) : below(4);
    }
    return;
  }
  for (unsigned i = 0; i < BUFFER_WORDS; i++) {
    switch (below(5)) {
      case 0: words[i] = pointer(); break;
      case 1: words[i] = below(100); break;
      case 2: words[i] = number(); break;
      case 3: words[i] = descriptor(); break;
      default: words[i] = 0;
    }
  }
}

// What most calls want. d a folder or AT_FDCWD, f a descriptor, p a path, x an attribute, b memory, s a small size,
// n any number, F flags, z zero, m a mode, i a process, g a signal, t a time, o one half of an offset,
// A and L a place and a length in the area, w a small number.
// clang-format off
static const struct { short call; const char kinds[7]; } signatures[] = {
    {5, "pxbsw"}, {6, "pxbsw"}, {7, "fxbsw"}, {8, "pxbs"}, {9, "pxbs"}, {10, "fxbs"}, {11, "pbs"},
    {12, "pbs"}, {13, "fbs"}, {14, "px"}, {15, "px"}, {16, "fx"}, {17, "bs"}, {19, "wF"}, {20, "F"},
    {21, "fwfb"}, {22, "fbwtzz"}, {23, "f"}, {24, "ffF"}, {25, "fwb"}, {26, "F"}, {27, "fpF"},
    {28, "fw"}, {29, "fnb"}, {30, "wiw"}, {31, "wi"}, {32, "fw"}, {33, "dpmn"}, {34, "dpm"},
    {35, "dpF"}, {36, "pdp"}, {37, "dpdpF"}, {38, "dpdp"}, {39, "pF"}, {40, "pppFb"}, {41, "pp"},
    {43, "psb"}, {44, "fsb"}, {45, "pzoo"}, {46, "fzoo"}, {47, "fwoooo"}, {48, "dpw"}, {49, "p"},
    {50, "f"}, {51, "p"}, {52, "fm"}, {53, "dpm"}, {54, "dpwwF"}, {55, "fww"}, {56, "dpFm"}, {57, "f"},
    {59, "bF"}, {61, "fbs"}, {62, "foobw"}, {63, "fbs"}, {64, "fbs"}, {65, "fbw"}, {66, "fbw"},
    {67, "fbszoo"}, {68, "fbszoo"}, {69, "fbwoo"}, {70, "fbwoo"}, {71, "ffbs"}, {72, "wbbbtz"},
    {73, "bwtzz"}, {74, "fbwF"}, {75, "fbwF"}, {76, "fbfbsF"}, {77, "ffsF"}, {78, "dpbs"},
    {79, "dpbF"}, {80, "fb"}, {82, "f"}, {83, "f"}, {84, "fFoooo"}, {85, "wF"}, {86, "fFtb"},
    {87, "fb"}, {88, "dptF"}, {89, "p"}, {90, "bb"}, {91, "bb"}, {92, "F"}, {95, "wibFb"}, {96, "b"},
    {97, "F"}, {98, "bwwtbw"}, {99, "bs"}, {100, "ibb"}, {101, "tb"}, {102, "wb"}, {103, "wbb"},
    {107, "wbb"}, {108, "wb"}, {109, "w"}, {110, "wFbb"}, {111, "w"}, {112, "wb"}, {113, "wb"},
    {114, "wb"}, {115, "wFtb"}, {116, "wbs"}, {118, "ib"}, {119, "iwb"}, {120, "i"}, {121, "ib"},
    {122, "isb"}, {123, "isb"}, {127, "ib"}, {129, "ig"}, {130, "ig"}, {131, "iig"}, {132, "bb"},
    {133, "bz"}, {134, "gbbs"}, {135, "wbbs"}, {136, "bs"}, {137, "bbts"}, {138, "igb"}, {140, "wiw"},
    {141, "wi"}, {143, "ww"}, {144, "w"}, {145, "ww"}, {146, "w"}, {147, "www"}, {148, "bbb"},
    {149, "www"}, {150, "bbb"}, {154, "ii"}, {155, "i"}, {156, "i"}, {158, "wb"}, {159, "wb"},
    {160, "b"}, {161, "bw"}, {162, "bw"}, {163, "wb"}, {164, "wb"}, {165, "wb"}, {166, "m"},
    {167, "wbbbb"}, {168, "bbb"}, {169, "bb"}, {170, "tb"}, {171, "b"}, {179, "b"}, {180, "pFmb"},
    {198, "wwz"}, {199, "wwzb"}, {200, "fbs"}, {201, "fw"}, {202, "fbb"}, {203, "fbs"}, {204, "fbb"},
    {205, "fbb"}, {206, "fbsFbs"}, {207, "fbsFbb"}, {208, "fwwbs"}, {209, "fwwbb"}, {210, "fw"},
    {211, "fbF"}, {212, "fbF"}, {213, "foos"}, {214, "n"}, {215, "AL"}, {216, "ALLFA"}, {220, "F"},
    {221, "pbb"}, {222, "ALwFfw"}, {223, "foooow"}, {226, "ALw"}, {227, "ALw"}, {228, "AL"},
    {229, "AL"}, {230, "w"}, {232, "ALb"}, {233, "ALw"}, {234, "ALwwz"}, {242, "fbbF"}, {243, "fbwFt"},
    {260, "ibFb"}, {261, "iwbb"}, {264, "pbbw"}, {265, "fpbbw"}, {266, "wb"}, {267, "f"}, {268, "fw"},
    {269, "fbwF"}, {270, "ibwbwz"}, {271, "ibwbwz"}, {272, "iiwff"}, {274, "ibz"}, {275, "ibsz"},
    {276, "dpdpw"}, {278, "bsw"}, {279, "pF"}, {281, "dpbbF"}, {283, "wz"}, {284, "ALw"},
    {285, "fbfbsz"}, {286, "fbwoow"}, {287, "fbwoow"}, {291, "dpFFb"}, {403, "wb"}, {404, "wb"},
    {406, "wb"}, {407, "wFtb"}, {408, "wb"}, {409, "wFbb"}, {410, "fb"}, {411, "fFbb"}, {412, "dptF"},
    {413, "wbbbtz"}, {414, "bwtzz"}, {417, "fbwFt"}, {421, "bbts"}, {422, "bwwtbw"}, {423, "ib"},
    {424, "fgbz"}, {434, "iF"}, {435, "bs"}, {436, "wwF"}, {437, "dpbs"}, {438, "ffz"}, {439, "dpwF"},
    {441, "fbwtzz"}, {452, "dpmF"}, {463, "dpFxbs"}, {464, "dpFxbs"},
};
// clang-format on

static uint32_t process(void);

static uint32_t of_kind(char kind) {
  switch (kind) {
    case 'd': return below(3) ? (uint32_t)-100 : descriptor();
    case 'f': return descriptor();
    case 'p': return (uint32_t)path();
    case 'x': return (uint32_t)(below(4) ? below(2) ? "user.x" : "trusted.y" : path());
    case 'b': return below(8) ? (uint32_t)buffer + below(BUFFER_WORDS / 2) * 4 : pointer();
    case 's': return below(4) ? below(200) : number();
    case 'n': return number();
    case 'F': return below(3) ? (below(2) ? 0 : 1u << below(24)) : next() & next() & next();
    case 'z': return 0;
    case 'm': return 0600 | below(0200000);
    case 'i': return process();
    case 'g': return any_signal();
    case 't': return below(4) ? (uint32_t)short_time() : pointer();
    case 'o': return below(3) ? 0 : number();
    case 'A': return (uint32_t)area + below(16) * 4096;
    case 'L': return below(8) * 4096;
    default: return below(3) ? below(5) : below(64);
  }
}

static void arguments(uint32_t call, uint32_t *a) {
  const char *kinds = "";
  for (unsigned i = 0; i < sizeof signatures / sizeof *signatures; i++)
    if (signatures[i].call == (short)call) kinds = signatures[i].kinds;
  for (int i = 0; i < 6; i++) {
    a[i] = *kinds && below(12) ? of_kind(*kinds) : any();
    if (*kinds) kinds++;
  }
}

static uint32_t process(void) {
  switch (below(4)) {
    case 0: return (uint32_t)sys_getpid();
    case 1: return (uint32_t)sys_gettid();
    case 2: return 30000 + below(1000);
    default: return 0;
  }
}

// Calls that would end the batch or hurt its parent; some of them now and then, others never.
static bool allowed(uint32_t call, uint32_t *a) {
  switch (call) {
    case NR_reboot:
      return false;
    case NR_exit:
    case NR_exit_group:
    case NR_rt_sigreturn:
    case 58:  // vhangup
      return below(20) == 0;
    case NR_kill:
    case NR_tkill:
    case NR_rt_sigqueueinfo:
    case NR_tgkill:
    case 240:  // rt_tgsigqueueinfo
    case NR_prlimit64:
    case NR_setpriority:
    case NR_sched_setscheduler:
    case NR_sched_setparam:
    case NR_sched_setaffinity:
    case NR_pidfd_open:
    case 117:  // ptrace
    case 270:  // process_vm_readv
    case 271: {
      unsigned at = call == NR_setpriority || call == 117 ? 1 : 0;
      a[at] = process();
      if (call == NR_tgkill || call == 240) a[1] = (uint32_t)sys_gettid();
      return call != NR_kill || a[0] != 0;
    }
    default:
      return true;
  }
}

// The numbers in use; those from 403 on are seldom and the newest.
static uint32_t known(void) {
  uint32_t call = below(244 + 35 + 72);
  return call < 244 ? call : call < 244 + 35 ? 260 + call - 244 : 403 + call - 279;
}

static void one_call(void) {
  fill();
  uint32_t call = below(40) == 0 ? next() : below(100) == 0 ? below(NR_LAST) : known();
  uint32_t a[6];
  arguments(call, a);
  switch (call) {
    case 29:  // ioctl
      if (below(4)) a[1] = 0x5400 + below(0x60);
      break;
    case NR_fcntl64:
      a[1] = below(3) ? below(17) : 1024 + below(20);
      break;
    case NR_prctl:
      a[0] = below(80);
      break;
    case NR_clone:
      // On its own stack or with its own memory: in ours it would run over our frames.
      a[0] = next() & next() & ~(uint32_t)CLONE_VM;
      a[1] = 0;
      break;
    case NR_clone3:
      ((uint32_t *)buffer)[0] &= ~(uint32_t)CLONE_VM;
      if (a[0] - (uint32_t)buffer > 4) a[0] = (uint32_t)buffer;
      break;
    case NR_mmap2:
      if (below(2)) a[3] = 0x22;
      if (below(4)) a[3] &= ~(uint32_t)MAP_FIXED;
      break;
    case NR_munmap:
    case NR_mremap:
    case NR_mprotect:
    case NR_madvise:
      if (below(8)) a[0] = (uint32_t)area + below(16) * 4096;
      break;
    default:
      break;
  }
  if (call == NR_mmap2 && (a[3] & MAP_FIXED)) a[0] = (uint32_t)area + below(12) * 4096;
  if (!allowed(call, a)) return;
  long result = syscall6((long)call, (long)a[0], (long)a[1], (long)a[2], (long)a[3], (long)a[4],
                         (long)a[5]);
  if ((call == NR_clone || call == NR_clone3) && result == 0) {
    for (int i = 0; i < 5; i++) sys_sched_yield();
    sys_exit(0);
  }
}

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  // A program that never ends any more is of no use.
  if (++signals > 300) sys_exit(3);
}

static void open_files(void) {
  static const char *const opened[] = {"file", "dir", "/dev/null", "/dev/zero", "/dev/ptmx",
                                       "/proc/self/maps", "/proc", "/proc/self/mem", "/dev/tty"};
  int two[2];
  for (unsigned i = 0; i < sizeof opened / sizeof *opened; i++) sys_open(opened[i], O_RDWR, 0);
  for (unsigned i = 0; i < 4; i++) sys_open(paths[below(12)], (int)number(), 0700);
  sys_open("dir", O_DIRECTORY, 0);
  sys_open("fifo", O_RDWR, 0);
  sys_pipe(two, 0);
  sys_pipe(two, O_NONBLOCK);
  syscall4(199, 1, 1, 0, (long)two);           // socketpair, stream
  syscall4(199, 1, 2 | O_NONBLOCK, 0, (long)two);  // datagram
  syscall4(199, 1, 5, 0, (long)two);           // sequenced packets
  syscall3(198, 1, 1, 0);                      // socket
  syscall2(19, 3, below(2));                   // eventfd2
  syscall1(20, 0);                             // epoll_create1
  syscall1(20, 0);
  syscall2(85, CLOCK_MONOTONIC, 0);            // timerfd_create
  uint32_t mask[2] = {~0u, ~0u};
  syscall4(74, -1, (long)mask, 8, 0);          // signalfd4
  sys_memfd_create("m", 3);
  syscall2(NR_pidfd_open, sys_getpid(), 0);
  syscall1(26, 0);                             // inotify_init1
}

static void make_files(void) {
  syscall3(NR_mkdirat, AT_FDCWD, ARG("dir"), 0755);
  long fd = sys_open("file", O_RDWR | O_CREAT, 0755);
  sys_write((int)fd, "some text\n", 10);
  sys_close((int)fd);
  sys_close((int)sys_open("dir/inner", O_RDWR | O_CREAT, 0644));
  syscall3(36, ARG("dir/inner"), AT_FDCWD, ARG("link"));  // symlinkat
  syscall3(36, ARG("loop"), AT_FDCWD, ARG("loop"));
  syscall4(33, AT_FDCWD, ARG("fifo"), 0010644, 0);  // mknodat
}

static void make_calls(int count) {
  for (int i = 0; i < count; i++) one_call();
}

static long thread_main(void *argument) {
  make_calls((int)(long)argument);
  return 0;
}

static void batch(int number_of_calls, bool threads) {
  syscall2(NR_setpgid, 0, 0);
  for (int signal = 1; signal < 65; signal++) {
    struct sigaction action = {on_signal, 0x40000000, 0, {0, 0}};
    sys_rt_sigaction(signal, &action, 0);
  }
  long interval[4] = {0, 3000, 0, 3000};
  syscall3(NR_setitimer, 0, ARG(interval), 0);
  char name[] = "/tmp/calls-000000";
  for (uint32_t i = sizeof name - 2, pid = (uint32_t)sys_getpid(); pid; pid /= 10)
    name[i--] = (char)('0' + pid % 10);
  syscall3(NR_mkdirat, AT_FDCWD, ARG(name), 0777);
  sys_chdir(name);
  make_files();
  open_files();
  buffer = new_memory(4096, MAP_PRIVATE);
  read_only = new_memory(4096, MAP_SHARED);
  sys_mprotect(read_only, 4096, PROT_READ);
  edge = (char *)new_memory(8192, MAP_PRIVATE) + 4095;
  memset(edge - 4095, 'e', 4096);
  sys_mprotect(edge + 1, 4096, PROT_NONE);
  area = new_memory(AREA, MAP_PRIVATE);
  memset(long_name, 'n', sizeof long_name - 1);
  for (unsigned i = 0; i < sizeof long_path - 1; i++) long_path[i] = i % 2 ? '/' : '.';
  if (threads) {
    for (int i = 0; i < 3; i++)
      arch_clone(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, new_stack_top(), 0,
                 0, 0, thread_main, (void *)(long)number_of_calls);
    if (sys_fork() == 0) state ^= 0x5555555555ull;
  }
  make_calls(number_of_calls);
  sys_exit(0);
}

// Waits until a killed child is gone. A thread of it that made its parent its tracer has to be waited
// for as well, and until then the child cannot be.
static void reap(long child) {
  int status;
  long got;
  do got = sys_wait4(-1, &status, WALL);
  while (got > 0 && (got != child || (status & 0xff) == 0x7f));
}

static long to_number(const char *text) {
  long value = 0;
  for (; *text >= '0' && *text <= '9'; text++) value = value * 10 + *text - '0';
  return value;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc < 4) return 1;
  uint32_t seed = (uint32_t)to_number(argv[1]) + 1;
  int batches = (int)to_number(argv[2]);
  int calls = (int)to_number(argv[3]);
  int ended = 0;
  for (int i = 0; i < batches; i++) {
    long child = sys_fork();
    if (child == 0) {
      state = (uint64_t)(seed * 1000003) << 32 | (uint32_t)(i + 1) * 2654435761u;
      for (int k = 0; k < 40; k++) next();
      batch(calls, argc > 4);
    }
    if (child < 0) break;
    long got = 0;
    int status = 0;
    for (int waited = 0; got == 0 && waited < 250; waited++) {
      got = sys_wait4(child, &status, WALL | WNOHANG);
      if (got == 0) sleep_ms(2);
    }
    sys_kill(-child, SIGKILL);
    sys_kill(child, SIGKILL);
    // It may only have stopped.
    if (got == 0 || (status & 0xff) == 0x7f) reap(child);
    ended++;
  }
  say("%d of %d batches have ended\n", ended, batches);
  return 0;
}
