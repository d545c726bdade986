package dev.forklift.kernel.ipc;

/// One operation on one semaphore of a set (`struct sembuf`).
///
/// @param change what is added; 0 waits until the value is 0
public record SemOperation(int number, int change, int flags) {
  public static final int SEM_UNDO = 0x1000;

  boolean undoes() {
    return (flags & SEM_UNDO) != 0;
  }

  boolean waits() {
    return (flags & IpcTable.IPC_NOWAIT) == 0;
  }

  boolean alters() {
    return change != 0;
  }
}
