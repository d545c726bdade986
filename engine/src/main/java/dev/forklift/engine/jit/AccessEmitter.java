package dev.forklift.engine.jit;

import static dev.forklift.engine.jit.RegionEmitter.CPU_LOCAL;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import dev.forklift.engine.jit.PageCaches.Cache;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.TableAccess;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

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
  private static final ClassDesc WORDS = long[].class.describeConstable().orElseThrow();
  private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);
  private static final long LOW_HALF = 0xffff_ffffL;

  private final RegionEmitter region;
  private final CodeBuilder code;
  private final Locals locals;
  private final boolean is32Bit;
  private final PageCaches caches;

  // The address; with one of 32 bits its page's words, and how far it is behind their beginning.
  private final int address;
  private final int words;
  private final int offset;

  // What is written behind the region's blocks.
  private final List<Runnable> outOfLine = new ArrayList<>();

  AccessEmitter(
      RegionEmitter region, CodeBuilder code, Locals locals, boolean is32Bit, PageCaches caches) {
    this.region = region;
    this.code = code;
    this.locals = locals;
    this.is32Bit = is32Bit;
    this.caches = caches;
    this.address = code.allocateLocal(is32Bit ? TypeKind.INT : TypeKind.LONG);
    this.words = code.allocateLocal(TypeKind.REFERENCE);
    this.offset = code.allocateLocal(TypeKind.LONG);
  }

  /// Writes what the accesses so far do where they do not find their page at once.
  void emitOutOfLine() {
    outOfLine.forEach(Runnable::run);
  }

  /// Where an access goes.
  private record Place(
      Value base, long displacement, int bytes, boolean aligned, boolean store, int site) {}

  /// @param repeatable whether the instruction may begin again at this step
  /// @param site where it stops if it cannot be made straight away
  void load(Op.Load op, boolean repeatable, int site) {
    boolean wide = op.bytes() == Long.BYTES;
    ClassDesc type = wide ? CD_long : CD_int;
    Place place = new Place(op.base(), op.displacement(), op.bytes(), op.aligned(), false, site);
    if (is32Bit && repeatable) {
      pushPlace(place);
      code.loadConstant(region.geometry());
      code.invokestatic(
          TABLE, "get" + bits(op.bytes()), MethodTypeDesc.of(type, WORDS, CD_long, CD_int));
    } else {
      pushSpaceAndAddress(place);
      code.invokevirtual(SPACE, "load" + bits(op.bytes()), MethodTypeDesc.of(type, CD_long));
      caches.drop();
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
    if (is32Bit && repeatable) {
      pushPlace(place);
      push(op.value(), wide);
      code.loadConstant(region.geometry());
      code.invokestatic(
          TABLE,
          "put" + bits(op.bytes()),
          MethodTypeDesc.of(CD_void, WORDS, CD_long, type, CD_int));
    } else {
      pushSpaceAndAddress(place);
      push(op.value(), wide);
      code.invokevirtual(
          SPACE, "store" + bits(op.bytes()), MethodTypeDesc.of(CD_void, CD_long, type));
      caches.drop();
    }
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

  /// Pushes the words of the page and how far from their beginning the place is, or leaves.
  private void pushPlace(Place place) {
    Cache cache = caches.of(place.base);
    if (cache == null) {
      findPage(place, region.stop());
      code.aload(words);
      pushOffset();
      return;
    }
    Label elsewhere = code.newLabel();
    Label found = code.newLabel();
    int shift = place.aligned ? Integer.numberOfTrailingZeros(place.bytes) : 0;
    locals.pushInt(place.base);
    code.lload(cache.page(place.store))
        .loadConstant((int) place.displacement)
        .loadConstant(shift)
        .invokestatic(
            TABLE, "distance", MethodTypeDesc.of(CD_long, CD_int, CD_long, CD_int, CD_int))
        .dup2()
        .lstore(offset)
        .loadConstant(TableAccess.limit(region.geometry(), place.bytes, place.aligned))
        .invokestatic(TABLE, "isWithin", MethodTypeDesc.of(CD_boolean, CD_long, CD_long))
        .ifeq(elsewhere);
    code.aload(cache.words()).lload(offset);
    if (shift != 0) {
      code.loadConstant(shift).lshl();
    }
    code.labelBinding(found);
    Label stop = region.stop();
    outOfLine.add(() -> {
      code.labelBinding(elsewhere);
      findPage(place, stop);
      code.iload(address)
          .loadConstant(region.geometry())
          .invokestatic(TABLE, "page", MethodTypeDesc.of(CD_long, CD_int, CD_int));
      caches.found(cache, place.store, words);
      code.aload(words);
      pushOffset();
      code.goto_(found);
    });
  }

  private void pushOffset() {
    code.iload(address)
        .loadConstant(region.geometry())
        .invokestatic(TABLE, "offset", MethodTypeDesc.of(CD_long, CD_int, CD_int));
  }

  /// Finds the words of the page in the table, or leaves.
  private void findPage(Place place, Label stop) {
    region.at(place.site);
    takeAddress(place.base, place.displacement);
    if (place.aligned && place.bytes > 1) {
      code.iload(address).loadConstant(place.bytes - 1).iand().ifne(stop);
    }
    code.aload(CPU_LOCAL)
        .invokevirtual(CPU, place.store ? "writable" : "readable", MethodTypeDesc.of(TABLES))
        .iload(address)
        .loadConstant(region.geometry())
        .loadConstant(place.bytes)
        .invokestatic(TABLE, "words", MethodTypeDesc.of(WORDS, TABLES, CD_int, CD_int, CD_int))
        .dup()
        .astore(words)
        .ifnull(stop);
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
