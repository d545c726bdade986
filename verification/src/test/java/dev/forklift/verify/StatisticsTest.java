package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.jit.TranslationLog;
import dev.forklift.engine.jit.TranslationLog.Outcome;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.trace.Tally;
import dev.forklift.kernel.trace.Tally.CallCount;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What `forklift run --stats` counts.
class StatisticsTest {
  private final Tally tally = new Tally();
  private final TranslationLog log = new TranslationLog();

  private void run(String program, Engine engine) throws Exception {
    Path binary = Checkout.ROOT.resolve("verification/guest/bin").resolve(program);
    GuestRun run =
        GuestRun.of(
            GuestRun.rootWith(program, binary),
            GuestRun.program(program, List.of(), List.of()),
            "",
            config ->
                config
                    .withEngine(engine)
                    .withEvents(TaskEvents.both(config.events(), tally))
                    .withObserver(SyscallObserver.both(config.observer(), tally)));
    assertThat(run.outcome().exitCode()).isZero();
  }

  private void runTranslated(String program, int hotAfter) throws Exception {
    run(program, new Evaluator(new RegionTranslator(Runnable::run, hotAfter, log)));
  }

  @Test
  void systemCallsAreCountedByName() throws Exception {
    run("hello", new Evaluator());

    assertThat(tally.calls())
        .containsExactly(new CallCount("write", 2, 0), new CallCount("exit_group", 1, 0));
  }

  @Test
  void errorsAndNumbersWithoutARowAreCounted() throws Exception {
    run("machine", new Evaluator());
    run("absent-calls", new Evaluator());

    assertThat(tally.calls())
        .filteredOn(call -> call.name().equals(Tally.UNKNOWN))
        .singleElement()
        .satisfies(call -> assertThat(call.errors()).isPositive().isEqualTo(call.count()));
  }

  @Test
  void processesAndThreadsAreCounted() throws Exception {
    run("fork-wait", new Evaluator());

    assertThat(tally.threads()).isZero();
    long processes = tally.processes();
    assertThat(processes).isGreaterThan(2);
    run("threads", new Evaluator());
    assertThat(tally.threads()).isPositive();
  }

  @Test
  void nothingIsHotForTheEvaluator() throws Exception {
    run("page-copies", new Evaluator());

    assertThat(tally.instructions()).isPositive();
    assertThat(tally.compiledInstructions()).isZero();
  }

  @Test
  void asManyInstructionsAreCountedWhateverRunsThem() throws Exception {
    run("nios2-divide", new Evaluator());
    long evaluated = tally.instructions();
    runTranslated("nios2-divide", 10);

    assertThat(tally.instructions()).isEqualTo(2 * evaluated);
    assertThat(tally.compiledInstructions()).isBetween(1L, evaluated - 1);
  }

  @Test
  void whatIsTranslatedIsCounted() throws Exception {
    runTranslated("hello", 1);

    assertThat(log.count(Outcome.INSTALLED)).isPositive();
    assertThat(log.blocks()).isGreaterThanOrEqualTo(log.count(Outcome.INSTALLED));
    assertThat(log.instructions()).isGreaterThan(log.blocks());
    assertThat(log.bytes()).isGreaterThan(100 * log.count(Outcome.INSTALLED));
    assertThat(log.nanos()).isPositive();
    assertThat(log.count(Outcome.FAILED)).isZero();
  }
}
