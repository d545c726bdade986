package dev.forklift.board.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.device.Console;
import dev.forklift.board.device.DeviceMemory;
import dev.forklift.board.device.Placement;
import dev.forklift.board.device.PowerSwitch;
import dev.forklift.board.time.MachineClock;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.time.WakeUp;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// A driver for tests: what a guest does with a device's registers and queues.
///
/// Each queue has a page for its table and rings; buffers are taken from what is behind them and
/// never given back.
final class VirtioDriver {
  static final int MAGIC = 0x00;
  static final int VERSION = 0x04;
  static final int DEVICE = 0x08;
  static final int FEATURES = 0x10;
  static final int FEATURES_WORD = 0x14;
  static final int ACCEPTED = 0x20;
  static final int ACCEPTED_WORD = 0x24;
  static final int QUEUE = 0x30;
  static final int QUEUE_SIZE_MAX = 0x34;
  static final int QUEUE_SIZE = 0x38;
  static final int QUEUE_READY = 0x44;
  static final int NOTIFY = 0x50;
  static final int INTERRUPTS = 0x60;
  static final int INTERRUPT_DONE = 0x64;
  static final int STATUS = 0x70;
  static final int DESCRIPTORS = 0x80;
  static final int AVAILABLE = 0x90;
  static final int USED = 0xa0;
  static final int CONFIG = 0x100;

  static final int NEXT = 1;
  static final int WRITE = 2;
  static final int INDIRECT = 4;

  static final long VERSION_1 = 1L << 32;
  static final long EVENT_INDEX = 1L << 29;
  static final long INDIRECT_DESCRIPTORS = 1L << 28;

  static final int NEEDS_RESET = 64;
  static final int RUNNING = 15;

  static final long MEMORY = 0x0800_0000;
  static final int MEMORY_BYTES = 4 << 20;
  static final int SIZE = 16;

  private static final int PAGE = 4096;
  private static final int RING_AVAILABLE = 1024;
  private static final int RING_USED = 2048;

  final PhysicalMemory memory = DeviceMemory.of(MEMORY, MEMORY_BYTES);
  final VirtioTransport device;
  boolean raised;

  private long ticks;
  private final Timeline timeline = new Timeline(MachineClock.counted(() -> ticks));

  private final WakeUp wakeUp = new WakeUp(() -> {});

  private final int[] submitted = new int[8];
  private final int[] nextDescriptor = new int[8];
  private long free = MEMORY + 16 * PAGE;

  VirtioDriver(VirtioDevice device) {
    this(device, Console.NOBODY);
  }

  VirtioDriver(VirtioDevice device, Console console) {
    this.device =
        new VirtioTransport(
            device,
            new Placement(
                new TreeNode("virtio"),
                List.of(up -> raised = up),
                timeline,
                console,
                memory,
                wakeUp,
                PowerSwitch.NONE));
  }

  /// Lets so much time go by.
  void pass(long nanos) {
    ticks += nanos / 10;
    timeline.runDue();
  }

  /// The machine's thread looks at what others have brought.
  void look() {
    wakeUp.take();
  }

  /// A part of a request: what the device reads, or room for what it writes.
  record Piece(long address, int length, boolean writable) {}

  int get(int register) {
    return device.load(register, 4);
  }

  void set(int register, int value) {
    device.store(register, 4, value);
  }

  void setLong(int register, long value) {
    set(register, (int) value);
    set(register + 4, (int) (value >>> 32));
  }

  long offered() {
    set(FEATURES_WORD, 0);
    long low = Integer.toUnsignedLong(get(FEATURES));
    set(FEATURES_WORD, 1);
    return low | ((long) get(FEATURES) << 32);
  }

  void accept(long features) {
    set(ACCEPTED_WORD, 0);
    set(ACCEPTED, (int) features);
    set(ACCEPTED_WORD, 1);
    set(ACCEPTED, (int) (features >>> 32));
  }

