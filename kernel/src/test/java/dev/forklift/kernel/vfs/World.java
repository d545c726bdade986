package dev.forklift.kernel.vfs;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;

/// A kernel as far as files go: a tmpfs root and a superuser who stands in it. Holds the kernel
/// lock for the thread that made it.
public final class World implements AutoCloseable {
  public final KernelLock lock = new KernelLock();
  public final KernelClock clock = KernelClock.host();
  public final FrameBudget budget = new FrameBudget(1 << 24);
  public final FileSystems systems;
  public final Tmpfs root;
  public final MountNamespace mounts;
  public final TestCaller caller;

  public World() {
    this(4096);
  }

  public World(int pageBytes) {
    lock.acquire();
    systems = new FileSystems(clock, pageBytes);
    root = new Tmpfs(systems, "tmpfs", budget, 0755);
    mounts = MountNamespace.first(UserNamespace.initial(), root, "root", 0);
    caller = newCaller(Credentials.of(0, 0));
  }

  @Override
  public void close() {
    lock.release();
  }

  public TestCaller newCaller(Credentials who) {
    VfsPath top = mounts.root().rootPath();
    return new TestCaller(lock, clock, new FsContext(top, top, 022), who);
  }

  public VfsPath find(String path) throws Errno {
    return PathWalk.lookup(caller, null, path, true);
  }

  public VfsPath findLink(String path) throws Errno {
    return PathWalk.lookup(caller, null, path, false);
  }

  public OpenFile open(String path, int flags) throws Errno {
    return Opening.open(caller, null, path, flags, 0644);
  }

  public void mkdir(String path) throws Errno {
    DirectoryChanges.mkdir(caller, null, path, 0777);
  }

  public void symlink(String target, String path) throws Errno {
    DirectoryChanges.symlink(caller, target, null, path);
  }

  public void rename(String from, String to) throws Errno {
    DirectoryChanges.rename(caller, null, from, null, to, 0);
  }

  public void unlink(String path) throws Errno {
    DirectoryChanges.unlink(caller, null, path);
  }

  public void rmdir(String path) throws Errno {
    DirectoryChanges.rmdir(caller, null, path);
  }

  /// What a task of its own does.
  @FunctionalInterface
  public interface Action {
    Object run() throws Errno;
  }

  /// A task that runs beside the test, as far as the test lets it.
  public final class Running {
    private final Thread thread;
    private volatile boolean started;
    private volatile Object result;

    private Running(Action action) {
      thread =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                lock.acquire();
                started = true;
                try {
                  result = action.run();
                } catch (Errno e) {
                  result = e;
                } finally {
                  lock.release();
                }
              });
    }

    /// Lets it run until it sleeps, and fails if it ends instead.
    public void untilAsleep() {
      for (int i = 0; i < 10_000; i++) {
        pause();
        if (!thread.isAlive()) {
          throw new AssertionError("ended instead of sleeping: " + result);
        }
        if (started && thread.getState() == Thread.State.WAITING) {
          pause();
          if (thread.getState() == Thread.State.WAITING) {
            return;
          }
        }
      }
      throw new AssertionError("does not come to rest");
    }

    /// Lets it run to its end, and answers its result or the error that ended it.
    public Object end() {
      for (int i = 0; i < 10_000 && thread.isAlive(); i++) {
        pause();
      }
      if (thread.isAlive()) {
        throw new AssertionError("does not end");
      }
      return result;
    }

    private void pause() {
      lock.release();
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      } finally {
        lock.acquire();
      }
    }
  }

  public Running start(Action action) {
    return new Running(action);
  }

  /// Makes or overwrites a file.
  public void write(String path, String text) throws Errno {
    OpenFile file = open(path, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC);
    var _ = file.write(caller, Bytes.of(text));
    file.release();
  }

  public String read(String path) throws Errno {
    OpenFile file = open(path, OpenFlags.O_RDONLY);
    String text = read(file);
    file.release();
    return text;
  }

  public String read(OpenFile file) throws Errno {
    Bytes room = Bytes.room(1 << 20);
    var _ = file.read(caller, room);
    return room.text();
  }
}
