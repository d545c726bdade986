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
  private static final int MOST_SHADOW_SETS = 63;
  private static final int MOST_REGIONS = 32;
  private static final int USUAL_REGIONS = 8;
  private static final int SMALLEST_REGION = 64;
  private static final int USUAL_REGION = 4096;
  private static final int LARGEST_SMALLEST_REGION = 1 << 20;

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
    return MemoryUnit.PAGE_SHIFT;
  }

  @Override
  public long physicalLimit() {
    return 1L << Integer.SIZE;
  }

  @Override
  public Processor create(TreeNode cpu, PhysicalMemory memory) throws BadInputException {
    boolean mmu = is(cpu, "altr,has-mmu");
    Nios2Vectors vectors =
        new Nios2Vectors(
            cpu.required("altr,reset-addr"),
            cpu.required("altr,exception-addr"),
            mmu ? cpu.required("altr,fast-tlb-miss-addr") : 0);
    int shadowSets = cpu.cell("altr,num-of-shadow-reg-sets", 0);
    if (shadowSets < 0 || shadowSets > MOST_SHADOW_SETS) {
      throw new BadInputException(
          "%s: there are 0 to 63 shadow register sets, not %d".formatted(cpu.path(), shadowSets));
    }
    MemoryUnit unit = memoryUnit(cpu, mmu);
    Nios2Processor.Options options =
        new Nios2Processor.Options(cpu.cell("reg", 0), shadowSets + 1, is(cpu, "altr,eic-present"));
    Nios2Features features =
        new Nios2Features(
            is(cpu, "altr,has-mul"),
            is(cpu, "altr,has-mulx"),
            is(cpu, "altr,has-div"),
            shadowSets > 0,
            options.simpleStatus(unit));
    return new Nios2Processor(
        Nios2.system(CustomInstructions.NONE, features), vectors, unit, memory, options);
  }

  /// Whether the node has the property, and it is not 0.
  private static boolean is(TreeNode cpu, String property) throws BadInputException {
    return cpu.has(property) && cpu.cell(property, 1) != 0;
  }

  private static MemoryUnit memoryUnit(TreeNode cpu, boolean mmu) throws BadInputException {
    boolean mpu = is(cpu, "altr,has-mpu");
    if (mmu && mpu) {
      throw new BadInputException(cpu.path() + ": no CPU has both an MMU and an MPU");
    }
    if (mmu) {
      return new TlbUnit(tlb(cpu));
    }
    return mpu ? mpu(cpu) : new StraightMemory();
  }

  private static Nios2Mpu mpu(TreeNode cpu) throws BadInputException {
    int instructions = cpu.cell("altr,mpu-num-inst-regions", USUAL_REGIONS);
    int data = cpu.cell("altr,mpu-num-data-regions", USUAL_REGIONS);
    int smallest = cpu.cell("altr,mpu-min-region-size", USUAL_REGION);
    if (instructions < 1
        || instructions > MOST_REGIONS
        || data < 1
        || data > MOST_REGIONS
        || Integer.bitCount(smallest) != 1
        || smallest < SMALLEST_REGION
        || smallest > LARGEST_SMALLEST_REGION) {
      throw new BadInputException(
          "%s: there is no MPU with %d and %d regions of %d bytes or more"
              .formatted(cpu.path(), instructions, data, smallest));
    }
    return new Nios2Mpu(
        new Nios2Mpu.Shape(
            instructions,
            data,
            is(cpu, "altr,mpu-use-limit"),
            Integer.numberOfTrailingZeros(smallest)));
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
    return Map.of("10m50", Board10m50::tree, "10m50-bare", Board10m50::bare);
  }
}
