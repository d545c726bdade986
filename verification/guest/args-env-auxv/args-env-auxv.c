// The stack the kernel builds for a new program: argc, argv, envp, the auxiliary vector and where
// the strings lie.

#include "guest.h"

static const char *key_name(unsigned long key) {
  // clang-format off
  static const struct { unsigned long key; const char *name; } names[] = {
      {AT_PHDR, "PHDR"}, {AT_PHENT, "PHENT"}, {AT_PHNUM, "PHNUM"}, {AT_PAGESZ, "PAGESZ"},
      {AT_BASE, "BASE"}, {AT_FLAGS, "FLAGS"}, {AT_ENTRY, "ENTRY"}, {AT_UID, "UID"},
      {AT_EUID, "EUID"}, {AT_GID, "GID"}, {AT_EGID, "EGID"}, {AT_PLATFORM, "PLATFORM"},
      {AT_HWCAP, "HWCAP"}, {AT_CLKTCK, "CLKTCK"}, {AT_SECURE, "SECURE"}, {AT_RANDOM, "RANDOM"},
      {AT_HWCAP2, "HWCAP2"}, {AT_EXECFN, "EXECFN"}, {AT_HWCAP3, "HWCAP3"}, {AT_HWCAP4, "HWCAP4"},
      {AT_SYSINFO_EHDR, "SYSINFO_EHDR"}, {AT_RSEQ_FEATURE_SIZE, "RSEQ_FEATURE_SIZE"},
      {AT_RSEQ_ALIGN, "RSEQ_ALIGN"}, {AT_MINSIGSTKSZ, "MINSIGSTKSZ"},
  };
  // clang-format on
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].key == key) return names[i].name;
  return "another key";
}

extern char _start[], __ehdr_start[];

int guest_main(int argc, char **argv, char **envp) {
  unsigned long *stack = (unsigned long *)argv - 1;
  say("argc is the word below argv: %s\n", *stack == (unsigned long)argc ? "yes" : "no");
  say("sp at entry modulo 16: %lu\n", (unsigned long)stack % 16);
  for (int i = 0; i < argc; i++) say("argv[%d] = %s\n", i, i ? argv[i] : base_name(argv[i]));
  say("argv[argc] is null: %s\n", argv[argc] ? "no" : "yes");
  char **end = envp;
  for (; *end; end++) say("environment: %s\n", *end);

  bool contiguous = true;
  char *last = 0;
  for (char **p = argv; p < end; p++) {
    if (!*p) continue;
    if (last && *p != last + text_length(last) + 1) contiguous = false;
    last = *p;
  }
  say("the strings of argv and envp lie one behind the other: %s\n", contiguous ? "yes" : "no");

  const char *name = "", *file = 0;
  for (unsigned long *entry = auxiliary_vector(envp);; entry += 2) {
    unsigned long value = entry[1];
    if (entry[0] == AT_NULL) {
      say("the auxiliary vector ends with NULL, %lu\n", value);
      break;
    }
    name = key_name(entry[0]);
    switch (entry[0]) {
      case AT_PHDR:
        say("%s = the file's start + %lu\n", name, value - (unsigned long)__ehdr_start);
        break;
      case AT_ENTRY: say("%s = _start + %lu\n", name, value - (unsigned long)_start); break;
      case AT_RANDOM:
        say("%s: above the environment pointers: %s, below the strings: %s\n", name,
            value > (unsigned long)end ? "yes" : "no",
            value < (unsigned long)argv[0] ? "yes" : "no");
        break;
      case AT_EXECFN:
        file = (char *)value;
        say("%s = %s\n", name, base_name(file));
        say("%s lies behind the last string: %s\n", name,
            file == last + text_length(last) + 1 ? "yes" : "no");
        break;
      case AT_PHNUM:
        say("%s = %s\n", name, value > 0 && value < 8 ? "a few" : "a wrong number");
        break;
      case AT_PLATFORM: say("%s = %s\n", name, (char *)value); break;
      default: say("%s = %lu\n", name, value);
    }
    if (text_equal(name, "another key")) say("its number is %lu\n", entry[0]);
  }
  return 0;
}
