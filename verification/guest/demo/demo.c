// The program behind `forklift demo`: makes a small tree of processes and threads in every way
// Linux has, and checks a rule of process creation at each step.
//
// It prints lines for the program that draws the picture, fields separated by tabs:
//
//     step   what happens next
//     rule   identifier   held | broken   one sentence for a person
//
// Between the steps it sleeps, so that the tree can be seen; with --fast it does not. Every task
// has a name (PR_SET_NAME) that says what it is. The exit status is 0 if all rules held, else 1.

#include "guest.h"

static bool fast;
static int broken;
static char **environment;
static const char *own_file;

// Words that all processes of the demo see.
static volatile int *words;
enum { GO, ARRIVED, FACT, FACT_2, FACT_3, WORDS, FAST = WORDS };

static void step(const char *text) { say("step\t%s\n", text); }

static void rule(const char *id, bool held, const char *sentence) {
  if (!held) broken++;
  say("rule\t%s\t%s\t%s\n", id, held ? "held" : "broken", sentence);
}

// Long enough for an eye.
static void pause_ms(long ms) {
  if (!fast) sleep_ms(ms);
}

static void look(void) { pause_ms(250); }

static void name(const char *text) { sys_prctl(PR_SET_NAME, (unsigned long)text); }

static void fresh_words(void) {
  for (int i = 0; i < WORDS; i++) words[i] = 0;
}

// Where a child waits until the parent has looked at it.
static void arrive_and_wait(void) {
  atomic_increment(&words[ARRIVED]);
  sys_futex(&words[ARRIVED], FUTEX_WAKE, 1, 0);
  wait_until(&words[GO], 1);
}

// Waits until so many are there, but not for ever: where a kernel refused to make them, the rules
// below will say so.
static void let_go(int children) {
  struct timespec timeout = {2, 0};
  for (int seen; (seen = words[ARRIVED]) < children;)
    if (sys_futex(&words[ARRIVED], FUTEX_WAIT, seen, &timeout) == -ETIMEDOUT) break;
  look();
  set_and_wake(&words[GO], 1);
}

// The status of a child, or -1 if there is none.
static int status_of(long child) {
  int status = -1;
  if (child > 0)
    while (sys_wait4(child, &status, WALL) == -EINTR) continue;
  return status;
}

static long exec_self(const char *role) {
  char *argv[] = {"demo", (char *)role, 0};
  sys_execve(own_file, argv, environment);
  sys_execve("/proc/self/exe", argv, environment);
  return 126;
}

// fork

static volatile int variable = 1;

static void scene_fork(void) {
  step("fork: one process becomes two");
  fresh_words();
  int pipe[2];
  need(sys_pipe(pipe, 0), "pipe");
  long parent = sys_getpid();
  long child = sys_fork();
  if (child == 0) {
    name("fork-child");
    variable = 2;
    sys_close(pipe[0]);
    words[FACT] = (int)sys_getpid();
    words[FACT_2] = sys_getppid() == parent;
    arrive_and_wait();
    sys_write(pipe[1], "x", 1);
    sys_exit(variable);
  }
  let_go(1);
  int status = status_of(child);
  rule("fork-returns-twice", child == words[FACT] && words[FACT_2],
       "fork returns twice: 0 in the child, the child's pid in the parent");
  rule("fork-copies-memory", variable == 1 && status == 2 << 8,
       "fork: what the child stores in its memory, the parent does not see");
  char byte = 0;
  rule("fork-copies-descriptors", sys_read(pipe[0], &byte, 1) == 1 && byte == 'x',
       "fork: the child's close is its own affair, but both write to the same pipe");
  sys_close(pipe[0]);
  sys_close(pipe[1]);
}

static void scene_zombie(void) {
  step("A child ends and nobody has asked for it yet");
  long child = sys_fork();
  if (child == 0) {
    name("zombie");
    sys_exit(7);
  }
  struct siginfo info;
  sys_waitid(P_PID, child, &info, WEXITED | WNOWAIT);
  look();
  long signalled = sys_kill(child, 0);
  int status = status_of(child);
  rule("zombie-keeps-its-pid", signalled == 0 && status == 7 << 8 && sys_kill(child, 0) == -ESRCH,
       "an ended child stays as a zombie, with its pid, until its parent waits for it");
}

// vfork and exec

