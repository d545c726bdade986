package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.random.RandomSource;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The stack that a program starts with. From the top: a null word, the file name, the environment,
/// the arguments, 16 random bytes, the auxiliary vector, the pointers to environment and arguments,
/// and the number of these, which the stack pointer points at.
final class InitialStack {
  /// How much is mapped below the strings from the start.
  private static final long EXTRA = 128 * 1024;

  private static final int RANDOM_BYTES = 16;
  private static final int CLOCK_TICKS = 100;

  // Kinds of entries in the auxiliary vector.
  private static final int AT_PHDR = 3;
  private static final int AT_PHENT = 4;
  private static final int AT_PHNUM = 5;
  private static final int AT_PAGESZ = 6;
  private static final int AT_BASE = 7;
  private static final int AT_FLAGS = 8;
  private static final int AT_ENTRY = 9;
  private static final int AT_UID = 11;
  private static final int AT_EUID = 12;
  private static final int AT_GID = 13;
  private static final int AT_EGID = 14;
  private static final int AT_PLATFORM = 15;
  private static final int AT_HWCAP = 16;
  private static final int AT_CLKTCK = 17;
  private static final int AT_SECURE = 23;
  private static final int AT_RANDOM = 25;
  private static final int AT_EXECFN = 31;

  private final LinuxAbi abi;
  private final Mm mm;
  private final ProgramStrings strings;
  private final DataModel model;
  private final long argumentStart;
  private final long environmentStart;
  private final long environmentEnd;
  private long stackPointer;

  InitialStack(LinuxAbi abi, Mm mm, ProgramStrings strings) {
    this.abi = abi;
    this.mm = mm;
    this.strings = strings;
    this.model = abi.dataModel();
    byte[] image = strings.image();
    argumentStart = abi.memoryLayout().stackTop() - model.wordBytes() - image.length;
    environmentStart = argumentStart + ProgramStrings.bytes(strings.arguments());
    environmentEnd = environmentStart + ProgramStrings.bytes(strings.environment());
  }

  long argumentStart() {
    return argumentStart;
  }

  long environmentStart() {
    return environmentStart;
  }

  long environmentEnd() {
    return environmentEnd;
  }

  /// Where argc lies, once [#writeTables] has put it there.
  long stackPointer() {
    return stackPointer;
  }

  /// Maps the stack and puts the strings onto it.
  void map(ResourceLimits limits, boolean executable) throws Errno {
    long pageBytes = 1L << abi.memoryLayout().pageShift();
    long top = abi.memoryLayout().stackTop();
    long used = top - (argumentStart & -pageBytes);
    long limit = limits.soft(ResourceLimits.RLIMIT_STACK) & -pageBytes;
    mm.mapStack(top - Math.max(used, Math.min(limit, used + EXTRA)), executable);
    mm.user().write(argumentStart, strings.image());
  }

  /// Puts the tables below the strings.
  void writeTables(ElfImage image, Credentials who, boolean secure, RandomSource random)
      throws Errno {
    long at = argumentStart;
    long platformAt = 0;
    String platform = abi.platform();
    if (platform != null) {
      byte[] bytes = (platform + "\0").getBytes(StandardCharsets.ISO_8859_1);
      at -= bytes.length;
      platformAt = at;
      mm.user().write(at, bytes);
    }
    byte[] bytes = new byte[RANDOM_BYTES];
    random.fill(bytes, 0, bytes.length);
    at -= bytes.length;
    mm.user().write(at, bytes);
    long[] auxv = auxv(image, who, secure, at, platformAt);
    int pointers = 1 + strings.arguments().size() + 1 + strings.environment().size() + 1;
    stackPointer = at - (long) (auxv.length + pointers) * model.wordBytes() & -16;
    StructWriter tables = new StructWriter(model);
    tables.word(strings.arguments().size());
    pointTo(tables, strings.arguments(), argumentStart);
    pointTo(tables, strings.environment(), environmentStart);
    for (long entry : auxv) {
      tables.word(entry);
    }
    mm.user().write(stackPointer, tables.toBytes());
    mm.setAuxv(auxv);
  }

  private static void pointTo(StructWriter tables, List<String> strings, long start) {
    long at = start;
    for (String string : strings) {
      tables.word(at);
      at += string.length() + 1;
    }
    tables.word(0);
  }

  private long[] auxv(
      ElfImage image, Credentials who, boolean secure, long randomAt, long platformAt) {
    UserNamespace names = who.userNamespace();
    AuxiliaryVector vector =
        new AuxiliaryVector()
            .add(AT_HWCAP, abi.hwcap())
            .add(AT_PAGESZ, 1L << abi.memoryLayout().pageShift())
            .add(AT_CLKTCK, CLOCK_TICKS)
            .add(AT_PHDR, image.headers())
            .add(AT_PHENT, ElfSegment.bytes(model))
            .add(AT_PHNUM, image.headerCount())
            .add(AT_BASE, image.base())
            .add(AT_FLAGS, 0)
            .add(AT_ENTRY, image.ownEntry())
            .add(AT_UID, names.uid(who.uid()))
            .add(AT_EUID, names.uid(who.euid()))
            .add(AT_GID, names.gid(who.gid()))
            .add(AT_EGID, names.gid(who.egid()))
            .add(AT_SECURE, secure ? 1 : 0)
            .add(AT_RANDOM, randomAt)
            .add(AT_EXECFN, environmentEnd);
    if (platformAt != 0) {
      vector.add(AT_PLATFORM, platformAt);
    }
    return vector.end();
  }
}
