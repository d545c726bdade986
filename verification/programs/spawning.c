// Ways to start a program and to wait for one.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *word(int error) { return error ? strerrorname_np(error) : "ok"; }

static void ended(const char *how, int status) {
  if (WIFEXITED(status)) printf("%s: exit %d\n", how, WEXITSTATUS(status));
  else if (WIFSIGNALED(status)) printf("%s: signal %d%s\n", how, WTERMSIG(status), WCOREDUMP(status) ? " core" : "");
  else if (WIFSTOPPED(status)) printf("%s: stopped %d\n", how, WSTOPSIG(status));
  else if (WIFCONTINUED(status)) printf("%s: continued\n", how);
}

static void spawn(void) {
  char *shell[] = {"sh", "-c", "echo spawned $0 $X; exit 3", "arg", NULL};
  char *environment[] = {"X=y", NULL};
  pid_t pid;
  int status;
  fflush(stdout);
  int error = posix_spawn(&pid, "/bin/sh", NULL, NULL, shell, environment);
  waitpid(pid, &status, 0);
  printf("posix_spawn: %s\n", word(error));
  ended("posix_spawn", status);
  printf("not there: %s\n", word(posix_spawn(&pid, "/not/there", NULL, NULL, shell, environment)));
  printf("a folder: %s\n", word(posix_spawn(&pid, "/bin", NULL, NULL, shell, environment)));
  printf("not on the path: %s\n", word(posix_spawnp(&pid, "not-there", NULL, NULL, shell, environ)));

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/tmp/spawned", O_CREAT | O_WRONLY | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawn_file_actions_addclose(&actions, 0);
  posix_spawn_file_actions_addchdir_np(&actions, "/dev");
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  posix_spawnattr_setsigmask(&attributes, &set);
  sigfillset(&set);
  posix_spawnattr_setsigdefault(&attributes, &set);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  signal(SIGUSR2, SIG_IGN);
  char *look[] = {"sh", "-c", "pwd; grep -E 'SigBlk|SigIgn' /proc/self/status; ls /proc/self/fd | head -1; echo to two >&2; kill -USR2 $$", NULL};
  printf("with actions: %s\n", word(posix_spawnp(&pid, "sh", &actions, &attributes, look, environ)));
  waitpid(pid, &status, 0);
  ended("with actions", status);
  fflush(stdout);
  if (system("cat /tmp/spawned; rm /tmp/spawned") != 0) puts("no file");
  posix_spawn_file_actions_addclose(&actions, 99);
  posix_spawn_file_actions_addopen(&actions, 1, "/not/there/either", O_RDONLY, 0);
  printf("an action that fails: %s\n", word(posix_spawn(&pid, "/bin/sh", &actions, NULL, look, environ)));
  signal(SIGUSR2, SIG_DFL);
}

static void others(void) {
  char line[100];
  FILE *stream = popen("echo from the child; exit 5", "r");
  while (fgets(line, sizeof line, stream)) printf("popen: %s", line);
  ended("pclose", pclose(stream));
  fflush(stdout);
  stream = popen("sort | tr a-z A-Z", "we");
  fputs("b\na\nc\n", stream);
  ended("pclose", pclose(stream));
  ended("system", system("exit 9"));
  ended("system, killed", system("kill -9 $$"));
  ended("system, no such command", system("no-such-command 2>/dev/null"));
  printf("system without a command: %d\n", system(NULL));
  fflush(stdout);
  pid_t pid = vfork();
  if (pid == 0) {
    execl("/bin/sh", "sh", "-c", "exit 6", (char *)NULL);
    _exit(127);
  }
  int status;
  waitpid(pid, &status, 0);
  ended("vfork and exec", status);
  int error = 0;
  pid = vfork();
  if (pid == 0) {
    execl("/etc/passwd", "passwd", (char *)NULL);
    error = errno;
    _exit(126);
  }
  waitpid(pid, &status, 0);
  printf("vfork, exec fails: %s, ", word(error));
  ended("", status);
  if ((pid = fork()) == 0) {
    int fd = open("/bin/busybox", O_RDONLY | O_CLOEXEC);
    char *argv[] = {"echo", "by descriptor", NULL};
    fexecve(fd, argv, environ);
    _exit(127);
  }
  waitpid(pid, &status, 0);
  ended("fexecve", status);
  if ((pid = fork()) == 0) {
    setenv("PATH", "/nowhere:/bin", 1);
    execlp("sh", "sh", "-c", "echo $PATH", (char *)NULL);
    _exit(127);
  }
  waitpid(pid, &status, 0);
}

