package dev.forklift.kernel.proc;

import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.UtsName;
import dev.forklift.kernel.wait.KernelClock;
import java.util.List;

/// The files at the top of /proc that tell about the kernel and the machine.
final class KernelFiles {
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long TICK_NANOS = 10_000_000;

  private final ProcFileSystem proc;
  private final Kernel kernel;

  KernelFiles(ProcFileSystem proc) {
    this.proc = proc;
    this.kernel = proc.kernel();
  }

  void fill(ProcDirectory top) {
    // spotless:off
    top.add("cgroups",     ProcFile.of(proc, reader -> CgroupsText.controllers(kernel)));
    top.add("cmdline",     ProcFile.of(proc, reader -> "\n"));
    top.add("cpuinfo",     ProcFile.of(proc, reader -> kernel.abi().cpuInfo()));
    top.add("devices",     ProcFile.of(proc, reader -> devices()));
    top.add("filesystems", ProcFile.of(proc, reader -> fileSystems()));
    top.add("loadavg",     ProcFile.of(proc, this::loadAverage));
    top.add("meminfo",     ProcFile.of(proc, reader -> memory()));
    top.add("mounts",      ProcLink.to(proc, reader -> "self/mounts"));
    top.add("stat",        ProcFile.of(proc, reader -> statistics()));
    top.add("sysvipc",     SysvipcText.folder(proc));
    top.add("swaps",       ProcFile.of(proc, reader -> "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"));
    top.add("uptime",      ProcFile.of(proc, reader -> upTime()));
    top.add("version",     ProcFile.of(proc, reader -> version(reader.namespaces().uts().name())));
    // spotless:on
  }

  private static String version(UtsName name) {
    return name.sysname()
        + " version "
        + name.release()
        + " (forklift@forklift) (javac "
        + Runtime.version().feature()
        + ") "
        + name.version()
        + "\n";
  }

  private String upTime() {
    return hundredths(kernel.clock().monotonicNanos()) + " 0.00\n";
  }

  private static String hundredths(long nanos) {
    return String.format("%d.%02d", nanos / SECOND_NANOS, nanos % SECOND_NANOS / TICK_NANOS);
  }

  private int running() {
    int running = 0;
    for (Task task : kernel.pids().tasks()) {
      if (TaskState.of(task) == TaskState.RUNNING) {
        running++;
      }
    }
    return running;
  }

  /// With the last id of the pid namespace of whoever looks, not of the one that this /proc shows.
  private String loadAverage(Task reader) {
    return "0.00 0.00 0.00 "
        + running()
        + "/"
        + kernel.taskCount()
        + " "
        + reader.pidNamespace().last()
        + "\n";
  }

  private String statistics() {
    long user = 0;
    long system = 0;
    for (Task task : kernel.pids().tasks()) {
      user += task.times().userNanos();
      system += task.times().systemNanos();
      if (task.isLeader()) {
        user += task.group().times().ended().userNanos();
        system += task.group().times().ended().systemNanos();
      }
    }
    KernelClock clock = kernel.clock();
    String times = (user / TICK_NANOS) + " 0 " + (system / TICK_NANOS) + " 0 0 0 0 0 0 0\n";
    return "cpu  "
        + times
        + "cpu0 "
        + times
        + "intr 0\nctxt 0\nbtime "
        + (clock.realtimeNanos() - clock.monotonicNanos()) / SECOND_NANOS
        + "\nprocesses "
        + kernel.forks()
        + "\nprocs_running "
        + running()
        + "\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n";
  }

  private String fileSystems() {
    StringBuilder out = new StringBuilder();
    for (String name : proc.systems().typeNames()) {
      out.append("nodev\t").append(name).append('\n');
    }
    return out.toString();
  }

  private static String devices() {
    return """
    Character devices:
      1 mem
      5 /dev/tty
      5 /dev/console
      5 /dev/ptmx
    128 ptm
    136 pts

    Block devices:
    """;
  }

  private String memory() {
    long total = kernel.budget().limit() / 1024;
    long free = Math.max(0, kernel.budget().limit() - kernel.budget().used()) / 1024;
    StringBuilder out = new StringBuilder();
    line(out, "MemTotal", total);
    line(out, "MemFree", free);
    line(out, "MemAvailable", free);
    for (String none :
        List.of(
            "Buffers",
            "Cached",
            "SwapCached",
            "Active",
            "Inactive",
            "Active(anon)",
            "Inactive(anon)",
            "Active(file)",
            "Inactive(file)",
            "Unevictable",
            "Mlocked",
            "SwapTotal",
            "SwapFree",
            "Dirty",
            "Writeback")) {
      line(out, none, 0);
    }
    line(out, "AnonPages", total - free);
    for (String none :
        List.of(
            "Mapped",
            "Shmem",
            "KReclaimable",
            "Slab",
            "SReclaimable",
            "SUnreclaim",
            "KernelStack",
            "PageTables",
            "SecPageTables",
            "NFS_Unstable",
            "Bounce",
            "WritebackTmp")) {
      line(out, none, 0);
    }
    line(out, "CommitLimit", total / 2);
    line(out, "Committed_AS", total - free);
    line(out, "VmallocTotal", 0);
    line(out, "VmallocUsed", 0);
    line(out, "VmallocChunk", 0);
    line(out, "Percpu", 0);
    return out.toString();
  }

  private static void line(StringBuilder out, String name, long kilobytes) {
    out.append(String.format("%-16s%8d kB\n", name + ":", kilobytes));
  }
}
