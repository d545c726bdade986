package dev.forklift.kernel.fs.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.vfs.Attributes;
import dev.forklift.kernel.vfs.Bytes;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.vfs.World;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFileSystemTest {
  @TempDir Path temp;
  private Path given;
  private Path secret;
  private final World world = new World();

  @BeforeEach
  void mount() throws Exception {
    assumeThat(HostCalls.areAvailable()).as("a Linux host").isTrue();
    given = Files.createDirectory(temp.resolve("given"));
    Path outside = Files.createDirectory(temp.resolve("outside"));
    secret = Files.writeString(outside.resolve("secret"), "secret");
    world.mkdir("/host");
    mount(given, "/host", 0);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void mount(Path folder, String place, int flags) throws IOException, Errno {
    HostFileSystem shown =
        HostFileSystem.open(world.systems, world.budget, folder, HostIdentity.as(0, 0));
    var _ = world.mounts.mount(shown, "host", world.find(place), flags);
  }

  private static DirectorySink into(List<String> names) {
    return (name, ino, type, next) -> names.add(name);
  }

  @Test
  void readsAndWritesWhatTheHostHas() throws Exception {
    Files.writeString(given.resolve("from-host"), "hello");

    assertThat(world.read("/host/from-host")).isEqualTo("hello");
    world.write("/host/from-guest", "greetings");

    assertThat(given.resolve("from-guest")).hasContent("greetings");
  }

  @Test
  void seesChangesOfTheHostAtOnce() throws Exception {
    world.write("/host/file", "one");
    Files.writeString(given.resolve("file"), "another");

    assertThat(world.read("/host/file")).isEqualTo("another");
    Files.delete(given.resolve("file"));

    assertThatThrownBy(() -> world.read("/host/file")).isSameAs(Errno.ENOENT);
  }

  @Test
  void aLinkToTheRootLeadsToTheGuestsRoot() throws Exception {
    Files.createSymbolicLink(given.resolve("link"), Path.of("/"));
    Files.createSymbolicLink(given.resolve("passwd"), Path.of("/etc/passwd"));

    assertThat(world.find("/host/link")).isEqualTo(world.mounts.root().rootPath());
    assertThatThrownBy(() -> world.read("/host/passwd")).isSameAs(Errno.ENOENT);
  }

  @Test
  void linksAndDotsDoNotLeadOut() throws Exception {
    Files.createSymbolicLink(given.resolve("up"), Path.of("../outside/secret"));
    Files.createSymbolicLink(given.resolve("absolute"), secret);
    Files.createSymbolicLink(given.resolve("folder"), secret.getParent());

    for (String path :
        List.of(
            "/host/up",
            "/host/absolute",
            "/host/folder/secret",
            "/host/../outside/secret",
            "/host/../../../../outside/secret")) {
      assertThatThrownBy(() -> world.read(path)).as(path).isSameAs(Errno.ENOENT);
      assertThatThrownBy(() -> world.write(path, "owned")).as(path).isSameAs(Errno.ENOENT);
    }
    assertThat(secret).hasContent("secret");
  }

  @Test
  void namesAreOneNameOnly() throws Exception {
    HostDirectory top = (HostDirectory) world.find("/host").inode();

    for (String name : List.of("..", ".", "", "../outside", "/etc", "a\0b")) {
      assertThat(top.lookup(name)).as(name).isNull();
      assertThatThrownBy(() -> top.folder().folder(name)).isSameAs(Errno.ENOENT);
      assertThatThrownBy(() -> top.folder().makeFolder(name, 0755)).isSameAs(Errno.ENOENT);
    }
  }

  @Test
  void aLinkIsNeverOpenedByTheHost() throws Exception {
    Files.createSymbolicLink(given.resolve("link"), secret);
    Files.createSymbolicLink(given.resolve("folder"), secret.getParent());
    try (HostFolder folder = HostFolder.open(given)) {
      assertThatThrownBy(() -> folder.file("link", false)).isInstanceOf(Errno.class);
      assertThatThrownBy(() -> folder.folder("folder")).isInstanceOf(Errno.class);
      assertThatThrownBy(() -> folder.makeFile("link", 0644)).isInstanceOf(Errno.class);
      assertThatThrownBy(() -> folder.setPermissions("link", 0)).isInstanceOf(Errno.class);
      folder.setTimes("link", 0L, 0L);
    }
    assertThat(Files.isReadable(secret)).isTrue();
    assertThat(Files.getLastModifiedTime(secret).toMillis()).isPositive();
  }

  @Test
  void aFolderThatIsSwappedForALinkLeadsNowhereElse() throws Exception {
    Path folder = Files.createDirectory(given.resolve("folder"));
    Files.writeString(folder.resolve("secret"), "public");
    Path link = Files.createSymbolicLink(given.resolve("link"), secret.getParent());
    Path aside = given.resolve("aside");
    AtomicBoolean end = new AtomicBoolean();
    Thread swapper =
        Thread.ofPlatform()
            .start(() -> {
              try {
                while (!end.get()) {
                  Files.move(folder, aside);
                  Files.move(link, folder);
                  Files.move(folder, link);
                  Files.move(aside, folder);
                }
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    int read = 0;
    try {
      for (int i = 0; i < 3000; i++) {
        try {
          assertThat(world.read("/host/folder/secret")).isEqualTo("public");
          read++;
        } catch (Errno e) {
          assertThat(e).isIn(Errno.ENOENT, Errno.ESTALE, Errno.ENOTDIR);
        }
        try {
          world.write("/host/folder/made", "by the guest");
        } catch (Errno e) {
          assertThat(e).isIn(Errno.ENOENT, Errno.ESTALE, Errno.ENOTDIR);
        }
      }
    } finally {
      end.set(true);
      swapper.join();
    }

    assertThat(read).isPositive();
    assertThat(secret.getParent().resolve("made")).doesNotExist();
    assertThat(secret).hasContent("secret");
  }

  @Test
  void aFolderInPlaceOfTheOldOneIsStale() throws Exception {
    Files.createDirectories(given.resolve("one/two"));
    Files.createDirectories(given.resolve("other/two"));
    HostDirectory two = (HostDirectory) world.find("/host/one/two").inode();
    two.host().folders().forget(two);
    two.host().folders().forget(two.requireParent());
    Files.move(given.resolve("one"), given.resolve("gone"));
    Files.move(given.resolve("other"), given.resolve("one"));

    assertThatThrownBy(two::folder).isSameAs(Errno.ESTALE);
  }

  @Test
  void renamingWorksWhileOpen() throws Exception {
    world.write("/host/old", "contents");
    world.mkdir("/host/folder");
    OpenFile file = world.open("/host/old", OpenFlags.O_RDWR);
    world.rename("/host/old", "/host/folder/new");

    assertThat(world.read(file)).isEqualTo("contents");
    assertThat(world.read("/host/folder/new")).isEqualTo("contents");
    assertThat(file.path().display(world.mounts.root().rootPath())).isEqualTo("/host/folder/new");
    file.release();
  }

  @Test
  void anUnlinkedFileLivesAsLongAsItIsOpen() throws Exception {
    world.write("/host/file", "contents");
    OpenFile file = world.open("/host/file", OpenFlags.O_RDWR);
    world.unlink("/host/file");

    assertThat(given).isEmptyDirectory();
    assertThat(file.inode().status().nlink()).isZero();
    assertThat(world.read(file)).isEqualTo("contents");
    assertThat(file.pwrite(world.caller, Bytes.of("C"), 0)).isEqualTo(1);
    Bytes first = Bytes.room(1);
    assertThat(file.pread(world.caller, first, 0)).isEqualTo(1);
    assertThat(first.text()).isEqualTo("C");
    file.release();
  }

  @Test
  void namesOfOneFileAreOneInode() throws Exception {
    world.write("/host/one", "contents");
    DirectoryChanges.link(world.caller, world.find("/host/one"), null, "/host/two");

    assertThat(world.find("/host/two").inode()).isSameAs(world.find("/host/one").inode());
    assertThat(world.find("/host/one").inode().status().nlink()).isEqualTo(2);
    world.unlink("/host/one");
    assertThat(world.read("/host/two")).isEqualTo("contents");
    assertThat(world.find("/host/two").inode().status().nlink()).isEqualTo(1);
  }

  @Test
  void aReadOnlyMountStaysAsItIs() throws Exception {
    Files.writeString(given.resolve("file"), "contents");
    world.mkdir("/ro");
    mount(given, "/ro", MountFlags.MS_RDONLY);

    assertThat(world.read("/ro/file")).isEqualTo("contents");
    assertThatThrownBy(() -> world.write("/ro/file", "x")).isSameAs(Errno.EROFS);
    assertThatThrownBy(() -> world.write("/ro/new", "x")).isSameAs(Errno.EROFS);
    assertThatThrownBy(() -> world.unlink("/ro/file")).isSameAs(Errno.EROFS);
    assertThatThrownBy(() -> world.mkdir("/ro/folder")).isSameAs(Errno.EROFS);
    assertThat(given.resolve("file")).hasContent("contents");
  }

  @Test
  void ownFilesAreTheGuestsAndStayWithIt() throws Exception {
    world.write("/host/file", "x");
    VfsPath file = world.find("/host/file");

    assertThat(file.inode().uid()).isZero();
    Attributes.chown(world.caller, file, 0, 0);
    assertThatThrownBy(() -> Attributes.chown(world.caller, file, 17, Attributes.SAME))
        .isSameAs(Errno.EPERM);
    Attributes.chmod(world.caller, file, 0640);
    assertThat(file.inode().status().mode()).isEqualTo(FileMode.S_IFREG | 0640);
    Attributes.Time time = new Attributes.Time.At(1_000_000_000_123_456_789L);
    Attributes.utimes(world.caller, file, time, time);
    assertThat(file.inode().status().modifyTime()).isEqualTo(1_000_000_000_123_456_789L);
  }

  @Test
  void aFileMadeReadOnlyCanBeWrittenByItsMaker() throws Exception {
    OpenFile file =
        Opening.open(
            world.caller,
            null,
            "/host/readonly",
            OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL,
            0444);

    assertThat(file.write(world.caller, Bytes.of("text"))).isEqualTo(4);
    file.release();
    assertThat(given.resolve("readonly")).hasContent("text");
  }

  @Test
  void listsEveryLastingNameOnceThoughTheFolderChanges() throws Exception {
    for (int i = 0; i < 50; i++) {
      world.write("/host/file" + i, "");
    }
    HostDirectory top = (HostDirectory) world.find("/host").inode();
    List<String> names = new ArrayList<>();
    long position = top.list(2, (name, ino, type, next) -> names.size() < 20 && names.add(name));
    world.unlink("/host/" + names.get(3));
    world.write("/host/another", "");
    List<String> others = new ArrayList<>();
    var _ = top.list(2, into(others));
    long end = top.list(position, into(names));

    assertThat(names).doesNotHaveDuplicates().hasSizeBetween(50, 51);
    assertThat(others).hasSize(50).contains("another");
    assertThat(top.list(end, into(new ArrayList<>()))).isEqualTo(end);
  }

  @Test
  void foldersDeeperThanThereAreDescriptorsWork() throws Exception {
    StringBuilder path = new StringBuilder("/host");
    for (int i = 0; i < 400; i++) {
      path.append("/d");
      world.mkdir(path.toString());
    }
    world.write(path + "/file", "deep");

    assertThat(world.read(path + "/file")).isEqualTo("deep");
    world.rename(path + "/file", "/host/up");
    assertThat(given.resolve("up")).hasContent("deep");
  }

  @Test
  void mappedPagesAgreeWithReadsAndWrites() throws Exception {
    world.write("/host/file", "0123456789");
    OpenFile file = world.open("/host/file", OpenFlags.O_RDWR);
    MemoryFile pages = file.memoryForMapping(true);
    byte[] bytes = new byte[10];

    assertThat(pages.read(0, bytes, 0, 10)).isEqualTo(10);
    var _ = file.pwrite(world.caller, Bytes.of("AB"), 2);
    assertThat(pages.read(0, bytes, 0, 10)).isEqualTo(10);
    assertThat(new String(bytes, StandardCharsets.US_ASCII)).isEqualTo("01AB456789");
    assertThat(pages.write(5, new byte[] {'x'}, 0, 1)).isEqualTo(1);
    assertThat(world.read(file)).isEqualTo("01AB4x6789");
    file.release();
    assertThat(given.resolve("file")).hasContent("01AB4x6789");
  }

  @Test
  void aFileThatTheHostCutsUnderAMappingCannotBeFilled() throws Exception {
    Files.write(given.resolve("file"), new byte[3 * 4096]);
    OpenFile file = world.open("/host/file", OpenFlags.O_RDWR);
    MemoryFile pages = file.memoryForMapping(true);
    byte[] bytes = new byte[1];
    assertThat(pages.read(0, bytes, 0, 1)).isEqualTo(1);
    try (FileChannel cut = FileChannel.open(given.resolve("file"), StandardOpenOption.WRITE)) {
      cut.truncate(10);
    }

    assertThatThrownBy(() -> pages.read(2 * 4096, bytes, 0, 1)).isInstanceOf(IOException.class);
    file.release();
  }

  @Test
  void fifosOfTheHostAreNotOpened() throws Exception {
    Path fifo = given.resolve("fifo");
    assumeThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> world.open("/host/fifo", OpenFlags.O_RDWR)).isSameAs(Errno.ENXIO);
    assertThatThrownBy(() ->
            DirectoryChanges.mknod(
                world.caller, null, "/host/device", FileMode.S_IFCHR | 0666, 0x103))
        .isSameAs(Errno.EPERM);
  }

  @Test
  void aFileAloneIsAllThatIsSeen() throws Exception {
    world.write("/alone", "");
    mount(secret, "/alone", MountFlags.MS_RDONLY);

    assertThat(world.read("/alone")).isEqualTo("secret");
    Files.move(
        Files.writeString(temp.resolve("new"), "changed"),
        secret,
        StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> world.read("/alone")).isInstanceOf(Errno.class);
  }
}
