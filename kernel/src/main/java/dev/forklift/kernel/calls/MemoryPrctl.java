package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.mm.ImageLayout;
import dev.forklift.kernel.mm.MemoryPolicy;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import java.util.Arrays;

/// The options of prctl(2) that are about a process's memory.
final class MemoryPrctl {
  private static final int PR_SET_MM = 35;
  private static final int PR_SET_THP_DISABLE = 41;
  private static final int PR_GET_THP_DISABLE = 42;
  private static final int PR_SET_MDWE = 65;
  private static final int PR_GET_MDWE = 66;
  private static final int PR_GET_AUXV = 0x4155_5856;

  private static final long MDWE_REFUSE_EXEC_GAIN = 1;
  private static final long MDWE_NO_INHERIT = 2;

  private static final int PR_SET_MM_START_CODE = 1;
  private static final int PR_SET_MM_END_CODE = 2;
  private static final int PR_SET_MM_START_DATA = 3;
  private static final int PR_SET_MM_END_DATA = 4;
  private static final int PR_SET_MM_START_STACK = 5;
  private static final int PR_SET_MM_START_BRK = 6;
  private static final int PR_SET_MM_BRK = 7;
  private static final int PR_SET_MM_ARG_START = 8;
  private static final int PR_SET_MM_ARG_END = 9;
  private static final int PR_SET_MM_ENV_START = 10;
  private static final int PR_SET_MM_ENV_END = 11;
  private static final int PR_SET_MM_AUXV = 12;
  private static final int PR_SET_MM_EXE_FILE = 13;
  private static final int PR_SET_MM_MAP = 14;
  private static final int PR_SET_MM_MAP_SIZE = 15;

  private static final long MMAP_MIN_ADDRESS = 4096;

  /// How many words of auxiliary vector Linux keeps: 22 entries, and the end.
  private static final int AUXV_WORDS = 46;

  private MemoryPrctl() {}

  static long call(Task task, int option, long second, long third, long fourth, long fifth)
      throws Errno {
    MemoryPolicy policy = task.memory().policy();
    switch (option) {
      case PR_SET_MM -> setMm(task, second, third, fourth, fifth);
      case PR_SET_THP_DISABLE -> {
        requireZero(third | fourth | fifth);
        policy.setHugePagesDisabled(second != 0);
      }
      case PR_GET_THP_DISABLE -> {
        requireZero(second | third | fourth | fifth);
        return policy.areHugePagesDisabled() ? 1 : 0;
      }
      case PR_SET_MDWE -> {
        requireZero(third | fourth | fifth);
        setWriteOrExecute(policy, second);
      }
      case PR_GET_MDWE -> {
        requireZero(second | third | fourth | fifth);
        return writeOrExecute(policy);
      }
      case PR_GET_AUXV -> {
        requireZero(fourth | fifth);
        return getAuxv(task, second, third);
      }
      default -> throw Errno.EINVAL;
    }
    return 0;
  }

  private static void requireZero(long arguments) throws Errno {
    if (arguments != 0) {
      throw Errno.EINVAL;
    }
  }

  private static long writeOrExecute(MemoryPolicy policy) {
    if (!policy.refusesExecGain()) {
      return 0;
    }
    return MDWE_REFUSE_EXEC_GAIN | (policy.isRefusalInherited() ? 0 : MDWE_NO_INHERIT);
  }

  /// Once on, it can neither be taken back nor changed.
  private static void setWriteOrExecute(MemoryPolicy policy, long bits) throws Errno {
    boolean known = (bits & ~(MDWE_REFUSE_EXEC_GAIN | MDWE_NO_INHERIT)) == 0;
    if (!known || bits == MDWE_NO_INHERIT) {
      throw Errno.EINVAL;
    }
    long old = writeOrExecute(policy);
    if (old != 0 && old != bits) {
      throw Errno.EPERM;
    }
    if (bits != 0) {
      policy.refuseExecGain((bits & MDWE_NO_INHERIT) == 0);
    }
  }

  private static long getAuxv(Task task, long address, long length) throws Errno {
    UserMemory user = task.memory().user();
    StructWriter w = new StructWriter(user.model());
    for (long word : Arrays.copyOf(task.memory().auxv(), AUXV_WORDS)) {
      w.word(word);
    }
    byte[] bytes = w.toBytes();
    int given = length < 0 || length > bytes.length ? bytes.length : (int) length;
    user.write(address, bytes, 0, given);
    return bytes.length;
  }

