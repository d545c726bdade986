package dev.forklift.cli;

import picocli.CommandLine.ITypeConverter;

/// A file or folder of the host that is attached to a board: `HOST[:ro]`.
///
/// @param host as it was typed; relative to the current folder
record Attachment(String host, boolean readOnly) {
  static Attachment of(String text) {
    boolean readOnly = text.endsWith(":ro");
    return new Attachment(
        readOnly || text.endsWith(":rw") ? text.substring(0, text.length() - 3) : text, readOnly);
  }

  /// Reads it for picocli.
  static final class Converter implements ITypeConverter<Attachment> {
    @Override
    public Attachment convert(String text) {
      return of(text);
    }
  }
}
