package dev.forklift.engine.memory;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// What has been translated from one page of code as seen at one virtual address.
///
/// Translations are keyed by both, since they hold absolute addresses: one file mapped at the same
/// place in two processes shares its translations (fork and exec never translate twice), the same
/// file at another place does not. A store into the page drops the translations that cover the
/// word stored to.
public final class CodePage {
  /// Something translated from guest code, by its start.
  public interface Translation {
    /// First guest address translated from.
    long start();

    /// First guest address behind it, on the same page.
    long end();
  }

  private final Frame frame;
  private final long address;
  private final AtomicReferenceArray<@Nullable Translation> slots;
  private final int granuleShift;

  /// @param address the virtual address of the page
  /// @param pageShift binary logarithm of the page size
  /// @param granuleShift binary logarithm of the alignment of instructions
  CodePage(Frame frame, long address, int pageShift, int granuleShift) {
    this.frame = frame;
    this.address = address;
    this.granuleShift = granuleShift;
    this.slots = new AtomicReferenceArray<>(1 << (pageShift - granuleShift));
  }

  /// The virtual address of the page.
  public long address() {
    return address;
  }

  Frame frame() {
    return frame;
  }

  /// The translation that starts at `pc`, or null. `pc` must lie on this page and be aligned.
  public @Nullable Translation at(long pc) {
    return slots.getAcquire((int) (pc - address) >>> granuleShift);
  }

  /// Keeps a translation made from this page, unless the page was stored to since `stamp`.
  public void install(Translation translation, int stamp) {
    synchronized (frame) {
      if (stamp == frame.codeStamp()) {
        slots.setRelease((int) (translation.start() - address) >>> granuleShift, translation);
      }
    }
  }

  /// Changes with every store into the page: taken before reading the code, given to [#install].
  public int stamp() {
    return frame.codeStamp();
  }

  /// Drops every translation that covers a byte of the range, given as offsets on the page.
  void invalidate(int from, int to) {
    for (int i = 0; i < slots.length(); i++) {
      Translation t = slots.getAcquire(i);
      if (t != null && t.start() - address < to && t.end() - address > from) {
        slots.setRelease(i, null);
      }
    }
  }
}
