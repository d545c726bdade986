package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// `./bench`: measures Forklift beside its peers.
final class Bench {
  private static final String USAGE =
      """
      ./bench [OPTION]... [GROUP|ROW]...
      Runs each row of verification/bench/rows.txt on Forklift and on a peer in turn, from start to
      end, checks that both answer alike, and prints seconds and ratios: the median, [least..most].
      A ratio above 1 says that Forklift is faster.

        --runs N        pairs of runs (5), after one that does not count
        --busybox FILE  a static BusyBox for Nios II, for shell-1000 and the group real
        --programs DIR  bzip2, lua and sqlite3 for Nios II, for the group real
        --real-kernel FILE
                        boots a real Linux in qemu-system-nios2 and runs a command there, for the group
                        creation: FILE -f PROGRAM -- ./PROGRAM ARGUMENT...
        --kernel FILE, --dtb FILE
                        a Linux (vmlinux) and its device tree for the group board, which boots it here
                        and in qemu-system-nios2; needs --busybox too
        --sysroot DIR   the C library of Nios II, for hello-libc and hello-dynamic; a toolchain's
                        is found
        --out DIR       where bench.csv and bench.svg go (target/bench)
      """;

  private final Path root;
  private final String compiler;
  private final Set<String> wanted = new HashSet<>();
  private int runs = 5;
  private Path busybox;
  private Path sysroot;
  private Path programs;
  private Path realKernel;
  private Path kernel;
  private Path tree;
  private Path out;

  private Bench(Path root, String compiler) {
    this.root = root;
    this.compiler = compiler;
    this.out = root.resolve("target/bench");
  }

  public static void main(String[] args) throws IOException {
    Bench bench = new Bench(Path.of(args[0]), args[1]);
    if (!bench.read(List.of(args).subList(2, args.length))) {
      System.err.print(USAGE);
      System.exit(2);
    }
    System.exit(bench.measure() ? 0 : 1);
  }

  private boolean read(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!word.startsWith("-")) {
        wanted.add(word);
        continue;
      }
      if (++i == words.size()) {
        return false;
      }
      String value = words.get(i);
      switch (word) {
        case "--runs" -> runs = Integer.parseInt(value);
        case "--busybox" -> busybox = Path.of(value).toAbsolutePath();
        case "--programs" -> programs = Path.of(value).toAbsolutePath();
        case "--real-kernel" -> realKernel = Path.of(value).toAbsolutePath();
        case "--kernel" -> kernel = Path.of(value).toAbsolutePath();
        case "--dtb" -> tree = Path.of(value).toAbsolutePath();
        case "--sysroot" -> sysroot = Path.of(value).toAbsolutePath();
        case "--out" -> out = Path.of(value).toAbsolutePath();
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  /// Whether all rows that could be measured were answered alike.
  private boolean measure() throws IOException {
    Path qemu = Peer.onPath("qemu-nios2");
    if (qemu == null) {
      System.err.println(
          "bench: no qemu-nios2 on PATH; Debian 12 has it: apt install qemu-user (QEMU 9.1 dropped"
              + " the CPU)");
      return false;
    }
    Path made = Files.createDirectories(out.resolve("made"));
    Inputs inputs = new Inputs(root, made, busybox, sysroot, programs, compiler);
    Contest programs = programs(qemu);
    Contest boards = boards();
    String machine =
        "%s, %d processors, %s"
            .formatted(LocalDate.now(), Runtime.getRuntime().availableProcessors(), version(qemu));
    System.out.println(machine + "\n\n" + Report.head());
    List<Comparison> comparisons = new ArrayList<>();
    boolean alike = true;
    for (Row row : Row.read(root.resolve("verification/bench/rows.txt"), wanted)) {
      Contest contest = row.isOnBoard() ? boards : programs;
      if (contest.peers.isEmpty()) {
        System.out.println(
            row.name() + ": left out, no board (--kernel FILE, --dtb FILE, qemu-system-nios2)");
      }
      for (Peer peer : contest.peers) {
        String obstacle = peer.obstacle(row);
        String missing = obstacle != null ? obstacle : inputs.missing(row);
        if (missing != null) {
          System.out.print(
              missing.isEmpty() ? "" : row.name() + ": left out, " + missing + "\n");
          continue;
        }
        try {
          Comparison comparison =
              Comparison.of(row, inputs.command(row), contest.forklift, peer, runs, made);
          comparisons.add(comparison);
          System.out.println(Report.line(comparison));
        } catch (IOException e) {
          alike = false;
          System.out.println(row.name() + ": " + e.getMessage());
        }
      }
    }
    Files.writeString(out.resolve("bench.csv"), Report.csv(comparisons));
    Files.writeString(
        out.resolve("bench.svg"),
        Plot.of(comparisons, "Seconds of the peer / seconds of Forklift, " + machine));
    System.out.println("\n" + out.resolve("bench.csv") + ", bench.svg beside it");
    return alike;
  }

  /// Forklift, and those it is compared with.
  private record Contest(Peer forklift, List<Peer> peers) {}

  private Contest programs(Path qemu) {
    List<Peer> peers = new ArrayList<>(List.of(UserMode.qemu(root, qemu)));
    if (realKernel != null) {
      peers.add(new RealKernel(realKernel));
    }
    return new Contest(UserMode.forklift(root), peers);
  }

  private Contest boards() {
    Path qemu = Peer.onPath("qemu-system-nios2");
    if (qemu == null || kernel == null || tree == null) {
      return new Contest(null, List.of());
    }
    return new Contest(
        BootedLinux.forklift(root, kernel, tree),
        List.of(BootedLinux.qemu(qemu, kernel, tree)));
  }

  private static String version(Path qemu) throws IOException {
    return Timed.run(List.of(qemu.toString(), "--version"), Path.of("."))
        .output()
        .lines()
        .findFirst()
        .orElse("?");
  }
}
