package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.Compiled;
import dev.forklift.engine.cpu.Translator;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.jit.TranslationLog.Outcome;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.CodePage;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.TableAccess;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Translates hot regions, beside the threads that run them or on them.
public final class RegionTranslator implements Translator {
  /// Regions that wait to be translated; what becomes hot beyond them stays with the evaluator.
  private static final int MOST_WAITING = 1000;

  private static final int IDLE_SECONDS = 2;

  /// Steps in a region at first; with fewer and fewer it is tried again where the method gets too
  /// long. Functions with many calls become many regions, which share much of their code: with
  /// twice as many steps, short runs spend about a fifth more on compiling them.
  private static final int MOST_OPS = 320;

  /// Blocks that run this often are worth it.
  private static final int HOT_AFTER = 400;

  /// The same on a machine. A kernel's code is wide: what a thousand blocks that run now and then
  /// gain by being translated, HotSpot loses by compiling them.
  private static final int HOT_AFTER_ON_MACHINES = 20_000;

  /// Blocks inside of regions get one of their own when they run so many times as often.
  private static final int HOTTER = 64;

  private final Executor executor;
  private final int hotAfter;
  private final TranslationLog log;
  private final AtomicBoolean hasFailed = new AtomicBoolean();

  /// @param executor what translates
  /// @param hotAfter how often a block runs until it is hot
  public RegionTranslator(Executor executor, int hotAfter) {
    this(executor, hotAfter, new TranslationLog());
  }

  /// @param log where it keeps what it has done
  public RegionTranslator(Executor executor, int hotAfter, TranslationLog log) {
    this.executor = executor;
    this.hotAfter = hotAfter;
    this.log = log;
  }

  /// One that translates on a thread of its own.
  ///
  /// @param log where it keeps what it has done
  public static RegionTranslator inBackground(TranslationLog log) {
    return inBackground(log, HOT_AFTER);
  }

  /// The same for the code of a whole machine, with a kernel of its own.
  ///
  /// @param log where it keeps what it has done
  public static RegionTranslator forMachines(TranslationLog log) {
    return inBackground(log, HOT_AFTER_ON_MACHINES);
  }

  private static RegionTranslator inBackground(TranslationLog log, int hotAfter) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("translator").factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    executor.allowCoreThreadTimeOut(true);
    return new RegionTranslator(executor, hotAfter, log);
  }

  @Override
  public int hotAfter() {
    return hotAfter;
  }

  @Override
  public void hot(Isa isa, AddressSpace space, CodePage page, long pc, int runs) {
    executor.execute(() -> translate(isa, space, page, pc, runs));
  }

  private void translate(Isa isa, AddressSpace space, CodePage page, long pc, int runs) {
    if (page.at(pc) instanceof Compiled || isInside(page, pc, runs)) {
      return;
    }
    TranslationLog.Entry entry = log.begin(pc);
    Outcome outcome = Outcome.FAILED;
    try {
      int stamp = page.stamp();
      RegionClass written = write(isa, space, page, pc, false);
      entry.wrote(written);
      if (written == null) {
        outcome = Outcome.NOT_ON_PAGE;
      } else if (!written.isCompilable()) {
        outcome = Outcome.TOO_LONG;
      } else {
        outcome = page.install(written.define(), stamp) ? Outcome.INSTALLED : Outcome.STALE;
      }
    } catch (GuestFault unmapped) {
      outcome = Outcome.UNMAPPED;
    } catch (RuntimeException | LinkageError e) {
      // A mistake of ours, which the evaluator makes up for. The next one is mostly the same.
      if (hasFailed.compareAndSet(false, true)) {
        System.getLogger(RegionTranslator.class.getName())
            .log(Level.WARNING, "cannot translate the code at 0x" + Long.toHexString(pc), e);
      }
    } finally {
      entry.end(outcome);
    }
  }

  /// Whether a region has the block already, which is not hot enough for another.
  private boolean isInside(CodePage page, long pc, int runs) {
    return runs < HOTTER * hotAfter
        && page.any(t -> t instanceof RegionCode region && region.contains(pc));
  }

  /// Translates as much of the code around `pc` as fits a method that HotSpot compiles, or as
  /// little as there can be. Null if the first block goes on to another page.
  ///
  /// @param named whether the class is to be read by people
  static @Nullable RegionClass write(
      Isa isa, AddressSpace space, CodePage page, long pc, boolean named) {
    RegionClass written = null;
    for (int ops = MOST_OPS; ops > 0; ops /= 2) {
      Region region = RegionFinder.find(isa, space, page, pc, ops);
      if (region == null) {
        return null;
      }
      written = RegionEmitter.write(isa, TableAccess.geometry(space), page, region, named);
      if (written.isCompilable()) {
        break;
      }
    }
    return written;
  }
}
