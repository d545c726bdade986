package dev.forklift.board.gdb;

import dev.forklift.board.cpu.Stop;
import dev.forklift.board.machine.Board;
import dev.forklift.engine.cpu.DebugEngine;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.StopPoints;
import dev.forklift.engine.gdb.GdbConnection;
import dev.forklift.engine.gdb.GdbEvent;
import dev.forklift.engine.gdb.GdbListener;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// Runs a machine as a debugger wants it to, from before its first instruction.
///
///     BoardDebugger debugger = new BoardDebugger(1234);
///     Board board = ...; // with debugger.engine()
///     Stop stop = debugger.run(board);
///
/// All that is done to the machine is done on the thread that runs it. A debugger that goes without
/// a word leaves the machine running.
public final class BoardDebugger implements AutoCloseable {
  private final BlockingQueue<GdbEvent> events = new LinkedBlockingQueue<>();
  private final GdbListener listener;
  private final StopPoints points = new StopPoints();
  private volatile @Nullable Board running;
  private @Nullable BoardSession session;
  private boolean gone;

  /// Whether the machine shall run now. Otherwise it waits for the debugger's word.
  private boolean goesOn;

  /// Listens on a port of 127.0.0.1, any free one for 0.
  ///
  /// @throws IOException if it cannot, as when the port is taken
  public BoardDebugger(int port) throws IOException {
    listener = new GdbListener(port, this::take);
  }

  /// The port it listens on.
  public int port() {
    return listener.port();
  }

  /// What has to run the machine's code.
  public Engine engine() {
    return new DebugEngine(points);
  }

  private void take(GdbEvent event) {
    events.add(event);
    Board board = running;
    if (board != null) {
      board.pause();
    }
  }

  /// Has it look whether the machine was quit, in case it waits for the debugger. Any thread.
  public void look() {
    take(new GdbEvent.Changed());
  }

  /// In place of [Board#run]; comes back when the machine does not go on, or for a pause that was
  /// not the debugger's.
  public Stop run(Board board) {
    try {
      while (!gone) {
        if (board.isQuit()) {
          return tell(new Stop(Stop.Kind.QUIT, "quit"));
        }
        Stop stop = goesOn ? runOn(board) : await(board);
        if (stop != null) {
          return stop;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return board.run();
  }

  /// Lets it run until there is something to tell.
  private @Nullable Stop runOn(Board board) {
    running = board;
    // What has come before it ran has paused nothing.
    Stop stop = events.isEmpty() ? board.run() : new Stop(Stop.Kind.PAUSED, "paused");
    running = null;
    switch (stop.kind()) {
      case PAUSED -> {
        if (events.isEmpty()) {
          return stop;
        }
        while (goesOn && !gone && !events.isEmpty()) {
          attend(board, events.remove(), stop);
        }
      }
      case BREAKPOINT, WATCHPOINT, LOST, PANICKED -> {
        goesOn = false;
        tell(stop);
      }
      case HALTED, ENDED, RESET, QUIT -> {
        return tell(stop);
      }
    }
    return null;
  }

  /// Something has come while it ran.
  private void attend(Board board, GdbEvent event, Stop paused) {
    switch (event) {
      case GdbEvent.Interrupt() -> {
        goesOn = false;
        tell(paused);
      }
      case GdbEvent.Closed() -> leave();
      case GdbEvent.Packet(String packet) -> {
        // Nobody asks while it runs; whoever does shall not wait for ever.
        goesOn = false;
        var _ = answer(board, packet);
        goesOn = true;
      }
      case GdbEvent.Connected(), GdbEvent.Changed() -> {}
    }
  }

  /// Waits for what the debugger wants.
  ///
  /// @return that it wants the machine to end, or null
  private @Nullable Stop await(Board board) throws InterruptedException {
    GdbEvent event = events.take();
    return switch (event) {
      case GdbEvent.Connected() -> {
        session = new BoardSession(board.processor(), points);
        yield null;
      }
      case GdbEvent.Packet(String packet) -> answer(board, packet);
      case GdbEvent.Closed() -> {
        leave();
        yield null;
      }
      case GdbEvent.Interrupt(), GdbEvent.Changed() -> null;
    };
  }

  private @Nullable Stop answer(Board board, String packet) {
    BoardSession talk = session;
    GdbConnection debugger = listener.connection();
    if (talk == null || debugger == null) {
      return null;
    }
    String answer = talk.handle(packet);
    if (answer != null) {
      debugger.send(answer);
    }
    if (packet.equals("QStartNoAckMode")) {
      debugger.stopAcknowledging();
    }
    switch (talk.next()) {
      case STAY -> {}
      case RUN -> goesOn = true;
      case STEP -> {
        Stop stop = board.step();
        debugger.send(stop == null ? talk.stepped() : talk.describe(stop));
      }
      case DETACH -> leave();
      case KILL -> {
        return new Stop(Stop.Kind.QUIT, "killed by the debugger");
      }
    }
    return null;
  }

  private Stop tell(Stop stop) {
    BoardSession talk = session;
    GdbConnection debugger = listener.connection();
    if (talk != null && debugger != null) {
      debugger.send(talk.describe(stop));
    }
    return stop;
  }

  /// The machine goes on without a debugger.
  private void leave() {
    gone = true;
    points.clear();
  }

  /// Sends the debugger away.
  @Override
  public void close() throws IOException {
    listener.close();
  }
}
