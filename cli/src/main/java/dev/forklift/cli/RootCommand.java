package dev.forklift.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `forklift root`: where a root for guests comes from, and whether one is complete.
@Command(
    name = "root",
    description = {
      "Makes a root for guests, checks one, or says where to get one.",
      "Without options, a folder DIR is checked; if there is none, its sources are named."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Exit status: 0 if DIR is a root that can be used, 1 if not, 125 on failure."})
final class RootCommand implements Callable<Integer> {
  private static final int NOT_USABLE = 1;

  @Spec private CommandSpec spec;

  @Option(
      names = "--from",
      paramLabel = "SYSROOT",
      description =
          "Make DIR of this: Buildroot's output, a toolchain such as Bootlin's, or its sysroot.")
  private @Nullable String from;

  @Option(
      names = "--busybox",
      paramLabel = "FILE",
      description = "With --from: put this BusyBox into DIR as its shell.")
  private @Nullable String busybox;

  @Parameters(index = "0", paramLabel = "DIR", description = "The root.")
  private String folder = "";

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      Path root = CommandLineBytes.path(folder);
      if (from != null) {
        Path shell = busybox == null ? null : CommandLineBytes.path(busybox);
        RootFolder.make(root, CommandLineBytes.path(from), shell);
      } else if (!Files.isDirectory(root)) {
        guide(out);
        return NOT_USABLE;
      }
      return report(out, new RootFolder(root));
    } catch (IOException e) {
      spec.commandLine().getErr().println("forklift: " + Main.oneLine(HostErrors.describe(e)));
      return Main.NOT_RUN;
    } finally {
      out.flush();
    }
  }

  private int report(PrintWriter out, RootFolder root) throws IOException {
    out.println(folder + ":");
    for (RootFolder.Part part : RootFolder.Part.values()) {
      RootFolder.Finding found = root.find(part);
      out.printf(
          "  %-4s %-16s %s%n",
          found.isUsable() ? "yes" : part.isNeeded() ? "NO" : "no", part.title(), found.text());
    }
    out.println();
    if (!root.isUsable()) {
      out.println(
          "It cannot be used: dynamically linked programs need the loader and the C library.");
      return NOT_USABLE;
    }
    out.println("Use it:");
    out.println("  forklift run -L " + folder + " PROGRAM");
    if (root.find(RootFolder.Part.SHELL).isUsable()) {
      out.println("  forklift run -L " + folder + " /bin/sh");
    }
    if (root.find(RootFolder.Part.BUSYBOX).isUsable()) {
      out.println("If commands such as ls are missing, BusyBox makes their links itself:");
      out.println("  forklift run -L " + folder + ":rw /bin/busybox --install -s /bin");
    }
    return 0;
  }

  private void guide(PrintWriter out) {
    String checkout = System.getProperty("forklift.checkout", ".");
    out.println(
        """
        There is no folder %1$s yet. A root is what a program finds at /: the dynamic loader,
        libraries, a shell. Programs that are linked statically run without one. It comes from

        1. a root image that you have (tar or cpio; plain, gz or xz). Nothing needs to be made:

             forklift run -L IMAGE PROGRAM

        2. Buildroot's output, or a toolchain for Nios II with glibc, such as Bootlin's:

             forklift root %1$s --from FOLDER

        3. nothing: a script builds gcc, glibc and BusyBox from Debian 12's source packages and
           makes a root of them, WORK/root, and a compiler, WORK/toolchain. It needs apt, 8 GiB
           of disk while it runs, 0.3 GiB to download, and one to three hours; interrupted, it goes
           on where it was:

             %2$s/build/make-root WORK
        """
            .formatted(folder, checkout));
  }
}
