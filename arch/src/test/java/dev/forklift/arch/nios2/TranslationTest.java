package dev.forklift.arch.nios2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Compiled;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.memory.Protection;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Holds translated code equal to evaluated code, to the last instruction counted.
final class TranslationTest {
  private static final int WORDS = 120;
  private static final int POINTER = 20;
  private static final int CODE_POINTER = 21;
  private static final int TURNS = 60;
  private static final int STRIDE = 300;

  private final Machine evaluated = new Machine();
  private final Machine translated = new Machine();
  private final RegionTranslator translator = new RegionTranslator(Runnable::run, 1);

  private void translate(long pc) {
    translator.hot(
        translated.isa, translated.space, translated.space.codePage(pc), pc, Integer.MAX_VALUE);
  }

  private boolean isTranslated(long pc) {
    return translated.space.codePage(pc).at(pc) instanceof Compiled;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomProgramsEndEqual(int part) {
    for (int seed = part * 1000; seed < part * 1000 + 150; seed++) {
      compare(seed);
    }
  }

  private void compare(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] code = new byte[4 * WORDS];
    for (int i = 0; i < WORDS; i++) {
      int word = word(random, i);
      for (int b = 0; b < 4; b++) {
        code[4 * i + b] = (byte) (word >>> (8 * b));
      }
    }
    byte[] data = new byte[2 * Machine.PAGE];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) random.nextInt();
    }
    long[] registers = random.longs(32).toArray();
    for (Machine machine : new Machine[] {evaluated, translated}) {
      machine.space.poke(Machine.CODE, code, 0, code.length);
      machine.space.poke(Machine.DATA, data, 0, data.length);
      for (int i = 1; i < 32; i++) {
        machine.set(i, registers[i]);
      }
      machine.cpu.setPc(Machine.CODE);
    }
    for (int i = 0; i < WORDS; i++) {
      if (random.nextInt(3) == 0) {
        translate(Machine.CODE + 4L * i);
      }
    }
    for (int turn = 0; turn < TURNS; turn++) {
      for (Machine machine : new Machine[] {evaluated, translated}) {
        machine.set(POINTER, Machine.DATA + 2000).set(CODE_POINTER, Machine.CODE + 40);
        machine.cpu.setInstructionLimit(machine.cpu.instructions() + STRIDE);
      }
      Exit exit = evaluated.run();
      String where = "seed " + seed + ", turn " + turn;
      assertThat(translated.run()).as(where).isEqualTo(exit);
      assertSame(where, exit);
      if (exit != Exit.SAFE_POINT) {
        // Past what failed, or somewhere else from behind the program.
        long next = exit == Exit.FAULT && isFetch() ? Machine.CODE : evaluated.cpu.nextPc();
        evaluated.cpu.setPc(next);
        translated.cpu.setPc(next);
      }
    }
  }

  private boolean isFetch() {
    return evaluated.fault().address() == evaluated.cpu.pc();
  }

  private void assertSame(String where, Exit exit) {
    assertThat(translated.cpu.pc()).as(where).isEqualTo(evaluated.cpu.pc());
    assertThat(translated.cpu.instructions()).as(where).isEqualTo(evaluated.cpu.instructions());
    for (int i = 0; i < 32; i++) {
      assertThat(translated.cpu.register(i))
          .as("%s, register %d", where, i)
          .isEqualTo(evaluated.cpu.register(i));
    }
    switch (exit) {
      case SAFE_POINT -> {}
      case FAULT -> assertThat(translated.fault()).hasToString(evaluated.fault().toString());
      default -> {
        assertThat(translated.cpu.exitCode()).as(where).isEqualTo(evaluated.cpu.exitCode());
        assertThat(translated.cpu.nextPc()).as(where).isEqualTo(evaluated.cpu.nextPc());
      }
    }
    byte[] one = new byte[2 * Machine.PAGE];
    byte[] other = new byte[2 * Machine.PAGE];
    evaluated.space.peek(Machine.DATA, one, 0, one.length);
    translated.space.peek(Machine.DATA, other, 0, other.length);
    assertThat(other).as(where).isEqualTo(one);
  }

  /// A word that mostly is an instruction, mostly with operands that make sense.
  private int word(SplittableRandom random, int position) {
    int a = random.nextInt(20);
    int b = random.nextInt(20);
    int c = random.nextInt(20);
    int[] memory = {
      0x03, 0x05, 0x07, 0x0b, 0x0d, 0x0f, 0x15, 0x17, 0x23, 0x25, 0x27, 0x2b, 0x2d, 0x2f, 0x35, 0x37
    };
    int[] branches = {0x06, 0x0e, 0x16, 0x1e, 0x26, 0x2e, 0x36};
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3 -> {
        int op = memory[random.nextInt(memory.length)];
        yield POINTER << 27 | b << 22 | (random.nextInt(4000) - 2000 & 0xffff) << 6 | op;
      }
      case 4, 5 -> {
        int target = random.nextInt(WORDS);
        int op = branches[random.nextInt(branches.length)];
        yield a << 27 | b << 22 | (4 * (target - position - 1) & 0xffff) << 6 | op;
      }
      case 6 -> {
        int jump = random.nextInt(8);
        yield switch (jump) {
          case 0 -> (((int) Machine.CODE >> 2) + random.nextInt(WORDS)) << 6; // call
          case 1 -> (((int) Machine.CODE >> 2) + random.nextInt(WORDS)) << 6 | 1; // jmpi
          case 2 -> CODE_POINTER << 27 | 31 << 17 | 0x1d << 11 | 0x3a; // callr
          case 3 -> CODE_POINTER << 27 | 0x0d << 11 | 0x3a; // jmp
          case 4 -> 31 << 27 | 0x05 << 11 | 0x3a; // ret
          case 5 -> 29 << 17 | 0x2d << 11 | random.nextInt(32) << 6 | 0x3a; // trap
          default -> a << 27 | b << 22 | random.nextInt(1 << 16) << 6 | 0x08; // cmpgei
        };
      }
      case 7 -> random.nextInt();
      case 8, 9, 10, 11 -> {
        int op = random.nextInt(64);
        boolean plain = op != 0 && op != 1 && op != 0x32 && op != 0x3a && (op & 7) != 6;
        yield (plain && (op & 7) == 4) || (op & 7) == 0
            ? a << 27 | b << 22 | random.nextInt(1 << 16) << 6 | Math.max(op, 4)
            : a << 27 | b << 22 | random.nextInt(1 << 16) << 6 | 0x04;
      }
      default -> {
        int operation = random.nextInt(64);
        boolean jumps = operation == 0x05 || operation == 0x0d || operation == 0x1d;
        int opx = jumps ? 0x31 : operation;
        yield a << 27 | b << 22 | c << 17 | opx << 11 | random.nextInt(32) << 6 | 0x3a;
      }
    };
  }

  @Test
  void anEndlessLoopLeavesWhenItIsInterrupted() throws InterruptedException {
    translated.program("loop: addi r2, r2, 1\n br loop");
    translate(Machine.CODE);
    assertThat(isTranslated(Machine.CODE)).isTrue();
    Thread interrupter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                Thread.sleep(50);
              } catch (InterruptedException e) {
                return;
              }
              translated.cpu.interrupt();
            });
    assertThat(translated.run()).isEqualTo(Exit.SAFE_POINT);
    interrupter.join();
    assertThat(translated.register(2)).isPositive();
  }

  @Test
  void aLoopThatIsStoredToGoesOnWithTheNewCode() {
    // Stores a trap over its own branch, from inside of the loop.
    translated.space.protect(
        Machine.CODE, 16L * Machine.PAGE, Protection.READ | Protection.WRITE | Protection.EXECUTE);
    translated.program(
        "loop: addi r2, r2, 1\n blt r2, r3, loop\n stw r4, 16(r5)\n br loop\n br loop\n trap 5");
    byte[] trap = translated.isa.instructions().assembler().assemble(0, "trap 7");
    int word = (trap[0] & 0xff) | (trap[1] & 0xff) << 8 | (trap[2] & 0xff) << 16 | trap[3] << 24;
    translated.set(2, 0).set(3, 1000).set(4, word).set(5, Machine.CODE - 4);
    translate(Machine.CODE);
    assertThat(isTranslated(Machine.CODE)).isTrue();
    assertThat(translated.run()).isEqualTo(Exit.TRAP);
    assertThat(translated.cpu.exitCode()).isEqualTo(7);
    assertThat(isTranslated(Machine.CODE)).isFalse();
  }

  @Test
  void whatIsUnmappedUnderARunningLoopIsLeft() {
    translated.program("loop: addi r2, r2, 1\n br loop");
    translate(Machine.CODE);
    translated.cpu.setInstructionLimit(1000);
    assertThat(translated.run()).isEqualTo(Exit.SAFE_POINT);
    assertThat(translated.cpu.instructions()).isEqualTo(1000);
    translated.space.unmap(Machine.CODE, Machine.PAGE);
    assertThat(translated.run()).isEqualTo(Exit.FAULT);
  }

  /// Longer than HotSpot would compile: it becomes several.
  @Test
  void aLongFunctionIsCutUp() {
    StringBuilder text = new StringBuilder("loop: addi r2, r2, 1\n");
    for (int i = 0; i < 900; i++) {
      text.append("ldw r%d, %d(r20)\n".formatted(4 + i % 16, 4 * (i % 100)));
      if (i % 9 == 0) {
        text.append("beq r2, zero, loop\n");
      }
    }
    text.append("blt r2, r3, loop\n trap 5");
    translated.program(text.toString());
    translated.set(2, 0).set(3, 50).set(POINTER, Machine.DATA);
    for (int i = 0; i < 1000; i += 50) {
      translate(Machine.CODE + 4L * i);
    }
    assertThat(isTranslated(Machine.CODE)).isTrue();
    assertThat(translated.run()).isEqualTo(Exit.TRAP);
    assertThat(translated.register(2)).isEqualTo(50);
  }
}
