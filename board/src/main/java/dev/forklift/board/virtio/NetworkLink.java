package dev.forklift.board.virtio;

import dev.forklift.board.device.Placement;
import org.jspecify.annotations.Nullable;

/// The other end of a network device's cable. Only the machine's thread calls it.
public interface NetworkLink {
  /// No cable.
  NetworkLink UNPLUGGED =
      new NetworkLink() {
        @Override
        public boolean isUp() {
          return false;
        }

        @Override
        public void send(byte[] frame) {}

        @Override
        public byte @Nullable [] receive() {
          return null;
        }

        @Override
        public void attach(Placement place, Runnable arrived) {}

        @Override
        public void reset() {}
      };

  /// Whether there is anybody.
  boolean isUp();

  /// Takes an Ethernet frame from the guest.
  void send(byte[] frame);

  /// The next frame for the guest, or null.
  byte @Nullable [] receive();

  /// It belongs to a machine now.
  ///
  /// @param arrived is called whenever there may be something to receive
  void attach(Placement place, Runnable arrived);

  /// The guest has forgotten all.
  void reset();
}
