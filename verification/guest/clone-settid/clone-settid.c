// Who writes which tid where: CLONE_PARENT_SETTID, CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID and
// set_tid_address.

#include "guest.h"

static volatile int parent_tid, child_tid;

struct seen {
  int parent_word, child_word, tid;
};

static struct seen *seen;

static long look(void *unused) {
  seen->parent_word = parent_tid;
  seen->child_word = child_tid;
  seen->tid = (int)sys_gettid();
  return 0;
}

// Makes a child that looks at both words, and says what it and its parent see.
static void look_with(const char *what, unsigned long flags) {
  parent_tid = child_tid = 0;
  memset(seen, 0, sizeof *seen);
  void *stack = flags & CLONE_VM ? new_stack_top() : 0;
  long child =
      need(arch_clone(flags | SIGCHLD, stack, (void *)&parent_tid, (void *)&child_tid, 0, look, 0),
           "clone");
  int parent_after = parent_tid;
  wait_for(child);
#define WORD(value) ((value) == child ? "tid" : (value) == 0 ? "0" : "something else")
  say("%s: the child sees %s and %s, the parent %s and %s\n", what, WORD(seen->parent_word),
      WORD(seen->child_word), WORD(parent_after), WORD(child_tid));
}

static long do_nothing(void *unused) { return 0; }

static long wait_for_word(void *word) {
  wait_until(word, 1);
  return 0;
}

static long change_address(void *word) { return sys_set_tid_address(word) == sys_gettid() ? 0 : 1; }

static long exec_self(void *unused) {
  char *argv[] = {"clone-settid", "exit", 0}, *environment[] = {0};
  sys_execve("/proc/self/exe", argv, environment);
  return 126;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) return 0;
  seen = new_shared(4096);

  look_with("fork", 0);
  look_with("PARENT_SETTID", CLONE_PARENT_SETTID);
  look_with("CHILD_SETTID", CLONE_CHILD_SETTID);
  look_with("both", CLONE_PARENT_SETTID | CLONE_CHILD_SETTID);
  look_with("PARENT_SETTID and VM", CLONE_PARENT_SETTID | CLONE_VM);
  look_with("both and VM", CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_VM);

  say("-- bad addresses\n");
  int status =
      wait_for(arch_clone(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
                          0, (void *)4, (void *)8, 0, do_nothing, 0));
  say("both unmapped: child %w\n", status);
  static const int constant = 5;
  status = wait_for(
      arch_clone(CLONE_PARENT_SETTID | SIGCHLD, 0, (void *)&constant, 0, 0, do_nothing, 0));
  say("read-only: child %w, the word is %d\n", status, *(volatile const int *)&constant);

  say("-- CHILD_CLEARTID\n");
  volatile int *word = new_shared(4096);
  *word = 77;
  wait_for(arch_clone(CLONE_CHILD_CLEARTID | SIGCHLD, 0, 0, (void *)word, 0, do_nothing, 0));
  say("a process with memory of its own: the shared word stays %d\n", *word);
  *word = 77;
  wait_for(arch_clone(CLONE_CHILD_CLEARTID | CLONE_VM | SIGCHLD, new_stack_top(), 0, (void *)word,
                      0, do_nothing, 0));
  say("a process that shares memory: the word becomes %d\n", *word);

  volatile int go = 0;
  *word = 77;
  long child = need(arch_clone(CLONE_CHILD_CLEARTID | CLONE_VM | SIGCHLD, new_stack_top(), 0,
                               (void *)word, 0, wait_for_word, (void *)&go),
                    "clone");
  set_and_wake(&go, 1);
  long result = 0;
  while (*word == 77) result = sys_futex(word, FUTEX_WAIT, 77, 0);
  say("its end wakes a futex: %s, word %d\n", yes_no(result == 0 || result == -EAGAIN), *word);
  wait_for(child);

  *word = 77;
  wait_for(arch_clone(CLONE_CHILD_CLEARTID | CLONE_VM | CLONE_VFORK | SIGCHLD, new_stack_top(), 0,
                      (void *)word, 0, exec_self, 0));
  say("its exec clears the word too: %d\n", *word);

  volatile int *other = word + 1;
  *word = 77, *other = 78;
  status = wait_for(arch_clone(CLONE_CHILD_CLEARTID | CLONE_VM | SIGCHLD, new_stack_top(), 0,
                               (void *)word, 0, change_address, (void *)other));
  say("set_tid_address moves it: child %w, words %d and %d\n", status, *word, *other);
  *word = 77;
  status = wait_for(arch_clone(CLONE_CHILD_CLEARTID | CLONE_VM | SIGCHLD, new_stack_top(), 0,
                               (void *)word, 0, change_address, 0));
  say("set_tid_address to null: child %w, word %d\n", status, *word);
  say("set_tid_address returns the tid: %s\n", yes_no(sys_set_tid_address(0) == sys_gettid()));
  return 0;
}
