package dev.forklift.engine.cpu;

import dev.forklift.engine.memory.CodePage;
import org.jspecify.annotations.Nullable;

/// Guest code that runs as Java code, entered at its first instruction.
///
/// One may call another, as the guest's code does: then both stand on the Java stack, and the
/// caller goes on where the callee returns to it. Whatever else the callee comes back with is
/// passed on to whoever called the caller. That is always right, for registers and pc stand in the
/// CPU.
public abstract class Compiled implements CodePage.Translation {
  // How it came back, if not with an exit. At all these, registers and pc tell where to go on.

  /// By a return. A safe point.
  public static final int RETURNED = 0;

  /// By a jump that is no safe point.
  public static final int JUMPED = 1;

  /// By a jump that is a safe point.
  public static final int JUMPED_SAFELY = 2;

  /// In front of code that cannot be called, or because it must not go on. A safe point.
  public static final int STOPPED = 3;

  /// In front of an instruction that is to be evaluated. No safe point.
  public static final int EVALUATE = 4;

  private static final int FIRST_EXIT = 5;
  private static final Exit[] EXITS = Exit.values();

  /// Stands where there is none.
  static final Compiled NONE =
      new Compiled() {
        @Override
        public int run(Cpu cpu) {
          return STOPPED;
        }

        @Override
        public long start() {
          return 0;
        }

        @Override
        public long end() {
          return 0;
        }
      };

  // Read after a volatile read of the CPU's, so no loop keeps an old value for ever.
  private int dropped;

  /// Runs from its entry on, after [Cpu#enter]. The registers stand in the CPU's file before and
  /// afterwards.
  ///
  /// @return how it came back
  public abstract int run(Cpu cpu);

  /// What stands for coming back with an exit.
  public static int exit(Exit exit) {
    return FIRST_EXIT + exit.ordinal();
  }

  /// What a dispatcher makes of it: null where that is no safe point.
  static @Nullable Exit exitOf(int how) {
    return switch (how) {
      case RETURNED, JUMPED_SAFELY, STOPPED -> Exit.SAFE_POINT;
      case JUMPED, EVALUATE -> null;
      default -> EXITS[how - FIRST_EXIT];
    };
  }

  /// Nobody enters it any more; who is inside leaves at the next safe point.
  @Override
  public final void drop() {
    dropped = 1;
  }

  @Override
  public final boolean isRegion() {
    return true;
  }

  /// Zero unless it must not be entered any more: for those who ask several things at once.
  public final int dropped() {
    return dropped;
  }

  /// Whether it must not be entered any more.
  public final boolean isDropped() {
    return dropped != 0;
  }
}
