package dev.forklift.engine.isa;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a `.decode` text.
///
/// The grammar is that of QEMU's decodetree, without groups, and with assembly syntax added. A line
/// is one of
///
///     # a comment
///     $ctl status estatus bstatus              names of registers of the kind "ctl"
///     %imm 6:s16                               a field: bit position and length, "s" if signed
///     %far 20:3 6:4 !function=times4           ... of several pieces, from the highest, scaled
///     &i rb:reg ra:reg imm                     a set of arguments, with the kind of each
///     @i ra:5 rb:5 imm:s16 ...... &i "{rb},{ra},{imm}"
///                                              a format: bits, arguments, syntax
///     addi ..... ..... ................ 000100 @i
///                                              a pattern: name, bits, format, more arguments
///     alias mov add rb=0 "{rc},{ra}"           another way to write a pattern
///
/// A bit is `0` or `1` if it tells the instruction, `.` if it belongs to a field, `-` if it means
/// nothing and is written as 0, `+` if it means nothing and is written as 1. `name:5` stands for five
/// bits that are the argument of that name. Arguments come from fields (`ra=%a`, or `%ra` alone) or
/// are fixed (`ra=0`). Kinds of arguments are `num` (the default), `reg`, a name defined with `$`,
/// `pc+N` for a distance from the instruction's address plus N, and `segment28` for a place in the
/// instruction's own segment of 2 to the 28 bytes. A pattern has 16 or 32 bits.
final class DecodeText {
  private final String file;
  private final Map<String, Syntax.Kind> kinds = new HashMap<>();
  private final Map<String, Field> fields = new HashMap<>();
  private final Map<String, Map<String, Syntax.Kind>> sets = new HashMap<>();
  private final Map<String, Format> formats = new HashMap<>();
  private final Map<String, Pattern> patterns = new LinkedHashMap<>();
  private final Map<String, Map<String, Syntax.Kind>> patternKinds = new HashMap<>();
  private final List<Alias> aliases = new ArrayList<>();
  private int line;

  /// What a line says of bits, arguments and syntax.
  private record Format(
      int bits,
      int mask,
      int match,
      int reserved,
      int reservedMatch,
      List<Pattern.Argument> arguments,
      @Nullable Map<String, Syntax.Kind> set,
      @Nullable String syntax) {}

  /// An argument given among the bits. How many bits follow is known only at the end of the line.
  private record Inline(String name, boolean signed, int before, int length) {
    Pattern.Argument argument(int all) {
      Field.Piece piece = new Field.Piece(all - before - length, length);
      return new Pattern.Variable(name, new Field(List.of(piece), signed, 0));
    }
  }

  private DecodeText(String file, Registers registers) {
    this.file = file;
    kinds.put("num", new Syntax.Number());
    kinds.put("reg", new Syntax.Register(registers.names()));
  }

