package dev.forklift.kernel.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathWalkTest {
  private final World world = new World();

  @BeforeEach
  void fill() throws Errno {
    world.mkdir("/a");
    world.mkdir("/a/b");
    world.write("/a/file", "x");
    world.symlink("b", "/a/link");
    world.symlink("/a/file", "/a/absolute");
    world.symlink("loop", "/a/loop");
    world.symlink("nothing", "/a/dangling");
  }

  @AfterEach
  void end() {
    world.close();
  }

  private String nameOf(VfsPath path) {
    return path.display(world.caller.fs().root());
  }

  @ParameterizedTest
  @CsvSource({
    "/, /",
    "//, /",
    "/.., /",
    "/a/, /a",
    "/a/.//b/, /a/b",
    "/a/b/../file, /a/file",
    "/a/link, /a/b",
    "/a/link/, /a/b",
    "/a/link/.., /a",
    "/a/absolute, /a/file",
    "/a/link/../link/../file, /a/file",
  })
  void namesLeadWhereTheySay(String path, String where) throws Errno {
    assertThat(nameOf(world.find(path))).isEqualTo(where);
  }

  @ParameterizedTest
  @CsvSource({
    "'', ENOENT",
    "/none, ENOENT",
    "/none/x, ENOENT",
    "/a/file/, ENOTDIR",
    "/a/file/., ENOTDIR",
    "/a/file/.., ENOTDIR",
    "/a/absolute/, ENOTDIR",
    "/a/loop, ELOOP",
    "/a/loop/x, ELOOP",
    "/a/dangling, ENOENT",
  })
  void badNamesAreRefusedAsLinuxRefusesThem(String path, String error) {
    assertThatThrownBy(() -> world.find(path))
        .isInstanceOfSatisfying(Errno.class, e -> assertThat(e.symbol()).isEqualTo(error));
  }

  @Test
  void aLinkInTheLastPlaceIsFollowedOnlyIfAskedOrIfASlashFollows() throws Errno {
    assertThat(nameOf(world.findLink("/a/link"))).isEqualTo("/a/link");
    assertThat(nameOf(world.findLink("/a/link/"))).isEqualTo("/a/b");
    assertThat(nameOf(world.findLink("/a/dangling"))).isEqualTo("/a/dangling");
  }

  @Test
  void fortyLinksAreFollowedAndNotOneMore() throws Errno {
    world.write("/l0", "end");
    for (int i = 1; i <= 41; i++) {
      world.symlink("l" + (i - 1), "/l" + i);
    }
    assertThat(world.read("/l40")).isEqualTo("end");
    assertThatThrownBy(() -> world.find("/l41")).isSameAs(Errno.ELOOP);
  }

  @Test
  void namesMayHave255BytesAndPaths4095() throws Errno {
    String longest = "/" + "n".repeat(255);
    world.write(longest, "");
    assertThat(world.find(longest).inode().isRegular()).isTrue();
    assertThatThrownBy(() -> world.find(longest + "n")).isSameAs(Errno.ENAMETOOLONG);
    assertThatThrownBy(() -> world.write(longest + "n", "")).isSameAs(Errno.ENAMETOOLONG);
    assertThat(nameOf(world.find("/".repeat(4094) + "a"))).isEqualTo("/a");
    assertThatThrownBy(() -> world.find("/".repeat(4095) + "a")).isSameAs(Errno.ENAMETOOLONG);
  }

  @Test
  void searchingADirectoryWantsItsExecuteBit() throws Errno {
    world.find("/a").inode().setAttributes(AttributeChange.ofMode(0644));
    assertThat(world.find("/a/file").inode().isRegular()).isTrue();
    world.caller.become(Credentials.of(7, 7));
    assertThatThrownBy(() -> world.find("/a/file")).isSameAs(Errno.EACCES);
    assertThatThrownBy(() -> world.find("/a/none")).isSameAs(Errno.EACCES);
    assertThatThrownBy(() -> world.find("/a/.")).isSameAs(Errno.EACCES);
  }

  @Test
  void mountsCoverWhatTheyAreOnAndAreLeftByDotDot() throws Errno {
    Tmpfs other = new Tmpfs(world.systems, "tmpfs", world.budget, 0755);
    world.mounts.mount(other, "none", world.find("/a/b"), 0);
    world.write("/a/b/inner", "i");
    assertThat(nameOf(world.find("/a/link/inner"))).isEqualTo("/a/b/inner");
    assertThat(nameOf(world.find("/a/b/.."))).isEqualTo("/a");
    assertThatThrownBy(() -> world.rmdir("/a/b")).isSameAs(Errno.EBUSY);
    assertThatThrownBy(() -> world.rename("/a/b", "/a/c")).isSameAs(Errno.EBUSY);
    assertThatThrownBy(() -> world.rename("/a/b/inner", "/a/c")).isSameAs(Errno.EXDEV);
    OpenFile open = world.open("/a/b/inner", OpenFlags.O_RDONLY);
    assertThatThrownBy(() -> world.mounts.unmount(world.find("/a/b"), 0)).isSameAs(Errno.EBUSY);
    world.mounts.unmount(world.find("/a/b"), MountFlags.MNT_DETACH);
    assertThatThrownBy(() -> world.find("/a/b/inner")).isSameAs(Errno.ENOENT);
    assertThat(world.read(open)).isEqualTo("i");
    open.release();
    assertThat(other.status().blocksFree()).isPositive();
  }

  @Test
  void unmountingGivesTheMemoryBack() throws Errno {
    long before = world.budget.used();
    Tmpfs other = new Tmpfs(world.systems, "tmpfs", world.budget, 0755);
    world.mounts.mount(other, "none", world.find("/a/b"), 0);
    world.write("/a/b/inner", "x".repeat(9000));
    assertThat(world.budget.used()).isGreaterThan(before);
    world.mounts.unmount(world.find("/a/b"), 0);
    assertThat(world.budget.used()).isEqualTo(before);
  }

  @Test
  void aReadOnlyBindRefusesWritingThereAndOnlyThere() throws Errno {
    world.mkdir("/ro");
    Mount bind = world.mounts.bind(world.find("/a"), world.find("/ro"), false);
    bind.setFlags(MountFlags.MS_RDONLY);
    assertThat(world.read("/ro/file")).isEqualTo("x");
    assertThatThrownBy(() -> world.write("/ro/file", "y")).isSameAs(Errno.EROFS);
    assertThatThrownBy(() -> world.write("/ro/new", "y")).isSameAs(Errno.EROFS);
    assertThatThrownBy(() -> world.mkdir("/ro/b")).isSameAs(Errno.EEXIST);
    assertThatThrownBy(() -> world.unlink("/ro/none")).isSameAs(Errno.EROFS);
    world.write("/a/file", "z");
    assertThat(world.read("/ro/file")).isEqualTo("z");
  }

  @Test
  void aRemovedCurrentFolderHasNoNameAndTakesNoFiles() throws Errno {
    world.caller.fs().setCwd(world.find("/a/b"));
    assertThat(world.caller.fs().cwdName()).isEqualTo("/a/b");
    world.rmdir("/a/b");
    assertThatThrownBy(() -> world.caller.fs().cwdName()).isSameAs(Errno.ENOENT);
    assertThatThrownBy(() -> world.write("new", "")).isSameAs(Errno.ENOENT);
    assertThat(nameOf(world.find(".."))).isEqualTo("/a");
  }

  @Test
  void nothingAboveTheRootIsReachable() throws Errno {
    TestCaller jailed = world.newCaller(Credentials.of(0, 0));
    jailed.fs().setRoot(world.find("/a"));
    jailed.fs().setCwd(world.find("/a"));
    assertThat(PathWalk.lookup(jailed, null, "../../file", true).inode())
        .isSameAs(world.find("/a/file").inode());
    jailed.fs().setCwd(world.find("/"));
    assertThat(jailed.fs().cwdName()).isEqualTo("(unreachable)/");
  }

  private Object resolve(String start, String path, int flags) throws Errno {
    return nameOf(
        new PathWalk(world.caller, world.caller.credentials(), world.find(start), flags)
            .lookup(path, true));
  }

  @Test
  void resolvingBeneathNeverLeaves() throws Errno {
    int beneath = PathFlags.RESOLVE_BENEATH;
    assertThat(resolve("/a", "b/../file", beneath)).isEqualTo("/a/file");
    assertThatThrownBy(() -> resolve("/a", "../a/file", beneath)).isSameAs(Errno.EXDEV);
    assertThatThrownBy(() -> resolve("/a", "/a/file", beneath)).isSameAs(Errno.EXDEV);
    assertThatThrownBy(() -> resolve("/a", "absolute", beneath)).isSameAs(Errno.EXDEV);
  }

  @Test
  void resolvingInRootTakesTheStartForTheRoot() throws Errno {
    int inRoot = PathFlags.RESOLVE_IN_ROOT;
    assertThat(resolve("/a", "/../../file", inRoot)).isEqualTo("/a/file");
    assertThatThrownBy(() -> resolve("/a", "absolute", inRoot)).isSameAs(Errno.ENOENT);
    assertThatThrownBy(() -> resolve("/a", "link", PathFlags.RESOLVE_NO_SYMLINKS))
        .isSameAs(Errno.ELOOP);
  }
}
