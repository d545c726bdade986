package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.kernel.machine.MachineConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Java Flight Recorder, and so JDK Mission Control, is told of tasks and of the translator.
class FlightRecordsTest {
  private static final List<String> EVENTS =
      List.of(
          "TaskCreated",
          "TaskExited",
          "TaskExecuted",
          "CloneRefused",
          "RegionTranslated",
          "CodeDropped");

  @TempDir Path folder;

  private List<RecordedEvent> record(String program) throws Exception {
    return record(program, new Evaluator());
  }

  private List<RecordedEvent> record(String program, Engine engine) throws Exception {
    return record(program, config -> config.withEngine(engine));
  }

  private List<RecordedEvent> record(String program, UnaryOperator<MachineConfig> change)
      throws Exception {
    Path file = folder.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      for (String event : EVENTS) {
        recording.enable("forklift." + event);
      }
      recording.start();
      Path binary = Checkout.ROOT.resolve("verification/guest/bin").resolve(program);
      GuestRun run =
          GuestRun.of(
              GuestRun.rootWith(program, binary),
              GuestRun.program(program, List.of(), List.of()),
              "",
              change);
      assertThat(run.outcome().exitCode()).isZero();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().startsWith("forklift."))
        .toList();
  }

  private static Map<String, List<RecordedEvent>> byType(List<RecordedEvent> events) {
    return events.stream().collect(Collectors.groupingBy(event -> event.getEventType().getName()));
  }

  @Test
  void tellsOfEveryTaskThatComesAndGoes() throws Exception {
    Map<String, List<RecordedEvent>> events = byType(record("clone-tls"));
    List<RecordedEvent> created = events.get("forklift.TaskCreated");
    assertThat(created)
        .as("threads with a TLS value of their own")
        .anySatisfy(event -> {
          assertThat(event.getString("flags")).contains("VM|", "THREAD", "SETTLS");
          assertThat(event.getLong("tls")).isNotZero();
          assertThat(event.getInt("tgid")).isNotEqualTo(event.getInt("tid"));
        })
        .anySatisfy(event -> assertThat(event.getBoolean("kernelThread")).isTrue());
    Map<Integer, RecordedEvent> ends =
        events.get("forklift.TaskExited").stream()
            .collect(Collectors.toMap(event -> event.getInt("tid"), Function.identity()));
    assertThat(created)
        .filteredOn(event -> !event.getBoolean("kernelThread"))
        .allSatisfy(event -> assertThat(ends).containsKey(event.getInt("tid")));
    assertThat(events.get("forklift.TaskExecuted"))
        .singleElement()
        .satisfies(event -> assertThat(event.getString("path")).isEqualTo("/job/clone-tls"));
  }

  @Test
  void tellsWhyACloneWasRefused() throws Exception {
    assertThat(byType(record("clone3-arguments")).get("forklift.CloneRefused"))
        .anySatisfy(event -> {
          assertThat(event.getString("rule")).isEqualTo("SIZE_UNDER_VER0");
          assertThat(event.getString("row")).isEqualTo("3");
          assertThat(event.getString("error")).isEqualTo("EINVAL");
        });
  }

  @Test
  void tellsOfHotCodeThatWasTranslatedAndThenStoredTo() throws Exception {
    Map<String, List<RecordedEvent>> events =
        byType(record("nios2-cacheflush", new Evaluator(new RegionTranslator(Runnable::run, 1))));
    assertThat(events.get("forklift.RegionTranslated"))
        .anySatisfy(event -> {
          assertThat(event.getString("outcome")).isEqualTo("INSTALLED");
          assertThat(event.getInt("blocks")).isPositive();
          assertThat(event.getInt("instructions")).isPositive();
          assertThat(event.getInt("bytes")).isGreaterThan(100);
          assertThat(event.getDuration()).isPositive();
        });
    assertThat(events.get("forklift.CodeDropped"))
        .anySatisfy(event -> {
          assertThat(event.getString("reason")).isEqualTo("STORED_TO");
          assertThat(event.getInt("regions")).isPositive();
          assertThat(event.getLong("page") % 4096).isZero();
        });
  }

  /// There is room for some four MiB of translations, a quarter of what guests may hold.
  @Test
  void tellsOfTranslationsThatMadeRoomForOthers() throws Exception {
    Map<String, List<RecordedEvent>> events =
        byType(
            record(
                "nios2-much-code",
                config ->
                    config
                        .withEngine(new Evaluator(new RegionTranslator(Runnable::run, 1)))
                        .withLimits(16 << 20, 64)));
    assertThat(events.get("forklift.RegionTranslated")).hasSizeGreaterThan(3000);
    assertThat(events.get("forklift.CodeDropped"))
        .filteredOn(event -> event.getString("reason").equals("NO_ROOM"))
        .hasSizeGreaterThan(100)
        .anySatisfy(event -> assertThat(event.getInt("regions")).isGreaterThan(1));
  }
}
