package dev.forklift.engine.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What memory must look like to guests, said as simply as possible: every page an array of bytes,
/// copied whenever it has to be.
final class MemoryModel {
  private MemoryModel() {}

  /// A file: all its bytes, with room behind the end.
  static final class ModelFile {
    final MemoryFile real;
    final byte[] bytes;
    final int pageBytes;
    int size;

    /// Where the file comes from, if it does.
    byte @Nullable [] disk;

    ModelFile(MemoryFile real, int pages, int pageBytes) {
      this.real = real;
      this.bytes = new byte[pages * pageBytes];
      this.pageBytes = pageBytes;
    }

    int pages() {
      return (size + pageBytes - 1) / pageBytes;
    }

    /// A mapping may have left something behind the end.
    void clearBehindEnd() {
      Arrays.fill(bytes, size, bytes.length, (byte) 0);
    }

    void write(int offset, byte[] source, int length) {
      if (offset > size) {
        clearBehindEnd();
      }
      System.arraycopy(source, 0, bytes, offset, length);
      if (length > 0) {
        size = Math.max(size, offset + length);
      }
    }
  }

  /// A page that is mapped.
  static final class ModelPage {
    int protection;
    final @Nullable ModelFile file;
    final int index;
    final boolean shared;
    @Nullable Object tag;

    /// What a private page holds once it differs from its file or from zero.
    byte @Nullable [] own;

    ModelPage(
        int protection,
        @Nullable ModelFile file,
        int index,
        boolean shared,
        @Nullable Object tag,
        byte @Nullable [] own) {
      this.protection = protection;
      this.file = file;
      this.index = index;
      this.shared = shared;
      this.tag = tag;
      this.own = own;
    }

    ModelPage copy() {
      return new ModelPage(protection, file, index, shared, tag, own == null ? null : own.clone());
    }

    boolean isPastEnd() {
      return own == null && file != null && index >= file.pages();
    }
  }

  /// The pages of one process, by their number in the arena that the test uses.
  static final class ModelSpace {
    final AddressSpace real;
    final long base;
    final int pageBytes;
    final @Nullable ModelPage[] pages;

    ModelSpace(AddressSpace real, long base, int pages, int pageBytes) {
      this.real = real;
      this.base = base;
      this.pageBytes = pageBytes;
      this.pages = new ModelPage[pages];
    }

    ModelSpace fork(AddressSpace child) {
      ModelSpace copy = new ModelSpace(child, base, pages.length, pageBytes);
      for (int i = 0; i < pages.length; i++) {
        ModelPage page = pages[i];
        copy.pages[i] = page == null ? null : page.copy();
      }
      return copy;
    }

    /// Why an access to one byte fails, or null. `forced` is peek and poke.
    GuestFault.@Nullable Kind fault(int at, Access access, boolean forced) {
      ModelPage page = at < 0 || at >= pages.length * pageBytes ? null : pages[at / pageBytes];
      if (page == null) {
        return GuestFault.Kind.UNMAPPED;
      }
      boolean allowed = Protection.allows(page.protection, access);
      if (!allowed && (!forced || (access == Access.WRITE && page.shared))) {
        return GuestFault.Kind.PROTECTED;
      }
      return page.isPastEnd() ? GuestFault.Kind.PAST_END_OF_FILE : null;
    }

    private ModelPage pageAt(int at) {
      ModelPage page = pages[at / pageBytes];
      if (page == null) {
        throw new AssertionError("the model has no page there");
      }
      return page;
    }

    byte load(int at) {
      ModelPage page = pageAt(at);
      int offset = at % pageBytes;
      if (page.own != null) {
        return page.own[offset];
      }
      return page.file == null ? 0 : page.file.bytes[page.index * pageBytes + offset];
    }

    /// The first byte of a page that is not as in `content`, or -1.
    int mismatch(int page, byte[] content) {
      ModelPage p = pageAt(page * pageBytes);
      if (p.own == null && p.file != null) {
        int from = p.index * pageBytes;
        return Arrays.mismatch(content, 0, pageBytes, p.file.bytes, from, from + pageBytes);
      }
      return Arrays.mismatch(content, p.own == null ? new byte[pageBytes] : p.own);
    }

    void store(int at, byte value) {
      ModelPage page = pageAt(at);
      int offset = at % pageBytes;
      ModelFile file = page.file;
      if (file != null && page.shared) {
        file.bytes[page.index * pageBytes + offset] = value;
      } else {
        own(at)[offset] = value;
      }
    }

    /// Somebody was about to store there: a private page does not follow its file from now on.
    void touch(int at) {
      if (!pageAt(at).shared) {
        var _ = own(at);
      }
    }

    private byte[] own(int at) {
      ModelPage page = pageAt(at);
      ModelFile file = page.file;
      byte[] own = page.own;
      if (own == null) {
        own = new byte[pageBytes];
        if (file != null) {
          System.arraycopy(file.bytes, page.index * pageBytes, own, 0, pageBytes);
        }
        page.own = own;
      }
      return own;
    }

    /// The regions that the pages make, merged as far as they can be.
    List<Region> regions() {
      List<Region> regions = new ArrayList<>();
      for (int i = 0; i < pages.length; i++) {
        ModelPage page = pages[i];
        if (page == null) {
          continue;
        }
        long start = base + (long) i * pageBytes;
        MemoryFile file = page.file == null ? null : page.file.real;
        long offset = file == null ? 0 : (long) page.index * pageBytes;
        Region region =
            new Region(
                start, start + pageBytes, page.protection, file, offset, page.shared, page.tag);
        Region last = regions.isEmpty() ? null : regions.getLast();
        if (last != null && last.continuesIn(region)) {
          regions.set(regions.size() - 1, last.with(region));
        } else {
          regions.add(region);
        }
      }
      return regions;
    }
  }
}
