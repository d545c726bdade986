package dev.forklift.kernel.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FileDescriptorsTest {
  private static final int LIMIT = 16;
  private final World world = new World();
  private final FileDescriptors table = new FileDescriptors();

  @AfterEach
  void end() {
    world.close();
  }

  private OpenFile file(String name) throws Errno {
    return world.open(name, OpenFlags.O_RDWR | OpenFlags.O_CREAT);
  }

  @Test
  void theLowestFreeNumberIsTaken() throws Errno {
    for (int i = 0; i < 5; i++) {
      assertThat(table.add(file("/a"), false, LIMIT)).isEqualTo(i);
    }
    table.close(3);
    table.close(1);
    assertThat(table.add(file("/a"), false, LIMIT)).isEqualTo(1);
    assertThat(table.duplicate(0, 2, false, LIMIT)).isEqualTo(3);
    assertThat(table.add(file("/a"), false, LIMIT)).isEqualTo(5);
  }

  @Test
  void theLimitIsMetAndTheFileClosed() throws Errno {
    for (int i = 0; i < LIMIT; i++) {
      table.add(file("/a"), false, LIMIT);
    }
    assertThatThrownBy(() -> table.add(file("/b"), false, LIMIT)).isSameAs(Errno.EMFILE);
    world.find("/b").inode().denyWriters();
    assertThatThrownBy(() -> table.duplicate(0, LIMIT, false, LIMIT)).isSameAs(Errno.EINVAL);
    assertThatThrownBy(() -> table.duplicateTo(0, LIMIT, false, LIMIT)).isSameAs(Errno.EBADF);
  }

  @Test
  void aForkedTableSharesPositionsButNotNumbers() throws Errno {
    world.write("/a", "abcdef");
    table.add(world.open("/a", OpenFlags.O_RDONLY), false, LIMIT);
    FileDescriptors copy = table.fork();
    assertThat(copy.get(0).read(world.caller, Bytes.room(2))).isEqualTo(2);
    assertThat(table.get(0).position()).isEqualTo(2);
    copy.close(0);
    assertThat(table.get(0).read(world.caller, Bytes.room(9))).isEqualTo(4);
    copy.release();
  }

  @Test
  void execClosesWhatIsMarked() throws Errno {
    table.add(file("/a"), true, LIMIT);
    table.add(file("/b"), false, LIMIT);
    int copy = table.duplicate(0, 0, false, LIMIT);
    table.setCloseOnExec(1, true);
    table.closeOnExec();
    assertThat(table.numbers()).containsExactly(copy);
    assertThatThrownBy(() -> table.isCloseOnExec(0)).isSameAs(Errno.EBADF);
  }

  @Test
  void dup2ClosesWhatHadTheNumber() throws Errno {
    table.add(file("/a"), false, LIMIT);
    table.add(file("/b"), false, LIMIT);
    table.duplicateTo(0, 1, false, LIMIT);
    assertThat(table.get(1)).isSameAs(table.get(0));
    world.find("/b").inode().denyWriters();
    table.release();
    world.find("/a").inode().denyWriters();
  }

  @Test
  void aRangeIsClosedOrLeftOutOfACopy() throws Errno {
    for (int i = 0; i < 6; i++) {
      table.add(file("/a"), false, LIMIT);
    }
    assertThat(table.forkWithout(2, 4).numbers()).containsExactly(0, 1, 5);
    table.closeRange(4, Integer.MAX_VALUE);
    assertThat(table.numbers()).containsExactly(0, 1, 2, 3);
  }
}
