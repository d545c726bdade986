package dev.forklift.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Who the guest runs as: `UID[:GID]`.
record GuestUser(int uid, int gid) {
  static final GuestUser ROOT = new GuestUser(0, 0);

  /// Reads what is behind `-u`.
  static final class Converter implements ITypeConverter<GuestUser> {
    @Override
    public GuestUser convert(String text) {
      int colon = text.indexOf(':');
      int uid = number(text, colon < 0 ? text : text.substring(0, colon));
      return new GuestUser(uid, colon < 0 ? uid : number(text, text.substring(colon + 1)));
    }

    private static int number(String text, String part) {
      try {
        int number = Integer.parseInt(part);
        if (number >= 0) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw new TypeConversionException("'" + text + "' is not UID[:GID] in numbers");
    }
  }
}
