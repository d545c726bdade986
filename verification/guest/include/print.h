// Output: say() formats one piece of text and hands it to write(2) at once, so that the lines of
// several processes never mix.

#ifndef PRINT_H
#define PRINT_H

// The compiler may call these four.
__attribute__((weak)) void *memcpy(void *to, const void *from, size_t n) {
  char *t = to;
  const char *f = from;
  while (n--) *t++ = *f++;
  return to;
}

__attribute__((weak)) void *memset(void *to, int value, size_t n) {
  char *t = to;
  while (n--) *t++ = (char)value;
  return to;
}

__attribute__((weak)) void *memmove(void *to, const void *from, size_t n) {
  char *t = to;
  const char *f = from;
  if (t < f) return memcpy(to, from, n);
  while (n--) t[n] = f[n];
  return to;
}

__attribute__((weak)) int memcmp(const void *one, const void *other, size_t n) {
  const unsigned char *a = one, *b = other;
  for (; n--; a++, b++)
    if (*a != *b) return *a - *b;
  return 0;
}

static inline size_t text_length(const char *text) {
  size_t n = 0;
  while (text[n]) n++;
  return n;
}

static inline bool text_equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

// The last part of a path.
static inline const char *base_name(const char *path) {
  const char *name = path;
  for (; *path; path++)
    if (*path == '/') name = path + 1;
  return name;
}

static inline const char *errno_name(long error) {
  // clang-format off
  static const struct { short error; const char name[10]; } names[] = {
      {EPERM, "EPERM"}, {ENOENT, "ENOENT"}, {ESRCH, "ESRCH"}, {EINTR, "EINTR"}, {EIO, "EIO"}, {ENXIO, "ENXIO"},
      {E2BIG, "E2BIG"}, {ENOEXEC, "ENOEXEC"}, {EBADF, "EBADF"}, {ECHILD, "ECHILD"},
      {EAGAIN, "EAGAIN"}, {ENOMEM, "ENOMEM"}, {EACCES, "EACCES"}, {EFAULT, "EFAULT"},
      {EBUSY, "EBUSY"}, {EEXIST, "EEXIST"}, {ENOTDIR, "ENOTDIR"}, {EISDIR, "EISDIR"},
      {EINVAL, "EINVAL"}, {EMFILE, "EMFILE"}, {ETXTBSY, "ETXTBSY"}, {ESPIPE, "ESPIPE"},
      {EPIPE, "EPIPE"}, {ENOSYS, "ENOSYS"}, {ETIMEDOUT, "ETIMEDOUT"},
  };
  // clang-format on
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].error == error) return names[i].name;
  return 0;
}

static inline const char *signal_name(int signal) {
  // clang-format off
  static const char names[][10] = {
      "no signal", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS",
      "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM",
      "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG",
      "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
  };
  // clang-format on
  if (signal < 0 || signal >= (int)(sizeof names / sizeof *names))
    return signal == SIGRTMIN ? "SIGRTMIN" : "a real-time signal";
  return names[signal];
}

struct line {
  char text[512];
  unsigned length;
};

static inline void line_char(struct line *line, char c) {
  if (line->length < sizeof line->text) line->text[line->length++] = c;
}

static inline void line_text(struct line *line, const char *text) {
  while (*text) line_char(line, *text++);
}

static inline void line_number(struct line *line, unsigned long value, unsigned base, int width) {
  char digits[24];
  int n = 0;
  do {
    digits[n++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  for (; width > n; width--) line_char(line, '0');
  while (n) line_char(line, digits[--n]);
}

static inline void line_signed(struct line *line, long value) {
  if (value < 0) line_char(line, '-');
  line_number(line, value < 0 ? -(unsigned long)value : (unsigned long)value, 10, 0);
}

// A system call's result: a number, or the errno's name.
static inline void line_result(struct line *line, long result) {
  const char *name = result < 0 ? errno_name(-result) : 0;
  if (name)
    line_text(line, name);
  else
    line_signed(line, result);
}

// What a wait status says.
static inline void line_status(struct line *line, int status) {
  if ((status & 0x7f) == 0) {
    line_text(line, "exited with ");
    line_number(line, status >> 8 & 0xff, 10, 0);
  } else {
    line_text(line, "killed by ");
    line_text(line, signal_name(status & 0x7f));
  }
}

// As printf has them: %s %c %d %u %x, %08x, %ld %lu %lx. Our own: %e result of a system call
// (long), %S signal, %w wait status.
static void line_format(struct line *line, const char *format, va_list arguments) {
  for (; *format; format++) {
    if (*format != '%') {
      line_char(line, *format);
      continue;
    }
    int width = 0;
    while (*++format >= '0' && *format <= '9') width = width * 10 + *format - '0';
    bool is_long = *format == 'l';
    if (is_long) format++;
    switch (*format) {
      case 's': line_text(line, va_arg(arguments, const char *)); break;
      case 'd':
        line_signed(line, is_long ? va_arg(arguments, long) : va_arg(arguments, int));
        break;
      case 'u':
      case 'x':
        line_number(line, is_long ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned),
                    *format == 'u' ? 10 : 16, width);
        break;
      case 'c': line_char(line, (char)va_arg(arguments, int)); break;
      case 'e': line_result(line, va_arg(arguments, long)); break;
      case 'S': line_text(line, signal_name(va_arg(arguments, int))); break;
      case 'w': line_status(line, va_arg(arguments, int)); break;
      default: line_char(line, *format);
    }
  }
}

static void say(const char *format, ...) {
  struct line line;
  line.length = 0;
  va_list arguments;
  va_start(arguments, format);
  line_format(&line, format, arguments);
  va_end(arguments);
  for (unsigned from = 0; from < line.length;) {
    long n = sys_write(1, line.text + from, line.length - from);
    if (n <= 0) sys_exit(125);
    from += (unsigned)n;
  }
}

// For what a program cannot go on without.
static inline long need(long result, const char *what) {
  if (result < 0) {
    say("cannot go on: %s: %e\n", what, result);
    sys_exit(124);
  }
  return result;
}

#endif
