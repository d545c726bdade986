package dev.forklift.arch.nios2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.memory.CodePage;
import dev.forklift.engine.memory.Protection;
import java.util.Objects;

/// Runs a program evaluated and translated, stop by stop, and compares all registers at each.
///
/// The program finds 1 MiB of untouched memory at r12, the stack being the end of it, and another
/// at 0x9000_0000, the address of its eighth instruction in r11, `addi r2, r2, 101` in r10 and 100
/// in r9.
final class SideBySide {
  /// Where memory is, and how code expects it.
  enum Memory {
    /// On the heap, with code that expects a window.
    ELSEWHERE,
    /// In a window.
    WINDOW,
    /// On the heap, with code that has found that out.
    KNOWN_ELSEWHERE,
    /// In a window, with code that would look elsewhere, too.
    BOTH
  }

  private static final int STACK = 27;
  private static final int MEMORY = 12;
  private static final long HIGH = 0x9000_0000L;
  private static final long END = 2_000_000;

  private final Memory memory;
  private final Machine evaluated = new Machine();
  private final Machine translated = new Machine();

  SideBySide(Memory memory) {
    this.memory = memory;
  }

  /// Runs a program to its end, with stops after so many instructions, and answers how it ended.
  Exit run(String program, int stride) {
    begin(evaluated, program);
    begin(translated, program);
    if (memory == Memory.WINDOW || memory == Memory.BOTH) {
      var _ = translated.space.bringIn(Machine.DATA);
    }
    translateEverywhere();
    if (memory == Memory.KNOWN_ELSEWHERE || memory == Memory.BOTH) {
      for (long page : new long[] {Machine.CODE, Machine.CODE + Machine.PAGE}) {
        CodePage code = translated.space.codePage(page);
        code.expectAccessesElsewhere(Objects.requireNonNull(code.at(page)));
      }
      translateEverywhere();
    }
    Exit exit = Exit.SAFE_POINT;
    while (exit == Exit.SAFE_POINT && evaluated.cpu.instructions() < END) {
      for (Machine machine : new Machine[] {evaluated, translated}) {
        machine.cpu.setInstructionLimit(machine.cpu.instructions() + stride);
      }
      exit = evaluated.run();
      assertThat(translated.run()).isEqualTo(exit);
      assertSame();
      // What was taken away because more has become known.
      translateEverywhere();
    }
    return exit;
  }

  /// What a register holds at the end.
  long register(int index) {
    return translated.register(index);
  }

  private static void begin(Machine machine, String program) {
    machine.space.protect(
        Machine.CODE, 16L * Machine.PAGE, Protection.READ | Protection.WRITE | Protection.EXECUTE);
    machine.program(program);
    for (int i = 1; i < 32; i++) {
      machine.set(i, 0);
    }
    byte[] other = machine.isa.instructions().assembler().assemble(0, "addi r2, r2, 101");
    int word =
        (other[0] & 0xff) | (other[1] & 0xff) << 8 | (other[2] & 0xff) << 16 | other[3] << 24;
    machine.set(9, 100).set(10, word).set(11, Machine.CODE + 28);
    for (long untouched : new long[] {Machine.DATA + 0x10_0000, HIGH}) {
      machine.space.map(
          untouched, 0x10_0000, Protection.READ | Protection.WRITE, null, 0, false, null);
    }
    machine.set(MEMORY, Machine.DATA + 0x10_0000).set(STACK, Machine.DATA + 0x20_0000);
    machine.cpu.setPc(Machine.CODE);
  }

  private void translateEverywhere() {
    RegionTranslator translator = new RegionTranslator(Runnable::run, 1);
    for (long page : new long[] {Machine.CODE, Machine.CODE + Machine.PAGE}) {
      for (long pc = page; pc < page + 160; pc += 4) {
        translator.hot(
            translated.isa, translated.space, translated.space.codePage(pc), pc, Integer.MAX_VALUE);
      }
    }
  }

  private void assertSame() {
    assertThat(translated.cpu.pc()).isEqualTo(evaluated.cpu.pc());
    assertThat(translated.cpu.instructions()).isEqualTo(evaluated.cpu.instructions());
    for (int i = 0; i < 32; i++) {
      assertThat(translated.register(i)).as("register %d", i).isEqualTo(evaluated.register(i));
    }
  }
}
