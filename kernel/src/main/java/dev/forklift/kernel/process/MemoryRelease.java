package dev.forklift.kernel.process;

import dev.forklift.kernel.mm.Mm;

/// What has to happen to a task's futexes before it lets go of its memory: the robust list is
/// walked, the word of CLONE_CHILD_CLEARTID cleared and woken.
@FunctionalInterface
public interface MemoryRelease {
  void release(Task task, Mm mm);
}
