// Results of system calls as text, for programs that meet errors which print.h does not name.

#ifndef OUTCOME_H
#define OUTCOME_H

// clang-format off
enum {
  ENOTBLK = 15, EXDEV = 18, ENODEV = 19, ENFILE = 23, EFBIG = 27, ENOSPC = 28,
  EROFS = 30, ERANGE = 34, ENAMETOOLONG = 36, ENOTEMPTY = 39, ELOOP = 40, ENOMSG = 42, EIDRM = 43,
  EOVERFLOW = 75, EMSGSIZE = 90, EOPNOTSUPP = 95,
};

static inline const char *further_errno_name(long error) {
  static const struct { short error; const char name[13]; } names[] = {
      {EXDEV, "EXDEV"}, {ENODEV, "ENODEV"}, {ENFILE, "ENFILE"}, {EFBIG, "EFBIG"},
      {ENOSPC, "ENOSPC"}, {EROFS, "EROFS"}, {ERANGE, "ERANGE"}, {ENAMETOOLONG, "ENAMETOOLONG"},
      {ENOTEMPTY, "ENOTEMPTY"}, {ELOOP, "ELOOP"}, {ENOMSG, "ENOMSG"}, {EIDRM, "EIDRM"},
      {EOVERFLOW, "EOVERFLOW"}, {EMSGSIZE, "EMSGSIZE"}, {EOPNOTSUPP, "EOPNOTSUPP"},
  };
  // clang-format on
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].error == error) return names[i].name;
  return 0;
}

// The errno's name, or the number. Good for the next seven results.
static inline const char *outcome(long result) {
  static char texts[8][16];
  static unsigned next;
  const char *name = 0;
  if (result < 0) name = errno_name(-result);
  if (result < 0 && !name) name = further_errno_name(-result);
  if (name) return name;
  char *at = texts[next++ % 8] + 15;
  *at = 0;
  unsigned long rest = result < 0 ? -(unsigned long)result : (unsigned long)result;
  do *--at = "0123456789"[rest % 10];
  while (rest /= 10);
  if (result < 0) *--at = '-';
  return at;
}

#endif
