package dev.forklift.arch.nios2;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.Bus;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MachineSpace;
import dev.forklift.engine.memory.PhysicalMemory;
import java.nio.ByteOrder;

/// A Nios II/f with a MiB of memory and nothing else, for tests. Programs begin at [#CODE],
/// handlers stand where the vectors lead, and a program ends with a jump to itself.
final class SystemMachine {
  static final int PAGE = 4096;
  static final long DIRECT = 0xc000_0000L;
  static final long CODE = DIRECT + 0x1_0000;
  static final long EXCEPTION = DIRECT + 0x2_0000;
  static final long FAST_MISS = DIRECT + 0x3_0000;
  private static final long RESET = 0xd400_0000L;
  private static final int MEMORY = 1 << 20;
  private static final int PATIENCE = 10_000;

  /// A jump to itself.
  private static final int END = 0xffff_ff06;

  private static final Bus NO_DEVICES =
      new Bus() {
        @Override
        public long load(long address, int bytes) {
          return 0;
        }

        @Override
        public void store(long address, int bytes, long value) {}
      };

  final Nios2 isa =
      Nios2.system(
          CustomInstructions.NONE,
          new Nios2Features(
              true,
              true,
              true,
              false,
              ControlRegister.PIE | ControlRegister.U | ControlRegister.EH));
  final PhysicalMemory memory =
      new PhysicalMemory(NO_DEVICES, ByteOrder.LITTLE_ENDIAN, 12, 1L << 32, MEMORY);
  final Nios2Processor processor;
  final Cpu cpu;
  final MachineSpace space;
  private final Engine engine;

  SystemMachine() {
    this(BoardEngine.EVALUATOR);
  }

  SystemMachine(BoardEngine kind) {
    engine = kind.create();
    memory.add(0, MEMORY);
    Nios2Vectors vectors = new Nios2Vectors(RESET, EXCEPTION, FAST_MISS);
    processor =
        new Nios2Processor(
            isa,
            vectors,
            new TlbUnit(new Nios2Tlb(256, 16, 8)),
            memory,
            Nios2Processor.Options.USUAL);
    cpu = processor.cpu();
    space = processor.space();
    at(EXCEPTION, "br 0");
    at(FAST_MISS, "br 0");
    cpu.setPc(CODE);
  }

  /// Puts code there, by its address in the region that leads to memory directly. In it `br 0`
  /// ends.
  SystemMachine at(long address, String text) {
    String program = text.replace("br 0", ".word 0xffffff06");
    byte[] code = isa.instructions().assembler().assemble(address, program);
    memory.write(address - DIRECT, code, 0, code.length);
    return this;
  }

  SystemMachine program(String text) {
    at(CODE, text + "\n br 0");
    cpu.setPc(CODE);
    return this;
  }

  SystemMachine set(int register, long value) {
    cpu.setRegister(register, value);
    return this;
  }

  /// Runs until something jumps to itself, at most so many instructions between two looks.
  SystemMachine run(int instructions) {
    for (int i = 0; i < PATIENCE; i++) {
      cpu.setInstructionLimit(cpu.instructions() + instructions);
      cpu.clearInterrupt();
      Exit exit = engine.run(cpu, space);
      if (exit == Exit.SAFE_POINT) {
        if (isAtEnd()) {
          return this;
        }
      } else if (processor.answer(exit) != null) {
        throw new AssertionError("stopped at 0x" + Long.toHexString(cpu.pc()));
      }
      processor.takeInterrupt();
    }
    throw new AssertionError("does not end; at 0x" + Long.toHexString(cpu.pc()));
  }

  private boolean isAtEnd() {
    try {
      return space.codePage(cpu.pc()).fetch32(cpu.pc()) == END;
    } catch (GuestFault _) {
      return false;
    }
  }

  /// Runs until something jumps to itself, and looks as often as that is possible.
  SystemMachine run() {
    return run(1);
  }

  int register(int index) {
    return (int) cpu.register(index);
  }

  int control(int number) {
    return (int) cpu.register(ControlRegister.slot(number));
  }

  /// The cause of the exception last taken.
  int cause() {
    return control(ControlRegister.EXCEPTION) >>> 2;
  }

  /// Writes an entry of the TLB, as its registers have it.
  SystemMachine map(int way, long address, int pid, int tlbacc) {
    return program(
            """
            wrctl pteaddr,r8
            wrctl tlbmisc,r9
            wrctl tlbacc,r10
            wrctl tlbmisc,zero\
            """)
        .set(8, (address >>> 12) << 2)
        .set(9, (way << 20) | ControlRegister.WE | (pid << 4))
        .set(10, tlbacc)
        .run();
  }

  /// Goes on in user mode.
  SystemMachine user(long address) {
    program("wrctl estatus,r8\n mov ea,r9\n eret");
    return set(8, ControlRegister.U | ControlRegister.PIE).set(9, address);
  }
}
