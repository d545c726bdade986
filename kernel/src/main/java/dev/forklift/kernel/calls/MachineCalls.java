package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.PATH;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Accounting;
import dev.forklift.kernel.process.PidNamespace;
import dev.forklift.kernel.process.PidNamespaceEnd;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.UtsName;
import dev.forklift.kernel.process.UtsNamespace;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/// The machine as a whole: its names, its memory, its random bytes, its log, switching it off.
final class MachineCalls {
  private static final int UTS_LENGTH = 64;
  private static final int UNAME26 = 0x002_0000;

  private static final int GRND_NONBLOCK = 1;
  private static final int GRND_RANDOM = 2;
  private static final int GRND_INSECURE = 4;
  private static final int RANDOM_CHUNK = 4096;
  private static final long MAX_TRANSFER = 0x7fff_f000L;

  private static final int LOG_BYTES = 16384;
  private static final int LOUDEST = 8;

  private static final int REBOOT_MAGIC = 0xfee1dead;
  private static final Set<Integer> REBOOT_MAGICS =
      Set.of(672274793, 85072278, 369367448, 537993216);
  private static final int REBOOT_CAD_OFF = 0;
  private static final int REBOOT_CAD_ON = 0x89abcdef;
  private static final int REBOOT_RESTART = 0x01234567;
  private static final int REBOOT_HALT = 0xcdef0123;
  private static final int REBOOT_POWER_OFF = 0x4321fedc;
  private static final int REBOOT_RESTART2 = 0xa1b2c3d4;

