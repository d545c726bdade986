package dev.forklift.kernel.gdb;

import dev.forklift.engine.gdb.GdbConnection;
import dev.forklift.engine.gdb.GdbEvent;
import dev.forklift.engine.gdb.GdbListener;
import dev.forklift.kernel.gdb.DebuggedProcess.Report;
import dev.forklift.kernel.gdb.GdbSession.Next;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Tracer;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Lets one debugger control one process, from before its first instruction.
///
/// A debugger that goes without a word leaves the process running.
public final class GdbServer implements AutoCloseable {
  private static final long LOOK_AGAIN_MILLIS = 10;
  private static final long LAST_WORDS_MILLIS = 2000;

  private final BlockingQueue<GdbEvent> events = new LinkedBlockingQueue<>();
  private final GdbListener listener;
  private @Nullable Thread thread;

  /// Listens on a port of 127.0.0.1, any free one for 0.
  ///
  /// @throws IOException if it cannot, as when the port is taken
  public GdbServer(int port) throws IOException {
    listener = new GdbListener(port, events::add);
  }

  /// The port it listens on.
  public int port() {
    return listener.port();
  }

  /// What is to control the program.
  ///
  /// @param said takes what a person should know, one line each
  public Tracer start(Kernel kernel, Consumer<String> said) {
    DebuggedProcess debugged =
        new DebuggedProcess(kernel, () -> events.add(new GdbEvent.Changed()));
    thread = Thread.ofPlatform().daemon().name("forklift-gdb").start(() -> serve(debugged, said));
    return debugged;
  }

  private void serve(DebuggedProcess debugged, Consumer<String> said) {
    try {
      GdbEvent event = events.take();
      while (event instanceof GdbEvent.Changed) {
        event = events.take();
      }
      GdbConnection debugger = listener.connection();
      if (debugger != null && converse(debugged, debugger)) {
        said.accept("the debugger is gone; the program goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      locked(debugged, debugged::detach);
    }
  }

  /// @return whether the debugger went away without saying what is to become of the program
  private boolean converse(DebuggedProcess debugged, GdbConnection debugger)
      throws InterruptedException {
    GdbSession session = locked(debugged, () -> new GdbSession(debugged));
    locked(debugged, debugged::connect);
    try {
      // It comes to a stop by itself, before its first instruction.
      Report first = awaitReport(debugged);
      var _ = locked(debugged, () -> session.describe(first));
      boolean ended = first instanceof Report.Ended;
      boolean running = false;
      while (true) {
        GdbEvent event = next(debugged, running);
        switch (event) {
          case GdbEvent.Closed() -> {
            return !ended;
          }
          case GdbEvent.Interrupt() -> {
            if (running) {
              locked(debugged, debugged::interrupt);
            }
          }
          case GdbEvent.Packet(String packet) -> {
            String answer = locked(debugged, () -> session.handle(packet));
            if (answer != null) {
              debugger.send(answer);
            }
            if (packet.equals("QStartNoAckMode")) {
              debugger.stopAcknowledging();
            }
            if (session.next() == Next.END) {
              return false;
            }
            running |= session.next() == Next.RUN;
          }
          case GdbEvent.Connected(), GdbEvent.Changed() -> {}
        }
        Report report = running ? takeReport(debugged, session) : null;
        if (report != null) {
          debugger.send(locked(debugged, () -> session.describe(report)));
          running = false;
          ended = report instanceof Report.Ended;
        }
      }
    } finally {
      locked(debugged, session::close);
    }
  }

  /// The next thing that happens. While the process is coming to a stop, looks after it.
  private GdbEvent next(DebuggedProcess debugged, boolean running) throws InterruptedException {
    if (running && locked(debugged, debugged::isStopping)) {
      GdbEvent event = events.poll(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      return event == null ? new GdbEvent.Changed() : event;
    }
    return events.take();
  }

  private static Report awaitReport(DebuggedProcess debugged) throws InterruptedException {
    while (true) {
      Report report = locked(debugged, debugged::takeReport);
      if (report != null) {
        return report;
      }
      Thread.sleep(LOOK_AGAIN_MILLIS);
    }
  }

  /// What there is to tell; what the debugger would not understand is passed by.
  private static @Nullable Report takeReport(DebuggedProcess debugged, GdbSession session) {
    debugged.lock().acquire();
    try {
      Report report = debugged.takeReport();
      if (report != null && !session.isWorthTelling(report)) {
        debugged.resume(Resumption.all(false, 0, -1));
        return null;
      }
      return report;
    } finally {
      debugged.lock().release();
    }
  }

  private static <T extends @Nullable Object> T locked(
      DebuggedProcess debugged, Supplier<T> action) {
    debugged.lock().acquire();
    try {
      return action.get();
    } finally {
      debugged.lock().release();
    }
  }

  private static void locked(DebuggedProcess debugged, Runnable action) {
    debugged.lock().acquire();
    try {
      action.run();
    } finally {
      debugged.lock().release();
    }
  }

  /// The program has ended, or was never started. Lets the debugger hear it, for a moment.
  @Override
  public void close() throws IOException {
    listener.stopListening();
    Thread serving = thread;
    if (serving != null) {
      try {
        serving.join(listener.connection() == null ? 1 : LAST_WORDS_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    listener.close();
  }
}
