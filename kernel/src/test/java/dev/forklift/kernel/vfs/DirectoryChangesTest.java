package dev.forklift.kernel.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.cred.Credentials;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectoryChangesTest {
  private final World world = new World();

  @BeforeEach
  void fill() throws Errno {
    world.mkdir("/d");
    world.mkdir("/d/sub");
    world.mkdir("/empty");
    world.write("/f", "f");
    world.write("/g", "g");
    world.symlink("d", "/link");
  }

  @AfterEach
  void end() {
    world.close();
  }

  private List<String> list(String path) throws Errno {
    List<String> names = new ArrayList<>();
    OpenFile directory = world.open(path, OpenFlags.O_RDONLY);
    directory.list(world.caller, (name, ino, type, next) -> names.add(name));
    directory.release();
    return names;
  }

  @ParameterizedTest
  @CsvSource({
    "/f, /none/x, ENOENT",
    "/none, /x, ENOENT",
    "/f, /d, EISDIR",
    "/d, /f, ENOTDIR",
    "/empty, /d, ENOTEMPTY",
    "/d, /d/sub/x, EINVAL",
    "/d, /d/sub, EINVAL",
    "/d/sub, /d, ENOTEMPTY",
    "/f, /x/, ENOTDIR",
    "/f/, /x, ENOTDIR",
    "/d/., /x, EBUSY",
    "/d/.., /x, EBUSY",
    "/f, /d/.., EBUSY",
    "/, /x, EBUSY",
    "/f, /g/x, ENOTDIR",
  })
  void renamesThatMakeNoSenseAreRefused(String from, String to, String error) {
    assertThatThrownBy(() -> world.rename(from, to))
        .isInstanceOfSatisfying(Errno.class, e -> assertThat(e.symbol()).isEqualTo(error));
  }

  @Test
  void aRenameReplacesAndWhatWasOpenStays() throws Errno {
    OpenFile replaced = world.open("/g", OpenFlags.O_RDONLY);
    world.rename("/f", "/g");
    assertThat(world.read("/g")).isEqualTo("f");
    assertThatThrownBy(() -> world.find("/f")).isSameAs(Errno.ENOENT);
    assertThat(world.read(replaced)).isEqualTo("g");
    assertThat(replaced.inode().nlink()).isZero();
    replaced.release();
  }

  @Test
  void anOpenDirectoryKnowsWhereItWasMovedTo() throws Errno {
    world.caller.fs().setCwd(world.find("/d/sub"));
    world.rename("/d", "/empty");
    assertThat(world.caller.fs().cwdName()).isEqualTo("/empty/sub");
    world.rename("/empty", "/moved/");
    assertThat(world.caller.fs().cwdName()).isEqualTo("/moved/sub");
  }

  @Test
  void directoriesCountTheirSubdirectories() throws Errno {
    assertThat(world.find("/").inode().nlink()).isEqualTo(4);
    assertThat(world.find("/d").inode().nlink()).isEqualTo(3);
    world.rename("/d/sub", "/sub");
    assertThat(world.find("/").inode().nlink()).isEqualTo(5);
    assertThat(world.find("/d").inode().nlink()).isEqualTo(2);
    world.rename("/sub", "/d");
    assertThat(world.find("/").inode().nlink()).isEqualTo(4);
    world.rmdir("/d");
    assertThat(world.find("/").inode().nlink()).isEqualTo(3);
  }

  @Test
  void renamingOneNameOfAFileToAnotherDoesNothing() throws Errno {
    DirectoryChanges.link(world.caller, world.find("/f"), null, "/h");
    world.rename("/f", "/h");
    assertThat(world.find("/f").inode()).isSameAs(world.find("/h").inode());
    assertThat(world.find("/f").inode().nlink()).isEqualTo(2);
  }

  @Test
  void exchangingSwapsAFileAndADirectory() throws Errno {
    DirectoryChanges.rename(world.caller, null, "/f", null, "/d/sub", PathFlags.RENAME_EXCHANGE);
    assertThat(world.find("/f").inode().isDirectory()).isTrue();
    assertThat(world.read("/d/sub")).isEqualTo("f");
    assertThat(world.find("/d").inode().nlink()).isEqualTo(2);
    assertThat(world.find("/").inode().nlink()).isEqualTo(5);
    assertThatThrownBy(() ->
            DirectoryChanges.rename(
                world.caller, null, "/g", null, "/none", PathFlags.RENAME_EXCHANGE))
        .isSameAs(Errno.ENOENT);
    assertThatThrownBy(() ->
            DirectoryChanges.rename(
                world.caller, null, "/g", null, "/f", PathFlags.RENAME_NOREPLACE))
        .isSameAs(Errno.EEXIST);
  }

  @ParameterizedTest
  @CsvSource({
    "/d, ENOTEMPTY",
    "/f, ENOTDIR",
    "/link, ENOTDIR",
    "/none, ENOENT",
    "/d/., EINVAL",
    "/d/sub/.., ENOTEMPTY",
    "/, EBUSY",
  })
  void rmdirTakesEmptyDirectoriesOnly(String path, String error) {
    assertThatThrownBy(() -> world.rmdir(path))
        .isInstanceOfSatisfying(Errno.class, e -> assertThat(e.symbol()).isEqualTo(error));
  }

  @ParameterizedTest
  @CsvSource({"/d, EISDIR", "/f/, ENOTDIR", "/none, ENOENT", "/, EISDIR", "/d/., EISDIR"})
  void unlinkTakesNoDirectories(String path, String error) {
    assertThatThrownBy(() -> world.unlink(path))
        .isInstanceOfSatisfying(Errno.class, e -> assertThat(e.symbol()).isEqualTo(error));
  }

  @Test
  void mkdirTakesATrailingSlashAndOtherNamesDoNot() throws Errno {
    world.mkdir("/new/");
    assertThat(world.find("/new").inode().mode()).isEqualTo(FileMode.S_IFDIR | 0755);
    assertThatThrownBy(() -> world.symlink("x", "/s/")).isSameAs(Errno.ENOENT);
    assertThatThrownBy(() -> world.mkdir("/link")).isSameAs(Errno.EEXIST);
    assertThatThrownBy(() -> world.mkdir("/")).isSameAs(Errno.EEXIST);
  }

  @Test
  void inAStickyDirectoryOnlyTheOwnerRemoves() throws Errno {
    world.find("/d").inode().setAttributes(AttributeChange.ofMode(01777));
    world.caller.become(Credentials.of(1, 1));
    world.write("/d/mine", "");
    world.caller.become(Credentials.of(2, 2));
    assertThatThrownBy(() -> world.unlink("/d/mine")).isSameAs(Errno.EPERM);
    assertThatThrownBy(() -> world.rename("/d/mine", "/d/yours")).isSameAs(Errno.EPERM);
    world.write("/d/yours", "");
    assertThatThrownBy(() -> world.rename("/d/yours", "/d/mine")).isSameAs(Errno.EPERM);
    world.caller.become(Credentials.of(1, 1));
    world.unlink("/d/mine");
  }

  @Test
  void aSetGroupIdDirectoryPassesOnItsGroup() throws Errno {
    Inode directory = world.find("/d").inode();
    Attributes.chown(world.caller, world.find("/d"), Attributes.SAME, 42);
    directory.setAttributes(AttributeChange.ofMode(02777));
    world.caller.become(Credentials.of(1, 1));
    world.write("/d/file", "");
    world.mkdir("/d/dir");
    assertThat(world.find("/d/file").inode().gid()).isEqualTo(42);
    assertThat(world.find("/d/dir").inode().mode()).isEqualTo(FileMode.S_IFDIR | 02755);
  }

  @Test
  void listingGoesOnWhereItStoppedThoughOthersRemoveAndAdd() throws Errno {
    for (int i = 0; i < 10; i++) {
      world.write("/d/" + i, "");
    }
    OpenFile directory = world.open("/d", OpenFlags.O_RDONLY);
    List<String> seen = new ArrayList<>();
    directory.list(world.caller, (name, ino, type, next) -> seen.size() < 6 && seen.add(name));
    assertThat(seen).containsExactly(".", "..", "9", "8", "7", "6");
    world.unlink("/d/7");
    world.unlink("/d/4");
    world.write("/d/7", "");
    seen.clear();
    directory.list(world.caller, (name, ino, type, next) -> seen.add(name));
    assertThat(seen).containsExactly("5", "3", "2", "1", "0", "sub");
    directory.release();
    assertThat(list("/")).containsExactlyInAnyOrder(".", "..", "d", "empty", "f", "g", "link");
  }

  @Test
  void aHardLinkIsTheSameFileAndNoDirectoryGetsOne() throws Errno {
    DirectoryChanges.link(world.caller, world.find("/f"), null, "/d/f");
    world.write("/d/f", "changed");
    assertThat(world.read("/f")).isEqualTo("changed");
    world.unlink("/f");
    assertThat(world.find("/d/f").inode().nlink()).isEqualTo(1);
    assertThatThrownBy(() -> DirectoryChanges.link(world.caller, world.find("/d"), null, "/d2"))
        .isSameAs(Errno.EPERM);
  }

  @Test
  void onlyTheSuperuserMakesDevices() throws Errno {
    VfsPath made =
        DirectoryChanges.mknod(world.caller, null, "/null", FileMode.S_IFCHR | 0666, 0x103);
    assertThat(made.inode().status().rdev()).isEqualTo(0x103);
    world.find("/").inode().setAttributes(AttributeChange.ofMode(0777));
    world.caller.become(Credentials.of(1, 1));
    assertThatThrownBy(() ->
            DirectoryChanges.mknod(world.caller, null, "/zero", FileMode.S_IFCHR | 0666, 0x105))
        .isSameAs(Errno.EPERM);
    assertThat(
            DirectoryChanges.mknod(world.caller, null, "/fifo", FileMode.S_IFIFO | 0666, 0)
                .inode()
                .mode())
        .isEqualTo(FileMode.S_IFIFO | 0644);
  }
}