  private MachineCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(89, "acct", PATH, MachineCalls::acct)
        .sys(105, "init_module", ADDR, SIZE, ADDR, MachineCalls::initModule)
        .sys(106, "delete_module", PATH, FLAGS, MachineCalls::deleteModule)
        .sys(116, "syslog", INT, ADDR, INT, MachineCalls::syslog)
        .sys(142, "reboot", FLAGS, FLAGS, FLAGS, ADDR, MachineCalls::reboot)
        .sys(160, "uname", ADDR, MachineCalls::uname)
        .sys(161, "sethostname", ADDR, INT, MachineCalls::sethostname)
        .sys(162, "setdomainname", ADDR, INT, MachineCalls::setdomainname)
        .sys(179, "sysinfo", ADDR, MachineCalls::sysinfo)
        .sys(273, "finit_module", FD, ADDR, FLAGS, MachineCalls::finitModule)
        .sys(278, "getrandom", ADDR, SIZE, FLAGS, MachineCalls::getrandom)
        .partial(89, "records tell no terminal and no use of privilege")
        .partial(105, "no module is for this kernel")
        .partial(116, "the log is empty")
        .partial(273, "no module is for this kernel");
  }

  private static long uname(Task task, long address) throws Errno {
    UtsName name = task.namespaces().uts().name();
    String release = name.release();
    if ((task.settings().personality() & UNAME26) != 0) {
      release = Release26.of(release);
    }
    UserMemory user = task.memory().user();
    StructWriter w = new StructWriter(user.model());
    for (String text :
        List.of(
            name.sysname(),
            name.nodename(),
            release,
            name.version(),
            name.machine(),
            name.domainname())) {
      w.string(text.length() > UTS_LENGTH ? text.substring(0, UTS_LENGTH) : text, UTS_LENGTH + 1);
    }
    user.write(address, w.toBytes());
    return 0;
  }

  private static String newName(Task task, long address, int length) throws Errno {
    if (!task.credentials().hasIn(task.namespaces().uts().userNamespace(), Capability.SYS_ADMIN)) {
      throw Errno.EPERM;
    }
    if (length < 0 || length > UTS_LENGTH) {
      throw Errno.EINVAL;
    }
    byte[] bytes = new byte[length];
    task.memory().user().read(address, bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static long sethostname(Task task, long address, int length) throws Errno {
    String name = newName(task, address, length);
    UtsNamespace uts = task.namespaces().uts();
    uts.setName(uts.name().withNodename(name));
    return 0;
  }

  private static long setdomainname(Task task, long address, int length) throws Errno {
    String name = newName(task, address, length);
    UtsNamespace uts = task.namespaces().uts();
    uts.setName(uts.name().withDomainname(name));
    return 0;
  }

  private static void require(Task task, Capability capability) throws Errno {
    if (!task.credentials().has(capability)) {
      throw Errno.EPERM;
    }
  }

  private static long sysinfo(Task task, long address) throws Errno {
    FrameBudget budget = task.kernel().budget();
    UserMemory user = task.memory().user();
    long total = budget.limit();
    long free = Math.max(0, total - budget.used());
    int unit = 1;
    if (!user.model().is64Bit()) {
      // The numbers must fit into a word.
      while (total / unit > 0xffff_ffffL) {
        unit *= 2;
      }
    }
    long nanos = task.clock().monotonicNanos();
    StructWriter w = new StructWriter(user.model());
    w.word((nanos + 999_999_999) / 1_000_000_000);
    w.word(0).word(0).word(0);
    w.word(total / unit).word(free / unit).word(0).word(0);
    w.word(0).word(0);
    w.u16(Math.min(task.kernel().taskCount(), 0xffff)).u16(0);
    w.word(0).word(0).u32(unit);
    w.skip(20 - 2 * user.model().wordBytes() - Integer.BYTES);
    w.align(user.model().wordBytes());
    user.write(address, w.toBytes());
    return 0;
  }

  /// Gives bytes up to the first page that cannot be written, and stops early for a signal.
  private static long getrandom(Task task, long address, long size, int flags) throws Errno {
    boolean both = (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE);
    if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) != 0 || both) {
      throw Errno.EINVAL;
    }
    UserMemory user = task.memory().user();
    long length = size < 0 ? MAX_TRANSFER : Math.min(size, MAX_TRANSFER);
    user.checkRange(address, length);
    byte[] bytes = new byte[(int) Math.min(RANDOM_CHUNK, length)];
    long done = 0;
    while (done < length) {
      if (done > 0 && task.signalPending()) {
        break;
      }
      int part = (int) Math.min(bytes.length, length - done);
      task.kernel().random().fill(bytes, 0, part);
      int written = user.writeUpTo(address + done, bytes, 0, part);
      done += written;
      if (written < part) {
        if (done == 0) {
          throw Errno.EFAULT;
        }
        break;
      }
    }
    return done;
  }

  /// klogctl(3). Nothing is ever logged.
  private static long syslog(Task task, int type, long address, int length) throws Errno {
    boolean open = type == 3 || type == 10;
    boolean privileged =
        task.credentials().has(Capability.SYSLOG) || task.credentials().has(Capability.SYS_ADMIN);
    if (!open && !privileged) {
      throw Errno.EPERM;
    }
    return switch (type) {
      case 0, 1, 5, 6, 7, 9 -> 0;
      case 2, 3, 4 -> {
        if (address == 0 || length < 0) {
          throw Errno.EINVAL;
        }
        if (length == 0) {
          yield 0;
        }
        task.memory().user().checkRange(address, length);
        if (type == 2) {
          task.await(Sleeper.Mode.INTERRUPTIBLE, KernelClock.NEVER, () -> false, List.of());
        }
        yield 0;
      }
      case 8 -> {
        if (length < 1 || length > LOUDEST) {
          throw Errno.EINVAL;
        }
        yield 0;
      }
      case 10 -> LOG_BYTES;
      default -> throw Errno.EINVAL;
    };
  }

  private static long reboot(Task task, int magic, int second, int command, long argument)
      throws Errno {
    PidNamespace namespace = task.pidNamespace();
    if (!task.credentials().hasIn(namespace.userNamespace(), Capability.SYS_BOOT)) {
      throw Errno.EPERM;
    }
    if (magic != REBOOT_MAGIC || !REBOOT_MAGICS.contains(second)) {
      throw Errno.EINVAL;
    }
    if (namespace.parent() != null) {
      PidNamespaceEnd.reboot(task, rebootSignal(command));
      return 0;
    }
    switch (command) {
      case REBOOT_CAD_OFF, REBOOT_CAD_ON -> {}
      case REBOOT_RESTART, REBOOT_HALT, REBOOT_POWER_OFF -> powerOff(task);
      case REBOOT_RESTART2 -> {
        var _ = task.memory().user().readStringUpTo(argument, 255);
        powerOff(task);
      }
      default -> throw Errno.EINVAL;
    }
    return 0;
  }

  /// What the init of a pid namespace will seem to have been killed by.
  private static int rebootSignal(int command) throws Errno {
    return switch (command) {
      case REBOOT_RESTART, REBOOT_RESTART2 -> Signal.SIGHUP;
      case REBOOT_HALT, REBOOT_POWER_OFF -> Signal.SIGINT;
      default -> throw Errno.EINVAL;
    };
  }

  private static void powerOff(Task task) throws Errno {
    task.kernel().powerOff();
    task.await(Sleeper.Mode.KILLABLE, KernelClock.NEVER, () -> false, List.of());
  }

  private static long acct(Task task, long path) throws Errno {
    require(task, Capability.SYS_PACCT);
    if (path == 0) {
      Accounting.set(task, null);
      return 0;
    }
    int flags = OpenFlags.O_WRONLY | OpenFlags.O_APPEND | OpenFlags.O_LARGEFILE;
    OpenFile file = Opening.open(task, null, Paths.read(task, path), flags, 0);
    Errno refused =
        !file.inode().isRegular()
            ? Errno.EACCES
            : file.inode().fileSystem().isRevealing() ? Errno.EINVAL : null;
    if (refused != null) {
      file.release();
      throw refused;
    }
    Accounting.set(task, file);
    return 0;
  }

  private static long initModule(Task task, long image, long length, long arguments) throws Errno {
    require(task, Capability.SYS_MODULE);
    throw Errno.ENOEXEC;
  }

  private static long finitModule(Task task, int fd, long arguments, int flags) throws Errno {
    require(task, Capability.SYS_MODULE);
    if ((flags & ~7) != 0) {
      throw Errno.EINVAL;
    }
    task.files().get(fd);
    throw Errno.ENOEXEC;
  }

  private static long deleteModule(Task task, long name, int flags) throws Errno {
    require(task, Capability.SYS_MODULE);
    var _ = task.memory().user().readStringUpTo(name, 59);
    throw Errno.ENOENT;
  }
}
