package dev.forklift.kernel.calls;

/// Bytes as a C string literal, for traces.
final class CString {
  private CString() {}

  static String quote(String text, int limit) {
    StringBuilder out = new StringBuilder("\"");
    int length = Math.min(text.length(), limit);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        default -> {
          if (c >= ' ' && c < 0x7f) {
            out.append(c);
          } else {
            out.append('\\').append(Integer.toOctalString(c));
          }
        }
      }
    }
    return out.append(length < text.length() ? "\"..." : "\"").toString();
  }
}
