package dev.forklift.engine.jit;

import static dev.forklift.engine.jit.RegionEmitter.CPU_LOCAL;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.jit.AccessGroups.Group;
import dev.forklift.engine.jit.PageCaches.Cache;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.TableAccess;
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
/// With addresses of 32 bits an access looks whether it goes to the same page as the last one with
/// the same base, otherwise into the space's table. What is not there leaves the region in front of
/// the instruction, for the evaluator: a call of the slow way instead would be in everybody's
/// profile, and cost every access of the region its registers. With addresses of 64 bits accesses
/// are calls of the space.
final class AccessEmitter {
  private static final ClassDesc SPACE = AddressSpace.class.describeConstable().orElseThrow();
  private static final ClassDesc CPU = Cpu.class.describeConstable().orElseThrow();
  private static final ClassDesc FENCES = VarHandle.class.describeConstable().orElseThrow();
  private static final ClassDesc REGION_CODE = RegionCode.class.describeConstable().orElseThrow();
  private static final ClassDesc TABLE = TableAccess.class.describeConstable().orElseThrow();
  private static final ClassDesc TABLES = long[][][].class.describeConstable().orElseThrow();
  private static final MethodTypeDesc GET_REFERENCE =
      MethodTypeDesc.of(CD_Object, CD_Object, CD_long);
  static final ClassDesc UNSAFE = ClassDesc.of("jdk.internal.misc.Unsafe");
  private static final ClassDesc WORDS = long[].class.describeConstable().orElseThrow();
  private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);
  private static final long LOW_HALF = 0xffff_ffffL;

  private final RegionEmitter region;
  private final CodeBuilder code;
  private final Locals locals;
  private final boolean is32Bit;
  private final PageCaches caches;
  private final int pageBytes;
  private final boolean isUnsafe;

  // The address; with one of 32 bits its page's words, and how far it is behind their beginning.
  private final int address;
  private final int words;
  private final int offset;

  // The group whose accesses are being written, its page's words, and how far its first byte is
  // behind their beginning.
  private @Nullable Group group;
  private int groupWords;
  private final int ownGroupWords;
  private final int groupOffset;

  // Whether accesses are written as calls.
  private boolean asCalls;

  AccessEmitter(
      RegionEmitter region, CodeBuilder code, Locals locals, boolean is32Bit, PageCaches caches) {
    this.region = region;
    this.code = code;
    this.locals = locals;
    this.is32Bit = is32Bit;
    this.caches = caches;
    this.pageBytes = 1 << TableAccess.pageShift(region.geometry());
    this.isUnsafe = isUnsafe(region.geometry());
    this.address = code.allocateLocal(is32Bit ? TypeKind.INT : TypeKind.LONG);
    this.words = code.allocateLocal(TypeKind.REFERENCE);
    this.offset = code.allocateLocal(TypeKind.LONG);
    this.ownGroupWords = code.allocateLocal(TypeKind.REFERENCE);
    this.groupOffset = code.allocateLocal(TypeKind.LONG);
  }

  // Groups.

  /// The groups that the accesses of a block are written in, by the positions of their first steps.
  Map<Integer, Group> groups(LiftedBlock block) {
    return is32Bit ? AccessGroups.of(block, locals.registers()) : Map.of();
  }

  /// Checks for all accesses of a group at once, those that are written from here to [#endGroup].
  /// Goes elsewhere if not all of them can be made straight away.
  void beginGroup(Group of, Label otherwise) {
    Place first =
        new Place(new Value.Reg(of.base()), of.lowest(), of.span(), false, of.stores(), -1);
    Cache cache = caches.of(first.base);
    Label within = code.newLabel();
    if (cache != null) {
      // Zero if the first byte and the last are on the page.
      pushDistance(first, cache.page(of.stores()));
      code.dup2()
          .dup2()
          .lstore(groupOffset)
          .loadConstant((long) of.span() - 1)
          .ladd()
          .lor()
          .loadConstant((long) -pageBytes)
          .land()
          .lconst_0()
          .lcmp()
          .ifeq(within);
    }
    findPage(first, otherwise);
    if (cache != null) {
      pushPageAddress();
      caches.found(cache, of.stores(), words);
    } else {
      code.aload(words).astore(ownGroupWords);
    }
    pushOffset();
    code.lstore(groupOffset);
    code.labelBinding(within);
    if (of.alignment() > 1) {
      code.lload(groupOffset).l2i().loadConstant(of.alignment() - 1).iand().ifne(otherwise);
    }
    group = of;
    groupWords = cache == null ? ownGroupWords : cache.words();
  }

  void endGroup() {
    group = null;
  }

  /// From here to [#endCalls] accesses are calls of the space, which makes them whatever it takes,
  /// or throws the fault.
  void beginCalls() {
    asCalls = true;
  }

  void endCalls() {
    asCalls = false;
  }

  /// Whether the code uses [RegionEmitter#MEMORY].
  static boolean isUnsafe(int geometry) {
    return TableAccess.isUnsafeOpen() && !TableAccess.swap(geometry);
  }

  /// Where an access goes.
  ///
  /// @param site where it stops if it cannot be made straight away; -1 if it does not stop
  private record Place(
      Value base, long displacement, int bytes, boolean aligned, boolean store, int site) {}

  /// @param repeatable whether the instruction may begin again at this step
  /// @param site where it stops if it cannot be made straight away
  void load(Op.Load op, boolean repeatable, int site) {
    boolean wide = op.bytes() == Long.BYTES;
    ClassDesc type = wide ? CD_long : CD_int;
    Place place = new Place(op.base(), op.displacement(), op.bytes(), op.aligned(), false, site);
    if (isInPlace(repeatable)) {
      loadFrom(locate(place), op.bytes(), op.signed());
    } else {
      pushSpaceAndAddress(place);
      code.invokevirtual(SPACE, "load" + bits(op.bytes()), MethodTypeDesc.of(type, CD_long));
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
      caches.drop();
    }
  }

  /// @param repeatable whether the instruction may begin again at this step
  /// @param site where it stops if it cannot be made straight away
  void store(Op.Store op, boolean repeatable, int site) {
    boolean wide = op.bytes() == Long.BYTES;
    ClassDesc type = wide ? CD_long : CD_int;
    Place place = new Place(op.base(), op.displacement(), op.bytes(), op.aligned(), true, site);
    if (op.ordering() == Op.Ordering.RELEASE) {
      code.invokestatic(FENCES, "releaseFence", NOTHING);
    }
    if (isInPlace(repeatable)) {
      Found found = locate(place);
      beginAccess();
      pushFound(found);
      push(op.value(), wide);
      if (isUnsafe) {
        code.invokevirtual(
            UNSAFE, "put" + javaName(op.bytes()), unsafeType(CD_void, javaType(op.bytes())));
      } else {
        code.invokestatic(
            TABLE, name("put", op.bytes()), MethodTypeDesc.of(CD_void, WORDS, CD_long, type));
      }
    } else {
      pushSpaceAndAddress(place);
      push(op.value(), wide);
      code.invokevirtual(
          SPACE, "store" + bits(op.bytes()), MethodTypeDesc.of(CD_void, CD_long, type));
      if (!asCalls) {
        caches.drop();
      }
    }
  }

  private void loadFrom(Found found, int bytes, boolean signed) {
    beginAccess();
    pushFound(found);
    if (!isUnsafe) {
      ClassDesc type = bytes == Long.BYTES ? CD_long : CD_int;
      code.invokestatic(TABLE, name("get", bytes), MethodTypeDesc.of(type, WORDS, CD_long));
      return;
    }
    code.invokevirtual(UNSAFE, "get" + javaName(bytes), unsafeType(javaType(bytes)));
    if (!signed && bytes == Byte.BYTES) {
      code.loadConstant(0xff).iand();
    } else if (!signed && bytes == Short.BYTES) {
      code.i2c();
    }
  }

  private static MethodTypeDesc unsafeType(ClassDesc result, ClassDesc... value) {
    return MethodTypeDesc.of(result, CD_Object, CD_long).insertParameterTypes(2, value);
  }

  private static ClassDesc javaType(int bytes) {
    return switch (bytes) {
      case Byte.BYTES -> CD_byte;
      case Short.BYTES -> CD_short;
      case Integer.BYTES -> CD_int;
      default -> CD_long;
    };
  }

  private static String javaName(int bytes) {
    return switch (bytes) {
      case Byte.BYTES -> "Byte";
      case Short.BYTES -> "Short";
      case Integer.BYTES -> "Int";
      default -> "Long";
    };
  }

  private boolean isInPlace(boolean repeatable) {
    return is32Bit && repeatable && !asCalls;
  }

  void compareExchange(Op.CompareExchange op, int site) {
    pushSpaceAndAddress(new Place(op.address(), 0, op.bytes(), false, true, site));
    boolean wide = op.bytes() == Long.BYTES;
    ClassDesc type = wide ? CD_long : CD_int;
    push(op.expected(), wide);
    push(op.replacement(), wide);
    code.invokevirtual(
        SPACE, "compareExchange" + bits(op.bytes()), MethodTypeDesc.of(type, CD_long, type, type));
    pop(op.destination(), wide);
    caches.drop();
  }

  private String name(String access, int bytes) {
    return bytes == 1 || !TableAccess.swap(region.geometry())
        ? access + bits(bytes)
        : "swapped" + access.replace('g', 'G').replace('p', 'P') + bits(bytes);
  }

  private static int bits(int bytes) {
    return bytes * Byte.SIZE;
  }

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
  private void pushSpaceAndAddress(Place place) {
    region.at(place.site);
    takeAddress(place.base, place.displacement);
    if (place.aligned && place.bytes > 1) {
      pushLongAddress();
      code.loadConstant(place.bytes)
          .loadConstant(place.store ? 1 : 0)
          .invokestatic(
              REGION_CODE, "align", MethodTypeDesc.of(CD_void, CD_long, CD_int, CD_boolean));
    }
    code.aload(CPU_LOCAL).invokevirtual(CPU, "space", MethodTypeDesc.of(SPACE));
    pushLongAddress();
  }

  /// A place that has been found.
  ///
  /// @param words local of its page's words
  /// @param offset local of how far something on the page is behind their beginning, a `long`
  /// @param more how far the place is behind that
  private record Found(int words, int offset, long more) {}

  /// Finds the place, or leaves.
  private Found locate(Place place) {
    Group of = group;
    if (of != null && of.covers(place.base, place.displacement, place.bytes, place.aligned)) {
      return new Found(groupWords, groupOffset, place.displacement - of.lowest());
    }
    Cache cache = caches.of(place.base);
    if (cache == null) {
      findPage(place, region.stop());
      pushOffset();
      code.lstore(offset);
      return new Found(words, offset, 0);
    }
    Label within = code.newLabel();
    pushDistance(place, cache.page(place.store));
    code.dup2().lstore(offset);
    // Zero if it is on the page and a multiple of its size, and so does not cross the page's end.
    code.loadConstant((long) -pageBytes | (place.bytes - 1)).land().lconst_0().lcmp().ifeq(within);
    // In place, not behind the blocks: HotSpot takes a jump back for a loop.
    findPage(place, region.stop());
    pushPageAddress();
    caches.found(cache, place.store, words);
    pushOffset();
    code.lstore(offset);
    code.labelBinding(within);
    return new Found(cache.words(), offset, 0);
  }

  /// Pushes how far the place is behind the page whose address is in a local, a `long`.
  private void pushDistance(Place place, int page) {
    locals.pushInt(place.base);
    code.i2l().loadConstant(LOW_HALF).land().lload(page).lsub();
    if (place.displacement != 0) {
      code.loadConstant((long) (int) place.displacement).ladd();
    }
  }

  private void beginAccess() {
    if (isUnsafe) {
      code.getstatic(RegionEmitter.SELF, RegionEmitter.MEMORY, UNSAFE);
    }
  }

  private void pushFound(Found found) {
    long more = found.more + (isUnsafe ? TableAccess.unsafeOffset() : 0);
    code.aload(found.words).lload(found.offset);
    if (more != 0) {
      code.loadConstant(more).ladd();
    }
  }

  private void pushPageAddress() {
    code.iload(address).loadConstant(-pageBytes).iand().i2l().loadConstant(LOW_HALF).land();
  }

  private void pushOffset() {
    code.iload(address).loadConstant(pageBytes - 1).iand().i2l();
  }

  /// Finds the words of the page in the table, or leaves.
  private void findPage(Place place, Label stop) {
    int shift = TableAccess.pageShift(region.geometry());
    if (place.site >= 0) {
      region.at(place.site);
    }
    takeAddress(place.base, place.displacement);
    if (place.bytes > 1) {
      if (place.aligned) {
        code.iload(address).loadConstant(place.bytes - 1).iand().ifne(stop);
      } else {
        code.iload(address).loadConstant(pageBytes - 1).iand();
        code.loadConstant(pageBytes - place.bytes).if_icmpgt(stop);
      }
    }
    beginAccess();
    code.aload(CPU_LOCAL).getfield(CPU, place.store ? "writable" : "readable", TABLES);
    if (isUnsafe) {
      // Without checks of bounds: the tables have an entry for every page.
      pushEntry(shift + TableAccess.LEAF_SHIFT, -1);
      code.invokevirtual(UNSAFE, "getReference", GET_REFERENCE).astore(words);
      beginAccess();
      code.aload(words);
      pushEntry(shift, (1 << TableAccess.LEAF_SHIFT) - 1);
      code.invokevirtual(UNSAFE, "getReference", GET_REFERENCE);
    } else {
      pushIndex(shift + TableAccess.LEAF_SHIFT, -1);
      code.aaload();
      pushIndex(shift, (1 << TableAccess.LEAF_SHIFT) - 1);
      code.aaload();
    }
    code.dup().astore(words).ifnull(stop);
  }

  private void pushIndex(int shift, int mask) {
    code.iload(address).loadConstant(shift).iushr();
    if (mask != -1) {
      code.loadConstant(mask).iand();
    }
  }

  /// Pushes where an entry of a table stands.
  private void pushEntry(int shift, int mask) {
    pushIndex(shift, mask);
    code.loadConstant(TableAccess.unsafeReferenceBytes())
        .imul()
        .i2l()
        .loadConstant(TableAccess.unsafeReferenceOffset())
        .ladd();
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
