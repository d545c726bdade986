package dev.forklift.engine.isa;

import dev.forklift.engine.ir.Ir;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The instructions of a CPU: a `.decode` text, and what each line of it means.
///
///     InstructionSet.load("toy.decode", Toy.class.getResourceAsStream("toy.decode"), registers, order)
///         .on("addi", I::of, (ir, a) -> ir.set(a.rd(), ir.add(ir.reg(a.ra()), ir.imm(a.imm()))))
///         .build();
///
/// There are instructions of 32 bits only, or of 16 and 32 bits. In the latter case the 16 bits at
/// the lower address decide the length; a pattern of 32 bits is written as the CPU would load all of
/// it as one number.
public final class InstructionSet {
  private final ByteOrder byteOrder;
  private final Registers registers;
  private final List<Pattern> patterns;
  private final List<Alias> aliases;
  private final Map<String, Binding<?>> bindings;
  private final boolean hasShort;
  private final DecodeTree shortTree;
  private final DecodeTree longTree;

  /// A meaning, and how it gets its arguments.
  record Binding<A>(Shape<A> shape, Meaning<A> meaning) {
    void emit(Ir ir, Instruction instruction) {
      meaning.emit(ir, shape.of(instruction));
    }

    void check(Instruction instruction) {
      shape.of(instruction);
    }
  }

  private InstructionSet(
      ByteOrder byteOrder, Registers registers, DecodeText text, Map<String, Binding<?>> bindings) {
    this.byteOrder = byteOrder;
    this.registers = registers;
    this.patterns = text.patterns();
    this.aliases = text.aliases();
    this.bindings = bindings;
    List<Pattern> shortPatterns = new ArrayList<>();
    List<Pattern> longPatterns = new ArrayList<>();
    for (Pattern pattern : patterns) {
      (pattern.bytes() == Short.BYTES ? shortPatterns : longPatterns).add(pattern);
    }
    hasShort = !shortPatterns.isEmpty();
    shortTree = DecodeTree.of(text, shortPatterns);
    longTree = DecodeTree.of(text, longPatterns);
    for (Pattern pattern : longPatterns) {
      for (Pattern other : shortPatterns) {
        int common = firstHalf(pattern.mask()) & other.mask();
        if ((firstHalf(pattern.match()) & common) == (other.match() & common)) {
          throw text.overlap(pattern, other);
        }
      }
    }
  }

  /// The half of a long instruction that lies at the lower address.
  private int firstHalf(int word) {
    return (byteOrder == ByteOrder.BIG_ENDIAN ? word >>> Short.SIZE : word) & 0xffff;
  }

  /// Begins with a `.decode` text; `name` is what messages call it. Closes `text`.
  public static Builder load(
      String name, @Nullable InputStream text, Registers registers, ByteOrder byteOrder) {
    if (text == null) {
      throw new IllegalArgumentException("there is no " + name);
    }
    try (text) {
      String all = new String(text.readAllBytes(), StandardCharsets.UTF_8);
      return new Builder(name, DecodeText.read(name, all, registers), registers, byteOrder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }

  /// Collects the meanings.
  public static final class Builder {
    private final String name;
    private final DecodeText text;
    private final Registers registers;
    private final ByteOrder byteOrder;
    private final Map<String, Binding<?>> bindings = new HashMap<>();

    private Builder(String name, DecodeText text, Registers registers, ByteOrder byteOrder) {
      this.name = name;
      this.text = text;
      this.registers = registers;
      this.byteOrder = byteOrder;
    }

    /// Says what the instruction `pattern` does.
    public <A> Builder on(String pattern, Shape<A> shape, Meaning<A> meaning) {
      if (bindings.putIfAbsent(pattern, new Binding<>(shape, meaning)) != null) {
        throw new IllegalArgumentException(name + ": two meanings of '" + pattern + "'");
      }
      return this;
    }

    /// Says what the instruction `pattern`, whose arguments do not matter, does.
    public Builder on(String pattern, Consumer<Ir> meaning) {
      return on(pattern, instruction -> instruction, (ir, _) -> meaning.accept(ir));
    }

    /// The whole. Every line of the text has one meaning, and every meaning a line, or this throws.
    public InstructionSet build() {
      int bound = 0;
      for (Pattern pattern : text.patterns()) {
        Binding<?> binding = bindings.get(pattern.name());
        if (binding == null) {
          throw text.error(pattern.line(), "no meaning of '" + pattern.name() + "'");
        }
        try {
          binding.check(new Instruction(pattern, binding, pattern.match()));
        } catch (IllegalArgumentException e) {
          throw text.error(pattern.line(), String.valueOf(e.getMessage()));
        }
        bound++;
      }
      if (bound != bindings.size()) {
        for (Pattern pattern : text.patterns()) {
          bindings.remove(pattern.name());
        }
        throw new IllegalArgumentException(name + ": no pattern for " + bindings.keySet());
      }
      return new InstructionSet(byteOrder, registers, text, bindings);
    }
  }

  /// The length in bytes of the shortest instruction: 2 or 4.
  public int unit() {
    return hasShort ? Short.BYTES : Integer.BYTES;
  }

  /// The length of the instruction that begins with these 16 bits: 4 if 32 bits have to be looked
  /// at, 2 if these alone are an instruction or can never begin one.
  public int length(int first) {
    if (!hasShort) {
      return Integer.BYTES;
    }
    if (shortTree.find(first & 0xffff) != null) {
      return Short.BYTES;
    }
    for (Pattern pattern : patterns) {
      if (pattern.bytes() == Integer.BYTES
          && (first & firstHalf(pattern.mask())) == firstHalf(pattern.match())) {
        return Integer.BYTES;
      }
    }
    return Short.BYTES;
  }

  /// The two halves of an instruction of 32 bits, in the order of their addresses, as one number.
  public int join(int first, int second) {
    return byteOrder == ByteOrder.BIG_ENDIAN
        ? first << Short.SIZE | (second & 0xffff)
        : second << Short.SIZE | (first & 0xffff);
  }

  /// The instruction of `bytes` bytes that `word` is, or null if it is none.
  public @Nullable Instruction decode(int word, int bytes) {
    Pattern pattern = find(word, bytes);
    if (pattern == null) {
      return null;
    }
    Binding<?> binding = bindings.get(pattern.name());
    if (binding == null) {
      throw new IllegalStateException("a pattern without a meaning: " + pattern.name());
    }
    return new Instruction(pattern, binding, word);
  }

  @Nullable Pattern find(int word, int bytes) {
    return bytes == Short.BYTES ? shortTree.find(word & 0xffff) : longTree.find(word);
  }

  /// The names of all instructions, in the order of the text.
  public List<String> names() {
    return patterns.stream().map(Pattern::name).toList();
  }

  public Registers registers() {
    return registers;
  }

  public ByteOrder byteOrder() {
    return byteOrder;
  }

  /// Writes instructions as assembly text.
  public Disassembler disassembler() {
    return new Disassembler(this);
  }

  /// Makes instructions of assembly text.
  public Assembler assembler() {
    return new Assembler(this);
  }

  List<Pattern> patterns() {
    return patterns;
  }

  List<Alias> aliases() {
    return aliases;
  }
}
