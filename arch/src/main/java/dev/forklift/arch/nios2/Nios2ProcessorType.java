package dev.forklift.arch.nios2;

import dev.forklift.board.BadInputException;
import dev.forklift.board.cpu.Processor;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.memory.PhysicalMemory;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.function.Supplier;

/// Nios II as the CPU of a board.
public final class Nios2ProcessorType implements ProcessorType {
  private static final int ELF_MACHINE = 113;
  private static final int UBOOT_ARCHITECTURE = 15;
  private static final int MOST_WAYS = 16;
  private static final int MOST_ENTRIES = 1 << 16;

  @Override
  public boolean isFor(TreeNode cpu) {
    return cpu.isCompatible("altr,nios2-1.1") || cpu.isCompatible("altr,nios2-1.0");
  }

  @Override
  public int elfMachine() {
    return ELF_MACHINE;
  }

  @Override
  public int ubootArchitecture() {
    return UBOOT_ARCHITECTURE;
  }

  @Override
  public ByteOrder byteOrder() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public int pageShift() {
    return Nios2Tlb.PAGE_SHIFT;
  }

  @Override
  public long physicalLimit() {
    return 1L << Integer.SIZE;
  }

  @Override
  public Processor create(TreeNode cpu, PhysicalMemory memory) throws BadInputException {
    if (!cpu.has("altr,has-mmu")) {
      throw new BadInputException(cpu.path() + ": a CPU without altr,has-mmu is not supported");
    }
    Nios2Vectors vectors =
        new Nios2Vectors(
            cpu.required("altr,reset-addr"),
            cpu.required("altr,exception-addr"),
            cpu.required("altr,fast-tlb-miss-addr"));
    Nios2 isa = Nios2.system(CustomInstructions.NONE);
    return new Nios2Processor(isa, vectors, tlb(cpu), memory, cpu.cell("reg", 0));
  }

  private static Nios2Tlb tlb(TreeNode cpu) throws BadInputException {
    long entries = cpu.required("altr,tlb-num-entries");
    long ways = cpu.required("altr,tlb-num-ways");
    long pidBits = cpu.required("altr,pid-num-bits");
    if (Long.bitCount(entries) != 1
        || Long.bitCount(ways) != 1
        || ways > MOST_WAYS
        || entries < ways
        || entries > MOST_ENTRIES
        || pidBits > ControlRegister.PID_BITS) {
      throw new BadInputException(
          "%s: there is no TLB with %d entries, %d ways and %d bits for processes"
              .formatted(cpu.path(), entries, ways, pidBits));
    }
    return new Nios2Tlb((int) entries, (int) ways, (int) pidBits);
  }

  @Override
  public Map<String, Supplier<TreeNode>> boards() {
    return Map.of("10m50", Board10m50::tree);
  }
}
