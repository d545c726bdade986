package dev.forklift.board.virtio;

import dev.forklift.board.BadInputException;
import dev.forklift.board.device.Device;
import dev.forklift.board.device.InterruptLine;
import dev.forklift.board.device.Placement;
import dev.forklift.board.device.RegisterTable;
import dev.forklift.board.state.StateFields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a driver reaches a device: registers in memory (virtio-mmio, version 2).
///
/// What a driver writes at the wrong time or out of range does nothing; what it writes into the
/// queues and cannot be makes the device ask for a reset.
final class VirtioTransport implements Device {
  private static final int MAGIC = 0x7472_6976;
  private static final int VERSION = 2;
  private static final int VENDOR = 0x4b4c_5246;

  private static final int CONFIG = 0x100;

  // Features of the transport.
  private static final long INDIRECT_DESCRIPTORS = 1L << 28;
  private static final long EVENT_INDEX = 1L << 29;
  private static final long VERSION_1 = 1L << 32;

  // Of the status.
  private static final int DRIVER_OK = 4;
  private static final int FEATURES_OK = 8;
  private static final int NEEDS_RESET = 64;

  // Of the interrupt status.
  private static final int USED_BUFFER = 1;
  private static final int CONFIG_CHANGE = 2;

  private final VirtioDevice device;
  private final InterruptLine line;
  private final long offered;
  private final List<Virtqueue> queues = new ArrayList<>();
  private final RegisterTable registers;

  private int offeredWord;
  private int acceptedWord;
  private long accepted;
  private int selected;
  private int interrupts;
  private int status;

  VirtioTransport(VirtioDevice device, Placement place) {
    this.device = device;
    line = place.interrupt();
    offered = device.features() | VERSION_1 | INDIRECT_DESCRIPTORS | EVENT_INDEX;
    GuestMemory memory = new GuestMemory(place.memory());
    for (int i = 0; i < device.queues(); i++) {
      queues.add(new Virtqueue(memory, () -> raise(USED_BUFFER)));
    }
    registers = registers();
    device.attach(
        place,
        new VirtioDevice.Transport() {
          @Override
          public void serve(int queue) {
            VirtioTransport.this.serve(queue);
          }

          @Override
          public void configChanged() {
            tellChange();
          }
        });
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    offeredWord = fields.cell(offeredWord);
    acceptedWord = fields.cell(acceptedWord);
    accepted = fields.number(accepted);
    selected = fields.cell(selected);
    interrupts = fields.cell(interrupts);
    status = fields.cell(status);
    for (Virtqueue queue : queues) {
      queue.transfer(fields);
    }
    device.transfer(fields);
  }

  private RegisterTable registers() {
    // spotless:off
    return new RegisterTable(4)
        .readable("magic",                 () -> MAGIC)
        .readable("version",               () -> VERSION)
        .readable("device",                device::type)
        .readable("vendor",                () -> VENDOR)
        .readable("device features",       () -> word(offered, offeredWord))
        .command ("device features word",  value -> offeredWord = value)
        .unused(2)
        .command ("driver features",       this::accept)
        .command ("driver features word",  value -> acceptedWord = value)
        .unused(2)
        .command ("queue",                 value -> selected = value)
        .readable("queue size max",        () -> queue() == null ? 0 : Virtqueue.MOST_REQUESTS)
        .command ("queue size",            value -> setUp(queue -> queue.size = value))
        .unused(2)
        .writable("queue ready",           this::ready, this::setReady)
        .unused(2)
        .command ("notify",                this::serve)
        .unused(3)
        .readable("interrupts",            () -> interrupts)
        .command ("interrupt done",        this::acknowledge)
        .unused(2)
        .writable("status",                () -> status, this::setStatus)
        .unused(3)
        .command ("descriptors low",       value -> setUp(queue -> queue.descriptors = low(queue.descriptors, value)))
        .command ("descriptors high",      value -> setUp(queue -> queue.descriptors = high(queue.descriptors, value)))
        .unused(2)
        .command ("available low",         value -> setUp(queue -> queue.available = low(queue.available, value)))
        .command ("available high",        value -> setUp(queue -> queue.available = high(queue.available, value)))
        .unused(2)
        .command ("used low",              value -> setUp(queue -> queue.used = low(queue.used, value)))
        .command ("used high",             value -> setUp(queue -> queue.used = high(queue.used, value)))
        .unused(1)
        .unused(1)
        // No memory is shared with drivers: a length of -1 says so.
        .readable("shared length low",     () -> -1)
        .readable("shared length high",    () -> -1)
        .readable("shared base low",       () -> -1)
        .readable("shared base high",      () -> -1);
    // spotless:on
  }

