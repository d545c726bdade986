package dev.forklift.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A folder or file of the host that is shown somewhere in the guest: `HOST:GUEST[:ro]`.
///
/// @param host as it was typed; relative to the current folder
/// @param guest an absolute path
record Volume(String host, String guest, boolean readOnly) {
  /// Reads what is behind `-v`; null if it is nothing of the kind.
  static @Nullable Volume of(String text) {
    boolean readOnly = text.endsWith(":ro");
    String both = readOnly || text.endsWith(":rw") ? text.substring(0, text.length() - 3) : text;
    int colon = both.lastIndexOf(":/");
    return colon <= 0
        ? null
        : new Volume(both.substring(0, colon), both.substring(colon + 1), readOnly);
  }

  /// Reads it for picocli.
  static final class Converter implements ITypeConverter<Volume> {
    @Override
    public Volume convert(String text) {
      Volume volume = of(text);
      if (volume == null) {
        throw new TypeConversionException(
            "'" + text + "' is not HOST:GUEST[:ro] with GUEST absolute");
      }
      return volume;
    }
  }
}