static void scene_vfork(void) {
  step("vfork: the child borrows its parent's memory, and the parent sleeps");
  fresh_words();
  static volatile int note;
  static volatile long pid;
  note = 0;
  long child = arch_vfork();
  if (child == 0) {
    pid = sys_getpid();
    note = 1;
    sleep_ms(fast ? 5 : 400);
    note = 2;
    sys_exit(exec_self("after-exec"));
  }
  int seen = note;
  let_go(1);
  int status = status_of(child);
  rule("vfork-shares-memory", seen != 0,
       "vfork: the parent sees the child's store, for they have one memory");
  rule("vfork-waits", seen == 2, "vfork: the parent slept until the child's exec");
  rule("exec-keeps-pid", status == 11 << 8 && child == pid && words[FACT] == child,
       "exec: another program, another memory, the same pid");
}

// What the vfork child becomes. It finds the words through a descriptor it inherited.
enum { WORDS_DESCRIPTOR = 100 };

static int after_exec(void) {
  name("after-exec");
  words[FACT] = (int)sys_getpid();
  arrive_and_wait();
  return variable == 1 ? 11 : 12;
}

// Ids

static volatile int parent_word, child_word;

static long compare_words(void *unused) {
  name("settid");
  words[FACT] = parent_word == 0;
  words[FACT_2] = child_word == sys_gettid();
  arrive_and_wait();
  return 0;
}

static void scene_settid(void) {
  step("clone tells both sides who the child is");
  fresh_words();
  parent_word = child_word = 0;
  long child = arch_clone(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, 0,
                          (void *)&parent_word, (void *)&child_word, 0, compare_words, 0);
  bool in_parent = parent_word == child;
  let_go(1);
  status_of(child);
  rule("parent-settid", in_parent && words[FACT],
       "CLONE_PARENT_SETTID: the parent finds the child's tid in its own memory");
  rule("child-settid", words[FACT_2] && child_word == 0,
       "CLONE_CHILD_SETTID: the child finds its tid in its memory, the parent's is untouched");
}

// Threads

enum { THREADS = 4 };

static struct worker {
  struct thread thread;
  unsigned long tls;
  bool own_tls;
  bool own_tid;
} workers[THREADS];

static volatile long group;

static long work(void *argument) {
  struct worker *worker = argument;
  char text[] = "thread-1";
  text[7] = (char)('1' + (worker - workers));
  name(text);
  bool own = arch_thread_pointer() == worker->tls;
  worker->own_tid = sys_getpid() == group && sys_gettid() != group;
  arrive_and_wait();
  for (int i = 0; i < 50; i++) {
    sys_sched_yield();
    own = own && arch_thread_pointer() == worker->tls;
  }
  worker->own_tls = own;
  return 0;
}

static bool all_own_tls(void) {
  bool all = true;
  for (int i = 0; i < THREADS; i++) all = all && workers[i].own_tls;
  return all;
}

// Whether the thread's end woke this futex in time.
static bool join_within(struct thread *thread, long seconds) {
  struct timespec timeout = {seconds, 0};
  for (int tid; (tid = thread->tid) != 0;)
    if (sys_futex(&thread->tid, FUTEX_WAIT, tid, &timeout) == -ETIMEDOUT) return false;
  return true;
}

static void scene_threads(void) {
  step("clone makes four threads, each with its own thread-local storage");
  fresh_words();
  group = sys_getpid();
  unsigned long mine = arch_thread_pointer();
  memset(workers, 0, sizeof workers);
  for (int i = 0; i < THREADS; i++) {
    workers[i].tls = 0x71500000ul + 0x1000ul * (i + 1);
    void *tid = (void *)&workers[i].thread.tid;
    arch_clone(THREAD_FLAGS, new_stack_top(), tid, tid, workers[i].tls, work, &workers[i]);
  }
  let_go(THREADS);
  bool woken = true;
  for (int i = 0; i < THREADS; i++) woken = join_within(&workers[i].thread, 5) && woken;
  bool own_tids = true;
  for (int i = 0; i < THREADS; i++) own_tids = own_tids && workers[i].own_tid;
  rule("settls", all_own_tls() && arch_thread_pointer() == mine,
       "CLONE_SETTLS: each thread has its own TLS pointer and keeps it");
  rule("one-pid-many-tids", own_tids, "CLONE_THREAD: the threads have one pid, and a tid each");
  rule("child-cleartid", woken,
       "CLONE_CHILD_CLEARTID: a thread's end clears its tid and wakes who waits on that futex");
}

