package dev.forklift.board.net;

import dev.forklift.board.time.WakeUp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/// The host's sockets that belong to a guest. A thread of its own waits for them, and does nothing
/// else: it gets the machine's thread to look.
final class HostSockets implements AutoCloseable {
  /// Has a socket, and is told when something can be done with it.
  interface Owner {
    void ready();
  }

  private final Selector selector;
  private final Semaphore looked = new Semaphore(0);
  private final Thread watcher;
  private volatile WakeUp wakeUp = new WakeUp(() -> {});
  private volatile boolean isReady;

  HostSockets() throws IOException {
    selector = Selector.open();
    watcher = new Thread(this::watch, "network");
    watcher.setDaemon(true);
  }

  /// Begins to watch.
  ///
  /// @param caller gets the machine's thread to call [#look]
  void begin(WakeUp caller) {
    wakeUp = caller;
    watcher.start();
  }

  private void watch() {
    try {
      while (selector.isOpen()) {
        if (selector.select() > 0) {
          isReady = true;
          wakeUp.call();
          looked.acquire();
        }
      }
    } catch (IOException | ClosedSelectorException e) {
      // The network ends with it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Tells the owners of sockets that are ready. The machine's thread.
  void look() {
    if (!isReady) {
      return;
    }
    isReady = false;
    List<Owner> owners = new ArrayList<>();
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.attachment() instanceof Owner owner) {
        owners.add(owner);
      }
    }
    selector.selectedKeys().clear();
    owners.forEach(Owner::ready);
    looked.release();
  }

  /// From now on the owner is told when one of these operations can be done.
  SelectionKey register(SelectableChannel channel, int operations, Owner owner) throws IOException {
    channel.configureBlocking(false);
    SelectionKey key = channel.register(selector, operations, owner);
    selector.wakeup();
    return key;
  }

  /// Waits for other operations.
  void change(SelectionKey key, int operations) {
    if (key.isValid() && key.interestOps() != operations) {
      key.interestOps(operations);
      selector.wakeup();
    }
  }

  /// Where an address of the guest's world is in the host's.
  static InetSocketAddress real(int address, int port) throws UnknownHostException {
    InetAddress there =
        address == Addresses.GATEWAY
            ? InetAddress.ofLiteral("127.0.0.1")
            : InetAddress.getByAddress(ByteBuffer.allocate(Integer.BYTES).putInt(address).array());
    return new InetSocketAddress(there, port);
  }

  @Override
  public void close() throws IOException {
    watcher.interrupt();
    selector.close();
  }
}
