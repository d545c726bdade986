package dev.forklift.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.forklift.engine.memory.MemoryModel.ModelFile;
import dev.forklift.engine.memory.MemoryModel.ModelPage;
import dev.forklift.engine.memory.MemoryModel.ModelSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Does thousands of random things to a few processes and files, and compares all of it with
/// [MemoryModel].
class MemorySoakTest {
  private static final int ARENA_PAGES = 24;
  private static final int FILE_PAGES = 12;
  private static final int STEPS = 4_000;
  private static final String[] TAGS = {"a", "b"};

  private Random random = new Random(0);
  private FrameBudget budget = new FrameBudget(0);
  private int pageShift;
  private int pageBytes;
  private long base;
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private int windowStores;
  private final List<ModelSpace> spaces = new ArrayList<>();
  private final List<ModelFile> files = new ArrayList<>();

  // spotless:off
  @ParameterizedTest(name = "{0}, pages of 2^{1}, limit {2}, budget of {3} pages, seed {4}")
  @CsvSource({
    "LITTLE, 12, 0x80000000,    4096, 1",
    "LITTLE, 12, 0x80000000,    4096, 2",
    "LITTLE, 12, 0x80000000,    4096, 3",
    "BIG,    13, 0x10000000000, 4096, 4",
    "BIG,    13, 0x10000000000, 4096, 5",
    "BIG,    13, 0x100000000,   4096, 8",
    "LITTLE, 12, 0x80000000,      60, 6",
    "LITTLE, 12, 0x80000000,      60, 9",
    "BIG,    13, 0x80000000,      60, 7",
    "BIG,    13, 0x80000000,    4096, 10",
  })
  // spotless:on
  void agreesWithTheModelAndGivesEverythingBack(
      String byteOrder, int shift, String limitText, int budgetPages, long seed)
      throws IOException {
    random = new Random(seed);
    order = byteOrder.equals("BIG") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    long limit = Long.decode(limitText);
    pageShift = shift;
    pageBytes = 1 << shift;
    // The arena ends at the limit, and crosses from one table to the next where it is large.
    base = limit - (long) ARENA_PAGES * pageBytes;
    budget = new FrameBudget((long) budgetPages * pageBytes);
    PagedAddressSpace first = PagedAddressSpace.create(budget, order, shift, limit, 2);
    spaces.add(new ModelSpace(first, base, ARENA_PAGES, pageBytes));
    for (int i = 0; i < 3; i++) {
      files.add(newFile());
    }
    for (int step = 0; step < STEPS; step++) {
      try {
        step();
        ModelSpace space = spaces.get(random.nextInt(spaces.size()));
        compareWindow(space, random.nextInt(ARENA_PAGES));
        if (step % 100 == 0) {
          compareAll();
        }
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("at step " + step + ": " + e.getMessage(), e);
      }
    }
    compareAll();
    spaces.forEach(space -> space.real.release());
    files.forEach(file -> file.real.release());
    assertThat(budget.used()).isZero();
    if (first.window() != 0) {
      assertThat(windowStores > STEPS / 100).as("stores to windows").isEqualTo(Window.holds(base));
    }
  }

  /// A file that begins empty, or one that has its pages, and gets them back, from an array.
  private ModelFile newFile() {
    int pages = FILE_PAGES + 2;
    if (random.nextBoolean()) {
      return new ModelFile(new MemoryFile(budget, pageShift, null, 0), pages, pageBytes);
    }
    int size = random.nextInt(FILE_PAGES * pageBytes);
    byte[] disk = Arrays.copyOf(randomBytes(size), pages * pageBytes);
    MemoryFile real =
        new MemoryFile(
            budget,
            pageShift,
            (offset, page) -> System.arraycopy(disk, (int) offset, page, 0, page.length),
            size);
    ModelFile file = new ModelFile(real, pages, pageBytes);
    file.disk = disk;
    file.write(0, disk, size);
    return file;
  }

