package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;

/// System calls that are not there, as in a Linux that was built without them: all answer ENOSYS,
/// whatever the arguments, and programs that use them know how to do without.
final class AbsentCalls {
  private AbsentCalls() {}

  static void rows(SyscallTable table, boolean is64Bit) {
    asynchronousIo(table);
    protectionAndTracing(table);
    memory(table);
    others(table);
    if (is64Bit) {
      absent(table, 447, "memfd_secret");
    } else {
      absent(table, 416, "io_pgetevents_time64");
    }
  }

  private static void absent(SyscallTable table, int number, String name) {
    table.refuse(number, name, Errno.ENOSYS);
  }

  private static void asynchronousIo(SyscallTable table) {
    absent(table, 0, "io_setup");
    absent(table, 1, "io_destroy");
    absent(table, 2, "io_submit");
    absent(table, 3, "io_cancel");
    absent(table, 4, "io_getevents");
    absent(table, 292, "io_pgetevents");
    absent(table, 425, "io_uring_setup");
    absent(table, 426, "io_uring_enter");
    absent(table, 427, "io_uring_register");
  }

  private static void protectionAndTracing(SyscallTable table) {
    absent(table, 217, "add_key");
    absent(table, 218, "request_key");
    absent(table, 219, "keyctl");
    absent(table, 241, "perf_event_open");
    absent(table, 277, "seccomp");
    absent(table, 280, "bpf");
    absent(table, 444, "landlock_create_ruleset");
    absent(table, 445, "landlock_add_rule");
    absent(table, 446, "landlock_restrict_self");
    absent(table, 459, "lsm_get_self_attr");
    absent(table, 460, "lsm_set_self_attr");
    absent(table, 461, "lsm_list_modules");
  }

  private static void memory(SyscallTable table) {
    absent(table, 224, "swapon");
    absent(table, 225, "swapoff");
    absent(table, 235, "mbind");
    absent(table, 236, "get_mempolicy");
    absent(table, 237, "set_mempolicy");
    absent(table, 238, "migrate_pages");
    absent(table, 239, "move_pages");
    absent(table, 282, "userfaultfd");
    absent(table, 288, "pkey_mprotect");
    absent(table, 289, "pkey_alloc");
    absent(table, 290, "pkey_free");
    absent(table, 450, "set_mempolicy_home_node");
    absent(table, 453, "map_shadow_stack");
    absent(table, 462, "mseal");
  }

  private static void others(SyscallTable table) {
    absent(table, 18, "lookup_dcookie");
    absent(table, 42, "nfsservctl");
    absent(table, 60, "quotactl");
    absent(table, 104, "kexec_load");
    absent(table, 262, "fanotify_init");
    absent(table, 263, "fanotify_mark");
    absent(table, 293, "rseq");
    absent(table, 294, "kexec_file_load");
    absent(table, 443, "quotactl_fd");
  }
}
