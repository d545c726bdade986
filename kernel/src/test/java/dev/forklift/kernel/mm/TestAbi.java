package dev.forklift.kernel.mm;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.isa.InstructionSet;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.isa.Registers;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.arch.ChildRegisters;
import dev.forklift.kernel.arch.CloneArgument;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.arch.SignalFrame;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An architecture as far as memory and loading are concerned. The first one is laid out like
/// nios2.
///
/// @param platform what AT_PLATFORM says, or null
public record TestAbi(DataModel dataModel, MemoryLayout memoryLayout, @Nullable String platform)
    implements LinuxAbi {
  public static final int MACHINE = 113;
  public static final long KUSER = 0x1000;

  /// 32 bits, little-endian, as nios2.
  public static TestAbi small() {
    return new TestAbi(
        new DataModel(4, 4, ByteOrder.LITTLE_ENDIAN),
        new MemoryLayout(
            12, 32, 0x7fff_0000L, 0x2aaa_6000L, false, 0x7fff_0000L, 0x0100_0000L, 0x1000),
        null);
  }

  /// 64 bits, big-endian, pages of 8 KiB, mapping downwards.
  public static TestAbi large() {
    return new TestAbi(
        new DataModel(8, 8, ByteOrder.BIG_ENDIAN),
        new MemoryLayout(
            13,
            40,
            0x100_0000_0000L,
            0xf0_0000_0000L,
            true,
            0xff_ffff_0000L,
            0xaa_0000_0000L,
            0x1_0000),
        "sun4v");
  }

  @Override
  public Isa isa() {
    ByteOrder order = dataModel.order();
    int bits = 8 * dataModel.wordBytes();
    return new Isa() {
      @Override
      public String name() {
        return "test";
      }

      @Override
      public ByteOrder byteOrder() {
        return order;
      }

      @Override
      public Registers registers() {
        return new Registers(List.of("r0"), bits, -1);
      }

      @Override
      public InstructionSet instructions() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int instructionAlignmentShift() {
        return 2;
      }

      @Override
      public int illegalInstruction() {
        return 0;
      }

      @Override
      public int misalignedJump() {
        return 1;
      }
    };
  }

  @Override
  public int elfMachine() {
    return MACHINE;
  }

  @Override
  public String unameMachine() {
    return "test";
  }

  @Override
  public long hwcap() {
    return 0x55;
  }

  @Override
  public List<KuserPage> kuserPages() {
    return dataModel.is64Bit()
        ? List.of()
        : List.of(new KuserPage(KUSER, new byte[] {'k', 'u', 's', 'e', 'r'}));
  }

  @Override
  public SyscallRegisters syscallRegisters() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<CloneArgument> cloneOrder() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void succeed(Cpu cpu, long value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void fail(Cpu cpu, int errno) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SyscallResult syscallResult(Cpu cpu) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void copyThread(KernelCloneArgs args, ChildRegisters child) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void startThread(Cpu cpu, long entry, long stack) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int stackPointer() {
    return 0;
  }

  @Override
  public TrapMeaning trap(int code) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SignalCause exception(int code) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SignalFrame signalFrame() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long[] coreRegisters(Cpu cpu) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setCoreRegisters(Cpu cpu, long[] registers) {
    throw new UnsupportedOperationException();
  }
}
