package dev.forklift.engine.isa;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes instructions of assembly text, for tests.
///
/// A program is lines of `label:`, an instruction, `.word NUMBER` or `.half NUMBER`, in any
/// combination, and comments behind `#`. Numbers are decimal or `0x`; a label may stand for its
/// address. There are no expressions and no directives else: this is no replacement for binutils.
public final class Assembler {
  private final InstructionSet set;
  private final Map<String, List<Form>> forms = new HashMap<>();

  /// A way to write a pattern.
  ///
  /// @param match the bits that it fixes
  private record Form(Pattern pattern, int match, Syntax syntax) {}

  Assembler(InstructionSet set) {
    this.set = set;
    for (Alias alias : set.aliases()) {
      add(alias.name(), new Form(alias.pattern(), alias.match(), alias.syntax()));
    }
    for (Pattern pattern : set.patterns()) {
      add(pattern.name(), new Form(pattern, pattern.match(), pattern.syntax()));
    }
  }

  private void add(String name, Form form) {
    forms.computeIfAbsent(name, _ -> new ArrayList<>()).add(form);
  }

  /// The bytes of a program that will lie at `start`.
  public byte[] assemble(long start, String program) {
    Map<String, Long> labels = new HashMap<>();
    List<String> lines = program.lines().map(Assembler::withoutComment).toList();
    // The first pass finds the labels: what stands for one then is the instruction's own address,
    // which always fits, and lengths do not depend on operands.
    run(start, lines, labels, true);
    return run(start, lines, labels, false);
  }

  private static String withoutComment(String line) {
    int hash = line.indexOf('#');
    return (hash < 0 ? line : line.substring(0, hash)).strip();
  }

  private byte[] run(long start, List<String> lines, Map<String, Long> labels, boolean first) {
    ByteBuffer code = ByteBuffer.allocate(Integer.BYTES * lines.size()).order(set.byteOrder());
    for (String line : lines) {
      String rest = line;
      long pc = start + code.position();
      for (int colon = rest.indexOf(':'); colon >= 0; colon = rest.indexOf(':')) {
        String label = rest.substring(0, colon).strip();
        if (first && labels.put(label, pc) != null) {
          throw new IllegalArgumentException("label '" + label + "' twice");
        }
        rest = rest.substring(colon + 1).strip();
      }
      if (!rest.isEmpty()) {
        put(code, new Line(rest, pc, labels, first));
      }
    }
    byte[] bytes = new byte[code.position()];
    code.get(0, bytes);
    return bytes;
  }

  private void put(ByteBuffer code, Line line) {
    switch (line.mnemonic) {
      case ".word" -> code.putInt((int) line.number(line.operands));
      case ".half" -> code.putShort((short) line.number(line.operands));
      default -> putInstruction(code, line);
    }
  }

  private void putInstruction(ByteBuffer code, Line line) {
    String reason = "no such instruction";
    for (Form form : forms.getOrDefault(line.mnemonic, List.of())) {
      try {
        int word = line.encode(form);
        if (form.pattern().bytes() == Short.BYTES) {
          code.putShort((short) word);
        } else {
          code.putInt(word);
        }
        return;
      } catch (NoMatch e) {
        reason = e.getMessage();
      }
    }
    throw new IllegalArgumentException("'" + line + "': " + reason);
  }

  /// The operands are not those of the form tried.
  private static final class NoMatch extends Exception {
    private static final long serialVersionUID = 1L;

    NoMatch(String message) {
      super(message, null, false, false);
    }
  }

  /// One instruction as written.
  private static final class Line {
    private final String mnemonic;
    private final String operands;
    private final long pc;
    private final Map<String, Long> labels;
    private final boolean first;
    private int at;

    Line(String text, long pc, Map<String, Long> labels, boolean first) {
      int end = 0;
      while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
        end++;
      }
      this.mnemonic = text.substring(0, end);
      this.operands = text.substring(end).strip();
      this.pc = pc;
      this.labels = labels;
      this.first = first;
    }

    @Override
    public String toString() {
      return mnemonic + " " + operands;
    }

    int encode(Form form) throws NoMatch {
      Pattern pattern = form.pattern();
      int word = form.match() | pattern.reservedMatch();
      at = 0;
      for (Syntax.Part part : form.syntax().parts()) {
        switch (part) {
          case Syntax.Text(String text) -> expect(text);
          case Syntax.Operand(String name, Syntax.Kind kind) -> {
            Field field = field(pattern, name);
            int value = value(kind, field);
            int bits = field.insert(value);
            if (field.extract(bits) != value) {
              throw new NoMatch(value + " does not fit");
            }
            word |= bits;
          }
        }
      }
      skipSpace();
      if (at < operands.length()) {
        throw new NoMatch("'" + operands.substring(at) + "' is too much");
      }
      return word;
    }

    private static Field field(Pattern pattern, String name) {
      for (Pattern.Argument argument : pattern.arguments()) {
        if (argument instanceof Pattern.Variable(String other, Field field) && other.equals(name)) {
          return field;
        }
      }
      throw new IllegalStateException(name + " cannot be written");
    }

    private int value(Syntax.Kind kind, Field field) throws NoMatch {
      String text = operand();
      return switch (kind) {
        case Syntax.Register(List<String> names) -> {
          int index = names.indexOf(text);
          if (index < 0) {
            throw new NoMatch("'" + text + "' is no register");
          }
          yield index;
        }
        case Syntax.Number() -> {
          long number = numberOrNoMatch(text);
          // An unsigned field of 32 bits gives what does not fit an int as negative, too.
          yield field.bits() == Integer.SIZE || number == (int) number
              ? (int) number
              : noMatch(number + " does not fit");
        }
        case Syntax.Relative(int bias) -> (int) (numberOrNoMatch(text) - pc - bias);
        case Syntax.Segment(int bits) -> {
          long target = numberOrNoMatch(text);
          if ((target ^ pc) >>> bits != 0) {
            throw new NoMatch(text + " lies in another segment");
          }
          yield (int) (target & (1L << bits) - 1);
        }
      };
    }

    private static int noMatch(String message) throws NoMatch {
      throw new NoMatch(message);
    }

    private void expect(String text) throws NoMatch {
      skipSpace();
      if (!operands.startsWith(text, at)) {
        throw new NoMatch("'" + text + "' is missing");
      }
      at += text.length();
    }

    private void skipSpace() {
      while (at < operands.length() && Character.isWhitespace(operands.charAt(at))) {
        at++;
      }
    }

    private String operand() throws NoMatch {
      skipSpace();
      int from = at;
      while (at < operands.length() && isPartOfOperand(operands.charAt(at))) {
        at++;
      }
      if (from == at) {
        throw new NoMatch("an operand is missing");
      }
      return operands.substring(from, at);
    }

    private static boolean isPartOfOperand(char c) {
      return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '%' || c == '.';
    }

    private long numberOrNoMatch(String text) throws NoMatch {
      try {
        return number(text);
      } catch (IllegalArgumentException e) {
        throw new NoMatch(String.valueOf(e.getMessage()));
      }
    }

    long number(String text) {
      char c =
          text.isEmpty() ? ' ' : text.charAt(text.startsWith("-") && text.length() > 1 ? 1 : 0);
      if (Character.isDigit(c)) {
        return Long.decode(text);
      }
      Long label = labels.get(text);
      if (label != null) {
        return label;
      }
      if (first) {
        return pc;
      }
      throw new IllegalArgumentException("'" + text + "' is no number and no label");
    }
  }
}