  private void flushFile() throws IOException {
    ModelFile file = file();
    byte[] disk = file.disk;
    if (disk != null) {
      int start = random.nextBoolean() ? 0 : random.nextInt(file.size + 1);
      int end = random.nextBoolean() ? file.size : start + random.nextInt(file.size - start + 1);
      file.real.flush(
          start,
          end - start,
          (offset, bytes, length) -> System.arraycopy(bytes, 0, disk, (int) offset, length));
      assertThat(Arrays.mismatch(disk, start, end, file.bytes, start, end))
          .as("first byte that was not written to disk")
          .isEqualTo(-1);
    }
  }

  private void step() throws IOException {
    ModelSpace space = spaces.get(random.nextInt(spaces.size()));
    switch (random.nextInt(46)) {
      case 0, 1 -> map(space);
      case 2 -> unmap(space);
      case 3, 4 -> protect(space);
      case 5 -> move(space);
      case 6 -> discard(space);
      case 7 -> retag(space);
      case 8 -> fork(space);
      case 9 -> end(space);
      case 10, 11 -> writeFile();
      case 12, 13 -> readFile();
      case 14 -> resizeFile();
      case 15 -> punchFile();
      case 16 -> replaceFile();
      case 39 -> flushFile();
      case 17, 18, 19, 20 -> exchange(space);
      case 21, 22, 23 -> bulkRead(space);
      case 24, 25, 26 -> bulkWrite(space);
      case 27, 28, 29, 30, 31, 32 -> load(space);
      case 40, 41, 42 -> {
        var _ = space.real.bringIn(base + place());
      }
      case 43, 44, 45 -> storeToWindow(space);
      default -> store(space);
    }
  }

  // Mapping.

  private int protection() {
    // Mostly readable and writable, so that something happens.
    return random.nextInt(3) == 0 ? random.nextInt(8) : Protection.READ | Protection.WRITE;
  }

  private Object tag() {
    return TAGS[random.nextInt(TAGS.length)];
  }

  private long address(int page) {
    return base + (long) page * pageBytes;
  }

  private void map(ModelSpace space) {
    int start = random.nextInt(ARENA_PAGES);
    int pages = 1 + random.nextInt(Math.min(6, ARENA_PAGES - start));
    int protection = protection();
    Object tag = tag();
    ModelFile file = random.nextInt(3) == 0 ? null : files.get(random.nextInt(files.size()));
    boolean shared = file != null && random.nextBoolean();
    int first = file == null ? 0 : random.nextInt(FILE_PAGES);
    pages = file == null ? pages : Math.min(pages, FILE_PAGES - first);
    long offset = (long) first * pageBytes;
    space.real.map(
        address(start),
        (long) pages * pageBytes,
        protection,
        file == null ? null : file.real,
        offset,
        shared,
        tag);
    for (int i = 0; i < pages; i++) {
      space.pages[start + i] =
          new ModelPage(protection, file, file == null ? 0 : first + i, shared, tag, null);
    }
  }

  /// Start and number of some pages.
  private int[] range(int most) {
    int start = random.nextInt(ARENA_PAGES);
    return new int[] {start, random.nextInt(Math.min(most, ARENA_PAGES - start) + 1)};
  }

  private void unmap(ModelSpace space) {
    int[] range = range(4);
    space.real.unmap(address(range[0]), (long) range[1] * pageBytes);
    for (int i = 0; i < range[1]; i++) {
      space.pages[range[0] + i] = null;
    }
  }

  private void protect(ModelSpace space) {
    int[] range = range(6);
    int protection = protection();
    space.real.protect(address(range[0]), (long) range[1] * pageBytes, protection);
    for (int i = 0; i < range[1]; i++) {
      ModelPage page = space.pages[range[0] + i];
      if (page != null) {
        page.protection = protection;
      }
    }
  }

  private void retag(ModelSpace space) {
    int[] range = range(6);
    Object tag = tag();
    space.real.retag(address(range[0]), (long) range[1] * pageBytes, tag);
    for (int i = 0; i < range[1]; i++) {
      ModelPage page = space.pages[range[0] + i];
      if (page != null) {
        page.tag = tag;
      }
    }
  }

  private void discard(ModelSpace space) {
    int[] range = range(6);
    space.real.discard(address(range[0]), (long) range[1] * pageBytes);
    for (int i = 0; i < range[1]; i++) {
      ModelPage page = space.pages[range[0] + i];
      if (page != null) {
        page.own = null;
      }
    }
  }

