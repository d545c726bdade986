package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.mqueue.MqueueFileSystem;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.FileSystems;
import org.jspecify.annotations.Nullable;

/// The POSIX message queues that tasks use: those of their IPC namespace.
public final class TaskQueues {
  private TaskQueues() {}

  /// The file system of the queues that a task sees.
  public static MqueueFileSystem of(Task task, FileSystems systems) {
    Kernel kernel = task.kernel();
    return task.namespaces()
        .ipc()
        .posixQueues(limits ->
            new MqueueFileSystem(
                systems, kernel.budget(), kernel.abi().dataModel(), new Users(kernel), limits));
  }

  private record Users(Kernel kernel) implements MqueueFileSystem.Users {
    @Override
    public @Nullable Object currentProcess() {
      Task current = kernel.currentOrNull();
      return current == null ? null : current.group().pid();
    }

    @Override
    public Credentials currentCredentials() {
      return kernel.current().credentials();
    }

    @Override
    public int number(Caller viewer, Object process) {
      return ((Pid) process).in(((Task) viewer).pidNamespace());
    }

    @Override
    public long byteLimit() {
      return kernel.current().group().limits().soft(ResourceLimits.RLIMIT_MSGQUEUE);
    }
  }
}
