package dev.forklift.kernel.debug;

import dev.forklift.kernel.abi.DataModel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// DWARF's call frame information in a section `.eh_frame` or `.debug_frame` (DWARF 5, 6.4; LSB
/// Core, 10.6): where the caller's registers are, for every place in the code.
final class CallFrames {
  /// How a register of the caller is found.
  sealed interface Rule {
    /// In memory, this far from the canonical frame address.
    record Saved(long offset) implements Rule {}

    /// It is the canonical frame address plus this.
    record Value(long offset) implements Rule {}

    /// In another register.
    record In(int register) implements Rule {}

    /// Lost, or found in a way that is not understood here.
    record Lost() implements Rule {}
  }

  /// The rules for one place.
  ///
  /// @param cfaRegister what the canonical frame address is counted from; -1 if not understood
  /// @param returnColumn the register that stands for the return address
  /// @param signal whether the caller was interrupted rather than calling
  record Row(
      int cfaRegister,
      long cfaOffset,
      Map<Integer, Rule> rules,
      int returnColumn,
      boolean signal) {}

  /// What entries have in common.
  private record Common(
      long codeFactor,
      long dataFactor,
      int returnColumn,
      int pointers,
      boolean augmented,
      boolean signal,
      ByteCursor instructions) {}

  private static final int OMITTED = 0xff;
  private static final int LONGEST_AUGMENTATION = 16;
  private static final int MAX_ENTRIES = 200_000;
  private static final int MAX_STEPS = 100_000;
  private static final int MAX_STATES = 256;

  private final byte[] bytes;
  private final DataModel model;
  private final long address;
  private final long dataBase;
  private final boolean eh;
  private final long bias;

  /// @param address where the section lies, as its own addresses count
  /// @param dataBase what addresses that are relative to data are relative to
  /// @param eh whether it is `.eh_frame`
  /// @param bias how far the code lies from where the section says it lies
  CallFrames(byte[] bytes, DataModel model, long address, long dataBase, boolean eh, long bias) {
    this.bytes = bytes;
    this.model = model;
    this.address = address;
    this.dataBase = dataBase;
    this.eh = eh;
    this.bias = bias;
  }

  /// The rules for the instruction at `pc`, or null if nothing is said of it.
  @Nullable Row find(long pc) {
    long own = pc - bias & mask();
    try {
      ByteCursor in = new ByteCursor(bytes, model);
      for (int i = 0; i < MAX_ENTRIES && !in.isAtEnd(); i++) {
        Row row = entry(in, own);
        if (row != null) {
          return row;
        }
      }
    } catch (Malformed e) {
      // Nothing behind it makes sense either.
    }
    return null;
  }

  private @Nullable Row entry(ByteCursor in, long pc) throws Malformed {
    long length = in.u32();
    if (length == 0 && eh) {
      return null;
    }
    boolean wide = length == 0xffff_ffffL;
    if (wide) {
      length = in.u64();
    }
    int idAt = in.position();
    ByteCursor body = in.part(length);
    long id = wide ? body.u64() : body.u32();
    boolean common = eh ? id == 0 : id == (wide ? -1L : 0xffff_ffffL);
    if (common) {
      return null;
    }
    Common shared = common(eh ? idAt - id : id);
    if (shared == null) {
      return null;
    }
    long start = pointer(body, shared.pointers);
    long range = pointer(body, shared.pointers & 0x0f);
    if (Long.compareUnsigned(pc - start & mask(), range & mask()) >= 0) {
      return null;
    }
    if (shared.augmented) {
      body.skip(body.uleb());
    }
    return new Program(shared).run(body, start & mask(), pc);
  }

  private long mask() {
    return model.is64Bit() ? -1L : 0xffff_ffffL;
  }

  private @Nullable Common common(long at) throws Malformed {
    ByteCursor in = new ByteCursor(bytes, model).seek(at);
    long length = in.u32();
    boolean wide = length == 0xffff_ffffL;
    if (wide) {
      length = in.u64();
    }
    ByteCursor body = in.part(length);
    long id = wide ? body.u64() : body.u32();
    if (eh ? id != 0 : id != (wide ? -1L : 0xffff_ffffL)) {
      throw new Malformed("no CIE");
    }
    int version = body.u8();
    String augmentation = body.string(LONGEST_AUGMENTATION);
    if (version >= 4) {
      body.u8();
      body.u8();
    }
    long codeFactor = body.uleb();
    long dataFactor = body.sleb();
    int returnColumn = version == 1 ? body.u8() : (int) body.uleb();
    int pointers = 0;
    boolean signal = false;
    boolean augmented = augmentation.startsWith("z");
    if (augmented) {
      ByteCursor data = body.part(body.uleb());
      for (int i = 1; i < augmentation.length(); i++) {
        switch (augmentation.charAt(i)) {
          case 'R' -> pointers = data.u8();
          case 'P' -> pointer(data, data.u8() & 0x7f);
          case 'L' -> data.u8();
          case 'S' -> signal = true;
          default -> i = augmentation.length();
        }
      }
    } else if (!augmentation.isEmpty()) {
      return null;
    }
    return new Common(codeFactor, dataFactor, returnColumn, pointers, augmented, signal, body);
  }

