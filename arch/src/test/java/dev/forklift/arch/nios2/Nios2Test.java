package dev.forklift.arch.nios2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.PagedAddressSpace;
import dev.forklift.engine.memory.Protection;
import org.junit.jupiter.api.Test;

final class Nios2Test {
  private static final long CODE = 0x10_0000;

  @Test
  void runsALoopUpToItsTrap() {
    Nios2 isa = new Nios2();
    PagedAddressSpace space =
        PagedAddressSpace.create(new FrameBudget(1 << 20), isa.byteOrder(), 12, 0xc000_0000L, 2);
    space.map(CODE, 0x1000, Protection.READ | Protection.EXECUTE, null, 0, false, null);
    byte[] code = new byte[20];
    int[] words = {
      0x00800284, // movi r2, 10
      0x1887883a, // loop: add r3, r3, r2
      0x10bfffc4, // addi r2, r2, -1
      0x103ffd1e, // bne r2, zero, loop
      0x003b683a, // trap 0
    };
    for (int i = 0; i < code.length; i++) {
      code[i] = (byte) (words[i / 4] >>> 8 * (i % 4));
    }
    space.poke(CODE, code, 0, code.length);
    Cpu cpu = new Cpu(isa);
    cpu.setPc(CODE);

    assertThat(new Evaluator().run(cpu, space)).isEqualTo(Exit.TRAP);
    assertThat(cpu.register(3)).isEqualTo(55);
    assertThat(cpu.instructions()).isEqualTo(1 + 3 * 10 + 1);
    assertThat(cpu.pc()).isEqualTo(CODE + 16);
    assertThat(cpu.nextPc()).isEqualTo(CODE + 20);
  }
}
