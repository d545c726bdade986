package dev.forklift.kernel.proc;

import dev.forklift.kernel.process.Task;

/// What a task is doing, by the letters that ps(1) shows.
enum TaskState {
  RUNNING("R (running)"),
  SLEEPING("S (sleeping)"),
  UNINTERRUPTIBLE("D (disk sleep)"),
  IDLE("I (idle)"),
  STOPPED("T (stopped)"),
  TRACED("t (tracing stop)"),
  ZOMBIE("Z (zombie)");

  private final String description;

  TaskState(String description) {
    this.description = description;
  }

  static TaskState of(Task task) {
    if (task.isZombie()) {
      return ZOMBIE;
    }
    if (task.ptrace().isStopped()) {
      return TRACED;
    }
    if (task.isStopped()) {
      return STOPPED;
    }
    return switch (task.isWoken() ? null : task.sleeping()) {
      case null -> RUNNING;
      case INTERRUPTIBLE -> SLEEPING;
      case KILLABLE, UNINTERRUPTIBLE -> UNINTERRUPTIBLE;
      case IDLE -> IDLE;
    };
  }

  char letter() {
    return description.charAt(0);
  }

  String description() {
    return description;
  }
}
