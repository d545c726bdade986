// Every two rows that legacy clone can break at once: the first one decides.

#include "guest.h"

#include "clone-rows.h"

int guest_main(int argc, char **argv, char **envp) {
  prepare_rows();
  try_pairs(LEGACY, 0, ROWS);
  finish_rows();
  return 0;
}
