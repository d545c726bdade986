package dev.forklift.board.machine;

import dev.forklift.board.BadInputException;
import dev.forklift.board.device.Console;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import dev.forklift.board.time.WakeUp;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A console made of streams. A thread of its own reads, since reading may wait.
final class StreamConsole implements Console, Stateful {
  /// What may be typed ahead; who types more waits.
  private static final int AHEAD = 4096;

  /// Shown at once when so much is there.
  private static final int MUCH = 512;

  private final InputStream input;
  private final OutputStream output;
  private final WakeUp wakeUp;
  private final PanicWatch panic;
  private final BlockingQueue<Byte> typed = new LinkedBlockingQueue<>(AHEAD);
  private final List<Runnable> listeners = new ArrayList<>();
  private final byte[] shown = new byte[MUCH];
  private int showing;
  private boolean begun;

  StreamConsole(InputStream input, OutputStream output, WakeUp wakeUp, PanicWatch panic) {
    this.input = input;
    this.output = output;
    this.wakeUp = wakeUp;
    this.panic = panic;
  }

  /// Begins to read, once.
  void begin() {
    if (begun) {
      return;
    }
    begun = true;
    Thread reader = new Thread(this::readAll, "console input");
    reader.setDaemon(true);
    reader.start();
  }

  private void readAll() {
    try {
      byte[] bytes = new byte[256];
      for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
        for (int i = 0; i < count; i++) {
          typed.put(bytes[i]);
        }
        wakeUp.call();
      }
    } catch (IOException e) {
      // As if nobody typed any more.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Lets devices look for input.
  void poll() {
    if (!typed.isEmpty()) {
      listeners.forEach(Runnable::run);
    }
  }

  /// What was typed ahead is typed ahead again.
  @Override
  public void transfer(StateFields fields) throws BadInputException {
    Byte[] ahead = typed.toArray(new Byte[0]);
    byte[] bytes = new byte[ahead.length];
    for (int i = 0; i < ahead.length; i++) {
      bytes[i] = ahead[i];
    }
    byte[] now = fields.bytes(bytes, AHEAD);
    if (fields.isRestoring()) {
      typed.clear();
      for (byte each : now) {
        // Where somebody types meanwhile there may be no room left.
        var _ = typed.offer(each);
      }
    }
  }

  @Override
  public int read() {
    Byte next = typed.poll();
    return next == null ? -1 : next & 0xff;
  }

  @Override
  public void write(int value) {
    panic.shows(value);
    shown[showing++] = (byte) value;
    if (showing == MUCH || value == '\n') {
      flush();
    }
  }

  @Override
  public void listen(Runnable arrived) {
    listeners.add(arrived);
  }

  /// Shows what was written.
  void flush() {
    if (showing > 0) {
      try {
        output.write(shown, 0, showing);
        output.flush();
      } catch (IOException e) {
        // Nobody looks any more; the machine does not care.
      }
      showing = 0;
    }
  }
}
