// Linux's constants and structures as far as the guest programs use them.

#ifndef LINUX_H
#define LINUX_H

// clang-format off
enum {
  EPERM = 1, ENOENT = 2, ESRCH = 3, EINTR = 4, EIO = 5, ENXIO = 6, E2BIG = 7, ENOEXEC = 8, EBADF = 9,
  ECHILD = 10, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EFAULT = 14, EBUSY = 16, EEXIST = 17,
  ENOTDIR = 20, EISDIR = 21, EINVAL = 22, EMFILE = 24, ETXTBSY = 26, ESPIPE = 29, EPIPE = 32,
  ENOSYS = 38, ETIMEDOUT = 110, ERESTARTSYS = 512,
};

enum {
  SIGHUP = 1, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1,
  SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP,
  SIGTTIN, SIGTTOU, SIGURG, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO, SIGPWR, SIGSYS,
  SIGRTMIN, SIGRTMAX = 64,
};

enum {
  SI_USER = 0, SI_KERNEL = 128, SI_QUEUE = -1, SI_TKILL = -6,
  CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3,
  ILL_ILLOPC = 1, ILL_ILLTRP = 4, ILL_PRVOPC = 5,
  SEGV_MAPERR = 1, SEGV_ACCERR = 2,
};

// clang-format on

#define SA_NOCLDSTOP 0x00000001ul
#define SA_NOCLDWAIT 0x00000002ul
#define SA_SIGINFO 0x00000004ul
#define SA_ONSTACK 0x08000000ul
#define SA_RESTART 0x10000000ul
#define SA_NODEFER 0x40000000ul
#define SA_RESETHAND 0x80000000ul

enum { SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2 };
enum { SS_ONSTACK = 1, SS_DISABLE = 2 };

#define SIG_DFL ((signal_handler)0)
#define SIG_IGN ((signal_handler)1)

struct siginfo {
  int signo;
  int error;
  int code;
  union {
    struct {
      int pid;
      unsigned uid;
      int status;
    } sender;  // kill, SIGCHLD
    struct {
      int pid;
      unsigned uid;
      long value;
    } queued;  // rt_sigqueueinfo
    struct {
      void *addr;
    } fault;
    int padding[29];
  };
};

struct ucontext;
typedef void (*signal_handler)(int, struct siginfo *, struct ucontext *);

struct sigaction {
  signal_handler handler;
  unsigned long flags;
  void (*restorer)(void);
  uint32_t mask[2];
};

struct sigaltstack {
  void *base;
  int flags;
  unsigned long size;
};

#define CLONE_VM 0x00000100ul
#define CLONE_FS 0x00000200ul
#define CLONE_FILES 0x00000400ul
#define CLONE_SIGHAND 0x00000800ul
#define CLONE_PIDFD 0x00001000ul
#define CLONE_PTRACE 0x00002000ul
#define CLONE_VFORK 0x00004000ul
#define CLONE_PARENT 0x00008000ul
#define CLONE_THREAD 0x00010000ul
#define CLONE_NEWNS 0x00020000ul
#define CLONE_SYSVSEM 0x00040000ul
#define CLONE_SETTLS 0x00080000ul
#define CLONE_PARENT_SETTID 0x00100000ul
#define CLONE_CHILD_CLEARTID 0x00200000ul
#define CLONE_DETACHED 0x00400000ul
#define CLONE_UNTRACED 0x00800000ul
#define CLONE_CHILD_SETTID 0x01000000ul
#define CLONE_CLEAR_SIGHAND 0x100000000ull
#define CLONE_INTO_CGROUP 0x200000000ull

struct clone_args {
  uint64_t flags;
  uint64_t pidfd;
  uint64_t child_tid;
  uint64_t parent_tid;
  uint64_t exit_signal;
  uint64_t stack;
  uint64_t stack_size;
  uint64_t tls;
  uint64_t set_tid;
  uint64_t set_tid_size;
  uint64_t cgroup;
};

enum { CLONE_ARGS_SIZE_VER0 = 64, CLONE_ARGS_SIZE_VER1 = 80, CLONE_ARGS_SIZE_VER2 = 88 };

#define WNOHANG 0x00000001
#define WEXITED 0x00000004
#define WNOWAIT 0x01000000
#define WALL 0x40000000
#define WCLONE 0x80000000
enum { P_ALL = 0, P_PID = 1, P_PGID = 2, P_PIDFD = 3 };

enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4 };
enum {
  MAP_SHARED = 1,
  MAP_PRIVATE = 2,
  MAP_FIXED = 0x10,
  MAP_ANONYMOUS = 0x20,
  MAP_FIXED_NOREPLACE = 0x100000
};
enum { MREMAP_MAYMOVE = 1, MREMAP_FIXED = 2 };
enum { MADV_DONTNEED = 4 };

enum {
  FUTEX_WAIT = 0,
  FUTEX_WAKE = 1,
  FUTEX_REQUEUE = 3,
  FUTEX_CMP_REQUEUE = 4,
  FUTEX_WAIT_BITSET = 9,
  FUTEX_WAKE_BITSET = 10
};
enum { FUTEX_PRIVATE = 128 };

enum {
  O_RDONLY = 0,
  O_WRONLY = 1,
  O_RDWR = 2,
  O_CREAT = 0100,
  O_EXCL = 0200,
  O_TRUNC = 01000,
  O_APPEND = 02000,
  O_NONBLOCK = 04000,
  O_DIRECTORY = 0200000,
  O_CLOEXEC = 02000000
};
enum { F_DUPFD = 0, F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, FD_CLOEXEC = 1 };
enum { AT_FDCWD = -100, AT_REMOVEDIR = 0x200 };

struct pollfd {
  int fd;
  short events;
  short revents;
};
enum { POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16, POLLNVAL = 32 };

enum { PR_SET_PDEATHSIG = 1, PR_SET_NAME = 15, PR_GET_NAME = 16, PR_SET_CHILD_SUBREAPER = 36 };

// Of the 32-bit calls that keep 32-bit times.
struct timespec {
  long seconds;
  long nanoseconds;
};
enum { CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1 };

// clang-format off
enum {
  AT_NULL = 0, AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, AT_PAGESZ = 6, AT_BASE = 7, AT_FLAGS = 8,
  AT_ENTRY = 9, AT_UID = 11, AT_EUID = 12, AT_GID = 13, AT_EGID = 14, AT_PLATFORM = 15,
  AT_HWCAP = 16, AT_CLKTCK = 17, AT_SECURE = 23, AT_RANDOM = 25, AT_HWCAP2 = 26,
  AT_RSEQ_FEATURE_SIZE = 27, AT_RSEQ_ALIGN = 28, AT_HWCAP3 = 29, AT_HWCAP4 = 30, AT_EXECFN = 31,
  AT_SYSINFO_EHDR = 33, AT_MINSIGSTKSZ = 51,
};
// clang-format on

#endif
