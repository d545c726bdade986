package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import java.util.ArrayList;
import java.util.List;

/// argv and envp: an array of pointers to strings, ended by a null pointer.
final class StringArray {
  /// No stack has room for more, whatever its limit.
  private static final int MAX_BYTES = 6 << 20;

  private static final int MAX_STRING = 128 << 10;

  private StringArray() {}

  /// Reads one; a null pointer reads as an empty one.
  ///
  /// @throws Errno EFAULT, E2BIG
  static List<String> read(Task task, long address) throws Errno {
    List<String> strings = new ArrayList<>();
    if (address == 0) {
      return strings;
    }
    UserMemory user = task.memory().user();
    int word = task.kernel().abi().dataModel().wordBytes();
    int bytes = 0;
    for (long at = address; ; at += word) {
      long pointer = user.getWord(at);
      if (pointer == 0) {
        return strings;
      }
      String string;
      try {
        string = user.readString(pointer, MAX_STRING);
      } catch (Errno e) {
        throw e == Errno.ENAMETOOLONG ? Errno.E2BIG : e;
      }
      bytes += string.length() + 1 + word;
      if (bytes > MAX_BYTES) {
        throw Errno.E2BIG;
      }
      strings.add(string);
    }
  }
}
