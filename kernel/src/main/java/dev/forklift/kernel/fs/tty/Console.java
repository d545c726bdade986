package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.fs.stdio.HostOutput;
import dev.forklift.kernel.fs.stdio.PumpSleeper;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.WaitQueue;
import java.io.IOException;

/// The terminal of the host as a terminal of the guest.
public final class Console {
  private static final int CHUNK = 4096;

  private final KernelLock lock;
  private final HostConsole host;
  private final HostOutput display;
  private final PumpSleeper typist;
  private final Terminal terminal;

  /// @param display where output goes
  public Console(
      KernelLock lock, KernelClock clock, JobControl jobs, HostConsole host, HostOutput display) {
    this.lock = lock;
    this.host = host;
    this.display = display;
    this.typist = new PumpSleeper(lock, clock);
    this.terminal = new Terminal(jobs, new ToHost(), false, DeviceNumber.of(5, 1));
    terminal.resize(host.size());
  }

  public Terminal terminal() {
    return terminal;
  }

  /// Begins to listen to the keyboard.
  public void start() {
    Thread.ofPlatform().daemon().name("forklift-keyboard").start(this::run);
  }

  private void run() {
    byte[] chunk = new byte[CHUNK];
    while (true) {
      int count;
      try {
        count = host.input().read(chunk);
      } catch (IOException e) {
        count = -1;
      }
      lock.acquire();
      try {
        if (count < 0) {
          terminal.hangUp();
          return;
        }
        type(chunk, count);
      } finally {
        lock.release();
      }
    }
  }

  /// Hands on what was typed, as fast as it is read.
  private void type(byte[] chunk, int count) {
    LineDiscipline discipline = terminal.discipline();
    int done = 0;
    while (done < count) {
      int part = Math.min(count - done, discipline.room());
      if (part > 0) {
        discipline.receive(chunk, done, part);
        done += part;
      } else {
        typist.awaitUninterrupted(terminal.inputTaken(), () -> discipline.room() > 0);
      }
    }
  }

  private final class ToHost implements TerminalOutput {
    @Override
    public int room() {
      return display.room();
    }

    @Override
    public void put(byte[] bytes, int offset, int length) {
      display.put(bytes, offset, Math.min(length, display.room()));
    }

    @Override
    public int pending() {
      return display.pending();
    }

    @Override
    public void discard() {
      display.discard();
    }

    @Override
    public WaitQueue drained() {
      return display.changed();
    }
  }
}
