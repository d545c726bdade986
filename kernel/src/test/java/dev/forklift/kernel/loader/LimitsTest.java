package dev.forklift.kernel.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.mm.TestAbi;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How much a program can be told.
class LimitsTest {
  private static final int LONGEST = 32 * 4096 - 1;

  private final LoaderWorld world = new LoaderWorld(TestAbi.small());

  @BeforeEach
  void makeProgram() throws Errno {
    world.program("/p", ElfBuilder.small().entry(0x2000).load(5, 0, 0x2000, 52, 52).build());
  }

  @AfterEach
  void end() {
    world.close();
  }

  private void tryArguments(List<String> arguments) throws Errno {
    LoadedProgram program = world.load(ExecRequest.of("/p", arguments, List.of()));
    assertThat(program.failure()).isNull();
    assertThat(LoaderWorld.argv(program)).isEqualTo(arguments);
    program.mm().release();
  }

  @Test
  void oneStringMayTakeThirtyTwoPages() throws Errno {
    tryArguments(List.of("a".repeat(LONGEST)));
    assertThatThrownBy(() -> tryArguments(List.of("a".repeat(LONGEST + 1)))).isSameAs(Errno.E2BIG);
  }

  @Test
  void allTogetherMayTakeAQuarterOfTheStacksLimit() throws Errno {
    // The pointers, the file name "/p" and the strings with their zero bytes: 2 MiB.
    int room = (2 << 20) - 20 * 4 - 3;
    String rest = "b".repeat(room - 16 * (LONGEST + 1) + LONGEST + 1 - 5);
    List<String> most = Collections.nCopies(15, "a".repeat(LONGEST));
    tryArguments(append(most, rest.substring(0, 100), "c", "d", "e", "f"));
    String fits = "b".repeat(room - 15 * (LONGEST + 1) - 4 * 2 - 1);
    tryArguments(append(most, fits, "c", "d", "e", "f"));
    assertThatThrownBy(() -> tryArguments(append(most, fits + "b", "c", "d", "e", "f")))
        .isSameAs(Errno.E2BIG);
  }

  private static List<String> append(List<String> strings, String... more) {
    List<String> all = new java.util.ArrayList<>(strings);
    all.addAll(List.of(more));
    return all;
  }

  @Test
  void aSmallStackLeavesRoomForThePosixMinimum() throws Errno {
    world.limits.set(ResourceLimits.RLIMIT_STACK, 256 << 10, 256 << 10);
    tryArguments(List.of("a".repeat(120 << 10)));
    assertThatThrownBy(() -> tryArguments(List.of("a".repeat(120 << 10), "b".repeat(9 << 10))))
        .isSameAs(Errno.E2BIG);
  }

  @Test
  void anUnlimitedStackAllowsSixMebibytes() throws Errno {
    world.limits.set(ResourceLimits.RLIMIT_STACK, ResourceLimits.INFINITY, ResourceLimits.INFINITY);
    tryArguments(Collections.nCopies(47, "a".repeat(LONGEST)));
    assertThatThrownBy(() -> tryArguments(Collections.nCopies(48, "a".repeat(LONGEST))))
        .isSameAs(Errno.E2BIG);
  }

  @Test
  void aProgramWithoutArgumentsGetsAnEmptyOne() throws Errno {
    LoadedProgram program = world.load(ExecRequest.of("/p", List.of(), List.of()));
    assertThat(program.mm().user().getInt(program.stackPointer())).isEqualTo(1);
    assertThat(LoaderWorld.argv(program)).containsExactly("");
    program.mm().release();
  }

  @Test
  void theAddressSpacesLimitKillsTheNewProgram() throws Errno {
    world.limits.set(ResourceLimits.RLIMIT_AS, 0x2_0000, 0x2_0000);
    LoadedProgram program = world.load("/p", "p");
    assertThat(program.failure()).isSameAs(Errno.ENOMEM);
    program.mm().release();
  }
}
