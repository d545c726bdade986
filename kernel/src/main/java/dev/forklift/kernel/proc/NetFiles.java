package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.net.Loopback;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.net.NetSocket;
import dev.forklift.kernel.process.Namespaces;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import java.util.List;
import java.util.function.Function;

/// /proc/PID/net: the network that a task is in. Of protocols there is AF_UNIX alone; of the others
/// the files are there, as the programs that read them expect, and have nothing in them.
final class NetFiles {
  private static final String DEVICES =
      """
      Inter-|   Receive                                                |  Transmit
       face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
      """;
  private static final String NO_TRAFFIC =
      "       0       0    0    0    0     0          0         0"
          + "        0       0    0    0    0     0       0          0\n";
  private static final String SOCKETS =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
          + " inode";

  private static final String PROTOCOLS =
      "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs"
          + " se re bi br ha uh gp em\n";

  private final ProcFileSystem proc;
  private final Pid pid;

  private NetFiles(ProcFileSystem proc, Pid pid) {
    this.proc = proc;
    this.pid = pid;
  }

  static ProcDirectory of(ProcFileSystem proc, Pid pid) {
    NetFiles files = new NetFiles(proc, pid);
    String datagrams = " " + SOCKETS + " ref pointer drops            \n";
    // spotless:off
    return new ProcDirectory(proc, null, 0555)
        .add("arp",       files.empty("IP address       HW type     Flags       HW address            Mask     Device\n"))
        .add("dev",       files.file(network -> DEVICES + "    " + Loopback.NAME + ":" + NO_TRAFFIC))
        .add("dev_mcast", files.empty(""))
        .add("packet",    files.empty("sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n"))
        .add("protocols", files.file(NetFiles::protocols))
        .add("raw",       files.empty(SOCKETS + " ref pointer drops\n"))
        .add("route",     files.empty(padded("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT", 127)))
        .add("tcp",       files.empty(padded(SOCKETS, 149)))
        .add("udp",       files.empty(datagrams))
        .add("udplite",   files.empty(datagrams))
        .add("unix",      files.file(NetFiles::unixSockets));
    // spotless:on
  }

  /// A line of the width that this kind of file always has.
  private static String padded(String line, int width) {
    return line + " ".repeat(Math.max(0, width - line.length())) + "\n";
  }

  private ProcFile empty(String heading) {
    return file(network -> heading);
  }

  private ProcFile file(Function<NetNamespace, String> text) {
    return ProcFile.of(proc, reader -> text.apply(network()));
  }

  private NetNamespace network() throws Errno {
    Task task = pid.task();
    Namespaces namespaces = task == null ? null : task.nsproxy();
    if (namespaces == null) {
      throw Errno.EINVAL;
    }
    return namespaces.net();
  }

  /// How many sockets there are of each protocol. Sizes are those of the real kernel's structures.
  private static String protocols(NetNamespace network) {
    StringBuilder out = new StringBuilder(PROTOCOLS);
    for (String name : List.of("UNIX-STREAM", "UNIX")) {
      int count = network.inUse(name);
      out.append(
          String.format(
              "%-9s %4d %6d  %6d   %-3s %6d   %-3s  %-10s ",
              name, 552, count, -1, "NI", 0, "yes", "kernel"));
      boolean hashed = name.equals("UNIX-STREAM");
      out.append(" y")
          .append("  n".repeat(14))
          .append(hashed ? "  y" : "  n")
          .append("  n".repeat(2));
      out.append('\n');
    }
    return out.toString();
  }

  private static String unixSockets(NetNamespace network) {
    StringBuilder out =
        new StringBuilder("Num       RefCount Protocol Flags    Type St Inode Path\n");
    int number = 0;
    for (NetSocket socket : network.sockets()) {
      out.append(String.format("%08x: ", ++number)).append(socket.description()).append('\n');
    }
    return out.toString();
  }
}
