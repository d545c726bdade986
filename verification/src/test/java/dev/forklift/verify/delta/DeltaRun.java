package dev.forklift.verify.delta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.fs.tmpfs.MemoryOrigin;
import dev.forklift.kernel.fs.tmpfs.Origin;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.machine.ProgramSpec;
import dev.forklift.kernel.machine.Stdio;
import dev.forklift.kernel.random.RandomSource;
import dev.forklift.verify.RunningMachine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/// One run of a program for Delta: what it wrote and how it ended.
record DeltaRun(byte[] out, String err, Outcome outcome) {
  private static final long LIMIT_MILLIS = 60_000;

  /// Runs a program that [DeltaProgram] makes of `text`.
  static DeltaRun of(String text) throws Exception {
    return of(text, SyscallObserver.NONE);
  }

  static DeltaRun of(String text, SyscallObserver observer) throws Exception {
    return of(DeltaProgram.of(text), observer);
  }

  /// Runs a program on both back ends, which must agree.
  static DeltaRun of(byte[] elf, SyscallObserver observer) throws Exception {
    DeltaRun evaluated = of(elf, observer, new Evaluator());
    DeltaRun translated = of(elf, observer, new Evaluator(new RegionTranslator(Runnable::run, 1)));
    assertThat(translated.out).isEqualTo(evaluated.out);
    assertThat(translated.outcome.exitCode()).isEqualTo(evaluated.outcome.exitCode());
    return evaluated;
  }

  private static DeltaRun of(byte[] elf, SyscallObserver observer, Engine engine) throws Exception {
    return on(elf, config -> config.withObserver(observer).withEngine(engine));
  }

  /// Runs a program on a machine that differs from others by `change`.
  static DeltaRun on(byte[] elf, UnaryOperator<MachineConfig> change) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Stdio stdio = new Stdio(InputStream.nullInputStream(), out, err);
    Machine machine = start(elf, stdio, change, List.of("./program"));
    Outcome outcome = RunningMachine.of(machine).end(LIMIT_MILLIS);
    return new DeltaRun(out.toByteArray(), err.toString(StandardCharsets.ISO_8859_1), outcome);
  }

  /// Starts a program in `/job`.
  static Machine start(
      byte[] elf, Stdio stdio, UnaryOperator<MachineConfig> change, List<String> arguments)
      throws IOException {
    Origin root =
        MemoryOrigin.folder(0755)
            .with("dev", MemoryOrigin.folder(0755))
            .with("proc", MemoryOrigin.folder(0555))
            .with("tmp", MemoryOrigin.folder(01777))
            .with("job", MemoryOrigin.folder(0755).with("program", MemoryOrigin.file(0755, elf)));
    MachineConfig config =
        MachineConfig.of(
                new DeltaLinux(),
                (systems, budget) -> new Tmpfs(systems, "tmpfs", budget, root),
                stdio)
            .withRandom(RandomSource.of(new SplittableRandom(1)));
    Machine machine = new Machine(change.apply(config));
    machine.start(
        new ProgramSpec("./program", arguments, List.of("HOME=/job"), "/job", false, 0, 0));
    return machine;
  }

  /// What it wrote, as text.
  String text() {
    return new String(out, StandardCharsets.ISO_8859_1);
  }

  /// What it reported, as numbers.
  List<Long> numbers() {
    ByteBuffer buffer = ByteBuffer.wrap(out);
    return java.util.stream.LongStream.generate(buffer::getLong)
        .limit(out.length / Long.BYTES)
        .boxed()
        .toList();
  }
}