  private static void setMm(Task task, long option, long address, long third, long fourth)
      throws Errno {
    boolean takesLength =
        option == PR_SET_MM_AUXV || option == PR_SET_MM_MAP || option == PR_SET_MM_MAP_SIZE;
    if (fourth != 0 || (third != 0 && !takesLength)) {
      throw Errno.EINVAL;
    }
    Mm mm = task.memory();
    UserMemory user = mm.user();
    if (option == PR_SET_MM_MAP_SIZE) {
      user.putInt(address, mapBytes(user.model()));
      return;
    }
    if (option == PR_SET_MM_MAP) {
      throw Errno.EINVAL;
    }
    if (!task.credentials().has(Capability.SYS_RESOURCE)) {
      throw Errno.EPERM;
    }
    if (option == PR_SET_MM_EXE_FILE) {
      task.files().get((int) address);
      throw Errno.EBUSY; // as long as the program's old file is mapped, and it always is here
    }
    if (option == PR_SET_MM_AUXV) {
      setAuxv(mm, address, third);
      return;
    }
    if (address < MMAP_MIN_ADDRESS || address >= mm.layout().taskSize()) {
      throw Errno.EINVAL;
    }
    setPart(task, Math.clamp(option, 0, PR_SET_MM_MAP), address);
  }

  /// Eleven addresses of 64 bits, a pointer and two numbers.
  private static int mapBytes(DataModel model) {
    return 11 * Long.BYTES + model.wordBytes() + 2 * Integer.BYTES;
  }

  private static void setAuxv(Mm mm, long address, long length) throws Errno {
    UserMemory user = mm.user();
    int word = user.model().wordBytes();
    if (address == 0 || length < 0 || length > (long) AUXV_WORDS * word) {
      throw Errno.EINVAL;
    }
    byte[] bytes = new byte[AUXV_WORDS * word];
    user.read(address, bytes, 0, (int) length);
    StructReader r = new StructReader(user.model(), bytes);
    long[] auxv = new long[AUXV_WORDS];
    for (int i = 0; i < AUXV_WORDS - 2; i++) {
      auxv[i] = r.word();
    }
    mm.setAuxv(auxv);
  }

  private static void setPart(Task task, int option, long value) throws Errno {
    Mm mm = task.memory();
    ImageLayout old = mm.image();
    long brk = option == PR_SET_MM_BRK ? value : mm.brk();
    ImageLayout changed =
        new ImageLayout(
            option == PR_SET_MM_START_CODE ? value : old.startCode(),
            option == PR_SET_MM_END_CODE ? value : old.endCode(),
            option == PR_SET_MM_START_DATA ? value : old.startData(),
            option == PR_SET_MM_END_DATA ? value : old.endData(),
            option == PR_SET_MM_START_BRK ? value : old.startBrk(),
            option == PR_SET_MM_START_STACK ? value : old.startStack(),
            option == PR_SET_MM_ARG_START ? value : old.argStart(),
            option == PR_SET_MM_ARG_END ? value : old.argEnd(),
            option == PR_SET_MM_ENV_START ? value : old.envStart(),
            option == PR_SET_MM_ENV_END ? value : old.envEnd());
    boolean known = option >= PR_SET_MM_START_CODE && option <= PR_SET_MM_ENV_END;
    if (!known || !isOrdered(changed, brk) || !fitsDataLimit(task, changed, brk)) {
      throw Errno.EINVAL;
    }
    boolean mustBeMapped = option == PR_SET_MM_START_STACK || option >= PR_SET_MM_ARG_START;
    if (mustBeMapped && mm.regions().stream().noneMatch(region -> region.end() > value)) {
      throw Errno.EFAULT;
    }
    mm.changeImage(changed, brk);
  }

  private static boolean isOrdered(ImageLayout image, long brk) {
    return image.startCode() < image.endCode()
        && image.startData() <= image.endData()
        && image.startBrk() <= brk
        && image.argStart() <= image.argEnd()
        && image.envStart() <= image.envEnd();
  }

  private static boolean fitsDataLimit(Task task, ImageLayout image, long brk) {
    long data = brk - image.startBrk() + (image.endData() - image.startData());
    return data <= task.group().limits().soft(ResourceLimits.RLIMIT_DATA);
  }
}
