package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.Compiled;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.cpu.Links.Link;
import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.GuestFault;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// What the class of a region extends. [RegionEmitter] writes the calls of what is here.
abstract class RegionCode extends Compiled {
  /// What a region is made from.
  ///
  /// @param functions what it calls in Java
  record Parts(Region region, Sites sites, JavaFunction[] functions) {}

  /// The callee has come back to where it was called from.
  static final int BACK = -1;

  /// Some ten microseconds.
  private static final int BETWEEN_POLLS = 20_000;

  /// About what the host needs for one guest byte of a region.
  private static final int EXPANSION = 40;

  private final long entry;
  private final long start;
  private final long end;
  private final long bytes;
  private final long[] blocks;
  private final Sites sites;
  private final JavaFunction[] functions;

  // What was found last at the target of each call. Threads may undo each other's finds.
  private final @Nullable Link[] links;

  RegionCode(Parts parts) {
    entry = parts.region.entry();
    start = parts.region.start();
    end = parts.region.end();
    bytes = EXPANSION * parts.region.bytes();
    blocks = parts.region.blocks().keySet().stream().mapToLong(start -> start).toArray();
    sites = parts.sites;
    functions = parts.functions;
    links = new Link[parts.region.calls()];
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

  /// Whether a block of it begins there.
  final boolean contains(long pc) {
    return Arrays.binarySearch(blocks, pc) >= 0;
  }

  /// How many instructions the region may execute before it leaves at a safe point, so that
  /// somebody else looks whether it may go on. That looking is not done in the region: it would be
  /// a call, and where a loop has a call, even one that is never made, HotSpot keeps all of its
  /// values in memory.
  static int allow(Cpu cpu) {
    return cpu.allow(BETWEEN_POLLS);
  }

  // Calls. The registers have been given back.

  /// At a safe point: whether the region need not be left.
  private boolean mayGoOn(Cpu cpu) {
    return cpu.instructionsLeft() > 0
        && !cpu.isInterrupted()
        && !isDropped()
        && cpu.space().mapEpoch() == cpu.mapEpoch();
  }

  /// In front of a call, which is a safe point: what is to be called, or null if that is not
  /// compiled or may not be called from here.
  ///
  /// @param call its number among those of the region
  final @Nullable Compiled callee(int call, Cpu cpu, long target, int left) {
    cpu.leaveAt(target, left);
    if (!mayGoOn(cpu)) {
      return null;
    }
    Link link = links[call];
    if (link == null || !link.leadsTo(cpu.pc(), cpu.mapEpoch())) {
      link = cpu.links().find(cpu.space(), cpu.mapEpoch(), cpu.pc());
      if (link == null) {
        return null;
      }
      links[call] = link;
    }
    return cpu.descend() ? link.code() : null;
  }

  /// Whether the callee has come back to where the call returns to, so that the caller may go on.
  /// Otherwise it passes on what this answers.
  ///
  /// @return [#BACK], or how the caller is to come back
  final int comeBack(int how, Cpu cpu, long to) {
    int last = how == RETURNED && cpu.pc() == to ? RETURNED : follow(how, cpu);
    cpu.ascend();
    return last == RETURNED && cpu.pc() == to && mayGoOn(cpu) ? BACK : last;
  }

  /// The callee has come back to a region that does not know how to go on.
  static int passOn(int how, Cpu cpu) {
    cpu.ascend();
    return how;
  }

  /// Where the callee has jumped to code of somebody else (which is how functions are called at
  /// their ends, and through linkage tables), runs that in its place.
  private static int follow(int how, Cpu cpu) {
    int last = how;
    while (last == JUMPED
        || (last == JUMPED_SAFELY && cpu.instructionsLeft() > 0 && !cpu.isInterrupted())) {
      // The map may have changed at a safe point of whoever jumped.
      Link next =
          cpu.space().mapEpoch() == cpu.mapEpoch()
              ? cpu.links().find(cpu.space(), cpu.mapEpoch(), cpu.pc())
              : null;
      if (next == null) {
        break;
      }
      last = next.code().run(cpu);
    }
    return last;
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
  final int stop(Cpu cpu, @Nullable GuestFault fault, int number, int leftAtBlock) {
    Sites.Site site = sites.get(number);
    int left = leftAtBlock - site.executed();
    if (fault != null) {
      cpu.faultAt(site.pc(), site.next(), fault, left);
      return exit(Exit.FAULT);
    }
    Exit exit = site.exit();
    if (exit == null) {
      cpu.leaveAt(site.pc(), left);
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
