package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.ControlRegister.CONFIG;
import static dev.forklift.arch.nios2.ControlRegister.MPUACC;
import static dev.forklift.arch.nios2.ControlRegister.MPUBASE;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MachineSpace;
import dev.forklift.engine.memory.Protection;
import org.jspecify.annotations.Nullable;

/// The memory protection unit: memory is where it is without one, but regions say who may use it
/// how. Of those that an address is in, the one with the lowest number counts; where there is none,
/// nobody may.
///
/// Regions may be smaller than a page; pages in which not all is alike are looked at with each
/// access, and with each jump into them.
final class Nios2Mpu implements MemoryUnit {
  /// What a MPU has.
  ///
  /// @param instructionRegions at most 32
  /// @param dataRegions at most 32
  /// @param hasLimits whether a region has an upper limit, or a mask of its size
  /// @param smallest binary logarithm of the smallest size of a region
  record Shape(int instructionRegions, int dataRegions, boolean hasLimits, int smallest) {}

  /// How much there is of which there can be two kinds.
  private static final int GRANULE = 64;

  private static final int PAGE = 1 << PAGE_SHIFT;
  private static final long PAGES = StraightMemory.ADDRESSES >>> PAGE_SHIFT;
  private static final int EVERYTHING = Protection.READ | Protection.WRITE | Protection.EXECUTE;

  // Of mpubase.
  private static final int D = 1;
  private static final int INDEX_SHIFT = 1;
  private static final int INDEX_MASK = 31;

  // Of mpuacc.
  private static final int WR = 1;
  private static final int RD = 1 << 1;
  private static final int PERM_SHIFT = 2;
  private static final int PERM_MASK = 7;
  private static final int MT = 3 << 5;

  // Causes.
  private static final int INSTRUCTION_REGION = 16;
  private static final int DATA_REGION = 17;

  private final Shape shape;
  private final int addressMask;

  // By number, those of data behind those of instructions: as the registers have them.
  private final int[] bases;
  private final int[] attributes;
  private boolean enabled;

  Nios2Mpu(Shape shape) {
    this.shape = shape;
    addressMask = -1 << shape.smallest;
    int regions = shape.instructionRegions + shape.dataRegions;
    bases = new int[regions];
    attributes = new int[regions];
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    fields.cells(bases);
    fields.cells(attributes);
    enabled = fields.flag(enabled);
  }

  // What is allowed.

  @Override
  public long translate(long page, boolean user) {
    long target = (page & PAGES) << PHYSICAL_SHIFT;
    if (!enabled) {
      return target | EVERYTHING;
    }
    long start = (page & PAGES) << PAGE_SHIFT;
    int first = allowed(start, user);
    int all = first;
    boolean mixed = false;
    for (int offset = GRANULE; offset < PAGE; offset += GRANULE) {
      int here = allowed(start + offset, user);
      all |= here;
      mixed |= here != first;
    }
    return target | all | (mixed ? MIXED : 0);
  }

  @Override
  public boolean allows(long address, Access access, boolean user) {
    return Protection.allows(allowed(address & StraightMemory.ADDRESSES, user), access);
  }

  private int allowed(long address, boolean user) {
    int execute = permission(address, 0, shape.instructionRegions);
    int data = permission(address, shape.instructionRegions, bases.length);
    // 1 is for the supervisor, 2 for both.
    boolean executes = user ? execute == 2 : execute == 1 || execute == 2;
    // 1 and 2 as well for reading; 4 to 6 for both by the supervisor, of which the user may
    // nothing,
    // read, or both.
    boolean reads =
        user ? data == 2 || data == 5 || data == 6 : data != 0 && data != 3 && data != 7;
    boolean writes = user ? data == 6 : data >= 4 && data <= 6;
    return (executes ? Protection.EXECUTE : 0)
        | (reads ? Protection.READ : 0)
        | (writes ? Protection.WRITE : 0);
  }

  /// The permission of the first region from `first` on that an address is in.
  private int permission(long address, int first, int end) {
    for (int i = first; i < end; i++) {
      if (contains(i, address)) {
        return (attributes[i] >>> PERM_SHIFT) & PERM_MASK;
      }
    }
    return 0;
  }

  private boolean contains(int region, long address) {
    long base = Integer.toUnsignedLong(bases[region] & addressMask);
    long bound = Integer.toUnsignedLong(attributes[region] & addressMask);
    return shape.hasLimits
        ? address >= base && address < bound
        : (address & bound & StraightMemory.ADDRESSES) == (base & StraightMemory.ADDRESSES);
  }

  @Override
  public long[] fixedPages(long physicalPage) {
    return new long[0];
  }

  // Registers.

  @Override
  public void write(int control, int value, ControlRegisters registers, MachineSpace space) {
    switch (control) {
      case CONFIG -> {
        registers.set(CONFIG, (registers.get(CONFIG) & ~1) | (value & 1));
        enabled = (value & 1) != 0;
        space.forgetAll();
      }
      case MPUBASE -> registers.set(MPUBASE, value & (addressMask | (INDEX_MASK << 1) | D));
      case MPUACC -> {
        int region = region(registers.get(MPUBASE));
        int kept = value & (addressMask | MT | (PERM_MASK << PERM_SHIFT));
        registers.set(MPUACC, kept);
        if (region < 0) {
          return;
        }
        if ((value & WR) != 0) {
          bases[region] = registers.get(MPUBASE) & addressMask;
          attributes[region] = kept;
          space.forgetAll();
        } else if ((value & RD) != 0) {
          int which = registers.get(MPUBASE) & ((INDEX_MASK << 1) | D);
          registers.set(MPUBASE, bases[region] | which);
          registers.set(MPUACC, attributes[region]);
        }
      }
      default -> {
        // It has no other.
      }
    }
  }

  /// The region that mpubase names, or -1 if there is no such.
  private int region(int mpubase) {
    int index = (mpubase >>> INDEX_SHIFT) & INDEX_MASK;
    boolean data = (mpubase & D) != 0;
    if (index >= (data ? shape.dataRegions : shape.instructionRegions)) {
      return -1;
    }
    return data ? shape.instructionRegions + index : index;
  }

  @Override
  public @Nullable Refusal refuse(GuestFault fault, ControlRegisters registers) {
    return fault.kind() == GuestFault.Kind.PROTECTED
        ? new Refusal(fault.access() == Access.EXECUTE ? INSTRUCTION_REGION : DATA_REGION)
        : null;
  }

  // Where memory is.

  @Override
  public long physical(long address) {
    return address & StraightMemory.ADDRESSES;
  }

  @Override
  public long unmapped(long physical) {
    return physical;
  }

  @Override
  public boolean runsUnmapped(long address) {
    return true;
  }

  @Override
  public long userLimit() {
    return 1L << Integer.SIZE;
  }

  @Override
  public int statusBits() {
    return ControlRegister.U;
  }

  @Override
  public boolean isPerMode() {
    return true;
  }
}
