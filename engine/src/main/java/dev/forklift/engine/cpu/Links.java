package dev.forklift.engine.cpu;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.CodePage;
import org.jspecify.annotations.Nullable;

/// What a CPU has found lately of compiled code at the addresses it went to.
///
/// A link holds as long as its space shows the same code ([AddressSpace#codeEpoch]) and the code
/// was not dropped.
public final class Links {
  /// Compiled code at an address.
  ///
  /// @param epoch the space's when it was found
  /// @param mask the bits of the epoch that count ([AddressSpace#codeMask])
  public record Link(long target, long epoch, long mask, Compiled code) {
    /// What stands where nothing has been found.
    public static final Link NONE = new Link(-1, -1, -1, Compiled.NONE);

    /// Zero if the map of code is still one that it holds for.
    public long outdated(long now) {
      return (epoch ^ now) & mask;
    }

    /// Whether it still tells what is at `target`.
    boolean leadsTo(long target, long now) {
      return this.target == target && outdated(now) == 0 && !code.isDropped();
    }
  }

  private static final int SIZE = 512;

  private final @Nullable Link[] found = new Link[SIZE];

  Links() {}

  /// The compiled code at an address, or null if there is none that could be found at once.
  public @Nullable Link find(AddressSpace space, long epoch, long target) {
    int slot = ((int) (target ^ (target >>> 9)) >>> 1) & (SIZE - 1);
    Link link = found[slot];
    if (link != null && link.leadsTo(target, epoch)) {
      return link;
    }
    CodePage page = space.shownCode(target);
    if (page == null || !(page.at(target) instanceof Compiled code) || code.isDropped()) {
      return null;
    }
    link = new Link(target, epoch, space.codeMask(target), code);
    found[slot] = link;
    return link;
  }
}