static void on_child(int number, siginfo_t *info, void *context) {
  (void)context;
  (void)number;
  char text[80];
  int size = snprintf(text, sizeof text, "  SIGCHLD: code %d, status %d\n", info->si_code, info->si_status);
  if (write(1, text, size) != size) _exit(1);
}

static void waits(void) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    for (;;) pause();
  }
  int status;
  printf("still running: %d\n", waitpid(pid, &status, WNOHANG));
  printf("not a child: %d %s\n", waitpid(1, &status, 0), word(errno));
  fflush(stdout);
  struct sigaction action = {.sa_sigaction = on_child, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGCHLD, &action, NULL);
  kill(pid, SIGSTOP);
  waitpid(pid, &status, WUNTRACED);
  ended("stop", status);
  fflush(stdout);
  kill(pid, SIGCONT);
  waitpid(pid, &status, WCONTINUED);
  usleep(50000);
  ended("continue", status);
  fflush(stdout);
  kill(pid, SIGTERM);
  siginfo_t info;
  memset(&info, 0, sizeof info);
  waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
  printf("waitid: signal %d code %d status %d pid %d uid %d\n", info.si_signo, info.si_code, info.si_status, info.si_pid == pid, info.si_uid);
  struct rusage usage;
  wait4(pid, &status, 0, &usage);
  ended("wait4", status);
  printf("none left: %d %s\n", wait(&status), word(errno));
  action.sa_handler = SIG_IGN;
  action.sa_flags = 0;
  sigaction(SIGCHLD, &action, NULL);
  fflush(stdout);
  if (fork() == 0) _exit(1);
  printf("children of one who ignores them: %d %s\n", wait(&status), word(errno));
  action.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &action, NULL);
  int sum = 0;
  for (int i = 1; i <= 10; i++) {
    if (fork() == 0) _exit(i);
  }
  while (wait(&status) > 0) sum += WEXITSTATUS(status);
  printf("ten children: %d\n", sum);
}

static void arguments(const char *self) {
  enum { COUNT = 2000 };
  static char text[COUNT][20];
  static char *argv[COUNT + 2];
  argv[0] = (char *)self;
  for (int i = 1; i < COUNT; i++) {
    snprintf(text[i], sizeof text[i], "argument%d", i);
    argv[i] = text[i];
  }
  fflush(stdout);
  pid_t pid;
  int status;
  int error = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ);
  waitpid(pid, &status, 0);
  printf("%d arguments: %s\n", COUNT, word(error));
  ended("they", status);
  static char huge[140000];
  memset(huge, 'x', sizeof huge - 1);
  argv[1] = huge;
  argv[2] = NULL;
  printf("an argument that is too long: %s\n", word(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ)));
  huge[131071] = 0;
  argv[0] = "true";
  error = posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ);
  waitpid(pid, &status, 0);
  printf("the longest argument: %s\n", word(error));
  ended("it", status);
}

static void at_end(void) { puts("atexit, called last"); }
static void on_end(int status, void *word_) { printf("on_exit: %d %s\n", status, (char *)word_); }

int main(int argc, char **argv) {
  if (argc > 100) {
    long sum = 0;
    for (int i = 1; i < argc; i++) sum += atol(argv[i] + 8);
    printf("sum of arguments %ld\n", sum);
    return 0;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  atexit(at_end);
  on_exit(on_end, "argument");
  spawn();
  others();
  waits();
  arguments(argv[0]);
  exit(0);
}
