// Every two rows that clone3 can break at once, the first of them one about its structure: the firstn// one decides.

#include "guest.h"

#include "clone-rows.h"

int guest_main(int argc, char **argv, char **envp) {
  prepare_rows();
  try_pairs(CLONE3, 0, row_of("15"));
  finish_rows();
  return 0;
}
