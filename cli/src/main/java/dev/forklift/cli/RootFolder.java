package dev.forklift.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A folder that is to be a guest's root.
final class RootFolder {
  private static final int EM_NIOS2 = 113;
  private static final int DEEPEST_SYSROOT = 5;
  private static final int MOST_LINKS = 40;

  private static final String LOADER = "lib/ld-linux-nios2.so.1";

  /// What only a compiler or a reader of manuals wants.
  private static final Set<String> LEFT_OUT =
      Set.of(
          "usr/include",
          "usr/share/man",
          "usr/share/info",
          "usr/share/doc",
          "usr/share/i18n",
          "usr/share/locale",
          "usr/lib/pkgconfig");

  /// A file that a root has.
  enum Part {
    LOADER("dynamic loader", true, List.of(RootFolder.LOADER)),
    LIBC("C library", true, List.of("lib/libc.so.6", "usr/lib/libc.so.6")),
    LIBSTDCXX("C++ library", false, List.of("usr/lib/libstdc++.so.6", "lib/libstdc++.so.6")),
    SHELL("shell", false, List.of("bin/sh")),
    BUSYBOX("BusyBox", false, List.of("bin/busybox", "usr/bin/busybox"));

    private final String title;
    private final boolean needed;

    @SuppressWarnings("ImmutableEnumChecker") // a list of List.of
    private final List<String> places;

    Part(String title, boolean needed, List<String> places) {
      this.title = title;
      this.needed = needed;
      this.places = places;
    }

    String title() {
      return title;
    }

    boolean isNeeded() {
      return needed;
    }
  }

  /// What is at a part's place.
  record Finding(boolean isUsable, String text) {}

  private final Path root;

  RootFolder(Path root) {
    this.root = root;
  }

  boolean isUsable() throws IOException {
    for (Part part : Part.values()) {
      if (part.isNeeded() && !find(part).isUsable()) {
        return false;
      }
    }
    return true;
  }

  Finding find(Part part) throws IOException {
    for (String place : part.places) {
      Path file = resolve(place);
      if (file != null) {
        return isForNios2(file)
            ? new Finding(true, place)
            : new Finding(false, place + " is not a program for nios2");
      }
    }
    return new Finding(false, String.join(" or ", part.places) + " is not there");
  }

  /// A regular file of the root, with links followed as the guest would; or null.
  private @Nullable Path resolve(String place) throws IOException {
    String name = place;
    for (int i = 0; i < MOST_LINKS; i++) {
      Path file = root.resolve(name);
      if (!Files.isSymbolicLink(file)) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? file : null;
      }
      String target = Files.readSymbolicLink(file).toString();
      name =
          target.startsWith("/")
              ? target.substring(1)
              : Path.of(name).resolveSibling(target).normalize().toString();
    }
    return null;
  }

  private static boolean isForNios2(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(20);
      return head.length == 20 && head[0] == 0x7f && head[1] == 'E' && head[18] == EM_NIOS2;
    }
  }

  /// Makes a root of what a toolchain or Buildroot has.
  ///
  /// @param shell BusyBox for it, or null
  /// @throws IOException with a message for the user
  static void make(Path root, Path from, @Nullable Path shell) throws IOException {
    if (!Files.isDirectory(from)) {
      throw new IOException("--from " + from + ": no such folder");
    }
    if (shell != null && !(Files.isRegularFile(shell) && isForNios2(shell))) {
      throw new IOException("--busybox " + shell + ": not a program for nios2");
    }
    if (Files.exists(root) && !isEmpty(root)) {
      throw new IOException(root + " is there already; give the name of a new folder");
    }
    Path sysroot =
        findSysroot(from)
            .orElseThrow(() ->
                new IOException(
                    "--from " + from + ": no " + LOADER + " in it; is it for nios2, with glibc?"));
    Files.createDirectories(root);
    copy(sysroot, root);
    addCompilersLibraries(sysroot, root);
    for (String name : List.of("dev", "proc", "sys", "tmp", "root", "etc", "bin")) {
      Files.createDirectories(root.resolve(name));
    }
    writeIfMissing(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    writeIfMissing(root.resolve("etc/group"), "root:x:0:\n");
    if (shell != null) {
      Path file = root.resolve("bin/busybox");
      Files.copy(shell, file, StandardCopyOption.REPLACE_EXISTING);
      if (!file.toFile().setExecutable(true)) {
        throw new IOException(file + " cannot be made executable");
      }
      Files.deleteIfExists(root.resolve("bin/sh"));
      Files.createSymbolicLink(root.resolve("bin/sh"), Path.of("busybox"));
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  /// The folder with the loader; one with a shell before others, then the least deep.
  private static Optional<Path> findSysroot(Path from) throws IOException {
    try (Stream<Path> paths =
        Files.find(
            from,
            DEEPEST_SYSROOT + 2,
            (path, attributes) -> !attributes.isDirectory() && path.endsWith(LOADER))) {
      return paths
          .map(path -> path.resolve("../..").normalize())
          .min(
              Comparator.comparing((Path path) -> !Files.exists(path.resolve("bin/busybox")))
                  .thenComparingInt(Path::getNameCount));
    }
  }

  private static void copy(Path sysroot, Path root) throws IOException {
    Files.walkFileTree(
        sysroot,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Path name = sysroot.relativize(folder);
            if (LEFT_OUT.contains(name.toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(root.resolve(name));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = file.getFileName().toString();
            boolean wanted = attributes.isRegularFile() || attributes.isSymbolicLink();
            if (wanted && !name.endsWith(".a") && !name.endsWith(".o") && !name.endsWith(".la")) {
              copyFile(file, root.resolve(sysroot.relativize(file)));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void copyFile(Path file, Path to) throws IOException {
    Files.copy(file, to, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
  }

  /// Compilers keep their own libraries beside the sysroot, in lib.
  private static void addCompilersLibraries(Path sysroot, Path root) throws IOException {
    Path beside = sysroot.resolveSibling("lib");
    if (!Files.isDirectory(beside)) {
      return;
    }
    Files.createDirectories(root.resolve("usr/lib"));
    try (Stream<Path> files = Files.list(beside)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        Path to = root.resolve("usr/lib").resolve(name);
        if (name.matches("lib(gcc_s|stdc\\+\\+|atomic)\\.so[.0-9]*")
            && !Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
          copyFile(file, to);
        }
      }
    }
  }

  private static void writeIfMissing(Path file, String text) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      Files.writeString(file, text);
    }
  }
}
