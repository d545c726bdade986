package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.OverflowIds;
import dev.forklift.kernel.fs.inotify.InotifyLimits;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.CloneSettings;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.PidNamespace;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.UtsName;
import dev.forklift.kernel.process.UtsNamespace;
import dev.forklift.kernel.random.RandomSource;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;

/// /proc/sys: settings of the kernel. Most are only shown.
final class Sysctls {
  private static final int LONGEST_NAME = 64;
  private static final int FILE_MAX = 1 << 20;

  /// As many numbers as a futex can tell apart.
  private static final int GREATEST_THREADS_MAX = 0x3fff_ffff;

  private final ProcFileSystem proc;
  private final Kernel kernel;

  private Sysctls(ProcFileSystem proc) {
    this.proc = proc;
    this.kernel = proc.kernel();
  }

  static ProcDirectory tree(ProcFileSystem proc) {
    Sysctls sysctls = new Sysctls(proc);
    return sysctls
        .folder()
        .add("fs", sysctls.fs())
        .add("kernel", IpcSysctls.addTo(sysctls.kernel(), proc))
        .add("user", sysctls.user())
        .add("vm", sysctls.vm());
  }

  private ProcDirectory folder() {
    return new ProcDirectory(proc, null, 0555);
  }

  /// A value that is what it is.
  private ProcFile shown(ProcFile.Text value) {
    return ProcFile.of(proc, reader -> value.read(reader) + "\n");
  }

  private ProcFile shown(long value) {
    return shown(reader -> Long.toString(value));
  }

  private ProcDirectory kernel() {
    CloneSettings clones = kernel.cloneSettings();
    OverflowIds ids = kernel.userNamespace().overflowIds();
    // spotless:off
    return folder()
        .add("arch",           shown(reader -> name(reader).machine()))
        .add("cap_last_cap",   shown(Capability.values().length - 1))
        .add("core_pattern",   shown(reader -> "core"))
        .add("core_uses_pid",  shown(0))
        .add("domainname",     name(UtsName::domainname, UtsName::withDomainname))
        .add("hostname",       name(UtsName::nodename, UtsName::withNodename))
        .add("ngroups_max",    shown(65536))
        .add("ns_last_pid",    lastPid())
        .add("osrelease",      shown(reader -> name(reader).release()))
        .add("ostype",         shown(reader -> name(reader).sysname()))
        .add("overflowgid",    setting(ids::gid, ids::setGid, 0, 0xffff))
        .add("overflowuid",    setting(ids::uid, ids::setUid, 0, 0xffff))
        .add("pid_max",        setting(
            clones::pidMax, clones::setPidMax, CloneSettings.LEAST_PID_MAX, greatestPidMax()))
        .add("printk",         shown(reader -> "1\t4\t1\t7"))
        .add("random",         random())
        .add("randomize_va_space", shown(1))
        .add("sched_rr_timeslice_ms", shown(100))
        .add("tainted",        shown(0))
        .add("threads-max",    setting(
            clones::threadsMax, clones::setThreadsMax, 1, GREATEST_THREADS_MAX))
        .add("unprivileged_userns_clone", setting(
            () -> clones.userNamespacesForAll() ? 1 : 0,
            value -> clones.setUserNamespacesForAll(value != 0), Integer.MIN_VALUE, Integer.MAX_VALUE))
        .add("version",        shown(reader -> name(reader).version()));
    // spotless:on
  }

  /// A number that may be changed by whoever is effectively user 0 of the first user namespace,
  /// whatever namespace that one is in.
  private ProcFile setting(IntSupplier get, IntConsumer set, int least, int greatest) {
    return ProcFile.setting(
        proc,
        who -> who.euid() == 0,
        reader -> get.getAsInt() + "\n",
        (writer, value) -> set.accept(Numbers.parse(value, least, greatest)));
  }

  private int greatestPidMax() {
    return kernel.abi().dataModel().is64Bit() ? 1 << 22 : 1 << 15;
  }

  /// That of the pid namespace of whoever looks, not of the one that this /proc shows.
  private ProcFile lastPid() {
    return new ProcFile(
        proc,
        null,
        0666,
        reader -> reader.pidNamespace().last() + "\n",
        (writer, value) -> {
          PidNamespace namespace = writer.pidNamespace();
          if (!namespace.mayChooseIds(writer.credentials())) {
            throw Errno.EPERM;
          }
          namespace.setLast(Numbers.parse(value, 0, namespace.maximum()));
        },
        opener -> {});
  }