  @Override
  public int load(int offset, int bytes) {
    return offset >= CONFIG ? config(offset - CONFIG, bytes) : registers.load(offset, bytes);
  }

  /// What there is beyond the registers can only be read: no device here lets it be written.
  @Override
  public void store(int offset, int bytes, int value) {
    registers.store(offset, bytes, value);
  }

  private int config(int offset, int bytes) {
    byte[] config = device.config();
    int value = 0;
    for (int i = Math.min(bytes, config.length - offset) - 1; i >= 0; i--) {
      value = (value << Byte.SIZE) | (config[offset + i] & 0xff);
    }
    return value;
  }

  private static int word(long features, int index) {
    return switch (index) {
      case 0 -> (int) features;
      case 1 -> (int) (features >>> Integer.SIZE);
      default -> 0;
    };
  }

  private static long low(long address, int value) {
    return (address & -1L << Integer.SIZE) | Integer.toUnsignedLong(value);
  }

  private static long high(long address, int value) {
    return (address & 0xffff_ffffL) | ((long) value << Integer.SIZE);
  }

  private void accept(int value) {
    if ((status & FEATURES_OK) != 0) {
      return;
    }
    if (acceptedWord == 0) {
      accepted = low(accepted, value);
    } else if (acceptedWord == 1) {
      accepted = high(accepted, value);
    }
  }

  private @Nullable Virtqueue queue() {
    return selected >= 0 && selected < queues.size() ? queues.get(selected) : null;
  }

  private interface Change {
    void make(Virtqueue queue);
  }

  /// A queue that is ready cannot be moved.
  private void setUp(Change change) {
    Virtqueue queue = queue();
    if (queue != null && !queue.isReady()) {
      change.make(queue);
    }
  }

  private int ready() {
    Virtqueue queue = queue();
    return queue != null && queue.isReady() ? 1 : 0;
  }

  private void setReady(int value) {
    Virtqueue queue = queue();
    if (queue == null) {
      return;
    }
    if ((value & 1) == 0) {
      queue.reset();
    } else if (!queue.isReady() && (status & FEATURES_OK) != 0) {
      try {
        queue.begin(has(INDIRECT_DESCRIPTORS), has(EVENT_INDEX));
      } catch (BrokenQueueException e) {
        needReset();
      }
    }
  }

  private boolean has(long feature) {
    return (accepted & feature) != 0;
  }

  private void serve(int index) {
    boolean runs = (status & (DRIVER_OK | NEEDS_RESET)) == DRIVER_OK;
    if (!runs || index < 0 || index >= queues.size()) {
      return;
    }
    Virtqueue queue = queues.get(index);
    if (queue.isReady()) {
      try {
        device.serve(index, queue);
      } catch (BrokenQueueException e) {
        needReset();
      }
    }
  }

  private void needReset() {
    status |= NEEDS_RESET;
    tellChange();
  }

  private void tellChange() {
    if ((status & DRIVER_OK) != 0) {
      raise(CONFIG_CHANGE);
    }
  }

  private void raise(int which) {
    interrupts |= which;
    line.set(true);
  }

  private void acknowledge(int which) {
    interrupts &= ~which;
    line.set(interrupts != 0);
  }

  private void setStatus(int value) {
    if (value == 0) {
      reset();
      return;
    }
    // Only a reset takes anything back, and only the device says that it needs one.
    int set = value & 0xff & ~NEEDS_RESET;
    boolean agreed = (accepted & ~offered) == 0 && has(VERSION_1);
    if ((status & FEATURES_OK) == 0 && !agreed) {
      set &= ~FEATURES_OK;
    }
    boolean begins = (set & DRIVER_OK) != 0 && (status & DRIVER_OK) == 0;
    status |= set;
    if (begins) {
      // Some drivers fill queues before and do not say so again.
      for (int i = 0; i < queues.size(); i++) {
        serve(i);
      }
    }
  }

  private void reset() {
    status = 0;
    accepted = 0;
    offeredWord = 0;
    acceptedWord = 0;
    selected = 0;
    queues.forEach(Virtqueue::reset);
    device.reset();
    acknowledge(-1);
  }
}