  private void move(ModelSpace space) {
    int[] range = range(5);
    int to = random.nextInt(ARENA_PAGES - range[1] + 1);
    if (Math.abs(to - range[0]) < range[1]) {
      return;
    }
    boolean moved = true;
    try {
      space.real.move(address(range[0]), address(to), (long) range[1] * pageBytes);
    } catch (GuestFault fault) {
      assertOutOfMemory(fault);
      moved = false;
    }
    for (int i = 0; i < range[1]; i++) {
      space.pages[to + i] = null;
      if (moved) {
        space.pages[to + i] = space.pages[range[0] + i];
        space.pages[range[0] + i] = null;
      }
    }
  }

  private void fork(ModelSpace space) {
    if (spaces.size() < 5) {
      try {
        spaces.add(space.fork(space.real.fork()));
      } catch (GuestFault fault) {
        assertOutOfMemory(fault);
      }
    }
  }

  private void end(ModelSpace space) {
    if (spaces.size() > 1) {
      space.real.release();
      spaces.remove(space);
    }
  }

  // Files.

  private ModelFile file() {
    return files.get(random.nextInt(files.size()));
  }

  private byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private void writeFile() throws IOException {
    ModelFile file = file();
    int offset = random.nextInt(FILE_PAGES * pageBytes);
    byte[] bytes = randomBytes(random.nextInt(2 * pageBytes));
    int written = file.real.write(offset, bytes, 0, bytes.length);
    if (written < bytes.length) {
      assertThat(budget.used()).isGreaterThan(budget.limit() - pageBytes);
    }
    file.write(offset, bytes, written);
    assertThat(file.real.size()).isEqualTo(file.size);
  }

  private void readFile() throws IOException {
    ModelFile file = file();
    int offset = random.nextInt(file.bytes.length);
    byte[] bytes = new byte[random.nextInt(3 * pageBytes)];
    int expected = Math.clamp(file.size - offset, 0, bytes.length);
    assertThat(file.real.read(offset, bytes, 0, bytes.length)).isEqualTo(expected);
    assertThat(Arrays.mismatch(bytes, 0, expected, file.bytes, offset, offset + expected))
        .as("first wrong byte read from a file")
        .isEqualTo(-1);
  }

  private void resizeFile() {
    ModelFile file = file();
    int size = random.nextInt(FILE_PAGES * pageBytes);
    size = random.nextBoolean() ? size : size & -pageBytes;
    file.real.setSize(size);
    if (size >= file.size) {
      file.clearBehindEnd();
    }
    file.size = size;
    file.clearBehindEnd();
    if (file.disk != null) {
      Arrays.fill(file.disk, size, file.disk.length, (byte) 0);
    }
    for (ModelSpace space : spaces) {
      for (ModelPage page : space.pages) {
        if (page != null && page.file == file && page.index >= file.pages()) {
          page.own = null;
        }
      }
    }
  }

  private void punchFile() throws IOException {
    ModelFile file = file();
    int offset = random.nextInt(FILE_PAGES * pageBytes);
    int length = random.nextInt(4 * pageBytes);
    boolean done = file.real.zero(offset, length);
    byte[] now = new byte[file.size];
    assertThat(file.real.read(0, now, 0, now.length)).isEqualTo(file.size);
    for (int i = offset; i < Math.min(offset + length, file.size); i++) {
      // Without enough memory it is done in part.
      if (done || now[i] == 0) {
        file.bytes[i] = 0;
      }
    }
  }

  private void replaceFile() {
    ModelFile old = file();
    old.real.release();
    files.remove(old);
    files.add(newFile());
  }

  // Accesses.

  private int place() {
    return random.nextInt(ARENA_PAGES * pageBytes);
  }

  /// Near the end of a page half of the time.
  private int numberPlace() {
    int place = place();
    return random.nextBoolean() ? place : Math.max(0, (place & -pageBytes) - random.nextInt(9));
  }

  private void assertOutOfMemory(GuestFault fault) {
    assertThat(fault.kind()).isEqualTo(GuestFault.Kind.OUT_OF_MEMORY);
    assertThat(budget.used()).isGreaterThan(budget.limit() - (32 << 10) - pageBytes);
  }

