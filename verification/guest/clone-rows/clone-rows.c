// Every row by which clone and clone3 are refused, each alone: docs/process-creation.md.
//
// Not here, because no program can bring them about: row 1 (this kernel has clone3; see
// ReleaseTest), row 26 (another thread between the start of exec and the end of its siblings), and
// rows 22 and 38, whose signal must come between the trap and the check.

#include "guest.h"

#include "clone-rows.h"

int guest_main(int argc, char **argv, char **envp) {
  prepare_rows();
  for (int path = LEGACY; path <= CLONE3; path++) {
    const char *call = path == LEGACY ? "clone" : "clone3";
    say("%s, no row: %s\n", call, answer(try_rows(path, 0, 0)));
    for (int i = 0; i < ROWS; i++) {
      long result = try_rows(path, &rows[i], 0);
      if (result) say("%s, row %s: %s\n", call, rows[i].name, answer(result));
    }
  }
  finish_rows();
  return 0;
}
