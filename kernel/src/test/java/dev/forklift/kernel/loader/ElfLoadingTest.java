package dev.forklift.kernel.loader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.mm.TestAbi;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.random.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ElfLoadingTest {
  private final LoaderWorld world = new LoaderWorld(TestAbi.small());

  @AfterEach
  void end() {
    world.close();
  }

  /// The layout of a statically linked program by GNU ld, without its contents.
  private static ElfBuilder staticProgram() {
    return ElfBuilder.small()
        .entry(0x2374)
        .load(5, 0, 0x2000, 0x77d1c, 0x77d1c)
        .load(6, 0x78938, 0x7a938, 0x83c0, 0xaf04)
        .bytes(0x78938 + 0x83c0, new byte[] {1, 2, 3, 4});
  }

  @Test
  void aStaticProgramIsMappedWhereTheRealKernelMapsIt() throws Errno {
    world.program("/dump", staticProgram().build());
    LoadedProgram program = world.load("/dump", "./dump", "foo", "bar");
    assertThat(program.failure()).isNull();
    assertThat(program.entry()).isEqualTo(0x2374);
    assertThat(program.mm().brk(0)).isEqualTo(0x86000);
    assertThat(program.mm().brk(0xa8000)).isEqualTo(0xa8000);
    assertThat(world.maps(program.mm()))
        .containsExactly(
            "00001000-00002000 r-xp 00000000 [vdso]",
            "00002000-0007a000 r-xp 00000000 /dump",
            "0007a000-00083000 rw-p 00078000 /dump",
            "00083000-00086000 rw-p 00000000",
            "00086000-000a8000 rw-p 00000000 [heap]",
            "7ffcf000-7fff0000 rw-p 00000000 [stack]");
    program.mm().release();
  }

  @Test
  void whatTheFileHasBehindASegmentIsCleared() throws Errno {
    world.program("/dump", staticProgram().build());
    LoadedProgram program = world.load("/dump", "dump");
    assertThat(program.mm().user().getInt(0x7a938 + 0x83c0)).isZero();
    program.mm().release();
  }

  @Test
  void theFirstStackLiesWhereTheRealKernelPutsIt() throws Errno {
    world.program("/dump", staticProgram().build());
    LoadedProgram program =
        world.load(
            new ExecRequest(
                null,
                "/dump",
                0,
                "./dump",
                false,
                List.of("./dump", "foo", "bar"),
                List.of("X=1")));
    UserMemory user = program.mm().user();
    assertThat(program.stackPointer()).isEqualTo(0x7ffe_ff20L);
    assertThat(user.getInt(0x7ffe_ff20L)).isEqualTo(3);
    assertThat(LoaderWorld.argv(program)).containsExactly("./dump", "foo", "bar");
    assertThat(user.readString(0x7ffe_fff1L, 100)).isEqualTo("X=1");
    assertThat(user.readString(0x7ffe_fff5L, 100)).isEqualTo("./dump");
    List<Long> auxv = new ArrayList<>();
    for (long at = 0x7ffe_ff3cL; at < 0x7ffe_ffc4L; at += 4) {
      auxv.add(user.getWord(at));
    }
    assertThat(auxv)
        .containsExactly(
            16L,
            0x55L,
            6L,
            0x1000L,
            17L,
            100L,
            3L,
            0x2034L,
            4L,
            32L,
            5L,
            2L,
            7L,
            0L,
            8L,
            0L,
            9L,
            0x2374L,
            11L,
            0L,
            12L,
            0L,
            13L,
            0L,
            14L,
            0L,
            23L,
            0L,
            25L,
            0x7ffe_ffd2L,
            31L,
            0x7ffe_fff5L,
            0L,
            0L);
    byte[] random = new byte[16];
    RandomSource.of(new Random(1)).fill(random, 0, random.length);
    byte[] found = new byte[16];
    user.read(0x7ffe_ffd2L, found);
    assertThat(found).isEqualTo(random);
    assertThat(program.name()).isEqualTo("dump");
    program.mm().release();
  }
}
