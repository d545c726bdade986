package dev.forklift.engine.isa;

import java.util.List;

/// Where an argument stands in the bits of an instruction.
///
/// @param pieces from the most significant one
/// @param signed whether the highest bit is the sign
/// @param scale binary logarithm of what the number is multiplied with
record Field(List<Piece> pieces, boolean signed, int scale) {
  /// Adjacent bits.
  record Piece(int position, int length) {}

  Field {
    pieces = List.copyOf(pieces);
  }

  int bits() {
    int bits = 0;
    for (int i = 0; i < pieces.size(); i++) {
      bits += pieces.get(i).length();
    }
    return bits;
  }

  /// The bits of the instruction that belong to it.
  int mask() {
    int mask = 0;
    for (Piece piece : pieces) {
      mask |= mask(piece.length()) << piece.position();
    }
    return mask;
  }

  int extract(int word) {
    int value = 0;
    int bits = 0;
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      value = value << piece.length() | (word >>> piece.position() & mask(piece.length()));
      bits += piece.length();
    }
    if (signed) {
      int unused = Integer.SIZE - bits;
      value = value << unused >> unused;
    }
    return value << scale;
  }

  /// The bits that say `value`, as far as the field can hold it: [#extract] tells.
  int insert(int value) {
    int rest = value >> scale;
    int word = 0;
    for (int i = pieces.size() - 1; i >= 0; i--) {
      Piece piece = pieces.get(i);
      word |= (rest & mask(piece.length())) << piece.position();
      rest = piece.length() == Integer.SIZE ? 0 : rest >> piece.length();
    }
    return word;
  }

  private static int mask(int length) {
    return length == Integer.SIZE ? -1 : (1 << length) - 1;
  }
}
