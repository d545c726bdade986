package dev.forklift.kernel.fs.anon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.fs.anon.EpollFile.Event;
import dev.forklift.kernel.fs.pipe.Pipes;
import dev.forklift.kernel.vfs.Bytes;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.TestCaller;
import dev.forklift.kernel.vfs.World;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EpollTest {
  private static final int IN = PollEvents.POLLIN;
  private final World world = new World();
  private final AnonymousFiles files = new AnonymousFiles(world.systems);
  private final Pipes pipes = new Pipes(world.systems);
  private EpollFile epoll;
  private Pipes.Ends ends;

  @BeforeEach
  void make() throws Errno {
    epoll = files.epollFile();
    ends = pipes.create(world.caller, OpenFlags.O_NONBLOCK);
  }

  @AfterEach
  void end() {
    world.close();
  }

  private void write(String text) throws Errno {
    ends.writer().write(world.caller, Bytes.of(text));
  }

  private void read() throws Errno {
    ends.reader().read(world.caller, Bytes.room(100));
  }

  @Test
  void aLevelIsToldAsLongAsItLasts() throws Errno {
    epoll.add(ends.reader(), 3, IN, 77);
    assertThat(epoll.collect(9)).isEmpty();
    write("x");
    assertThat(epoll.collect(9)).containsExactly(new Event(IN, 77));
    assertThat(epoll.collect(9)).containsExactly(new Event(IN, 77));
    read();
    assertThat(epoll.collect(9)).isEmpty();
  }

  @Test
  void anEdgeIsToldOnce() throws Errno {
    write("x");
    epoll.add(ends.reader(), 3, IN | PollEvents.EPOLLET, 1);
    assertThat(epoll.collect(9)).hasSize(1);
    assertThat(epoll.collect(9)).isEmpty();
    write("y");
    assertThat(epoll.collect(9)).hasSize(1);
    epoll.modify(ends.reader(), 3, IN | PollEvents.EPOLLET, 2);
    assertThat(epoll.collect(9)).containsExactly(new Event(IN, 2));
  }

  @Test
  void oneShotIsSilentUntilArmedAgain() throws Errno {
    write("x");
    epoll.add(ends.reader(), 3, IN | PollEvents.EPOLLONESHOT, 1);
    assertThat(epoll.collect(9)).hasSize(1);
    write("y");
    assertThat(epoll.isReady()).isFalse();
    epoll.modify(ends.reader(), 3, IN | PollEvents.EPOLLONESHOT, 1);
    assertThat(epoll.collect(9)).hasSize(1);
  }

  @Test
  void aClosedFileIsForgotten() throws Errno {
    epoll.add(ends.reader(), 3, IN, 1);
    write("x");
    OpenFile copy = ends.reader().retain();
    ends.reader().release();
    assertThat(epoll.isReady()).isTrue();
    copy.release();
    assertThat(epoll.isReady()).isFalse();
  }

  @Test
  void hangUpIsToldWithoutBeingAskedFor() throws Errno {
    epoll.add(ends.reader(), 3, 0, 1);
    ends.writer().release();
    assertThat(epoll.collect(9)).containsExactly(new Event(PollEvents.POLLHUP, 1));
  }

  @Test
  void allFilesHaveTheirTurnThoughFewFit() throws Errno {
    Pipes.Ends more = pipes.create(world.caller, 0);
    epoll.add(ends.reader(), 3, IN, 1);
    epoll.add(more.reader(), 4, IN, 2);
    write("x");
    more.writer().write(world.caller, Bytes.of("y"));
    assertThat(epoll.collect(1)).containsExactly(new Event(IN, 1));
    assertThat(epoll.collect(1)).containsExactly(new Event(IN, 2));
    assertThat(epoll.collect(1)).containsExactly(new Event(IN, 1));
  }

  @Test
  void nestedInstancesWakeTheOuterOneAndCirclesAreRefused() throws Errno {
    EpollFile outer = files.epollFile();
    outer.add(epoll, 5, IN, 9);
    epoll.add(ends.reader(), 3, IN, 1);
    TestCaller other = world.newCaller(Credentials.of(0, 0));
    World.Running waiting =
        world.start(() -> {
          other.await(outer.changed(), outer::isReady);
          return outer.collect(9);
        });
    waiting.untilAsleep();
    write("x");
    assertThat(waiting.end()).asString().contains("data=9");
    assertThatThrownBy(() -> epoll.add(outer, 5, IN, 1)).isSameAs(Errno.ELOOP);
    assertThatThrownBy(() -> epoll.add(epoll, 5, IN, 1)).isSameAs(Errno.EINVAL);
  }

  @Test
  void nestingHasALimit() throws Errno {
    EpollFile top = epoll;
    for (int i = 0; i < 4; i++) {
      EpollFile next = files.epollFile();
      next.add(top, 3, IN, 0);
      top = next;
    }
    EpollFile last = files.epollFile();
    EpollFile inner = top;
    assertThatThrownBy(() -> last.add(inner, 3, IN, 0)).isSameAs(Errno.ELOOP);
    EpollFile below = files.epollFile();
    assertThatThrownBy(() -> epoll.add(below, 3, IN, 0)).isSameAs(Errno.ELOOP);
  }

  @Test
  void filesThatAreAlwaysReadyAreRefused() throws Errno {
    world.write("/a", "");
    OpenFile file = world.open("/a", OpenFlags.O_RDONLY);
    assertThatThrownBy(() -> epoll.add(file, 3, IN, 1)).isSameAs(Errno.EPERM);
    epoll.add(ends.reader(), 3, IN, 1);
    assertThatThrownBy(() -> epoll.add(ends.reader(), 3, IN, 1)).isSameAs(Errno.EEXIST);
    epoll.add(ends.reader(), 4, IN, 1);
    assertThatThrownBy(() -> epoll.remove(ends.writer(), 3)).isSameAs(Errno.ENOENT);
    epoll.remove(ends.reader(), 3);
    assertThatThrownBy(() -> epoll.modify(ends.reader(), 3, IN, 1)).isSameAs(Errno.ENOENT);
  }

  @Test
  void anEventFileCountsAndBlocks() throws Errno {
    OpenFile file = files.eventFile(2, OpenFlags.O_NONBLOCK, false, ByteOrder.BIG_ENDIAN);
    file.write(world.caller, Bytes.of("\0\0\0\0\0\0\0\3"));
    assertThat(world.read(file)).isEqualTo("\0\0\0\0\0\0\0\5");
    assertThatThrownBy(() -> world.read(file)).isSameAs(Errno.EAGAIN);
    assertThatThrownBy(() -> file.write(world.caller, Bytes.of("ÿÿÿÿÿÿÿÿ"))).isSameAs(Errno.EINVAL);
    file.write(world.caller, Bytes.of("ÿÿÿÿÿÿÿþ"));
    assertThatThrownBy(() -> file.write(world.caller, Bytes.of("\0\0\0\0\0\0\0\1")))
        .isSameAs(Errno.EAGAIN);
    assertThat(file.poll()).isEqualTo(PollEvents.POLLIN);
    OpenFile semaphore = files.eventFile(2, OpenFlags.O_NONBLOCK, true, ByteOrder.BIG_ENDIAN);
    assertThat(world.read(semaphore)).isEqualTo("\0\0\0\0\0\0\0\1");
    assertThat(world.read(semaphore)).isEqualTo("\0\0\0\0\0\0\0\1");
    assertThatThrownBy(() -> world.read(semaphore)).isSameAs(Errno.EAGAIN);
  }
}
