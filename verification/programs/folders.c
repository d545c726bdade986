// Folders and names of files: reading, seeking, walking, globbing, temporary names and real paths.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wordexp.h>

static void make(const char *name) { close(open(name, O_CREAT | O_WRONLY, 0644)); }

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

static char *found[100];
static int founds;

static int visit(const char *path, const struct stat *s, int type, struct FTW *where) {
  char line[200];
  snprintf(line, sizeof line, "%s type %d level %d size %d", path, type, where->level, type == FTW_F ? (int)s->st_size : 0);
  found[founds++] = strdup(line);
  return 0;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *where) {
  (void)s;
  (void)type;
  (void)where;
  return remove(path);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  umask(022);
  char folder[] = "/tmp/foldersXXXXXX";
  if (mkdtemp(folder) == NULL || chdir(folder) != 0) return 1;
  struct stat s;
  stat(".", &s);
  printf("mkdtemp: mode %o, links %d\n", s.st_mode & 07777, (int)s.st_nlink);
  mkdir("a", 0755);
  mkdir("a/b", 0755);
  mkdir("a/c", 0700);
  make("a/1.txt");
  make("a/2.txt");
  make("a/b/3.c");
  make("a/.hidden");
  symlink("../1.txt", "a/b/link");
  symlink("nowhere", "a/dangling");
  stat("a", &s);
  printf("links %d\n", (int)s.st_nlink);

  DIR *dir = opendir("a");
  struct dirent *entry;
  char *names[20];
  int count = 0;
  long places[20];
  while ((places[count] = telldir(dir), entry = readdir(dir)) != NULL) {
    char line[300];
    snprintf(line, sizeof line, "%s type %d", entry->d_name, entry->d_type);
    names[count++] = strdup(line);
  }
  seekdir(dir, places[3]);
  entry = readdir(dir);
  printf("seekdir finds it again: %d\n", strncmp(entry->d_name, names[3], strlen(entry->d_name)) == 0);
  rewinddir(dir);
  entry = readdir(dir);
  printf("first: %s\n", entry->d_name);
  printf("dirfd: %d\n", fstat(dirfd(dir), &s) == 0 && S_ISDIR(s.st_mode));
  qsort(names, (size_t)count, sizeof *names, compare);
  for (int i = 0; i < count; i++) printf("  %s\n", names[i]);
  closedir(dir);
  printf("opendir of a file: %s\n", opendir("a/1.txt") ? "ok" : strerrorname_np(errno));

  struct dirent **list;
  count = scandir("a", &list, NULL, alphasort);
  for (int i = 0; i < count; i++) printf("%s%s", i ? " " : "scandir: ", list[i]->d_name);
  puts("");

  nftw("a", visit, 10, FTW_PHYS);
  qsort(found, (size_t)founds, sizeof *found, compare);
  for (int i = 0; i < founds; i++) printf("  %s\n", found[i]);

  char *roots[] = {"a", NULL};
  FTS *fts = fts_open(roots, FTS_PHYSICAL, by_name);
  for (FTSENT *e; (e = fts_read(fts)) != NULL;) printf("  fts %d %s %d\n", e->fts_info, e->fts_path, e->fts_level);
  fts_close(fts);

  glob_t globbed;
  printf("glob: %d", glob("a/*.txt", 0, NULL, &globbed));
  glob("a/b/*", GLOB_APPEND, NULL, &globbed);
  glob("a/{1,2}.txt", GLOB_APPEND | GLOB_BRACE, NULL, &globbed);
  for (size_t i = 0; i < globbed.gl_pathc; i++) printf(" %s", globbed.gl_pathv[i]);
  printf(", nothing: %d\n", glob("nothing*", 0, NULL, &globbed) == GLOB_NOMATCH);
  wordexp_t words;
  setenv("WORD", "two words", 1);
  printf("wordexp: %d", wordexp("a/*.txt $WORD \"$WORD\" $((6*7)) $(echo sub) ~root", &words, 0));
  for (size_t i = 0; i < words.we_wordc; i++) printf(" [%s]", words.we_wordv[i]);
  puts("");
  printf("fnmatch: %d %d\n", fnmatch("*.[ch]", "x.c", 0), fnmatch("*/x", "a/b/x", FNM_PATHNAME));

  char path[PATH_MAX];
  printf("realpath: %s\n", realpath("a/b/../b/link", path) ? "ok" : strerrorname_np(errno));
  printf("realpath: %s\n", strstr(realpath("a/b/../c/./..", path), "/a") ? "ends with a" : path);
  char name[] = "tempXXXXXX.c";
  int fd = mkostemps(name, 2, O_CLOEXEC);
  fstat(fd, &s);
  printf("mkostemps: mode %o, flag %d\n", s.st_mode & 0777, fcntl(fd, F_GETFD));
  printf("mktemp without X: %s\n", mkstemp(path) == -1 ? strerrorname_np(errno) : "ok");
  printf("remove all: %d\n", nftw("a", remove_one, 10, FTW_PHYS | FTW_DEPTH));
  printf("gone: %s\n", stat("a", &s) ? strerrorname_np(errno) : "ok");
  chdir("/");
  remove(strcat(strcpy(path, folder), "/nothing"));
  printf("rmdir: %s\n", rmdir(folder) ? strerrorname_np(errno) : "ok");
  return 0;
}
