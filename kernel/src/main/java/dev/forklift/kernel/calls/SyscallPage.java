package dev.forklift.kernel.calls;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/// The table of system calls as a page for people: what is there, what is refused, what is missing.
public final class SyscallPage {
  private static final String REFUSED = "answers ";

  private SyscallPage() {}

  /// The page, in Markdown.
  ///
  /// @param linux the numbers and names that Linux has
  public static String markdown(
      String architecture, SyscallTable table, NavigableMap<Integer, String> linux) {
    NavigableMap<Integer, String> rows = new TreeMap<>();
    int complete = 0;
    int partial = 0;
    int refused = 0;
    for (Syscall row : table.rows()) {
      String missing = row.missing();
      String status;
      if (missing == null) {
        complete++;
        status = "yes";
      } else if (missing.startsWith(REFUSED)) {
        refused++;
        status = missing.substring(REFUSED.length()) + ", as a Linux that was built without it";
      } else {
        partial++;
        status = "yes; " + missing;
      }
      rows.put(row.number(), line(row.number(), row.name(), arguments(row), status));
    }
    int absent = 0;
    for (var call : linux.entrySet()) {
      if (table.find(call.getKey()) == null) {
        absent++;
        rows.put(call.getKey(), line(call.getKey(), call.getValue(), "", "not yet: ENOSYS"));
      }
    }
    StringBuilder page = new StringBuilder();
    page.append("# System calls on ").append(architecture).append("\n\n");
    page.append("Made from the table of system calls by `./forklift syscalls`; do not edit.\n\n");
    page.append(
        "%d are there, %d of them with something missing; %d answer ENOSYS on purpose; %d are not there yet.\n\n"
            .formatted(complete + partial, partial, refused, absent));
    page.append("| number | name | arguments | supported |\n|---:|---|---|---|\n");
    rows.values().forEach(page::append);
    return page.toString();
  }

  private static String line(int number, String name, String arguments, String status) {
    return "| %d | %s | %s | %s |\n".formatted(number, name, arguments, status);
  }

  private static String arguments(Syscall row) {
    StringJoiner names = new StringJoiner(", ");
    row.kinds().forEach(kind -> names.add(nameOf(kind)));
    return names.toString();
  }

  /// The name of its constant.
  private static String nameOf(Arg<?> kind) {
    for (Field field : Args.class.getDeclaredFields()) {
      try {
        if (Modifier.isStatic(field.getModifiers()) && field.get(null) == kind) {
          return field.getName().toLowerCase(Locale.ROOT);
        }
      } catch (IllegalAccessException e) {
        // Private ones are no kinds.
      }
    }
    return "value";
  }
}
