package dev.forklift.engine.gdb;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Waits for one debugger, on a port of 127.0.0.1 only: whoever may connect may do anything to the
/// guest. What it sends comes as [events][GdbEvent].
public final class GdbListener implements AutoCloseable {
  private final ServerSocket listening;
  private final Consumer<GdbEvent> events;
  private volatile @Nullable GdbConnection connection;

  /// Listens, on any free port for 0. A debugger that comes before there is something to debug
  /// finds an open ear already, or it would ask twice.
  ///
  /// @param events takes what happens, on a thread of the listener's own
  /// @throws IOException if it cannot, as when the port is taken
  public GdbListener(int port, Consumer<GdbEvent> events) throws IOException {
    this.events = events;
    listening = new ServerSocket();
    listening.setReuseAddress(true);
    try {
      InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      listening.bind(new InetSocketAddress(loopback, port), 1);
    } catch (IOException e) {
      listening.close();
      throw e;
    }
    var _ = Thread.ofPlatform().daemon().name("forklift-gdb-in").start(this::listen);
  }

  private void listen() {
    try (GdbConnection debugger = new GdbConnection(listening.accept(), events)) {
      listening.close();
      connection = debugger;
      events.accept(new GdbEvent.Connected());
      debugger.read();
    } catch (IOException e) {
      // Nobody came while there was something to debug.
      events.accept(new GdbEvent.Closed());
    }
  }

  /// The port it listens on.
  public int port() {
    return listening.getLocalPort();
  }

  /// The debugger that has come, or null.
  public @Nullable GdbConnection connection() {
    return connection;
  }

  /// Listens no longer, whether somebody came or not.
  public void stopListening() throws IOException {
    listening.close();
  }

  /// Sends the debugger away.
  @Override
  public void close() throws IOException {
    listening.close();
    GdbConnection open = connection;
    if (open != null) {
      open.close();
    }
  }
}
