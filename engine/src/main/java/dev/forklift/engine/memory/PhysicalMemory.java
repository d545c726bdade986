package dev.forklift.engine.memory;

import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// The memory of a machine, by physical address. What is no memory belongs to the [Bus].
///
/// Frames are made when they are first touched. A page may hold memory only up to some offset, and
/// devices behind it. Only the machine's own thread may use it.
public final class PhysicalMemory {
  /// What translations of a machine's code may take beside its memory, four times.
  private static final long FOR_CODE = 256L << 20;

  private final int pageShift;
  private final GuestNumbers numbers;
  private final FrameBudget budget;
  private final NavigableMap<Long, Long> ends = new TreeMap<>();

  // What is on the host where memory begins; empty if all is on the heap.
  private final NavigableMap<Long, NativeMemory> natives = new TreeMap<>();
  private final @Nullable Frame[] frames;

  // By page, where it is not the whole page.
  private final Map<Long, Integer> partial = new HashMap<>();
  private final Bus bus;

  /// @param limit the first physical address that there cannot be
  /// @param size how much memory there will be, for the budget
  public PhysicalMemory(Bus bus, ByteOrder order, int pageShift, long limit, long size) {
    this.bus = bus;
    this.pageShift = pageShift;
    numbers = new GuestNumbers(order);
    frames = new Frame[Math.toIntExact(limit >>> pageShift)];
    budget = new FrameBudget(2 * size + FOR_CODE);
  }

  /// Puts memory there.
  ///
  /// @param start a multiple of the page size
  /// @throws IllegalArgumentException if it cannot be there
  public void add(long start, long length) {
    long end = start + length;
    if (start < 0
        || length <= 0
        || (start & (pageBytes() - 1)) != 0
        || lastPage(end) >= frames.length) {
      throw new IllegalArgumentException("0x%x bytes at 0x%x".formatted(length, start));
    }
    Map.Entry<Long, Long> below = ends.floorEntry(end - 1);
    if (below != null && below.getValue() > start) {
      throw new IllegalArgumentException("two are at 0x%x".formatted(start));
    }
    ends.put(start, end);
    if (NativeMemory.isPossible()) {
      natives.put(start, NativeMemory.of(length + pageBytes()));
    }
    int rest = (int) (end & (pageBytes() - 1));
    if (rest != 0) {
      partial.put(end >>> pageShift, rest);
    }
  }

  private long lastPage(long end) {
    return (end - 1) >>> pageShift;
  }

  /// How large a page is.
  public int pageBytes() {
    return 1 << pageShift;
  }

  ByteOrder order() {
    return numbers.order();
  }

  int pageShift() {
    return pageShift;
  }

  /// Whether the whole range is memory.
  public boolean holds(long start, long length) {
    Map.Entry<Long, Long> below = ends.floorEntry(start);
    return below != null && start + length <= below.getValue();
  }

  /// How much of a page is memory, from its start on.
  public int bytesAt(long page) {
    return page >= frames.length || !holds(page << pageShift, 1)
        ? 0
        : partial.getOrDefault(page, pageBytes());
  }

  /// Whether anything of a page was ever touched.
  public boolean isTouched(long page) {
    return page < frames.length && frames[(int) page] != null;
  }

  /// The pages that were ever touched, in ascending order.
  public long[] touched() {
    LongStream.Builder touched = LongStream.builder();
    ends.forEach((start, end) -> {
      for (long page = start >>> pageShift; page <= lastPage(end); page++) {
        if (isTouched(page)) {
          touched.add(page);
        }
      }
    });
    return touched.build().toArray();
  }

  /// The frame of a page that has some memory, or null.
  @Nullable Frame frame(long page) {
    if (page >= frames.length) {
      return null;
    }
    Frame frame = frames[(int) page];
    return frame != null || !holds(page << pageShift, 1) ? frame : allocate((int) page);
  }

  private Frame allocate(int page) {
    Map.Entry<Long, NativeMemory> there = natives.floorEntry((long) page << pageShift);
    Frame frame = there == null ? Frame.allocate(budget, pageBytes()) : allocate(page, there);
    if (frame == null) {
      throw new IllegalStateException("the budget does not cover a machine's memory");
    }
    frames[page] = frame;
    return frame;
  }

  private @Nullable Frame allocate(int page, Map.Entry<Long, NativeMemory> there) {
    long at = ((long) page << pageShift) - there.getKey();
    return budget.take(pageBytes())
        ? Frame.at(Place.inWindow(there.getValue().start() + at), budget, pageBytes())
        : null;
  }

  /// Whether it is outside of the heap, where compiled code can touch it by its address.
  boolean isNative() {
    return NativeMemory.isPossible();
  }

  /// Whether the page is memory to its end.
  boolean isWhole(long page) {
    return partial.isEmpty() || !partial.containsKey(page);
  }

  /// Whether an access goes to memory, on a page that has some.
  boolean isMemory(long address, int bytes) {
    Integer end = partial.isEmpty() ? null : partial.get(address >>> pageShift);
    return end == null || (address & (pageBytes() - 1)) + bytes <= end;
  }

  /// How much hot code was dropped so far.
  long droppedRegions() {
    return budget.codeCache().drops().regions();
  }

  Bus bus() {
    return bus;
  }

  GuestNumbers numbers() {
    return numbers;
  }

  // For the machine: a loader, a device with memory access of its own, a debugger.

  /// Copies in.
  ///
  /// @throws IllegalArgumentException if there is no memory
  public void write(long address, byte[] source, int offset, int length) {
    for (int done = 0; done < length; ) {
      long at = address + done;
      int within = (int) at & (pageBytes() - 1);
      int part = Math.min(length - done, pageBytes() - within);
      frameFor(at, part).write(within, source, offset + done, part);
      done += part;
    }
  }

  /// Copies out.
  ///
  /// @throws IllegalArgumentException if there is no memory
  public void read(long address, byte[] destination, int offset, int length) {
    for (int done = 0; done < length; ) {
      long at = address + done;
      int within = (int) at & (pageBytes() - 1);
      int part = Math.min(length - done, pageBytes() - within);
      frameFor(at, part).place().copyOut(within, destination, offset + done, part);
      done += part;
    }
  }

  private Frame frameFor(long address, int length) {
    Frame frame = frame(address >>> pageShift);
    if (frame == null || !isMemory(address, length)) {
      throw new IllegalArgumentException("no memory at 0x%x".formatted(address));
    }
    return frame;
  }
}
