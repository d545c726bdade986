// System calls that this kind of kernel is built without: they all answer ENOSYS, whatever the
// arguments.

#include "guest.h"

int guest_main(int argc, char **argv, char **envp) {
  // clang-format off
  static const struct { int number; const char *name; } calls[] = {
      {0, "io_setup"}, {1, "io_destroy"}, {2, "io_submit"}, {3, "io_cancel"}, {4, "io_getevents"},
      {18, "lookup_dcookie"}, {42, "nfsservctl"}, {60, "quotactl"}, {104, "kexec_load"},
      {217, "add_key"}, {218, "request_key"}, {219, "keyctl"}, {224, "swapon"}, {225, "swapoff"},
      {235, "mbind"}, {236, "get_mempolicy"}, {237, "set_mempolicy"}, {238, "migrate_pages"},
      {239, "move_pages"}, {241, "perf_event_open"}, {245, "not used"}, {259, "not used"},
      {262, "fanotify_init"}, {263, "fanotify_mark"}, {277, "seccomp"}, {280, "bpf"},
      {282, "userfaultfd"}, {288, "pkey_mprotect"}, {289, "pkey_alloc"}, {290, "pkey_free"},
      {292, "io_pgetevents"}, {293, "rseq"}, {294, "kexec_file_load"}, {295, "not used"},
      {402, "not used"}, {415, "not used"}, {416, "io_pgetevents_time64"}, {443, "quotactl_fd"},
      {444, "landlock_create_ruleset"}, {445, "landlock_add_rule"}, {446, "landlock_restrict_self"},
      {447, "memfd_secret"}, {450, "set_mempolicy_home_node"}, {453, "map_shadow_stack"},
      {459, "lsm_get_self_attr"}, {460, "lsm_set_self_attr"}, {461, "lsm_list_modules"},
      {462, "mseal"}, {463, "not used"}, {100000, "not used"}, {-1, "not used"},
  };
  // clang-format on
  for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
    say("%d %s: %e", calls[i].number, calls[i].name, syscall6(calls[i].number, 0, 0, 0, 0, 0, 0));
    say(" %e\n", syscall6(calls[i].number, -1, -1, -1, -1, -1, -1));
  }
  return 0;
}
