package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.mqueue.MqueueFileSystem;
import dev.forklift.kernel.mqueue.QueueLimits;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The System V objects and POSIX message queues that a group of processes sees
/// (ipc_namespaces(7)).
public final class IpcNamespace extends Namespace {
  private final Semaphores semaphores = new Semaphores(userNamespace());
  private final SharedMemory sharedMemory = new SharedMemory(userNamespace());
  private final MessageQueues messageQueues = new MessageQueues(userNamespace());
  private final QueueLimits queueLimits = new QueueLimits();
  private @Nullable MqueueFileSystem posixQueues;

  private IpcNamespace(UserNamespace owner) {
    super(NamespaceKind.IPC, owner);
  }

  private IpcNamespace(UserNamespace owner, int creator) throws Errno {
    super(NamespaceKind.IPC, owner, creator);
  }

  /// The one that a kernel begins with.
  public static IpcNamespace first(UserNamespace owner) {
    return new IpcNamespace(owner);
  }

  /// A new one, with nothing in it.
  ///
  /// @param creator the effective user id of who makes it
  public static IpcNamespace create(UserNamespace owner, int creator) throws Errno {
    return new IpcNamespace(owner, creator);
  }

  public Semaphores semaphores() {
    return semaphores;
  }

  public SharedMemory sharedMemory() {
    return sharedMemory;
  }

  /// The queues of System V.
  public MessageQueues messageQueues() {
    return messageQueues;
  }

  /// What bounds the POSIX queues.
  public QueueLimits queueLimits() {
    return queueLimits;
  }

  /// The POSIX queues.
  ///
  /// @param maker makes what holds them, the first time
  public MqueueFileSystem posixQueues(Function<QueueLimits, MqueueFileSystem> maker) {
    MqueueFileSystem made = posixQueues;
    if (made == null) {
      made = maker.apply(queueLimits);
      posixQueues = made;
    }
    return made;
  }

  @Override
  protected void onUnused() {
    if (posixQueues != null) {
      posixQueues.clear();
    }
    semaphores.removeAll();
    sharedMemory.removeAll();
    messageQueues.removeAll();
  }
}
