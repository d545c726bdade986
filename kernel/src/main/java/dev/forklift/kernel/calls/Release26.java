package dev.forklift.kernel.calls;

/// The release that old programs are shown (personality(2), UNAME26): they could not parse one that
/// does not begin with 2.6.
final class Release26 {
  private Release26() {}

  /// Turns `6.12.117-x` into `2.6.72-x`: 60 and the second number after 2.6, then what follows the
  /// numbers.
  static String of(String release) {
    int rest = 0;
    int dots = 0;
    while (rest < release.length()) {
      char c = release.charAt(rest);
      if (c == '.') {
        dots++;
        if (dots >= 3) {
          break;
        }
      } else if (c < '0' || c > '9') {
        break;
      }
      rest++;
    }
    String[] numbers = release.substring(0, rest).split("\\.", -1);
    int second = 0;
    if (numbers.length > 1 && !numbers[1].isEmpty() && numbers[1].length() < 5) {
      second = Integer.parseInt(numbers[1]);
    }
    return "2.6." + (60 + second) + release.substring(rest);
  }
}