  private interface Action {
    void run();
  }

  /// Runs an access to `[at, at + length)` and answers how many bytes of it came through before a
  /// fault, which must be the one that the model says.
  private int through(
      ModelSpace space, int at, int length, Access access, boolean forced, Action action) {
    int good = 0;
    while (good < length && space.fault(at + good, access, forced) == null) {
      good++;
    }
    try {
      action.run();
    } catch (GuestFault fault) {
      int done = (int) (fault.address() - base) - at;
      if (fault.kind() == GuestFault.Kind.OUT_OF_MEMORY) {
        assertOutOfMemory(fault);
        assertThat(done).isBetween(0, good);
        return done;
      }
      assertThat(done).isEqualTo(good);
      assertThat(fault.kind()).isEqualTo(space.fault(at + good, access, forced));
      assertThat(fault.access()).isEqualTo(access);
      return good;
    }
    if (good != length) {
      fail("no fault at %d of %d", good, length);
    }
    return good;
  }

  private void bulkRead(ModelSpace space) {
    int at = place();
    byte[] bytes = new byte[random.nextInt(3 * pageBytes)];
    boolean forced = random.nextBoolean();
    int done =
        through(
            space,
            at,
            bytes.length,
            Access.READ,
            forced,
            () -> {
              if (forced) {
                space.real.peek(base + at, bytes, 0, bytes.length);
              } else {
                space.real.read(base + at, bytes, 0, bytes.length);
              }
            });
    for (int i = 0; i < done; i++) {
      if (bytes[i] != space.load(at + i)) {
        fail("byte %d of %d at %d", i, done, at);
      }
    }
  }

  private void bulkWrite(ModelSpace space) {
    int at = place();
    byte[] bytes = randomBytes(random.nextInt(3 * pageBytes));
    boolean forced = random.nextBoolean();
    int done =
        through(
            space,
            at,
            bytes.length,
            Access.WRITE,
            forced,
            () -> {
              if (forced) {
                space.real.poke(base + at, bytes, 0, bytes.length);
              } else {
                space.real.write(base + at, bytes, 0, bytes.length);
              }
            });
    for (int i = 0; i < done; i++) {
      space.store(at + i, bytes[i]);
    }
  }

  private long expected(ModelSpace space, int at, int bytes) {
    ByteBuffer buffer = ByteBuffer.allocate(8).order(order);
    for (int i = 0; i < bytes; i++) {
      buffer.put(order == ByteOrder.BIG_ENDIAN ? 8 - bytes + i : i, space.load(at + i));
    }
    return buffer.getLong(0);
  }

  private void modelStore(ModelSpace space, int at, int bytes, long value) {
    ByteBuffer buffer = ByteBuffer.allocate(8).order(order).putLong(0, value);
    for (int i = 0; i < bytes; i++) {
      space.store(at + i, buffer.get(order == ByteOrder.BIG_ENDIAN ? 8 - bytes + i : i));
    }
  }

  private void load(ModelSpace space) {
    int at = numberPlace();
    int bytes = 1 << random.nextInt(4);
    long[] value = new long[1];
    int done =
        through(
            space,
            at,
            bytes,
            Access.READ,
            false,
            () ->
                value[0] =
                    switch (bytes) {
                      case 1 -> space.real.load8(base + at);
                      case 2 -> space.real.load16(base + at);
                      case 4 -> space.real.load32(base + at) & 0xffff_ffffL;
                      default -> space.real.load64(base + at);
                    });
    if (done == bytes) {
      assertThat(value[0]).isEqualTo(expected(space, at, bytes));
    }
  }

  private void store(ModelSpace space) {
    int at = numberPlace();
    int bytes = 1 << random.nextInt(4);
    long value = random.nextLong();
    int done =
        through(
            space,
            at,
            bytes,
            Access.WRITE,
            false,
            () -> {
              switch (bytes) {
                case 1 -> space.real.store8(base + at, (int) value);
                case 2 -> space.real.store16(base + at, (int) value);
                case 4 -> space.real.store32(base + at, (int) value);
                default -> space.real.store64(base + at, value);
              }
            });
    if (done == bytes) {
      modelStore(space, at, bytes, value);
    } else if (done > 0) {
      space.touch(at);
    }
  }

