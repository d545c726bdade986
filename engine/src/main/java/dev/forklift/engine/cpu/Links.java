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
  public record Link(long target, long epoch, Compiled code) {
    /// What stands where nothing has been found.
    public static final Link NONE = new Link(-1, -1, Compiled.NONE);

    /// Whether it holds, its target being the one that is wanted.
    public boolean holds(long epoch) {
      return this.epoch == epoch && !code.isDropped();
    }

    /// Whether it still tells what is at `target`.
    public boolean leadsTo(long target, long epoch) {
      return this.target == target && holds(epoch);
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
    link = new Link(target, epoch, code);
    found[slot] = link;
    return link;
  }
}
