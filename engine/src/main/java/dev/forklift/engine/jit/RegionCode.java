package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.Compiled;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.cpu.Links.Link;
import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.jit.Region.ComputedJump;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.CodePage;
import dev.forklift.engine.memory.GuestFault;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// What the class of a region extends. [RegionEmitter] writes the calls of what is here.
abstract class RegionCode extends Compiled {
  /// What a region is made from.
  ///
  /// @param functions what it calls in Java
  record Parts(CodePage page, Region region, Sites sites, JavaFunction[] functions) {}

  /// The callee has come back to where it was called from.
  static final int BACK = -1;

  private static final int MOST_MISSES = 1000;

  /// After so many accesses that had to be evaluated, it is made anew.
  private static final int MOST_EVALUATED = 5000;

  /// About what the host needs for one guest byte of a region.
  private static final int EXPANSION = 40;

  private final CodePage page;
  private final long entry;
  private final long start;
  private final long end;
  private final long bytes;
  private final long[] ranges;
  private final long[] blocks;
  private final boolean hasAccessesElsewhere;
  private final Sites sites;
  private final JavaFunction[] functions;
  private final ComputedJump[] jumps;

  // How often such a jump has gone elsewhere. Threads may lose counts of each other.
  private int misses;

  // How often it was left in front of an access. The same.
  private int evaluated;

  RegionCode(Parts parts) {
    page = parts.page;
    entry = parts.region.entry();
    start = parts.region.start();
    end = parts.region.end();
    bytes = EXPANSION * parts.region.bytes();
    ranges = parts.region.ranges();
    hasAccessesElsewhere = parts.region.hasAccessesElsewhere();
    blocks = parts.region.own().stream().mapToLong(start -> start).sorted().toArray();
    sites = parts.sites;
    functions = parts.functions;
    jumps = parts.region.jumps().values().toArray(ComputedJump[]::new);
  }

  @Override
  public final long start() {
    return start;
  }

  @Override
  public final long entry() {
    return entry;
  }

  @Override
  public final long end() {
    return end;
  }

  @Override
  public final long bytes() {
    return bytes;
  }

  @Override
  public final long[] ranges() {
    return ranges;
  }

  /// Whether a block of it begins there, not counting functions that are there to be called.
  final boolean contains(long pc) {
    return Arrays.binarySearch(blocks, pc) >= 0;
  }

  // Calls, which are safe points. The registers have been given back.

  /// What a region finds at the targets of so many calls: nothing so far.
  static Link[] noLinks(int calls) {
    Link[] links = new Link[calls];
    Arrays.fill(links, Link.NONE);
    return links;
  }

  /// In front of a call: what is to be called, if that is what was found last; or null.
  static @Nullable Compiled direct(Link link, Cpu cpu, int left) {
    cpu.left = left;
    return descend(link, cpu, left, link.outdated(cpu.codeEpoch()));
  }

  /// In front of a call of what is in a register.
  static @Nullable Compiled indirect(Link link, Cpu cpu, int left, long target) {
    cpu.left = left;
    return descend(link, cpu, left, link.outdated(cpu.codeEpoch()) | (link.target() ^ target));
  }

  /// All that could be in the way is asked for at once: for each branch that is never taken HotSpot
  /// has to know what all registers hold there.
  ///
  /// @param difference zero if the link leads to where it is to lead
  private static @Nullable Compiled descend(Link link, Cpu cpu, int left, long difference) {
    Compiled code = link.code();
    int deeper = cpu.depth - 1;
    if ((difference | code.dropped() | ((left - 1 | deeper) & Integer.MIN_VALUE)) != 0) {
      return null;
    }
    cpu.depth = deeper;
    return code;
  }

  /// What is to be called otherwise, or null if that is not compiled or may not be called from
  /// here: then the CPU is left at the target.
  ///
  /// @param links what was found last at the target of each call. Threads may undo each other's
  ///   finds
  /// @param call the number of the call
  final @Nullable Compiled find(Link[] links, int call, Cpu cpu, long target) {
    cpu.leaveAt(target, cpu.left);
    if (isDropped() || !cpu.mayGoOn()) {
      return null;
    }
    Link link = cpu.links().find(cpu.space(), cpu.codeEpoch(), target);
    if (link == null) {
      return null;
    }
    links[call] = link;
    return descend(link, cpu, cpu.left, 0);
  }

  /// Whether the callee has simply returned to where it was called from, a safe point.
  static boolean isBack(int how, Cpu cpu, long to) {
    cpu.depth++;
    return (how | (cpu.pc() ^ to) | ((cpu.left - 1) & Integer.MIN_VALUE)) == 0;
  }

  /// The callee has come back in another way. Where it has jumped to code of somebody else (which
  /// is how functions are called at their ends, and through linkage tables), runs that in its
  /// place.
  ///
  /// @return [#BACK] if that has returned to where the call returns to; otherwise how the caller is
  ///   to come back
  final int comeBack(int how, Cpu cpu, long to) {
    int last = how;
    while (last == JUMPED || (last == JUMPED_SAFELY && cpu.mayGoOn())) {
      Link next = cpu.links().find(cpu.space(), cpu.codeEpoch(), cpu.pc());
      if (next == null) {
        return last;
      }
      last = next.code().run(cpu);
    }
    return last == RETURNED && cpu.pc() == to && !isDropped() && cpu.mayGoOn() ? BACK : last;
  }

  /// The callee has come back to a region that does not know how to go on.
  static int passOn(int how, Cpu cpu) {
    cpu.depth++;
    return how;
  }

  /// A computed jump goes to where the region does not know how to go on. If that happens often,
  /// and more is known by now, another region is to take its place.
  ///
  /// @param number its number among those of the region
  final void missed(int number, long target) {
    ComputedJump jump = jumps[number];
    if (jump.seen().add(target) && ++misses >= MOST_MISSES && jump.seen().count() > jump.count()) {
      misses = 0;
      jump.seen().outdate(this);
    }
  }

  // Stops inside of a block.

  /// The registers to be given back at a site.
  final BitSet dirtyAt(int number) {
    return sites.get(number).dirty();
  }

  /// Stops at a site.
  ///
  /// @param fault the access that failed there, or null
  /// @param leftAtBlock what was left of the allowance at the beginning of its block
  /// @param address of the last access
  final int stop(Cpu cpu, @Nullable GuestFault fault, int number, int leftAtBlock, int address) {
    Sites.Site site = sites.get(number);
    int left = leftAtBlock - site.executed();
    if (fault != null) {
      cpu.faultAt(site.pc(), site.next(), fault, left);
      return exit(Exit.FAULT);
    }
    Exit exit = site.exit();
    if (exit == null) {
      cpu.leaveAt(site.pc(), left);
      if (!cpu.isTooSlow(address) && !hasAccessesElsewhere && ++evaluated >= MOST_EVALUATED) {
        evaluated = 0;
        page.expectAccessesElsewhere(this);
      }
      return EVALUATE;
    }
    cpu.stopAt(site.pc(), site.next(), site.code(), left);
    return exit(exit);
  }

  final long call(int function, long[] arguments) {
    return functions[function].call(arguments);
  }

  /// Faults unless the address is a multiple of `bytes`.
  static void align(long address, int bytes, boolean store) {
    if ((address & (bytes - 1)) != 0) {
      throw new GuestFault(GuestFault.Kind.MISALIGNED, address, store ? Access.WRITE : Access.READ);
    }
  }
}