static void scene_clone3_threads(void) {
  step("clone3 makes four more; its arguments come in a structure");
  fresh_words();
  memset(workers, 0, sizeof workers);
  for (int i = 0; i < THREADS; i++) {
    struct worker *worker = &workers[i];
    worker->tls = 0x71600000ul + 0x1000ul * (i + 1);
    struct clone_args args = {
        .flags = THREAD_FLAGS,
        .parent_tid = (unsigned long)&worker->thread.tid,
        .child_tid = (unsigned long)&worker->thread.tid,
        .stack = (unsigned long)new_stack_top() - STACK_SIZE,
        .stack_size = STACK_SIZE,
        .tls = worker->tls,
    };
    arch_clone3(&args, sizeof args, work, worker);
  }
  let_go(THREADS);
  for (int i = 0; i < THREADS; i++) join_within(&workers[i].thread, 5);
  rule("clone3-settls", all_own_tls(),
       "clone3: the TLS pointer comes from the structure, though the register where clone has it "
       "holds garbage");
}

static long wait_for_ever(void *unused) {
  name("sleeper");
  arrive_and_wait();
  for (;;) sleep_ms(1000);
  return 0;
}

static long end_group(void *unused) {
  name("ender");
  arrive_and_wait();
  sys_exit(33);
}

static long exec_in_thread(void *unused) {
  name("thread-execs");
  arrive_and_wait();
  return exec_self("leader");
}

static void scene_group(const char *text, long (*last)(void *), int expected, const char *id,
                        const char *sentence) {
  step(text);
  fresh_words();
  long child = sys_fork();
  if (child == 0) {
    name("group");
    struct thread threads[2];
    words[FACT] = (int)sys_getpid();
    start_thread(&threads[0], 0, wait_for_ever, 0);
    start_thread(&threads[1], 0, last, 0);
    wait_for_ever(0);
  }
  let_go(3);
  int status = status_of(child);
  rule(id, status == expected << 8, sentence);
}

// What a thread becomes by exec: the leader, and alone.
static int leader(void) {
  name("leader");
  look();
  return sys_getpid() == words[FACT] && sys_gettid() == words[FACT] ? 34 : 35;
}

// What clone3 refuses

static void scene_clone3_checks(void) {
  step("clone3 looks closely at its structure");
  struct {
    struct clone_args args;
    uint64_t future;
  } large;
  memset(&large, 0, sizeof large);
  large.args.exit_signal = SIGCHLD;
  rule("clone3-too-small", sys_clone3(&large.args, CLONE_ARGS_SIZE_VER0 - 1) == -EINVAL,
       "clone3: a structure smaller than the first version is EINVAL");
  large.future = 1;
  long refused = sys_clone3(&large.args, sizeof large);
  if (refused == 0) sys_exit(0);
  large.future = 0;
  long child = sys_clone3(&large.args, sizeof large);
  if (child == 0) {
    name("from-the-future");
    look();
    sys_exit(5);
  }
  int status = child > 0 ? status_of(child) : -1;
  rule("clone3-tail", refused == -E2BIG && status == 5 << 8,
       "clone3: fields the kernel does not know are fine while they are zero, and E2BIG otherwise");
}

static long refused_with(unsigned long flags) {
  long result = sys_clone(flags, 0, 0, 0, 0);
  if (result == 0) sys_exit(0);
  return result;
}

static void scene_refusals(void) {
  step("Some flags need others");
  rule("sighand-needs-vm", refused_with(CLONE_SIGHAND | SIGCHLD) == -EINVAL,
       "CLONE_SIGHAND without CLONE_VM is EINVAL: handlers are addresses in one memory");
  rule("thread-needs-sighand", refused_with(CLONE_THREAD | CLONE_VM) == -EINVAL,
       "CLONE_THREAD without CLONE_SIGHAND is EINVAL: a group has one set of handlers");
}

// What is shared

static long close_and_leave(void *descriptor) {
  name("sharer");
  arrive_and_wait();
  sys_close((int)(long)descriptor);
  sys_chdir("/proc");
  return 0;
}

