// Every two rows that clone3 can break at once, none of them one about its structure: the first onen// decides.

#include "guest.h"

#include "clone-rows.h"

int guest_main(int argc, char **argv, char **envp) {
  prepare_rows();
  try_pairs(CLONE3, row_of("15"), ROWS);
  finish_rows();
  return 0;
}
