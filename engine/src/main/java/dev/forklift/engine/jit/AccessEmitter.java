package dev.forklift.engine.jit;

import static dev.forklift.engine.jit.RegionEmitter.CPU_LOCAL;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_char;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.jit.AccessGroups.Group;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.DistanceAccess;
import dev.forklift.engine.memory.TableAccess;
import dev.forklift.engine.memory.WindowAccess;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.VarHandle;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes loads and stores.
///
/// With addresses of 32 bits an access looks whether the space's window permits it, and goes there.
/// What it does not permit leaves the region in front of the instruction, for the evaluator; where
/// that has happened often, or there are no windows, [TableCalls] looks into the space's table
/// first. With addresses of 64 bits accesses are calls of the space.
final class AccessEmitter {
  private static final ClassDesc SPACE = AddressSpace.class.describeConstable().orElseThrow();
  private static final ClassDesc CPU = Cpu.class.describeConstable().orElseThrow();
  private static final ClassDesc FENCES = VarHandle.class.describeConstable().orElseThrow();
  private static final ClassDesc REGION_CODE = RegionCode.class.describeConstable().orElseThrow();
  private static final ClassDesc TABLES = TableCalls.class.describeConstable().orElseThrow();
  private static final ClassDesc INTEGER = Integer.class.describeConstable().orElseThrow();
  private static final ClassDesc SHORT = Short.class.describeConstable().orElseThrow();
  private static final ClassDesc CHARACTER = Character.class.describeConstable().orElseThrow();
  static final ClassDesc UNSAFE = ClassDesc.of("jdk.internal.misc.Unsafe");
  private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);
  private static final long LOW_HALF = 0xffff_ffffL;

  /// How accesses are written.
  enum Way {
    /// Through the window; what it does not permit leaves the region.
    WINDOW,
    /// Through the window if it permits them, otherwise by [TableCalls].
    BOTH,
    /// By [TableCalls] alone.
    TABLE,
    /// Where the distance of the page leads; without one, it leaves the region.
    DISTANCE
  }

  private final RegionEmitter region;
  private final CodeBuilder code;
  private final Locals locals;
  private final boolean is32Bit;
  private final int geometry;
  private final int pageShift;
  private final boolean swap;

  // The address; the window's page 0; what a call has loaded.
  private final int address;
  private final int window;
  private final int loaded;

  // Of machines: the tables of distances for loads and stores, and the distance of the page.
  private final int loads;
  private final int stores;
  private final int distance;

  // Where the first byte of a group stands on the host.
  private final int groupPlace;
  private @Nullable Group group;

  AccessEmitter(RegionEmitter region, CodeBuilder code, Locals locals, boolean is32Bit) {
    this.region = region;
    this.code = code;
    this.locals = locals;
    this.is32Bit = is32Bit;
    this.geometry = region.geometry();
    this.pageShift = TableAccess.pageShift(geometry);
    this.swap = TableAccess.swap(geometry);
    this.address = code.allocateLocal(is32Bit ? TypeKind.INT : TypeKind.LONG);
    this.window = code.allocateLocal(TypeKind.LONG);
    this.loaded = code.allocateLocal(TypeKind.LONG);
    this.loads = code.allocateLocal(TypeKind.LONG);
    this.stores = code.allocateLocal(TypeKind.LONG);
    this.distance = code.allocateLocal(TypeKind.LONG);
    this.groupPlace = code.allocateLocal(TypeKind.LONG);
  }

  /// Whether the code uses [RegionEmitter#MEMORY].
  static boolean isUnsafe(int geometry) {
    return TableAccess.hasWindows(geometry) || TableAccess.hasDistances(geometry);
  }

  /// Where the region is entered.
  void enter() {
    if (TableAccess.hasWindows(geometry)) {
      code.aload(CPU_LOCAL).getfield(CPU, "window", CD_long).lstore(window);
    } else if (TableAccess.hasDistances(geometry)) {
      code.aload(CPU_LOCAL).getfield(CPU, "loads", CD_long).lstore(loads);
      code.aload(CPU_LOCAL).getfield(CPU, "stores", CD_long).lstore(stores);
    }
  }

  /// How accesses are written where nothing speaks against it.
  Way way() {
    if (!TableAccess.hasWindows(geometry)) {
      return TableAccess.hasDistances(geometry) ? Way.DISTANCE : Way.TABLE;
    }
    return region.hasAccessesElsewhere() ? Way.BOTH : Way.WINDOW;
  }

  /// The local that holds the address of the last access.
  int address() {
    return address;
  }

  // Groups.

  /// The groups that the accesses of a block are written in, by the positions of their first steps.
  Map<Integer, Group> groups(LiftedBlock block) {
    return is32Bit && TableAccess.hasWindows(geometry)
        ? AccessGroups.of(block, locals.registers())
        : Map.of();
  }

  /// Checks for all accesses of a group at once, those that are written from here to [#endGroup].
  /// Goes elsewhere if the window does not permit all of them.
  void beginGroup(Group of, Label otherwise) {
    takeAddress(new Value.Reg(of.base()), of.lowest());
    pushPermission(of.stores(), 0);
    pushPermission(of.stores(), of.span() - 1);
    code.iand();
    goUnlessPermitted(of.alignment(), otherwise);
    pushPlace();
    code.lstore(groupPlace);
    group = of;
  }

  void endGroup() {
    group = null;
  }

  // Accesses.

  /// Where an access goes.
  ///
  /// @param site where it stops if it cannot be made straight away
  private record Access(
      Value base, long displacement, int bytes, boolean aligned, boolean store, int site) {}

  /// @param repeatable whether the instruction may begin again at this step
  /// @param site where it stops if it cannot be made straight away
  void load(Op.Load op, Way way, boolean repeatable, int site) {
    boolean wide = op.bytes() == Long.BYTES;
    Access access = new Access(op.base(), op.displacement(), op.bytes(), op.aligned(), false, site);
    if (isCallOfSpace(op.bytes(), repeatable)) {
      pushSpaceAndAddress(access);
      ClassDesc type = wide ? CD_long : CD_int;
      code.invokevirtual(SPACE, "load" + bits(op.bytes()), MethodTypeDesc.of(type, CD_long));
    } else if (way == Way.TABLE) {
      takeAddress(access.base, access.displacement);
      loadFromTable(access);
    } else if (way == Way.DISTANCE) {
      beginAtDistance(access);
      loadUnsafely(op.bytes(), op.signed());
    } else if (isCovered(access)) {
      beginUnsafe();
      pushPlaceInGroup(access);
      loadUnsafely(op.bytes(), op.signed());
    } else if (way == Way.WINDOW) {
      region.at(site);
      check(access, region.stop());
      beginUnsafe();
      pushPlace();
      loadUnsafely(op.bytes(), op.signed());
    } else {
      Label table = code.newLabel();
      Label join = code.newLabel();
      check(access, table);
      beginUnsafe();
      pushPlace();
      loadUnsafely(op.bytes(), op.signed());
      code.goto_(join);
      code.labelBinding(table);
      loadFromTable(access);
      code.labelBinding(join);
    }
    if (op.signed() && op.bytes() == Byte.BYTES) {
      code.i2b();
    } else if (op.signed() && op.bytes() == Short.BYTES) {
      code.i2s();
    } else if (!op.signed() && op.bytes() == Integer.BYTES) {
      code.i2l().loadConstant(LOW_HALF).land();
      wide = true;
    }
    pop(op.destination(), wide);
    if (op.ordering() == Op.Ordering.ACQUIRE) {
      code.invokestatic(FENCES, "acquireFence", NOTHING);
    }
  }

  /// @param repeatable whether the instruction may begin again at this step
  /// @param site where it stops if it cannot be made straight away
  void store(Op.Store op, Way way, boolean repeatable, int site) {
    boolean wide = op.bytes() == Long.BYTES;
    Access access = new Access(op.base(), op.displacement(), op.bytes(), op.aligned(), true, site);
    if (op.ordering() == Op.Ordering.RELEASE) {
      code.invokestatic(FENCES, "releaseFence", NOTHING);
    }
    if (isCallOfSpace(op.bytes(), repeatable)) {
      pushSpaceAndAddress(access);
      push(op.value(), wide);
      ClassDesc type = wide ? CD_long : CD_int;
      code.invokevirtual(
          SPACE, "store" + bits(op.bytes()), MethodTypeDesc.of(CD_void, CD_long, type));
    } else if (way == Way.TABLE) {
      takeAddress(access.base, access.displacement);
      storeToTable(access, op.value());
    } else if (way == Way.DISTANCE) {
      beginAtDistance(access);
      storeUnsafely(op.value(), op.bytes());
    } else if (isCovered(access)) {
      beginUnsafe();
      pushPlaceInGroup(access);
      storeUnsafely(op.value(), op.bytes());
    } else if (way == Way.WINDOW) {
      region.at(site);
      check(access, region.stop());
      beginUnsafe();
      pushPlace();
      storeUnsafely(op.value(), op.bytes());
    } else {
      Label table = code.newLabel();
      Label join = code.newLabel();
      check(access, table);
      beginUnsafe();
      pushPlace();
      storeUnsafely(op.value(), op.bytes());
      code.goto_(join);
      code.labelBinding(table);
      storeToTable(access, op.value());
      code.labelBinding(join);
    }
  }

  private boolean isCallOfSpace(int bytes, boolean repeatable) {
    return !is32Bit || !repeatable || bytes == Long.BYTES;
  }

  /// Whether [#beginGroup] has made the check.
  private boolean isCovered(Access access) {
    return group != null
        && group.covers(access.base, access.displacement, access.bytes, access.aligned);
  }

  void compareExchange(Op.CompareExchange op, int site) {
    pushSpaceAndAddress(new Access(op.address(), 0, op.bytes(), false, true, site));
    boolean wide = op.bytes() == Long.BYTES;
    ClassDesc type = wide ? CD_long : CD_int;
    push(op.expected(), wide);
    push(op.replacement(), wide);
    code.invokevirtual(
        SPACE, "compareExchange" + bits(op.bytes()), MethodTypeDesc.of(type, CD_long, type, type));
    pop(op.destination(), wide);
  }

  // The window.

  /// Takes the address, and goes elsewhere if the window does not permit the access, or if it is
  /// not aligned, which hardly any is: code that makes many such becomes code for accesses
  /// elsewhere, and that asks further.
  private void check(Access access, Label otherwise) {
    takeAddress(access.base, access.displacement);
    pushPermission(access.store, 0);
    if (access.aligned || access.bytes == 1 || way() == Way.WINDOW) {
      goUnlessPermitted(access.bytes, otherwise);
    } else {
      pushIsOverTheEnd(access.bytes);
      code.if_icmple(otherwise);
    }
  }

  /// Pushes 1 if so many bytes at the address go over the end of its page, or 0.
  private void pushIsOverTheEnd(int bytes) {
    code.iload(address)
        .loadConstant((1 << pageShift) - 1)
        .iand()
        .loadConstant(bytes - 1)
        .iadd()
        .loadConstant(pageShift)
        .iushr();
  }

  /// Pushes 1 if the page of a place some bytes behind the address may be accessed, or 0.
  private void pushPermission(boolean store, int behind) {
    beginUnsafe();
    code.lload(window).iload(address);
    if (behind != 0) {
      code.loadConstant(behind).iadd();
    }
    code.loadConstant(pageShift)
        .iushr()
        .i2l()
        .ladd()
        .loadConstant(store ? WindowAccess.STORES : WindowAccess.LOADS)
        .ladd()
        .invokevirtual(UNSAFE, "getByte", unsafeType(CD_byte));
  }

  /// Goes elsewhere unless there is a 1 on the stack, and the address is a multiple of a power of
  /// two. In one branch: for each that is never taken HotSpot has to know what all registers hold.
  private void goUnlessPermitted(int alignment, Label otherwise) {
    if (alignment == 1) {
      code.ifeq(otherwise);
    } else {
      code.iload(address).loadConstant(alignment - 1).iand().if_icmple(otherwise);
    }
  }

  /// Pushes where the address stands on the host. Nothing is permitted to addresses that are
  /// negative.
  private void pushPlace() {
    code.lload(window).iload(address).i2l().ladd();
  }

  private void pushPlaceInGroup(Access access) {
    code.lload(groupPlace);
    if (group != null && access.displacement != group.lowest()) {
      code.loadConstant(access.displacement - group.lowest()).ladd();
    }
  }

  private void beginUnsafe() {
    code.getstatic(RegionEmitter.SELF, RegionEmitter.MEMORY, UNSAFE).aconst_null();
  }

  private void loadUnsafely(int bytes, boolean signed) {
    switch (bytes) {
      case Byte.BYTES -> {
        code.invokevirtual(UNSAFE, "getByte", unsafeType(CD_byte));
        if (!signed) {
          code.loadConstant(0xff).iand();
        }
      }
      case Short.BYTES -> {
        ClassDesc type = signed ? CD_short : CD_char;
        code.invokevirtual(UNSAFE, signed ? "getShort" : "getChar", unsafeType(type));
        reverse(signed ? SHORT : CHARACTER, type);
      }
      default -> {
        code.invokevirtual(UNSAFE, "getInt", unsafeType(CD_int));
        reverse(INTEGER, CD_int);
      }
    }
  }

  private void storeUnsafely(Value value, int bytes) {
    push(value, false);
    switch (bytes) {
      case Byte.BYTES -> code.invokevirtual(UNSAFE, "putByte", unsafeType(CD_void, CD_byte));
      case Short.BYTES -> {
        code.i2s();
        reverse(SHORT, CD_short);
        code.invokevirtual(UNSAFE, "putShort", unsafeType(CD_void, CD_short));
      }
      default -> {
        reverse(INTEGER, CD_int);
        code.invokevirtual(UNSAFE, "putInt", unsafeType(CD_void, CD_int));
      }
    }
  }

  /// Puts what is on the stack into the guest's order, or out of it.
  private void reverse(ClassDesc box, ClassDesc type) {
    if (swap) {
      code.invokestatic(box, "reverseBytes", MethodTypeDesc.of(type, type));
    }
  }

  private static MethodTypeDesc unsafeType(ClassDesc result, ClassDesc... value) {
    return MethodTypeDesc.of(result, CD_Object, CD_long).insertParameterTypes(2, value);
  }

  // Distances.

  /// More than any distance is.
  private static final int BEYOND = 56;

  /// Pushes what an access with Unsafe begins with, unless the access has to be evaluated. As with
  /// windows, one branch tells.
  private void beginAtDistance(Access access) {
    region.at(access.site);
    takeAddress(access.base, access.displacement);
    beginUnsafe();
    code.lload(access.store ? stores : loads)
        .iload(address)
        .loadConstant(pageShift - DistanceAccess.ENTRY_SHIFT)
        .iushr()
        .loadConstant(-1 << DistanceAccess.ENTRY_SHIFT)
        .iand()
        .i2l()
        .ladd()
        .invokevirtual(UNSAFE, "getLong", unsafeType(CD_long))
        .lstore(distance);
    pushObstacle(access);
    code.lload(distance).lcmp().ifge(region.stop());
    beginUnsafe();
    code.lload(distance)
        .iload(address)
        .i2l()
        .loadConstant(LOW_HALF)
        .land()
        .ladd()
        .loadConstant(DistanceAccess.BASE)
        .ladd();
  }

  /// Pushes a number beyond all distances if the address is none for the access; otherwise 0.
  private void pushObstacle(Access access) {
    if (access.bytes == 1) {
      code.lconst_0();
      return;
    }
    if (access.aligned) {
      code.iload(address).loadConstant(access.bytes - 1).iand();
    } else {
      pushIsOverTheEnd(access.bytes);
    }
    code.i2l().loadConstant(BEYOND).lshl();
  }

  // The table. The address has been taken.

  private void loadFromTable(Access access) {
    region.at(access.site);
    code.aload(CPU_LOCAL)
        .iload(address)
        .loadConstant(geometry(access))
        .invokestatic(
            TABLES, "load" + bits(access.bytes), MethodTypeDesc.of(CD_long, CPU, CD_int, CD_int))
        .dup2()
        .lstore(loaded)
        .lconst_0()
        .lcmp()
        .iflt(region.stop());
    code.lload(loaded).l2i();
  }

  private void storeToTable(Access access, Value value) {
    region.at(access.site);
    code.aload(CPU_LOCAL).iload(address);
    push(value, false);
    code.loadConstant(geometry(access))
        .invokestatic(
            TABLES,
            "store" + bits(access.bytes),
            MethodTypeDesc.of(CD_boolean, CPU, CD_int, CD_int, CD_int))
        .ifeq(region.stop());
  }

  private int geometry(Access access) {
    return access.aligned ? TableAccess.aligned(geometry) : geometry;
  }

  private static int bits(int bytes) {
    return bytes * Byte.SIZE;
  }

  // Addresses.

  private void takeAddress(Value base, long displacement) {
    if (is32Bit) {
      locals.pushInt(base);
      if (displacement != 0) {
        code.loadConstant((int) displacement).iadd();
      }
      code.istore(address);
    } else {
      locals.pushLong(base);
      if (displacement != 0) {
        code.loadConstant(displacement).ladd();
      }
      code.lstore(address);
    }
  }

  private void pushLongAddress() {
    if (is32Bit) {
      code.iload(address).i2l().loadConstant(LOW_HALF).land();
    } else {
      code.lload(address);
    }
  }

  /// With addresses of 64 bits, or where an access cannot be begun again.
  private void pushSpaceAndAddress(Access access) {
    region.at(access.site);
    takeAddress(access.base, access.displacement);
    if (access.aligned && access.bytes > 1) {
      pushLongAddress();
      code.loadConstant(access.bytes)
          .loadConstant(access.store ? 1 : 0)
          .invokestatic(
              REGION_CODE, "align", MethodTypeDesc.of(CD_void, CD_long, CD_int, CD_boolean));
    }
    code.aload(CPU_LOCAL).invokevirtual(CPU, "space", MethodTypeDesc.of(SPACE));
    pushLongAddress();
  }

  private void push(Value value, boolean wide) {
    if (wide) {
      locals.pushLong(value);
    } else {
      locals.pushInt(value);
    }
  }

  private void pop(int destination, boolean wide) {
    if (wide) {
      locals.popLong(destination);
    } else {
      locals.popInt(destination);
    }
  }
}