static void scene_sharing(unsigned long flag, const char *text, const char *id,
                          const char *sentence) {
  step(text);
  bool shared[2];
  for (int with = 0; with < 2; with++) {
    fresh_words();
    int descriptor = (int)need(sys_dup(1), "dup");
    sys_chdir("/");
    long child = arch_clone((with ? flag : 0) | SIGCHLD, 0, 0, 0, 0, close_and_leave,
                            (void *)(long)descriptor);
    let_go(1);
    status_of(child);
    char directory[64] = {0};
    sys_getcwd(directory, sizeof directory);
    bool closed = sys_close(descriptor) == -EBADF;
    shared[with] = flag == CLONE_FILES ? closed : !text_equal(directory, "/");
  }
  rule(id, !shared[0] && shared[1], sentence);
  sys_chdir("/");
}

// Ends and parents

static volatile int got_signal;

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  got_signal = signal;
}

static long leave(void *unused) {
  name("clone-child");
  arrive_and_wait();
  return 9;
}

static void scene_exit_signal(void) {
  step("A child that sends SIGUSR1 instead of SIGCHLD when it ends");
  fresh_words();
  handle(SIGUSR1, on_signal, SA_SIGINFO | SA_RESTART);
  got_signal = 0;
  long child = arch_clone(SIGUSR1, 0, 0, 0, 0, leave, 0);
  let_go(1);
  struct siginfo info;
  sys_waitid(P_PID, child, &info, WEXITED | WNOWAIT | WALL);
  int status = 0;
  long plain = sys_wait4(child, &status, WNOHANG);
  long with_flag = sys_wait4(child, &status, WCLONE);
  rule("exit-signal",
       got_signal == SIGUSR1 && plain == -ECHILD && with_flag == child && status == 9 << 8,
       "a child with another exit signal than SIGCHLD sends that one, and wait needs __WCLONE to "
       "see it");
}

static long handlers(void *unused) {
  name("clean-slate");
  struct sigaction handled, ignored;
  sys_rt_sigaction(SIGUSR1, 0, &handled);
  sys_rt_sigaction(SIGUSR2, 0, &ignored);
  arrive_and_wait();
  return handled.handler == SIG_DFL && ignored.handler == SIG_IGN;
}

