package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.abi.TimeLayout;

/// What adjtimex(2) takes and gives (`struct timex`), less what no clock here has.
///
/// @param timeSeconds the time of the day
/// @param timeFraction its microseconds, or nanoseconds with STA_NANO
public record Timex(
    int modes,
    long offset,
    long freq,
    long maxerror,
    long esterror,
    int status,
    long constant,
    long timeSeconds,
    long timeFraction,
    long tick,
    int tai) {
  private static final long PRECISION = 1;
  private static final long TOLERANCE = 500L << 16;

  /// Bytes of the structure, 11 unused words at its end among them.
  public static int size(TimeLayout layout) {
    return layout.time64() ? 208 : 128;
  }

  public static Timex fromBytes(TimeLayout layout, byte[] bytes) {
    Fields in = new Fields(layout, new StructReader(layout.model(), bytes));
    int modes = in.number();
    long offset = in.wide();
    long freq = in.wide();
    long maxerror = in.wide();
    long esterror = in.wide();
    int status = in.number();
    long constant = in.wide();
    in.wide(); // precision
    in.wide(); // tolerance
    long seconds = in.wide();
    long fraction = in.wide();
    long tick = in.wide();
    return new Timex(
        modes, offset, freq, maxerror, esterror, status, constant, seconds, fraction, tick, 0);
  }

  public byte[] toBytes(TimeLayout layout) {
    boolean wide = layout.time64();
    StructWriter out = new StructWriter(layout.model());
    number(out, wide, modes);
    wide(out, wide, offset, freq, maxerror, esterror);
    number(out, wide, status);
    wide(out, wide, constant, PRECISION, TOLERANCE, timeSeconds, timeFraction, tick);
    wide(out, wide, 0, 0); // ppsfreq, jitter
    number(out, wide, 0); // shift
    wide(out, wide, 0, 0, 0, 0, 0); // stabil, jitcnt, calcnt, errcnt, stbcnt
    out.u32(tai);
    return out.skip(size(layout) - out.size()).toBytes();
  }

  private static void number(StructWriter out, boolean wide, int value) {
    out.u32(value).skip(wide ? 4 : 0);
  }

  private static void wide(StructWriter out, boolean wide, long... values) {
    for (long value : values) {
      if (wide) {
        out.u64(value);
      } else {
        out.u32(value);
      }
    }
  }

  /// The members of a layout: those that are `int` are padded where the others have 64 bits.
  private record Fields(TimeLayout layout, StructReader in) {
    int number() {
      int value = in.s32();
      in.skip(layout.time64() ? 4 : 0);
      return value;
    }

    long wide() {
      return layout.time64() ? in.u64() : in.s32();
    }
  }
}
