package dev.forklift.kernel.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.FileLocks.RecordLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FileLocksTest {
  private final World world = new World();
  private final Object one = new Object();
  private final Object two = new Object();
  private FileLocks locks;

  @BeforeEach
  void makeFile() throws Errno {
    world.write("/a", "");
    locks = world.find("/a").inode().locks();
  }

  @AfterEach
  void end() {
    world.close();
  }

  private static RecordLock write(Object owner, long first, long last) {
    return new RecordLock(owner, 1, true, first, last);
  }

  private static RecordLock read(Object owner, long first, long last) {
    return new RecordLock(owner, 1, false, first, last);
  }

  private void lock(RecordLock wanted) throws Errno {
    locks.lock(world.caller, wanted, false);
  }

  @Test
  void readersShareAndWritersDoNot() throws Errno {
    lock(read(one, 0, 9));
    lock(read(two, 5, 20));
    assertThatThrownBy(() -> lock(write(two, 0, 0))).isSameAs(Errno.EAGAIN);
    lock(write(two, 10, 20));
    assertThatThrownBy(() -> lock(read(one, 10, 10))).isSameAs(Errno.EAGAIN);
    assertThat(locks.conflicting(write(one, 0, 100)).owner()).isSameAs(two);
  }

  @Test
  void rangesOfOneOwnerAreJoinedAndSplit() throws Errno {
    lock(write(one, 0, 9));
    lock(write(one, 10, 19));
    assertThat(locks.records()).containsExactly(write(one, 0, 19));
    lock(read(one, 5, 6));
    assertThat(locks.records())
        .containsExactly(write(one, 0, 4), read(one, 5, 6), write(one, 7, 19));
    locks.unlock(one, 10, Long.MAX_VALUE);
    assertThat(locks.records())
        .containsExactly(write(one, 0, 4), read(one, 5, 6), write(one, 7, 9));
    lock(write(one, 0, Long.MAX_VALUE));
    assertThat(locks.records()).containsExactly(write(one, 0, Long.MAX_VALUE));
  }

  @Test
  void aWaiterGetsTheLockWhenItIsFree() throws Errno {
    lock(write(one, 0, 9));
    TestCaller other = world.newCaller(Credentials.of(0, 0));
    World.Running waiting =
        world.start(() -> {
          locks.lock(other, write(two, 0, 0), true);
          return "locked";
        });
    waiting.untilAsleep();
    locks.unlock(one, 1, 9);
    waiting.untilAsleep();
    locks.unlock(one, 0, 0);
    assertThat(waiting.end()).isEqualTo("locked");
  }

  @Test
  void aSignalEndsTheWait() throws Errno {
    lock(write(one, 0, 9));
    TestCaller other = world.newCaller(Credentials.of(0, 0));
    World.Running waiting =
        world.start(() -> {
          locks.lock(other, write(two, 0, 0), true);
          return "locked";
        });
    waiting.untilAsleep();
    other.interrupt();
    assertThat(waiting.end()).isSameAs(Errno.ERESTARTSYS);
    assertThat(locks.records()).hasSize(1);
  }

  @Test
  void waitingInACircleIsRefused() throws Errno {
    world.write("/b", "");
    FileLocks others = world.find("/b").inode().locks();
    lock(write(one, 0, 0));
    others.lock(world.caller, write(two, 0, 0), false);
    TestCaller second = world.newCaller(Credentials.of(0, 0));
    World.Running waiting =
        world.start(() -> {
          locks.lock(second, write(two, 0, 0), true);
          return "locked";
        });
    waiting.untilAsleep();
    assertThatThrownBy(() -> others.lock(world.caller, write(one, 0, 0), true))
        .isSameAs(Errno.EDEADLK);
    locks.unlock(one, 0, 0);
    assertThat(waiting.end()).isEqualTo("locked");
  }

  @Test
  void closingAnyDescriptorOfTheFileGivesUpTheLocksOfTheTable() throws Errno {
    FileDescriptors table = new FileDescriptors();
    table.add(world.open("/a", OpenFlags.O_RDWR), false, 9);
    table.add(world.open("/a", OpenFlags.O_RDWR), false, 9);
    lock(write(table, 0, 9));
    lock(write(table.get(1), 10, 10));
    table.close(0);
    assertThat(locks.records()).hasSize(1);
    table.close(1);
    assertThat(locks.records()).isEmpty();
  }

  @Test
  void flockBelongsToTheOpenFileAndDoesNotSeeRecordLocks() throws Errno {
    lock(write(one, 0, Long.MAX_VALUE));
    OpenFile first = world.open("/a", OpenFlags.O_RDONLY);
    OpenFile second = world.open("/a", OpenFlags.O_RDONLY);
    int exclusive = Fcntl.LOCK_EX | Fcntl.LOCK_NB;
    locks.flock(world.caller, first, exclusive);
    locks.flock(world.caller, first, exclusive);
    assertThatThrownBy(() -> locks.flock(world.caller, second, exclusive)).isSameAs(Errno.EAGAIN);
    locks.flock(world.caller, first, Fcntl.LOCK_SH);
    locks.flock(world.caller, second, Fcntl.LOCK_SH);
    first.retain().release();
    assertThatThrownBy(() -> locks.flock(world.caller, second, exclusive)).isSameAs(Errno.EAGAIN);
    first.release();
    locks.flock(world.caller, second, exclusive);
    second.release();
  }
}
