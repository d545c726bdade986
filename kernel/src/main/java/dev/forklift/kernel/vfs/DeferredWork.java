package dev.forklift.kernel.vfs;

/// Does later, on a thread of the kernel's own, what whoever caused it should not do itself: the
/// last close of a host's file, and the end of a file system that nobody uses any more.
public interface DeferredWork {
  /// Does everything at once, where there are no threads.
  DeferredWork AT_ONCE =
      new DeferredWork() {
        @Override
        public void defer(Runnable work) {
          work.run();
        }

        @Override
        public void deferBlocking(Runnable work) {
          work.run();
        }
      };

  /// Has something done under the kernel lock.
  void defer(Runnable work);

  /// Has something done without the kernel lock, because it may wait for the host.
  void deferBlocking(Runnable work);
}