  /// What drivers do until the device runs.
  VirtioDriver begin(long features, int queues) {
    set(STATUS, 0);
    set(STATUS, 1);
    set(STATUS, 3);
    accept(features);
    set(STATUS, 11);
    assertThat(get(STATUS)).isEqualTo(11);
    for (int queue = 0; queue < queues; queue++) {
      setUp(queue);
    }
    set(STATUS, RUNNING);
    return this;
  }

  void setUp(int queue) {
    set(QUEUE, queue);
    assertThat(get(QUEUE_READY)).isZero();
    assertThat(get(QUEUE_SIZE_MAX)).isGreaterThanOrEqualTo(SIZE);
    set(QUEUE_SIZE, SIZE);
    setLong(DESCRIPTORS, table(queue));
    setLong(AVAILABLE, table(queue) + RING_AVAILABLE);
    setLong(USED, table(queue) + RING_USED);
    set(QUEUE_READY, 1);
    assertThat(get(QUEUE_READY)).isEqualTo(1);
  }

  static long table(int queue) {
    return MEMORY + (long) queue * PAGE;
  }

  static long available(int queue) {
    return table(queue) + RING_AVAILABLE;
  }

  static long used(int queue) {
    return table(queue) + RING_USED;
  }

  long allocate(int length) {
    long at = free;
    free += (length + 15) & -16;
    return at;
  }

  Piece input(byte[] bytes) {
    long at = allocate(bytes.length);
    memory.write(at, bytes, 0, bytes.length);
    return new Piece(at, bytes.length, false);
  }

  Piece room(int length) {
    return new Piece(allocate(length), length, true);
  }

  byte[] bytes(Piece piece) {
    byte[] bytes = new byte[piece.length];
    memory.read(piece.address, bytes, 0, bytes.length);
    return bytes;
  }

  int read16(long address) {
    return Short.toUnsignedInt(buffer(address, 2).getShort(0));
  }

  int read32(long address) {
    return buffer(address, 4).getInt(0);
  }

  private ByteBuffer buffer(long address, int length) {
    byte[] bytes = new byte[length];
    memory.read(address, bytes, 0, length);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  void write16(long address, int value) {
    memory.write(address, new byte[] {(byte) value, (byte) (value >> 8)}, 0, 2);
  }

  void descriptor(long table, int index, long address, int length, int flags, int next) {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(address).putInt(length).putShort((short) flags).putShort((short) next);
    memory.write(table + 16L * index, bytes.array(), 0, 16);
  }

  /// Writes a chain of descriptors; answers the first.
  int chain(int queue, Piece... pieces) {
    int head = nextDescriptor[queue];
    for (int i = 0; i < pieces.length; i++) {
      int at = (head + i) % SIZE;
      boolean last = i == pieces.length - 1;
      int flags = (pieces[i].writable ? WRITE : 0) | (last ? 0 : NEXT);
      descriptor(table(queue), at, pieces[i].address, pieces[i].length, flags, (at + 1) % SIZE);
    }
    nextDescriptor[queue] = (head + pieces.length) % SIZE;
    return head;
  }

  /// Makes a chain available without saying so.
  void offer(int queue, int head) {
    write16(available(queue) + 4 + 2L * (submitted[queue] % SIZE), head);
    submitted[queue]++;
    write16(available(queue) + 2, submitted[queue]);
  }

  /// Gives the device a request; answers how many bytes it says it wrote.
  int request(int queue, Piece... pieces) {
    int before = usedCount(queue);
    int head = chain(queue, pieces);
    offer(queue, head);
    set(NOTIFY, queue);
    assertThat(get(STATUS)).isEqualTo(RUNNING);
    assertThat(usedCount(queue)).isEqualTo((before + 1) & 0xffff);
    long entry = used(queue) + 4 + 8L * (before % SIZE);
    assertThat(read32(entry)).isEqualTo(head);
    return read32(entry + 4);
  }

  int usedCount(int queue) {
    return read16(used(queue) + 2);
  }
}