  private ProcDirectory random() {
    String boot = uuid(kernel.random());
    return folder()
        .add("boot_id", shown(reader -> boot))
        .add("entropy_avail", shown(256))
        .add("poolsize", shown(256))
        .add("uuid", shown(reader -> uuid(kernel.random())));
  }

  private static String uuid(RandomSource random) {
    byte[] bytes = new byte[16];
    random.fill(bytes, 0, bytes.length);
    bytes[6] = (byte) ((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (byte) ((bytes[8] & 0x3f) | 0x80);
    ByteBuffer halves = ByteBuffer.wrap(bytes);
    return new UUID(halves.getLong(), halves.getLong()).toString();
  }

  private ProcDirectory vm() {
    return folder()
        .add("max_map_count", shown(Mm.MAX_MAP_COUNT))
        .add("mmap_min_addr", shown(kernel.abi().memoryLayout().mmapMinimum()))
        .add("overcommit_memory", shown(0))
        .add("overcommit_ratio", shown(50))
        .add("swappiness", shown(60));
  }

  private ProcDirectory fs() {
    return folder()
        .add("file-max", shown(FILE_MAX))
        .add("inotify", inotify())
        .add("lease-break-time", shown(45))
        .add("mqueue", IpcSysctls.ofQueues(proc))
        .add("nr_open", descriptorCeiling())
        .add("overflowgid", shown(65534))
        .add("overflowuid", shown(65534))
        .add("pipe-max-size", shown(1 << 20))
        .add("pipe-user-pages-hard", shown(0))
        .add("pipe-user-pages-soft", shown(16384))
        .add("protected_hardlinks", shown(1))
        .add("protected_symlinks", shown(1))
        .add("suid_dumpable", shown(0));
  }

  /// Whole words of a table's bit map.
  private ProcFile descriptorCeiling() {
    int word = 8 * kernel.abi().dataModel().wordBytes();
    boolean wide = kernel.abi().dataModel().is64Bit();
    int most = (wide ? Integer.MAX_VALUE : Integer.MAX_VALUE / 2) & -word;
    return new ProcFile(
        proc,
        null,
        0644,
        reader -> reader.files().ceiling().value() + "\n",
        (writer, value) -> writer.files().ceiling().set(Numbers.parse(value, word, most)),
        opener -> {});
  }

  private ProcDirectory inotify() {
    return folder()
        .add("max_queued_events", shown(InotifyLimits.QUEUED_EVENTS))
        .add("max_user_instances", shown(InotifyLimits.USER_INSTANCES))
        .add("max_user_watches", shown(InotifyLimits.USER_WATCHES));
  }

  private ProcDirectory user() {
    ProcDirectory folder = folder();
    for (NamespaceKind kind : NamespaceKind.values()) {
      folder.add("max_" + kind.text() + "_namespaces", namespaceLimit(kind));
    }
    return folder;
  }

  /// What counts in the user namespace of whoever looks.
  private ProcFile namespaceLimit(NamespaceKind kind) {
    return ProcFile.setting(
        proc,
        who -> who.hasHere(Capability.SYS_RESOURCE),
        reader -> reader.credentials().userNamespace().limit(kind) + "\n",
        (writer, value) ->
            writer
                .credentials()
                .userNamespace()
                .setLimit(kind, Numbers.parse(value, 0, Integer.MAX_VALUE)));
  }

  private static UtsName name(Task task) {
    return task.namespaces().uts().name();
  }

  /// A name of the machine, as it is for whoever looks.
  private ProcFile name(Function<UtsName, String> get, BiFunction<UtsName, String, UtsName> with) {
    return new ProcFile(
        proc,
        null,
        0644,
        reader -> get.apply(name(reader)) + "\n",
        (writer, value) -> {
          requireAdministrator(writer);
          int end = value.indexOf('\n');
          String line = end < 0 ? value : value.substring(0, end);
          UtsNamespace uts = writer.namespaces().uts();
          uts.setName(
              with.apply(
                  uts.name(),
                  line.length() > LONGEST_NAME ? line.substring(0, LONGEST_NAME) : line));
        },
        opener -> {});
  }

  private static void requireAdministrator(Task writer) throws Errno {
    if (!writer.credentials().has(Capability.SYS_ADMIN)) {
      throw Errno.EPERM;
    }
  }
}