static void scene_clear_sighand(void) {
  step("clone3 with CLONE_CLEAR_SIGHAND");
  fresh_words();
  handle(SIGUSR1, on_signal, SA_SIGINFO);
  handle(SIGUSR2, SIG_IGN, 0);
  struct clone_args args = {.flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
  long child = arch_clone3(&args, sizeof args, handlers, 0);
  let_go(1);
  rule("clear-sighand", status_of(child) == 1 << 8,
       "CLONE_CLEAR_SIGHAND: the child starts without handlers, ignored signals stay ignored");
  handle(SIGUSR2, SIG_DFL, 0);
}

static long sibling(void *unused) {
  name("sibling");
  words[FACT_2] = (int)sys_getppid();
  arrive_and_wait();
  return 13;
}

static long make_sibling(void *unused) {
  name("brother");
  words[FACT] = (int)arch_clone(CLONE_PARENT, 0, 0, 0, 0, sibling, 0);
  words[FACT_3] = sys_wait4(-1, 0, WALL) == -ECHILD;
  arrive_and_wait();
  return 0;
}

static void scene_parent(void) {
  step("CLONE_PARENT: a child makes not a child but a sibling");
  fresh_words();
  long child = fork_child(make_sibling, 0);
  let_go(2);
  status_of(child);
  int status = status_of(words[FACT]);
  rule("clone-parent", status == 13 << 8 && words[FACT_2] == sys_getpid() && words[FACT_3],
       "CLONE_PARENT: the new process is a child of its maker's parent");
}

static void scene_orphan(void) {
  step("A process ends before its child: an orphan looks for a parent");
  fresh_words();
  sys_prctl(PR_SET_CHILD_SUBREAPER, 1);
  long middle = sys_fork();
  if (middle == 0) {
    name("mortal");
    long me = sys_getpid();
    long child = sys_fork();
    if (child == 0) {
      name("orphan");
      words[FACT] = (int)sys_getpid();
      arrive_and_wait();
      for (int i = 0; i < 2000 && sys_getppid() == me; i++) sleep_ms(1);
      words[FACT_2] = (int)sys_getppid();
      look();
      sys_exit(14);
    }
    wait_until(&words[GO], 1);
    sys_exit(0);
  }
  let_go(1);
  status_of(middle);
  int status = status_of(words[FACT]);
  sys_prctl(PR_SET_CHILD_SUBREAPER, 0);
  rule("orphan", status == 14 << 8 && words[FACT_2] == sys_getpid(),
       "an orphan is adopted by the nearest subreaper among its ancestors, or else by init");
}

static long watched(void *unused) {
  name("watched");
  arrive_and_wait();
  return 15;
}

static void scene_pidfd(void) {
  step("clone3 with CLONE_PIDFD: a descriptor that is a process");
  fresh_words();
  int pidfd = -1;
  struct clone_args args = {
      .flags = CLONE_PIDFD, .exit_signal = SIGCHLD, .pidfd = (unsigned long)&pidfd};
  arch_clone3(&args, sizeof args, watched, 0);
  struct pollfd poll = {pidfd, POLLIN, 0};  // a negative descriptor is never ready
  struct timespec now = {0, 0};
  long before = sys_poll(&poll, 1, &now);
  let_go(1);
  struct timespec soon = {5, 0};
  long after = sys_poll(&poll, 1, &soon);
  struct siginfo info;
  memset(&info, 0, sizeof info);
  long waited = sys_waitid(P_PIDFD, pidfd, &info, WEXITED);
  rule("pidfd",
       before == 0 && after == 1 && (poll.revents & POLLIN) && waited == 0 &&
           info.sender.status == 15,
       "CLONE_PIDFD: the descriptor becomes readable when the child ends, and waitid takes it");
  sys_close(pidfd);
}

// A family, to end with: everybody alive at once.

static long grandchild(void *unused) {
  name("grandchild");
  arrive_and_wait();
  return 0;
}

static long mother(void *unused) {
  name("mother");
  long one = fork_child(grandchild, 0), two = fork_child(grandchild, 0);
  arrive_and_wait();
  status_of(one);
  status_of(two);
  return 2;
}

static void scene_family(void) {
  step("A family: everybody alive at once");
  fresh_words();
  long children[3];
  for (int i = 0; i < 3; i++) children[i] = fork_child(mother, 0);
  let_go(9);
  pause_ms(250);
  int sum = 0;
  for (int i = 0; i < 3; i++) sum += status_of(children[i]) >> 8;
  rule("family", sum == 6 && sys_wait4(-1, 0, WALL) == -ECHILD,
       "every process was waited for by its own parent, and nobody is left");
}

int guest_main(int argc, char **argv, char **envp) {
  environment = envp;
  for (unsigned long *entry = auxiliary_vector(envp); *entry; entry += 2)
    if (*entry == AT_EXECFN) own_file = (const char *)entry[1];
  bool second_life = argc > 1 && argv[1][0] != '-';
  int descriptor = WORDS_DESCRIPTOR;
  if (!second_life) {
    int memory = (int)need(sys_memfd_create("words", 0), "memfd_create");
    need(syscall3(NR_ftruncate64, memory, 4096, 0), "ftruncate");
    need(sys_dup3(memory, descriptor, 0), "dup3");
    sys_close(memory);
  }
  words = (volatile int *)need(sys_mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
                               "mmap");
  if (second_life) {
    fast = words[FAST];
    return text_equal(argv[1], "leader") ? leader() : after_exec();
  }
  fast = argc > 1 && text_equal(argv[1], "--fast");
  words[FAST] = fast;

  name("demo");
  scene_fork();
  scene_zombie();
  scene_vfork();
  scene_settid();
  scene_threads();
  scene_clone3_threads();
  scene_clone3_checks();
  scene_refusals();
  scene_sharing(
      CLONE_FILES, "CLONE_FILES: one table of descriptors for two", "clone-files",
      "CLONE_FILES: what the child closes is closed for its parent; after a fork it is not");
  scene_sharing(CLONE_FS, "CLONE_FS: one current folder for two", "clone-fs",
                "CLONE_FS: when the child changes its folder, its parent moves along; after a fork "
                "it does not");
  scene_exit_signal();
  scene_clear_sighand();
  scene_parent();
  scene_orphan();
  scene_pidfd();
  scene_group("A thread calls exit_group", end_group, 33, "exit-group",
              "exit_group in one thread ends them all");
  scene_group("A thread calls exec", exec_in_thread, 34, "thread-exec",
              "exec in a thread ends the others, and the new program has the group's pid");
  scene_family();
  step(broken ? "Not all rules held" : "All rules held");
  return broken != 0;
}