  /// Reads `text`; `file` is what messages call it.
  static DecodeText read(String file, String text, Registers registers) {
    DecodeText result = new DecodeText(file, registers);
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      result.line++;
      result.readLine(result.split(text, start, end));
      start = end + 1;
    }
    return result;
  }

  /// All patterns, in the order of the text.
  List<Pattern> patterns() {
    return List.copyOf(patterns.values());
  }

  List<Alias> aliases() {
    return aliases;
  }

  /// The words of a line; what stands in quotes is one word that begins with a quote.
  private List<String> split(String text, int start, int end) {
    List<String> words = new ArrayList<>();
    int at = start;
    while (at < end) {
      char c = text.charAt(at);
      if (c == '#') {
        break;
      } else if (c <= ' ') {
        at++;
      } else if (c == '"') {
        int close = text.indexOf('"', at + 1);
        if (close < 0 || close >= end) {
          throw error("a quote is not closed");
        }
        words.add(text.substring(at, close));
        at = close + 1;
      } else {
        int from = at;
        while (at < end && text.charAt(at) > ' ' && text.charAt(at) != '"') {
          at++;
        }
        words.add(text.substring(from, at));
      }
    }
    return words;
  }

  private void readLine(List<String> words) {
    if (words.isEmpty()) {
      return;
    }
    String first = words.getFirst();
    String name = first.substring(1).intern();
    List<String> rest = words.subList(1, words.size());
    if (first.equals("$") || first.equals("%") || first.equals("&") || first.equals("@")) {
      throw error("a name is missing");
    }
    switch (first.charAt(0)) {
      case '$' -> define(kinds, name, new Syntax.Register(List.copyOf(rest)));
      case '%' -> define(fields, name, readField(rest));
      case '&' -> define(sets, name, readSet(rest));
      case '@' -> define(formats, name, readFormat(rest));
      default -> {
        if (first.equals("alias")) {
          readAlias(rest);
        } else {
          readPattern(first.intern(), rest);
        }
      }
    }
  }

  private <T> void define(Map<String, T> map, String name, T value) {
    if (map.putIfAbsent(name, value) != null) {
      throw error("'" + name + "' is defined twice");
    }
  }

  private Field readField(List<String> words) {
    List<Field.Piece> pieces = new ArrayList<>();
    boolean signed = false;
    int scale = 0;
    for (String word : words) {
      if (word.startsWith("!function=")) {
        scale = scale(word.substring("!function=".length()));
        continue;
      }
      int colon = word.indexOf(':');
      if (colon < 0) {
        throw error("'" + word + "' is not position:length");
      }
      boolean sign = word.startsWith("s", colon + 1);
      if (sign && !pieces.isEmpty()) {
        throw error("only the highest piece of a field may be signed");
      }
      signed |= sign;
      int position = number(word.substring(0, colon));
      int length = number(word.substring(colon + (sign ? 2 : 1)));
      if (position < 0 || length < 1 || position + length > Integer.SIZE) {
        throw error("'" + word + "' lies outside of 32 bits");
      }
      pieces.add(new Field.Piece(position, length));
    }
    if (pieces.isEmpty()) {
      throw error("a field without bits");
    }
    return new Field(pieces, signed, scale);
  }

  private int scale(String function) {
    return switch (function) {
      case "times2" -> 1;
      case "times4" -> 2;
      case "times8" -> 3;
      default -> throw error("unknown function '" + function + "'");
    };
  }

  private Map<String, Syntax.Kind> readSet(List<String> words) {
    Map<String, Syntax.Kind> set = new LinkedHashMap<>();
    for (String word : words) {
      int colon = word.indexOf(':');
      String name = colon < 0 ? word : word.substring(0, colon);
      define(set, name.intern(), kind(colon < 0 ? "num" : word.substring(colon + 1)));
    }
    return set;
  }

  private Syntax.Kind kind(String name) {
    if (name.startsWith("pc+")) {
      return new Syntax.Relative(number(name.substring(3)));
    }
    if (name.startsWith("segment")) {
      return new Syntax.Segment(number(name.substring("segment".length())));
    }
    return known(kinds, name, "kind of argument");
  }

  private <T> T known(Map<String, T> map, String name, String what) {
    T value = map.get(name);
    if (value == null) {
      throw error("unknown " + what + " '" + name + "'");
    }
    return value;
  }

  private Format readFormat(List<String> words) {
    int bits = 0;
    int mask = 0;
    int match = 0;
    int reserved = 0;
    int reservedMatch = 0;
    List<Pattern.Argument> arguments = new ArrayList<>();
    List<Inline> inline = new ArrayList<>();
    Map<String, Syntax.Kind> set = null;
    String syntax = null;
    for (String word : words) {
      char c = word.charAt(0);
      if (isBits(word)) {
        for (int i = 0; i < word.length(); i++) {
          char bit = word.charAt(i);
          mask = mask << 1 | (bit == '0' || bit == '1' ? 1 : 0);
          match = match << 1 | (bit == '1' ? 1 : 0);
          reserved = reserved << 1 | (bit == '-' || bit == '+' ? 1 : 0);
          reservedMatch = reservedMatch << 1 | (bit == '+' ? 1 : 0);
        }
        bits += word.length();
      } else if (c == '"') {
        syntax = word.substring(1);
      } else if (c == '&') {
        set = known(sets, word.substring(1), "argument set");
      } else if (c == '%') {
        arguments.add(variable(word.substring(1), word.substring(1)));
      } else if (word.indexOf('=') > 0) {
        arguments.add(given(word));
      } else if (word.indexOf(':') > 0) {
        int colon = word.indexOf(':');
        boolean signed = word.startsWith("s", colon + 1);
        int length = number(word.substring(colon + (signed ? 2 : 1)));
        inline.add(new Inline(word.substring(0, colon).intern(), signed, bits, length));
        mask <<= length;
        match <<= length;
        reserved <<= length;
        reservedMatch <<= length;
        bits += length;
      } else {
        throw error("'" + word + "' makes no sense here");
      }
    }
    if (bits != 0 && bits != 16 && bits != 32) {
      throw error(bits + " bits; 16 or 32 are possible");
    }
    for (Inline field : inline) {
      arguments.add(field.argument(bits));
    }
    return new Format(bits, mask, match, reserved, reservedMatch, arguments, set, syntax);
  }

  private static boolean isBits(String word) {
    for (int i = 0; i < word.length(); i++) {
      if ("01.-+".indexOf(word.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private Pattern.Argument given(String word) {
    int equal = word.indexOf('=');
    String name = word.substring(0, equal);
    String value = word.substring(equal + 1);
    return value.startsWith("%")
        ? variable(name, value.substring(1))
        : new Pattern.Fixed(name.intern(), number(value));
  }

  private Pattern.Argument variable(String name, String field) {
    return new Pattern.Variable(name.intern(), known(fields, field, "field"));
  }

  private void readPattern(String name, List<String> words) {
    Format base = null;
    List<String> own = new ArrayList<>();
    for (String word : words) {
      if (word.startsWith("@")) {
        base = known(formats, word.substring(1), "format");
      } else {
        own.add(word);
      }
    }
    Format format = readFormat(own);
    if (base != null) {
      format = merge(base, format);
    }
    Map<String, Syntax.Kind> set = format.set();
    List<Pattern.Argument> arguments = format.arguments();
    if (set != null) {
      arguments = inOrder(set, arguments);
    } else {
      set = new LinkedHashMap<>();
      for (Pattern.Argument argument : arguments) {
        define(set, argument.name(), new Syntax.Number());
      }
    }
    refuseHoles(format, arguments);
    Syntax syntax = format.syntax() == null ? Syntax.NONE : readSyntax(format.syntax(), set);
    Pattern pattern =
        new Pattern(
            name,
            line,
            format.bits() / Byte.SIZE,
            format.mask(),
            format.match(),
            format.reserved(),
            format.reservedMatch(),
            arguments,
            syntax);
    define(patterns, name, pattern);
    patternKinds.put(name, set);
  }

  private Format merge(Format base, Format own) {
    if (own.bits() != 0 && base.bits() != 0 && own.bits() != base.bits()) {
      throw error(own.bits() + " bits, and a format of " + base.bits());
    }
    int both = base.mask() & own.mask();
    if ((base.match() & both) != (own.match() & both)) {
      throw error("bits that its format has otherwise");
    }
    List<Pattern.Argument> arguments = new ArrayList<>(base.arguments());
    arguments.addAll(own.arguments());
    int mask = base.mask() | own.mask();
    // What the pattern says of a bit goes before what its format says.
    int reserved = (base.reserved() | own.reserved()) & ~mask;
    int reservedMatch = ((base.reservedMatch() & ~own.reserved()) | own.reservedMatch()) & reserved;
    return new Format(
        Math.max(base.bits(), own.bits()),
        mask,
        base.match() | own.match(),
        reserved,
        reservedMatch,
        arguments,
        own.set() != null ? own.set() : base.set(),
        own.syntax() != null ? own.syntax() : base.syntax());
  }

  /// The arguments in the order of their set, each of which must be there once.
  private List<Pattern.Argument> inOrder(
      Map<String, Syntax.Kind> set, List<Pattern.Argument> arguments) {
    List<Pattern.Argument> result = new ArrayList<>();
    for (String name : set.keySet()) {
      Pattern.Argument found = null;
      for (Pattern.Argument argument : arguments) {
        if (argument.name().equals(name)) {
          if (found != null) {
            throw error("argument '" + name + "' is given twice");
          }
          found = argument;
        }
      }
      if (found == null) {
        throw error("argument '" + name + "' is missing");
      }
      result.add(found);
    }
    for (Pattern.Argument argument : arguments) {
      if (!set.containsKey(argument.name())) {
        throw error("argument '" + argument.name() + "' is not in the argument set");
      }
    }
    return result;
  }

  /// Every bit tells the instruction, means nothing, or belongs to one argument.
  private void refuseHoles(Format format, List<Pattern.Argument> arguments) {
    int all = format.bits() == 32 ? -1 : 0xffff;
    if (format.bits() == 0) {
      throw error("a pattern without bits");
    }
    int covered = 0;
    for (Pattern.Argument argument : arguments) {
      if (argument instanceof Pattern.Variable(String name, Field field)) {
        int mask = field.mask();
        if ((mask & ~all) != 0) {
          throw error("argument '" + name + "' lies outside of the pattern");
        }
        if ((mask & format.mask()) != 0) {
          throw error("argument '" + name + "' lies over bits that are fixed");
        }
        covered |= mask;
      }
    }
    int holes = all & ~covered & ~format.mask() & ~format.reserved();
    if (holes != 0) {
      int bit = Integer.numberOfTrailingZeros(holes);
      throw error("bit " + bit + " belongs to no argument");
    }
  }

  private Syntax readSyntax(String text, Map<String, Syntax.Kind> set) {
    List<Syntax.Part> parts = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int open = text.indexOf('{', at);
      if (open < 0) {
        parts.add(new Syntax.Text(text.substring(at)));
        break;
      }
      if (open > at) {
        parts.add(new Syntax.Text(text.substring(at, open)));
      }
      int close = text.indexOf('}', open);
      if (close < 0) {
        throw error("a brace is not closed");
      }
      String operand = text.substring(open + 1, close);
      int colon = operand.indexOf(':');
      String name = (colon < 0 ? operand : operand.substring(0, colon)).intern();
      Syntax.Kind kind = known(set, name, "argument");
      parts.add(new Syntax.Operand(name, colon < 0 ? kind : kind(operand.substring(colon + 1))));
      at = close + 1;
    }
    return new Syntax(parts);
  }

  private void readAlias(List<String> words) {
    if (words.size() < 2) {
      throw error("an alias is: alias name pattern argument=number... \"syntax\"");
    }
    Pattern pattern = known(patterns, words.get(1), "pattern");
    Syntax syntax = Syntax.NONE;
    int mask = pattern.mask();
    int match = pattern.match();
    for (String word : words.subList(2, words.size())) {
      if (word.startsWith("\"")) {
        syntax = readSyntax(word.substring(1), known(patternKinds, pattern.name(), "pattern"));
        continue;
      }
      if (word.indexOf('=') < 0
          || !(given(word) instanceof Pattern.Fixed(String name, int value))) {
        throw error("'" + word + "' is not argument=number");
      }
      Field field = field(pattern, name);
      int bits = field.insert(value);
      if (field.extract(bits) != value) {
        throw error(name + " cannot be " + value);
      }
      mask |= field.mask();
      match |= bits;
    }
    aliases.add(new Alias(words.getFirst(), pattern, mask, match, syntax));
  }

  private Field field(Pattern pattern, String name) {
    for (Pattern.Argument argument : pattern.arguments()) {
      if (argument instanceof Pattern.Variable(String other, Field field) && other.equals(name)) {
        return field;
      }
    }
    throw error(pattern.name() + " has no argument '" + name + "' to choose");
  }

  private int number(String text) {
    try {
      return Integer.decode(text);
    } catch (NumberFormatException e) {
      throw error("'" + text + "' is no number");
    }
  }

  private IllegalArgumentException error(String message) {
    return error(line, message);
  }

  IllegalArgumentException overlap(Pattern one, Pattern other) {
    String where = other.name() + " of line " + other.line();
    return error(one.line(), one.name() + " overlaps " + where);
  }

  /// Says what is wrong with a line.
  IllegalArgumentException error(int line, String message) {
    return new IllegalArgumentException(file + ":" + line + ": " + message);
  }
}
