package dev.forklift.kernel.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Credentials;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpeningTest {
  private final World world = new World();

  @AfterEach
  void end() {
    world.close();
  }

  @Test
  void whatIsWrittenIsReadBack() throws Errno {
    world.write("/a", "hello");
    assertThat(world.read("/a")).isEqualTo("hello");
    assertThat(world.find("/a").inode().mode()).isEqualTo(0100644);
  }

  @Test
  void appendingWritesAtTheEndWhateverThePositionIs() throws Errno {
    world.write("/a", "one");
    OpenFile file = world.open("/a", OpenFlags.O_RDWR | OpenFlags.O_APPEND);
    assertThat(file.write(world.caller, Bytes.of("two"))).isEqualTo(3);
    assertThat(file.position()).isEqualTo(6);
    assertThat(file.pwrite(world.caller, Bytes.of("!"), 0)).isEqualTo(1);
    file.release();
    assertThat(world.read("/a")).isEqualTo("onetwo!");
  }

  @Test
  void anUnlinkedFileLivesUntilItIsClosed() throws Errno {
    world.write("/a", "x".repeat(10_000));
    OpenFile file = world.open("/a", OpenFlags.O_RDONLY);
    world.unlink("/a");
    assertThat(world.read(file)).hasSize(10_000);
    assertThat(file.path().display(world.caller.fs().root())).isEqualTo("/a (deleted)");
    assertThat(world.budget.used()).isPositive();
    file.release();
    assertThat(world.budget.used()).isZero();
  }

  @Test
  void creatingExclusivelyRefusesEvenADanglingLink() throws Errno {
    world.symlink("nowhere", "/link");
    assertThatThrownBy(() -> world.open("/link", OpenFlags.O_CREAT | OpenFlags.O_EXCL))
        .isSameAs(Errno.EEXIST);
    world.open("/link", OpenFlags.O_CREAT | OpenFlags.O_WRONLY).release();
    assertThat(world.find("/nowhere").inode().isRegular()).isTrue();
  }

  @Test
  void theFileSizeLimitRaisesASignalAndRefuses() throws Errno {
    world.caller.limitFileSize(4);
    OpenFile file = world.open("/a", OpenFlags.O_CREAT | OpenFlags.O_WRONLY);
    assertThat(file.write(world.caller, Bytes.of("abcdef"))).isEqualTo(4);
    assertThatThrownBy(() -> file.write(world.caller, Bytes.of("g"))).isSameAs(Errno.EFBIG);
    assertThat(world.caller.signals).containsExactly(Signal.SIGXFSZ);
    file.release();
  }

  @Test
  void aRunningProgramIsNotWrittenToNorTheOtherWayRound() throws Errno {
    world.write("/prog", "#!");
    world.find("/prog").inode().setAttributes(AttributeChange.ofMode(0755));
    OpenFile program = Opening.openProgram(world.caller, null, "/prog", true);
    program.inode().denyWriters();
    assertThatThrownBy(() -> world.open("/prog", OpenFlags.O_WRONLY)).isSameAs(Errno.ETXTBSY);
    assertThatThrownBy(() -> world.open("/prog", OpenFlags.O_RDONLY | OpenFlags.O_TRUNC))
        .isSameAs(Errno.ETXTBSY);
    program.inode().allowWriters();
    OpenFile writer = world.open("/prog", OpenFlags.O_WRONLY);
    assertThatThrownBy(() -> program.inode().denyWriters()).isSameAs(Errno.ETXTBSY);
    writer.release();
    program.inode().denyWriters();
    program.inode().allowWriters();
    program.release();
  }

  @Test
  void memoryUsedUpIsNoSpaceLeft() throws Errno {
    OpenFile file = world.open("/a", OpenFlags.O_CREAT | OpenFlags.O_WRONLY);
    long done = 0;
    Errno end = null;
    while (end == null) {
      try {
        done += file.write(world.caller, Bytes.of(new byte[1 << 20]));
      } catch (Errno e) {
        end = e;
      }
    }
    assertThat(end).isSameAs(Errno.ENOSPC);
    assertThat(done).isBetween(1L << 23, 1L << 24);
    file.release();
  }

  @Test
  void aPathOnlyFileCanNeitherBeReadNorNeedsPermission() throws Errno {
    world.write("/a", "secret");
    world.find("/a").inode().setAttributes(AttributeChange.ofMode(0));
    world.caller.become(Credentials.of(1000, 1000));
    assertThatThrownBy(() -> world.open("/a", OpenFlags.O_RDONLY)).isSameAs(Errno.EACCES);
    OpenFile place = world.open("/a", OpenFlags.O_PATH);
    assertThatThrownBy(() -> place.read(world.caller, Bytes.room(1))).isSameAs(Errno.EBADF);
    assertThatThrownBy(() -> place.seek(0, Fcntl.SEEK_SET)).isSameAs(Errno.EBADF);
    place.release();
  }

  @Test
  void aNamelessFileGetsItsFirstNameByLinkUnlessExclusive() throws Errno {
    world.mkdir("/d");
    OpenFile file = world.open("/d", OpenFlags.O_TMPFILE | OpenFlags.O_RDWR);
    assertThat(file.write(world.caller, Bytes.of("x"))).isEqualTo(1);
    DirectoryChanges.link(world.caller, file.path(), null, "/d/name");
    file.release();
    assertThat(world.read("/d/name")).isEqualTo("x");
    OpenFile other = world.open("/d", OpenFlags.O_TMPFILE | OpenFlags.O_RDWR | OpenFlags.O_EXCL);
    assertThatThrownBy(() -> DirectoryChanges.link(world.caller, other.path(), null, "/d/two"))
        .isSameAs(Errno.ENOENT);
    other.release();
  }

  @Test
  void directoriesAreOpenedForReadingOnly() throws Errno {
    world.mkdir("/d");
    assertThatThrownBy(() -> world.open("/d", OpenFlags.O_RDWR)).isSameAs(Errno.EISDIR);
    assertThatThrownBy(() -> world.open("/d", OpenFlags.O_CREAT)).isSameAs(Errno.EISDIR);
    assertThatThrownBy(() -> world.open("/new/", OpenFlags.O_CREAT | OpenFlags.O_WRONLY))
        .isSameAs(Errno.EISDIR);
    OpenFile directory = world.open("/d", OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
    assertThatThrownBy(() -> directory.read(world.caller, Bytes.room(1))).isSameAs(Errno.EISDIR);
    directory.release();
    world.write("/f", "");
    assertThatThrownBy(() -> world.open("/f", OpenFlags.O_DIRECTORY)).isSameAs(Errno.ENOTDIR);
  }
}
