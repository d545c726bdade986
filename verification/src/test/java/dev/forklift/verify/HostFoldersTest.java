package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.fs.host.HostFileSystem;
import dev.forklift.kernel.fs.host.HostIdentity;
import dev.forklift.kernel.fs.tmpfs.MemoryOrigin;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.machine.RootBuilder;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.PathWalk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Folders of the host while the host changes them: a guest stays in what it was given.
@EnabledOnOs(OS.LINUX)
class HostFoldersTest {
  private static final Path PROGRAMS = Checkout.ROOT.resolve("verification/guest/bin");

  @TempDir Path temp;

  /// A program at `/job`, and a folder of the host at `/given`.
  private record Given(String program, Path folder, boolean readOnly) implements RootBuilder {
    @Override
    public FileSystem root(FileSystems systems, FrameBudget budget) throws IOException {
      MemoryOrigin root =
          ((MemoryOrigin) GuestRun.rootWith(program, PROGRAMS.resolve(program)))
              .with("given", MemoryOrigin.folder(0755));
      return new Tmpfs(systems, "tmpfs", budget, root);
    }

    @Override
    public void populate(
        Caller caller, FileSystems systems, FrameBudget budget, MountNamespace mounts)
        throws Errno, IOException {
      FileSystem shown = HostFileSystem.open(systems, budget, folder, HostIdentity.as(0, 0));
      shown.setReadOnly(readOnly);
      var _ =
          mounts.mount(
              shown,
              "host",
              PathWalk.lookup(caller, null, "/given", true),
              readOnly ? MountFlags.MS_RDONLY : 0);
    }
  }

  private Watched run(String program, boolean readOnly, String... arguments) throws Exception {
    return Watched.of(
        new Given(program, temp.resolve("given"), readOnly),
        GuestRun.program(program, List.of(arguments), List.of()),
        90_000,
        UnaryOperator.identity());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void swappingAFolderAndALinkInALoopLetsNobodyOut(boolean readOnly) throws Exception {
    Path given = Files.createDirectory(temp.resolve("given"));
    Path outside = Files.createDirectory(temp.resolve("outside"));
    for (Path folder : List.of(given.resolve("folder"), outside)) {
      Files.createDirectories(folder.resolve("deep"));
      String text = folder.equals(outside) ? "secret" : "inside";
      Files.writeString(folder.resolve("file"), text);
      Files.writeString(folder.resolve("deep/file"), text);
    }
    Files.writeString(given.resolve("y"), "inside");
    Files.setPosixFilePermissions(
        outside.resolve("file"), PosixFilePermissions.fromString("rw-r-----"));
    Files.createSymbolicLink(given.resolve("link"), outside);
    Files.createSymbolicLink(given.resolve("near"), Path.of("../outside"));
    List<String> before = tree(outside);

    AtomicBoolean done = new AtomicBoolean();
    Thread swapping =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; !done.get(); i++) {
                swap(given, i % 3 == 0 ? "link" : i % 3 == 1 ? "near" : "folder");
              }
            });
    // Who walks by joined names does get out: what the guest is up against is real.
    AtomicBoolean gotOut = new AtomicBoolean();
    Thread joining =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get() && !gotOut.get()) {
                gotOut.set(reads(given.resolve("x/file"), "secret"));
              }
            });
    Watched run;
    try {
      run = run("swapped", readOnly, "/given", "150");
    } finally {
      done.set(true);
      swapping.join();
      joining.join();
    }

    assertThat(gotOut).isTrue();

    assertThat(run.failures()).isEmpty();
    assertThat(run.killed()).isFalse();
    assertThat(run.out()).isEqualTo("opened: yes, refused: yes\nread outside: 0\n");
    assertThat(tree(outside)).isEqualTo(before);
  }

  private static boolean reads(Path file, String text) {
    try {
      return Files.readString(file).equals(text);
    } catch (IOException e) {
      return false; // not there at this moment
    }
  }

  /// Shows something as `x` for a moment.
  private static void swap(Path given, String name) {
    try {
      Files.move(given.resolve(name), given.resolve("x"), StandardCopyOption.ATOMIC_MOVE);
      Thread.sleep(0, 200_000);
      Files.move(given.resolve("x"), given.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What is in a folder, with types, permissions and contents.
  private static List<String> tree(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted().map(HostFoldersTest::line).toList();
    }
  }

  private static String line(Path path) {
    try {
      return path
          + " "
          + PosixFilePermissions.toString(Files.getPosixFilePermissions(path))
          + (Files.isRegularFile(path) ? Files.readString(path) : "");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFileOfTheHostCutUnderAMappingRaisesSigbus() throws Exception {
    Files.createDirectory(temp.resolve("given"));
    Watched run = run("truncated-mapping", false, "/given/file");
    // Without contents there is nothing to map: the program's own file below.
    assertThat(run.out()).startsWith("the last byte: SIGBUS");

    Path file = Files.write(temp.resolve("given/file"), new byte[4 * 4096]);
    Thread cutting =
        Thread.ofPlatform()
            .start(() -> {
              try {
                Thread.sleep(1500);
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                  channel.truncate(4096);
                }
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    Watched cut = run("truncated-mapping", false, "/given/file");
    cutting.join();
    assertThat(cut.failures()).isEmpty();
    assertThat(cut.out()).isEqualTo("the last byte: zero\ncut: SIGBUS\n");
  }
}
