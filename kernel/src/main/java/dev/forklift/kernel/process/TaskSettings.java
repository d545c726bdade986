package dev.forklift.kernel.process;

import org.jspecify.annotations.Nullable;

/// What prctl(2), personality(2) and ioprio_set(2) have set for a task, and children inherit.
public final class TaskSettings {
  /// What is done to a task whose memory turns out to be broken (PR_MCE_KILL).
  public enum MemoryFailure {
    LATE,
    EARLY,
    DEFAULT
  }

  private static final int EXECUTION_DOMAIN = 0xff;

  /// Flags that would weaken a program that may do more than its caller: READ_IMPLIES_EXEC,
  /// ADDR_NO_RANDOMIZE, ADDR_COMPAT_LAYOUT, MMAP_PAGE_ZERO.
  private static final int WEAKENING = 0x0040_0000 | 0x0004_0000 | 0x0020_0000 | 0x0010_0000;

  private int personality;
  private MemoryFailure memoryFailure = MemoryFailure.DEFAULT;
  private boolean ioFlusher;
  private @Nullable IoContext ioContext;
  private boolean overTaskLimit;

  /// What a child starts with.
  ///
  /// @param sharesIo whether it gets the io context itself and not a copy (CLONE_IO)
  TaskSettings forChild(boolean sharesIo) {
    TaskSettings child = new TaskSettings();
    child.personality = personality;
    child.memoryFailure = memoryFailure;
    child.ioFlusher = ioFlusher;
    if (sharesIo) {
      child.ioContext = ioContext;
    } else if (IoPriority.isValid(ioPriority())) {
      child.ioContext = new IoContext(ioPriority());
    }
    return child;
  }

  /// The execution domain and its flags (personality(2)).
  public int personality() {
    return personality;
  }

  public void setPersonality(int personality) {
    this.personality = personality;
  }

  /// Another program begins, which is always one for Linux.
  void enterProgram(boolean secure) {
    personality &= ~(secure ? EXECUTION_DOMAIN | WEAKENING : EXECUTION_DOMAIN);
  }

  public MemoryFailure memoryFailure() {
    return memoryFailure;
  }

  public void setMemoryFailure(MemoryFailure policy) {
    this.memoryFailure = policy;
  }

  /// Says whether it is part of the way that dirty memory takes to a disk (PR_SET_IO_FLUSHER).
  public boolean isIoFlusher() {
    return ioFlusher;
  }

  public void setIoFlusher(boolean value) {
    this.ioFlusher = value;
  }

  /// Class and level as ioprio_set(2) was given them; 0 for none.
  public int ioPriority() {
    return ioContext == null ? 0 : ioContext.priority();
  }

  public void setIoPriority(int value) {
    if (ioContext == null) {
      ioContext = new IoContext(value);
    } else {
      ioContext.setPriority(value);
    }
  }

  /// What it may share with others; null until it has a priority.
  public @Nullable IoContext ioContext() {
    return ioContext;
  }

  /// Says whether its user had too many tasks when it became that user: execve(2) then fails.
  boolean isOverTaskLimit() {
    return overTaskLimit;
  }

  void setOverTaskLimit(boolean value) {
    this.overTaskLimit = value;
  }
}
