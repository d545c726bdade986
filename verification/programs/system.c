// What a program asks of its system and its C library: limits, scheduling, users, names, time zones, numbers, sorting, patterns.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fenv.h>
#include <getopt.h>
#include <grp.h>
#include <iconv.h>
#include <inttypes.h>
#include <langinfo.h>
#include <libgen.h>
#include <locale.h>
#include <math.h>
#include <pwd.h>
#include <regex.h>
#include <sched.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void expect(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void in_tree(const void *node, VISIT visit, int depth) {
  (void)depth;
  if (visit == postorder || visit == leaf) printf(" %d", **(int *const *)node);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct utsname u;
  uname(&u);
  printf("%s %s\n", u.sysname, u.machine);
  expect("page", sysconf(_SC_PAGESIZE));
  expect("ticks", sysconf(_SC_CLK_TCK));
  expect("open files", sysconf(_SC_OPEN_MAX));
  expect("arguments", sysconf(_SC_ARG_MAX));
  expect("host name", sysconf(_SC_HOST_NAME_MAX));
  expect("threads", sysconf(_SC_THREAD_THREADS_MAX));
  expect("monotonic clock", sysconf(_SC_MONOTONIC_CLOCK));
  expect("shells", getpagesize());
  struct rlimit r;
  getrlimit(RLIMIT_STACK, &r);
  printf("stack %ld %d\n", (long)r.rlim_cur, r.rlim_max == RLIM_INFINITY);
  getrlimit(RLIMIT_CORE, &r);
  printf("core %ld\n", (long)r.rlim_cur);
  r.rlim_cur = 10;
  r.rlim_max = 20;
  expect("fewer files", setrlimit(RLIMIT_NOFILE, &r));
  expect("too many files", dup2(0, 15));
  r.rlim_cur = 30;
  expect("more than allowed", setrlimit(RLIMIT_NOFILE, &r));
  r.rlim_max = 1024;
  r.rlim_cur = 1024;
  expect("root raises", setrlimit(RLIMIT_NOFILE, &r));
  r.rlim_cur = 2000;
  expect("current above most", setrlimit(RLIMIT_NOFILE, &r));
  struct rusage usage;
  expect("getrusage", getrusage(RUSAGE_SELF, &usage));
  printf("uses memory %d\n", usage.ru_maxrss > 0);
  struct tms t;
  expect("times", times(&t) > 0);
  expect("priority", getpriority(PRIO_PROCESS, 0));
  expect("nice", nice(5));
  expect("nice more", nice(100));
  expect("min", sched_get_priority_min(SCHED_RR));
  expect("max", sched_get_priority_max(SCHED_FIFO));
  expect("min other", sched_get_priority_min(SCHED_OTHER));
  expect("bad policy", sched_get_priority_max(77));
  expect("policy", sched_getscheduler(0));
  struct sched_param parameter = {.sched_priority = 5};
  expect("rr", sched_setscheduler(0, SCHED_RR, &parameter));
  struct timespec interval;
  expect("interval", sched_rr_get_interval(0, &interval));
  printf("%ld ms\n", interval.tv_nsec / 1000000);
  parameter.sched_priority = 0;
  expect("rr without priority", sched_setscheduler(0, SCHED_RR, &parameter));
  expect("other", sched_setscheduler(0, SCHED_OTHER, &parameter));
  cpu_set_t cpus;
  expect("affinity", sched_getaffinity(0, sizeof cpus, &cpus));
  printf("first cpu %d\n", CPU_ISSET(0, &cpus));
  CPU_ZERO(&cpus);
  expect("no cpu", sched_setaffinity(0, sizeof cpus, &cpus));
  expect("name", prctl(PR_SET_NAME, "other name", 0, 0, 0));
  char text[200];
  prctl(PR_GET_NAME, text, 0, 0, 0);
  puts(text);
  expect("dumpable", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
  expect("strange", prctl(12345, 0, 0, 0, 0));
  expect("getauxval page", (long)getauxval(AT_PAGESZ));
  printf("clock ticks %lu, secure %lu, random %d\n", getauxval(AT_CLKTCK), getauxval(AT_SECURE), getauxval(AT_RANDOM) != 0);
  printf("execfn begins with /job: %d\n", strncmp((char *)getauxval(AT_EXECFN), "/job/", 5) == 0);
  struct sysinfo s;
  expect("sysinfo", sysinfo(&s));
  printf("memory %d, processes %d\n", s.totalram > 0, s.procs > 0);
  expect("getrandom", getrandom(text, 100, 0));
  expect("getentropy", getentropy(text, 200));
  expect("syscall of none", syscall(5000));
  expect("umask", umask(077));
  expect("sid", getsid(0) == getsid(getpid()));
  expect("group", getpgid(0) == getpgrp());
  expect("groups", getgroups(0, NULL));
  gid_t groups[3] = {5, 6, 7};
  expect("setgroups", setgroups(3, groups));
  expect("groups", getgroups(0, NULL));
  expect("setresuid", setresuid(1, 2, 3));
  uid_t a, b, c;
  getresuid(&a, &b, &c);
  printf("%d %d %d\n", a, b, c);
  expect("setuid back", setuid(0));
  expect("seteuid", seteuid(3));
  printf("%d %d\n", getuid(), geteuid());
  expect("gethostname", gethostname(text, 1));

  struct passwd *p = getpwnam("nobody");
  printf("nobody: %s\n", p ? p->pw_shell : "unknown");
  p = getpwuid(0);
  printf("0: %s\n", p ? p->pw_name : "unknown");
  struct group *g = getgrgid(65534);
  printf("65534: %s\n", g ? g->gr_name : "unknown");
  printf("in_addr %s\n", inet_ntoa((struct in_addr){htonl(0x7f000001)}));
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  time_t when = 1690000000;
  struct tm tm;
  localtime_r(&when, &tm);
  strftime(text, sizeof text, "%A %d %B %Y %H:%M:%S %Z %z week %V", &tm);
  puts(text);
  tm.tm_mon += 7;
  printf("mktime %lld, %s", (long long)mktime(&tm), asctime(&tm));
  memset(&tm, 0, sizeof tm);
  printf("strptime left '%s': ", strptime("2024-02-29 13:14:15 rest", "%Y-%m-%d %H:%M:%S", &tm));
  printf("%lld\n", (long long)timegm(&tm));
  int numbers[200];
  srandom(42);
  for (int i = 0; i < 200; i++) numbers[i] = (int)(random() % 1000);
  qsort(numbers, 200, sizeof *numbers, by_value);
  int ordered = 1;
  for (int i = 1; i < 200; i++) ordered &= numbers[i - 1] <= numbers[i];
  int key = numbers[77];
  printf("sorted %d, found %d, least %d\n", ordered, *(int *)bsearch(&key, numbers, 200, sizeof *numbers, by_value) == key, numbers[0]);
  srand48(7);
  printf("drand48 %.6f, lrand48 %ld, rand_r %d\n", drand48(), lrand48(), rand_r(&(unsigned){3}));
  void *root = NULL;
  static int values[] = {5, 2, 8, 1, 9};
  for (int i = 0; i < 5; i++) tsearch(&values[i], &root, by_value);
  printf("tree:");
  twalk(root, in_tree);
  puts("");
  regex_t regex;
  regmatch_t match[3];
  regcomp(&regex, "([a-z]+)-([0-9]+)", REG_EXTENDED);
  printf("regex %d: %d %d\n", regexec(&regex, "xx abc-123 yy", 3, match, 0), (int)match[1].rm_so, (int)match[2].rm_eo);
  printf("bad regex: %d\n", regcomp(&regex, "(", REG_EXTENDED) != 0);
  printf("math %.10f %.10f %.10f %.10f\n", sin(1), exp(1), pow(2, 0.5), lgamma(5.5));
  printf("%.17g %.9g %d %ld %g\n", sqrt(2), (double)sqrtf(2), ilogb(1000), lrint(2.5), fmod(7, 3));
  printf("%d %g %g %g\n", fegetround() == FE_TONEAREST, nextafter(1, 2) - 1, fma(2, 3, 4), remainder(7, 4));
  printf("int64 %" PRId64 " %" PRIu64 "\n", INT64_C(9000000000) / 7, UINT64_MAX / 10);
  char path[] = "/usr/lib/file.c";
  printf("%s ", basename(path));
  printf("%s\n", dirname(path));
  printf("strtok:");
  char list[] = "a,b;;c";
  for (char *w = strtok(list, ",;"); w; w = strtok(NULL, ",;")) printf(" %s", w);
  printf("\n%s %s\n", strsignal(11), strerror(ENOENT));
  printf("codeset %s\n", nl_langinfo(CODESET));
  static const struct option options[] = {{"long", required_argument, NULL, 'l'}, {NULL, 0, NULL, 0}};
  char *words[] = {"x", "-ab", "val", "--long=5", "rest", "-z", NULL};
  opterr = 0;
  int o;
  while ((o = getopt_long(6, words, "ab:", options, NULL)) != -1) printf("option %c %s\n", o, optarg ? optarg : "");
  printf("rest %s\n", words[optind]);
  printf("arguments %d %d\n", argc, argv[argc] == NULL);
  return 0;
}