  /// An encoded pointer (LSB Core, 10.5.1).
  private long pointer(ByteCursor in, int encoding) throws Malformed {
    if (encoding == OMITTED) {
      return 0;
    }
    long at = address + in.position();
    long value =
        switch (encoding & 0x0f) {
          case 0x00 -> in.word();
          case 0x01 -> in.uleb();
          case 0x02 -> in.u16();
          case 0x03 -> in.u32();
          case 0x04, 0x0c -> in.u64();
          case 0x09 -> in.sleb();
          case 0x0a -> (short) in.u16();
          case 0x0b -> (int) in.u32();
          default -> throw new Malformed("encoding");
        };
    return switch (encoding & 0x70) {
      case 0x00 -> value;
      case 0x10 -> value + at;
      case 0x30 -> value + dataBase;
      default -> throw new Malformed("encoding");
    };
  }

  /// The state of the table while its instructions are followed.
  private final class Program {
    private final Common common;
    private Map<Integer, Rule> rules = new HashMap<>();
    private Map<Integer, Rule> initial = Map.of();
    private int cfaRegister = -1;
    private long cfaOffset;
    private final Deque<Row> states = new ArrayDeque<>();
    private int steps;

    Program(Common common) {
      this.common = common;
    }

    Row run(ByteCursor instructions, long start, long pc) throws Malformed {
      follow(common.instructions, start, start);
      initial = Map.copyOf(rules);
      follow(instructions, start, pc);
      return row();
    }

    private Row row() {
      return new Row(
          cfaRegister, cfaOffset, new HashMap<>(rules), common.returnColumn, common.signal);
    }

    private void follow(ByteCursor in, long start, long pc) throws Malformed {
      long at = start;
      while (!in.isAtEnd() && at <= pc) {
        if (++steps > MAX_STEPS) {
          throw new Malformed("endless");
        }
        int op = in.u8();
        int low = op & 0x3f;
        switch (op & 0xc0) {
          case 0x40 -> at += low * common.codeFactor;
          case 0x80 -> rules.put(low, new Rule.Saved(in.uleb() * common.dataFactor));
          case 0xc0 -> restore(low);
          default -> {
            long moved = extended(op, in, at);
            if (moved > pc) {
              return;
            }
            at = moved;
          }
        }
      }
    }

    private long extended(int op, ByteCursor in, long at) throws Malformed {
      switch (op) {
        case 0x00 -> {} // nop
        case 0x01 -> {
          return pointer(in, common.pointers) & mask();
        }
        case 0x02 -> {
          return at + in.u8() * common.codeFactor;
        }
        case 0x03 -> {
          return at + in.u16() * common.codeFactor;
        }
        case 0x04 -> {
          return at + in.u32() * common.codeFactor;
        }
        case 0x05 -> rules.put(register(in), new Rule.Saved(in.uleb() * common.dataFactor));
        case 0x06 -> restore(register(in));
        case 0x07 -> rules.put(register(in), new Rule.Lost());
        case 0x08 -> rules.remove(register(in));
        case 0x09 -> rules.put(register(in), new Rule.In(register(in)));
        case 0x0a -> {
          if (states.size() >= MAX_STATES) {
            throw new Malformed("states");
          }
          states.push(row());
        }
        case 0x0b -> {
          Row state = states.poll();
          if (state == null) {
            throw new Malformed("states");
          }
          rules = new HashMap<>(state.rules);
          cfaRegister = state.cfaRegister;
          cfaOffset = state.cfaOffset;
        }
        case 0x0c -> {
          cfaRegister = register(in);
          cfaOffset = in.uleb();
        }
        case 0x0d -> cfaRegister = register(in);
        case 0x0e -> cfaOffset = in.uleb();
        case 0x0f -> {
          in.skip(in.uleb());
          cfaRegister = -1;
        }
        case 0x10, 0x16 -> {
          rules.put(register(in), new Rule.Lost());
          in.skip(in.uleb());
        }
        case 0x11 -> rules.put(register(in), new Rule.Saved(in.sleb() * common.dataFactor));
        case 0x12 -> {
          cfaRegister = register(in);
          cfaOffset = in.sleb() * common.dataFactor;
        }
        case 0x13 -> cfaOffset = in.sleb() * common.dataFactor;
        case 0x14 -> rules.put(register(in), new Rule.Value(in.uleb() * common.dataFactor));
        case 0x15 -> rules.put(register(in), new Rule.Value(in.sleb() * common.dataFactor));
        case 0x2e -> in.uleb(); // the size of pushed arguments
        default -> throw new Malformed("instruction");
      }
      return at;
    }

    private int register(ByteCursor in) throws Malformed {
      long number = in.uleb();
      if (number < 0 || number > 0xffff) {
        throw new Malformed("register");
      }
      return (int) number;
    }

    private void restore(int register) {
      Rule rule = initial.get(register);
      if (rule == null) {
        rules.remove(register);
      } else {
        rules.put(register, rule);
      }
    }
  }
}
