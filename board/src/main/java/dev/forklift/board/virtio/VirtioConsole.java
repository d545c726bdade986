package dev.forklift.board.virtio;

import dev.forklift.board.BadInputException;
import dev.forklift.board.device.Console;
import dev.forklift.board.device.Placement;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.time.WakeUp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A console, Linux's `hvc0`. What is sent is shown at once. The driver learns how large the screen
/// is.
///
/// Linux throws away what comes before somebody has opened it, and does not say when that is. So
/// the first input waits until there has been no output for a while.
public final class VirtioConsole implements VirtioDevice {
  private static final int TYPE = 3;
  private static final int RECEIVE = 0;
  private static final int SEND = 1;
  private static final long HAS_SIZE = 1;
  private static final int CHUNK = 4096;

  /// The most that one request shows, so that the machine is soon asked again whether to go on.
  private static final int MOST = 64 << 10;

  /// How long there has to be silence before the first input, in nanoseconds.
  private static final long SILENCE = 1_000_000_000;

  /// How large the screen is; 0 is not known.
  private record Size(short columns, short rows) {}

  private volatile Size size = new Size((short) 0, (short) 0);
  private volatile @Nullable WakeUp wakeUp;

  /// What the driver can read, on the machine's thread.
  private Size told = size;

  private final byte[] chunk = new byte[CHUNK];
  private Console console = Console.NOBODY;
  private Runnable outputSeen = () -> {};
  private Timeline.@Nullable Alarm silence;
  private boolean listens;

  /// A byte that was typed and not taken yet, or -1.
  private int held = -1;

  @Override
  public int type() {
    return TYPE;
  }

  @Override
  public int queues() {
    return 2;
  }

  @Override
  public void attach(Placement place, Transport transport) {
    console = place.console();
    Timeline timeline = place.timeline();
    silence =
        timeline.alarm(() -> {
          listens = true;
          transport.serve(RECEIVE);
        });
    Timeline.Alarm alarm = silence;
    outputSeen = () -> alarm.set(timeline.now() + SILENCE);
    console.listen(() -> {
      if (listens) {
        transport.serve(RECEIVE);
      }
    });
    place
        .wakeUp()
        .listen(() -> {
          Size now = size;
          if (!now.equals(told)) {
            told = now;
            transport.configChanged();
          }
        });
    wakeUp = place.wakeUp();
  }

  /// The screen has this size from now on. Any thread.
  public void resize(int columns, int rows) {
    size = new Size((short) columns, (short) rows);
    WakeUp machine = wakeUp;
    if (machine == null) {
      told = size;
    } else {
      machine.call();
    }
  }

  @Override
  public long features() {
    return HAS_SIZE;
  }

  @Override
  public byte[] config() {
    return ByteBuffer.allocate(2 * Short.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(told.columns)
        .putShort(told.rows)
        .array();
  }

  @Override
  public void serve(int index, Virtqueue queue) throws BrokenQueueException {
    if (!listens) {
      outputSeen.run();
    }
    if (index == SEND) {
      queue.answerAll(this::show);
    } else if (listens) {
      receive(queue);
    }
  }

  private void show(DescriptorChain chain) throws BrokenQueueException {
    if (chain.readable() > MOST) {
      throw new BrokenQueueException("more than anybody shows at once");
    }
    while (chain.readable() > 0) {
      int length = chain.read(chunk, 0, CHUNK);
      for (int i = 0; i < length; i++) {
        console.write(chunk[i] & 0xff);
      }
    }
  }

  /// Gives what was typed to the requests that wait for it. What none waits for stays outside.
  private void receive(Virtqueue queue) throws BrokenQueueException {
    for (int left = queue.waiting(); left > 0; left--) {
      if (held < 0) {
        held = console.read();
      }
      if (held < 0) {
        return;
      }
      DescriptorChain chain = queue.take();
      if (chain == null) {
        return;
      }
      int room = Math.min(CHUNK, chain.writable());
      int length = 0;
      while (length < room && held >= 0) {
        chunk[length++] = (byte) held;
        held = console.read();
      }
      chain.write(chunk, 0, length);
      queue.give(chain);
    }
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    listens = fields.flag(listens);
    held = fields.cell(held, -1, 0xff);
    told = new Size((short) fields.cell(told.columns), (short) fields.cell(told.rows));
    if (silence != null) {
      silence.transfer(fields);
    }
  }

  @Override
  public void reset() {
    listens = false;
  }
}
