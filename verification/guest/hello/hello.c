// The smallest program: a greeting and its arguments.

#include "guest.h"

int guest_main(int argc, char **argv, char **envp) {
  say("Hello from " ARCH_NAME "\n");
  say("argc = %d\n", argc);
  for (int i = 1; i < argc; i++) say("argv[%d] = %s\n", i, argv[i]);
  return 0;
}
