// The C library's streams: lines, positions, buffers, formats, wide characters, and streams that are no files.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

static ssize_t cookie_write(void *cookie, const char *text, size_t size) {
  *(int *)cookie += (int)size;
  (void)text;
  return (ssize_t)size;
}

int main(void) {
  char name[] = "/tmp/streamsXXXXXX";
  close(mkstemp(name));
  FILE *f = fopen(name, "w+");
  for (int i = 1; i <= 5; i++) fprintf(f, "line %d%s", i, i < 5 ? "\n" : "");
  printf("position %ld\n", ftell(f));
  rewind(f);
  char *line = NULL;
  size_t room = 0;
  ssize_t size;
  while ((size = getline(&line, &room, f)) > 0) printf("getline %zd: %s%s", size, line, line[size - 1] == '\n' ? "" : "|\n");
  printf("end %d, error %d\n", feof(f), ferror(f));
  fseek(f, 2, SEEK_SET);
  size = getdelim(&line, &room, ' ', f);
  printf("getdelim %zd: %s\n", size, line);
  ungetc('X', f);
  printf("ungetc: %c%c\n", getc(f), getc(f));
  fpos_t position;
  fgetpos(f, &position);
  char word[20];
  int number;
  printf("fscanf %d: ", fscanf(f, "%19s %d", word, &number));
  printf("%s %d\n", word, number);
  fsetpos(f, &position);
  printf("again %d\n", fscanf(f, " line %d", &number));
  fseek(f, 0, SEEK_END);
  fputs("\nappended", f);
  fflush(f);
  fseek(f, -8, SEEK_CUR);
  printf("%s\n", fgets(word, sizeof word, f));
  f = freopen(name, "a", f);
  fputs("+", f);
  printf("append position %ld\n", ftell(f));
  fclose(f);
  f = fopen(name, "r");
  char block[100];
  setvbuf(f, block, _IOFBF, sizeof block);
  size_t blocks = fread(word, 4, 3, f);
  printf("fread %zu, pending %zu\n", blocks, __fbufsize(f));
  printf("write to a reader: %d\n", fputc('x', f));
  printf("its error: %d\n", ferror(f) != 0);
  clearerr(f);
  fclose(f);
  printf("no such mode: %s\n", fopen(name, "z") ? "ok" : strerrorname_np(errno));
  printf("exclusive: %s\n", fopen(name, "wx") ? "ok" : strerrorname_np(errno));

  char *memory;
  size_t length;
  f = open_memstream(&memory, &length);
  fprintf(f, "%d-%s", 42, "memory");
  fclose(f);
  printf("memstream %zu: %s\n", length, memory);
  f = fmemopen(memory, length, "r");
  printf("fmemopen %d: ", fscanf(f, "%d-%s", &number, word));
  printf("%d %s\n", number, word);
  fclose(f);
  int written = 0;
  f = fopencookie(&written, "w", (cookie_io_functions_t){.write = cookie_write});
  fprintf(f, "%0100d", 7);
  fclose(f);
  printf("cookie: %d\n", written);
  f = tmpfile();
  fprintf(f, "temporary");
  printf("tmpfile: %ld\n", ftell(f));
  fclose(f);
  int fd = open(name, O_RDWR);
  f = fdopen(fd, "r+");
  printf("fdopen: %d %s", fileno(f) == fd, fgets(word, sizeof word, f));
  dprintf(fd, "%s", "dprintf");
  fclose(f);
  printf("remove: %d %d %s\n", remove(name), remove(name), strerrorname_np(errno));

  printf("[%5d|%-5d|%05d|%+d|% d|%x|%#X|%o|%#o|%u]\n", 42, 42, 42, 42, 42, 255, 255, 8, 8, -1);
  printf("[%f|%.0f|%e|%G|%a|%10.3f|%-10.2e|%g|%g]\n", 3.14159, 2.5, 12345.678, 1e-10, 1.5, 2.0 / 3, 12345.0, 1e100, 0.0001);
  printf("[%s|%.3s|%10s|%-10s|%c|%%|%*d|%.*s]\n", "text", "truncated", "right", "left", 'c', 6, 7, 2, "precision");
  printf("[%hhd|%hd|%ld|%lld|%zu|%jd|%td]\n", 300, 70000, 1234567890L, 1234567890123456789LL, sizeof(int), (intmax_t)-5, (ptrdiff_t)9);
  printf("[%f|%f|%f|%.15g|%Lf]\n", 1.0 / 0.0, -1.0 / 0.0, 0.0, 0.1, (long double)1.25);
  printf("[%2$s %1$s]\n", "world", "hello");
  printf("[%m]\n");
  int n;
  char word2[20], set[20];
  double d;
  unsigned x;
  printf("sscanf %d", sscanf("12 0xff 3.5e2 abc [def]", "%d %x %lf %3s [%19[a-e]%n", &number, &x, &d, word2, set, &n));
  printf(": %d %u %g %s %s %d\n", number, x, d, word2, set, n);
  printf("snprintf %d: ", snprintf(word, 5, "%s", "longer than five"));
  printf("%s\n", word);
  char *allocated;
  printf("asprintf %d\n", asprintf(&allocated, "%d%d", 12, 34));
  printf("strtol %ld %ld %ld %lu\n", strtol("0x7f", NULL, 0), strtol("-077", NULL, 0), strtol("zz", NULL, 36), strtoul("99999999999", NULL, 10));
  printf("strtod %g %g %a %g\n", strtod("1e-320", NULL), strtod("0x1.8p3", NULL), strtod("0.1", NULL), strtod("inf", NULL));

  printf("locale %s\n", setlocale(LC_ALL, "C.UTF-8") ? "C.UTF-8" : "none");
  wchar_t wide[20];
  size = (ssize_t)mbstowcs(wide, "gr\xc3\xbc\xc3\x9f", 20);
  printf("mbstowcs %zd, width %d, upper %x\n", size, wcswidth(wide, 20), (unsigned)towupper(wide[2]));
  swprintf(wide, 20, L"%ls %d", L"wide", 5);
  printf("%ls %zu\n", wide, wcslen(wide));
  fputs("to stderr\n", stderr);
  return 0;
}
