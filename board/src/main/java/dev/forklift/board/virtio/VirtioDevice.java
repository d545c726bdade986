package dev.forklift.board.virtio;

import dev.forklift.board.device.Placement;
import dev.forklift.board.state.Stateful;

/// What is behind a transport: a disk, a console, a source of random bytes.
///
/// Only the machine's thread calls it. A request is done before the call returns, so that when it
/// is done does not depend on the host.
public interface VirtioDevice extends Stateful {
  /// The number of its kind.
  int type();

  /// How many queues it has.
  default int queues() {
    return 1;
  }

  /// The features that it offers, beside those of the transport.
  default long features() {
    return 0;
  }

  /// What the driver can read about it.
  default byte[] config() {
    return new byte[0];
  }

  /// It has a place in a machine now.
  default void attach(Placement place, Transport transport) {}

  /// The driver may have put something into a queue.
  void serve(int index, Virtqueue queue) throws BrokenQueueException;

  /// Forgets what a driver has said.
  default void reset() {}

  /// What it may ask of its transport.
  interface Transport {
    /// Serves a queue as if the driver had asked for it.
    void serve(int queue);

    /// Tells the driver to look at [#config] again.
    void configChanged();
  }
}
