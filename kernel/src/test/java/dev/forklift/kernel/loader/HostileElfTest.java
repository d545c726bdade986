package dev.forklift.kernel.loader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.mm.TestAbi;
import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever an ELF file says ends in an errno or in a program, and memory is given back.
class HostileElfTest {
  private static final int ROUNDS = 1500;
  private static final long[] NASTY = {
    0,
    1,
    2,
    7,
    0xfff,
    0x1000,
    0x1001,
    0x7fff,
    0xffff,
    0x7ffe_f000,
    0x7fff_0000L,
    0x7fff_ffffL,
    0x8000_0000L,
    0xd000_0000L,
    0xffff_f000L,
    0xffff_ffffL,
    0x7fff_ffff_ffff_f000L,
    Long.MIN_VALUE,
    -4096,
    -1
  };

  private record Outcomes(int loaded, int refused, int killed) {}

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void mutatedFilesOfA32BitCpuNeverHarm(long seed) {
    Outcomes seen = mutate(TestAbi.small(), seed);
    // The mutations reach every stage.
    assertThat(seen.loaded()).isGreaterThan(ROUNDS / 50);
    assertThat(seen.refused()).isGreaterThan(ROUNDS / 50);
    assertThat(seen.killed()).isGreaterThan(ROUNDS / 50);
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22})
  void mutatedFilesOfA64BitCpuNeverHarm(long seed) {
    Outcomes seen = mutate(TestAbi.large(), seed);
    assertThat(seen.loaded()).isGreaterThan(ROUNDS / 50);
    assertThat(seen.refused()).isGreaterThan(ROUNDS / 50);
  }

  private static Outcomes mutate(LinuxAbi abi, long seed) {
    return Assertions.assertTimeoutPreemptively(
        Duration.ofMinutes(5),
        () -> {
          try (LoaderWorld world = new LoaderWorld(abi)) {
            return mutate(world, abi, seed);
          }
        });
  }

  private static Outcomes mutate(LoaderWorld world, LinuxAbi abi, long seed) throws Errno {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    DataModel model = abi.dataModel();
    long before = world.world.budget.used();
    int loaded = 0;
    int refused = 0;
    int killed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] file = program(model, random);
      if (random.nextInt(4) == 0) {
        world.program("/interp", mutated(interpreter(model), random, model));
        world.program("/p", file);
      } else {
        world.program("/p", mutated(file, random, model));
        world.program("/interp", interpreter(model));
      }
      try {
        LoadedProgram program = world.load("/p", "p", "x");
        if (program.failure() == null) {
          loaded++;
          touch(program);
        } else {
          killed++;
        }
        program.mm().release();
      } catch (Errno e) {
        refused++;
      }
    }
    world.world.unlink("/p");
    world.world.unlink("/interp");
    assertThat(world.world.budget.used()).isEqualTo(before);
    return new Outcomes(loaded, refused, killed);
  }

  /// Uses what has been loaded a little.
  private static void touch(LoadedProgram program) throws Errno {
    assertThat(LoaderWorld.argv(program)).containsExactly("p", "x");
    byte[] code = new byte[64];
    var _ = program.mm().user().readUpTo(program.entry(), code, 0, code.length);
    long brk = program.mm().brk(0);
    long moved = program.mm().brk(brk + 0x5000);
    assertThat(moved).isIn(brk, brk + 0x5000);
    program.mm().fork().release();
  }

  private static byte[] program(DataModel model, RandomGenerator random) {
    ElfBuilder elf = new ElfBuilder(model);
    boolean dynamic = random.nextBoolean();
    long base = dynamic ? 0 : 0x2_0000;
    elf.type(dynamic ? ElfFile.ET_DYN : ElfFile.ET_EXEC).entry(base + 0x100);
    elf.load(5, 0, base, 0x1800, 0x1800).load(6, 0x2000, base + 0x4000, 0x700, 0x3000);
    if (random.nextBoolean()) {
      elf.interpreter("/interp", 0x1000);
    }
    elf.bytes(0x26ff, new byte[] {1});
    return elf.build();
  }

  private static byte[] interpreter(DataModel model) {
    return new ElfBuilder(model)
        .type(ElfFile.ET_DYN)
        .entry(0x40)
        .load(5, 0, 0, 0x900, 0x900)
        .load(6, 0x900, 0x2900, 0x100, 0x2000)
        .bytes(0x9ff, new byte[] {1})
        .build();
  }

  private static byte[] mutated(byte[] file, RandomGenerator random, DataModel model) {
    byte[] result = file.clone();
    if (random.nextInt(8) == 0) {
      return Arrays.copyOf(result, random.nextInt(result.length + 1));
    }
    int headers = ElfFile.headerBytes(model) + 3 * ElfSegment.bytes(model);
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(headers);
      switch (random.nextInt(4)) {
        case 0 -> result[at] = (byte) random.nextInt();
        case 1 -> result[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> put(result, at & -4, 4, random.nextInt(), model);
        default -> {
          int width = random.nextBoolean() ? 4 : model.wordBytes();
          put(result, at & -width, width, NASTY[random.nextInt(NASTY.length)], model);
        }
      }
    }
    return result;
  }

  private static void put(byte[] file, int at, int width, long value, DataModel model) {
    for (int i = 0; i < width; i++) {
      int place = model.order() == java.nio.ByteOrder.LITTLE_ENDIAN ? i : width - 1 - i;
      file[at + place] = (byte) (value >>> (8 * i));
    }
  }
}
