package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.LiftedBlock;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/// What a translator has done: sums, and an event of Java Flight Recorder each time.
public final class TranslationLog {
  /// What became of a piece of hot code.
  public enum Outcome {
    /// It runs translated from now on.
    INSTALLED,
    /// The code was stored to meanwhile.
    STALE,
    /// Its method would be too long for HotSpot to compile, however little of it is taken.
    TOO_LONG,
    /// It does not lie on one page.
    NOT_ON_PAGE,
    /// Somebody has taken the code away meanwhile.
    UNMAPPED,
    /// A mistake of Forklift's.
    FAILED
  }

  private static final Outcome[] OUTCOMES = Outcome.values();

  private final AtomicLongArray outcomes = new AtomicLongArray(OUTCOMES.length);
  private final LongAdder blocks = new LongAdder();
  private final LongAdder instructions = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  /// How often this came of it.
  public long count(Outcome outcome) {
    return outcomes.get(outcome.ordinal());
  }

  /// Blocks of guest code in all that was installed.
  public long blocks() {
    return blocks.sum();
  }

  /// Guest instructions in all that was installed; some of them several times.
  public long instructions() {
    return instructions.sum();
  }

  /// Bytes of the class files of all that was installed.
  public long bytes() {
    return bytes.sum();
  }

  /// Time spent, whatever came of it.
  public long nanos() {
    return nanos.sum();
  }

  /// Begins to translate what is at `pc`.
  Entry begin(long pc) {
    return new Entry(pc);
  }

  /// One piece of hot code on its way.
  final class Entry {
    private final long pc;
    private final long began = System.nanoTime();
    private final @Nullable RegionTranslatedEvent event;
    private @Nullable RegionClass written;

    private Entry(long pc) {
      this.pc = pc;
      // Setting the recorder up takes longer than many a guest program.
      event = FlightRecorder.isInitialized() ? new RegionTranslatedEvent() : null;
      if (event != null) {
        event.begin();
      }
    }

    /// This came of it, and may be too long.
    void wrote(@Nullable RegionClass result) {
      written = result;
    }

    void end(Outcome outcome) {
      RegionClass result = written;
      outcomes.incrementAndGet(outcome.ordinal());
      if (result != null && outcome == Outcome.INSTALLED) {
        blocks.add(result.region().blocks().size());
        instructions.add(instructionsOf(result));
        bytes.add(result.bytes().length);
      }
      nanos.add(System.nanoTime() - began);
      if (event != null) {
        record(event, result, outcome);
      }
    }

    private void record(
        RegionTranslatedEvent record, @Nullable RegionClass result, Outcome outcome) {
      record.end();
      if (!record.shouldCommit()) {
        return;
      }
      record.entry = pc;
      if (result != null) {
        record.blocks = result.region().blocks().size();
        record.instructions = instructionsOf(result);
        record.bytes = result.bytes().length;
      }
      record.outcome = outcome.name();
      record.commit();
    }
  }

  private static int instructionsOf(RegionClass written) {
    int sum = 0;
    for (LiftedBlock block : written.region().blocks().values()) {
      sum += block.instructions();
    }
    return sum;
  }
}