  private void exchange(ModelSpace space) {
    int bytes = random.nextBoolean() ? 4 : 8;
    int at = place() & -bytes;
    boolean present = space.fault(at, Access.WRITE, false) == null;
    long before = present ? expected(space, at, bytes) : 0;
    long guess = random.nextInt(4) == 0 ? random.nextLong() : before;
    long replacement = random.nextLong();
    long[] result = new long[1];
    int done =
        through(
            space,
            at,
            bytes,
            Access.WRITE,
            false,
            () ->
                result[0] =
                    bytes == 4
                        ? space.real.compareExchange32(base + at, (int) guess, (int) replacement)
                        : space.real.compareExchange64(base + at, guess, replacement));
    if (done == bytes) {
      assertThat(result[0]).isEqualTo(bytes == 4 ? (long) (int) before : before);
      if (guess == before || (bytes == 4 && (int) guess == (int) before)) {
        modelStore(space, at, bytes, replacement);
      }
      space.touch(at);
    }
  }

  // The window, as compiled code uses it.

  /// Whether a page may be accessed there; with a test's seed always the same.
  private boolean isPermitted(ModelSpace space, long which, int page) {
    long window = space.real.window();
    long at = window + which + (address(page) >>> pageShift) - HostMemory.ThroughUnsafe.BASE;
    return window != 0 && HostMemory.HOST.get8(null, at) != 0;
  }

  private long inWindow(ModelSpace space, int at) {
    return space.real.window() + base + at - HostMemory.ThroughUnsafe.BASE;
  }

  private void compareWindow(ModelSpace space, int page) {
    if (!isPermitted(space, WindowAccess.LOADS, page)) {
      assertThat(isPermitted(space, WindowAccess.STORES, page)).as("stores alone").isFalse();
      return;
    }
    int at = page * pageBytes;
    assertThat(space.fault(at, Access.READ, false)).as("permitted").isNull();
    for (int i = 0; i < pageBytes; i++) {
      if (HostMemory.HOST.get8(null, inWindow(space, at + i)) != space.load(at + i)) {
        fail("byte %d of page %d in the window", i, page);
      }
    }
  }

  /// To each page that may be stored to.
  private void storeToWindow(ModelSpace space) {
    for (int page = 0; page < ARENA_PAGES; page++) {
      if (isPermitted(space, WindowAccess.STORES, page)) {
        int at = page * pageBytes + random.nextInt(pageBytes);
        assertThat(space.fault(at, Access.WRITE, false)).as("permitted").isNull();
        byte value = (byte) random.nextInt();
        HostMemory.HOST.put8(null, inWindow(space, at), value);
        space.store(at, value);
        windowStores++;
      }
    }
  }

  // Everything.

  private void compareAll() throws IOException {
    byte[] content = new byte[pageBytes];
    for (ModelSpace space : spaces) {
      assertThat(space.real.regions()).isEqualTo(space.regions());
      for (int p = 0; p < ARENA_PAGES; p++) {
        ModelPage page = space.pages[p];
        @Nullable Region region = space.real.regionAt(address(p));
        assertThat(region == null).isEqualTo(page == null);
        compareWindow(space, p);
        if (page == null || page.isPastEnd()) {
          continue;
        }
        int at = p * pageBytes;
        int done =
            through(
                space,
                at,
                pageBytes,
                Access.READ,
                true,
                () -> space.real.peek(base + at, content, 0, pageBytes));
        if (done == pageBytes) {
          assertThat(space.mismatch(p, content))
              .as("first wrong byte of page %d, %s, index %d", p, region, page.index)
              .isEqualTo(-1);
        }
      }
    }
    for (ModelFile file : files) {
      byte[] bytes = new byte[file.bytes.length];
      assertThat(file.real.read(0, bytes, 0, bytes.length)).isEqualTo(file.size);
      assertThat(Arrays.mismatch(bytes, 0, file.size, file.bytes, 0, file.size))
          .as("first wrong byte of a file")
          .isEqualTo(-1);
      assertThat(file.real.allocatedBytes()).isLessThanOrEqualTo((long) file.bytes.length);
    }
  }
}
