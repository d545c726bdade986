package dev.forklift.kernel.fs.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.Bytes;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import dev.forklift.kernel.vfs.TestCaller;
import dev.forklift.kernel.vfs.World;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipeTest {
  private final World world = new World();
  private final Pipes pipes = new Pipes(world.systems);
  private final TestCaller other = world.newCaller(Credentials.of(0, 0));

  @AfterEach
  void end() {
    world.close();
  }

  private String read(OpenFile file, int room) throws Errno {
    Bytes bytes = Bytes.room(room);
    var _ = file.read(world.caller, bytes);
    return bytes.text();
  }

  @Test
  void bytesComeOutInOrderAndTheEndIsSeen() throws Errno {
    Pipes.Ends ends = pipes.create(world.caller, 0);
    for (int i = 0; i < 1000; i++) {
      assertThat(ends.writer().write(world.caller, Bytes.of("abc" + i))).isPositive();
      assertThat(read(ends.reader(), 100)).isEqualTo("abc" + i);
    }
    ends.writer().release();
    assertThat(read(ends.reader(), 10)).isEmpty();
    ends.reader().release();
  }

  @Test
  void aReaderSleepsUntilSomethingIsWritten() throws Errno {
    Pipes.Ends ends = pipes.create(world.caller, 0);
    Bytes room = Bytes.room(10);
    World.Running reader = world.start(() -> ends.reader().read(other, room));
    reader.untilAsleep();
    assertThat(ends.writer().write(world.caller, Bytes.of("hi"))).isEqualTo(2);
    assertThat(reader.end()).isEqualTo(2L);
    assertThat(room.text()).isEqualTo("hi");
  }

  @Test
  void aFullPipeTakesASmallWriteWholeOrNotAtAll() throws Errno {
    Pipes.Ends ends = pipes.create(world.caller, OpenFlags.O_NONBLOCK);
    assertThat(ends.writer().write(world.caller, Bytes.of(new byte[70_000]))).isEqualTo(65_536);
    assertThatThrownBy(() -> ends.writer().write(world.caller, Bytes.of("x")))
        .isSameAs(Errno.EAGAIN);
    assertThat(ends.writer().poll()).isZero();
    read(ends.reader(), 4095);
    assertThatThrownBy(() -> ends.writer().write(world.caller, Bytes.of(new byte[5000])))
        .as("no buffer is free")
        .isSameAs(Errno.EAGAIN);
    read(ends.reader(), 1);
    assertThat(ends.writer().poll()).isEqualTo(PollEvents.WRITABLE);
    assertThat(ends.writer().write(world.caller, Bytes.of(new byte[5000]))).isEqualTo(4096);
  }

  @Test
  void aLongWriteSleepsAndGoesOnAsItIsRead() throws Errno {
    Pipes.Ends ends = pipes.create(world.caller, 0);
    World.Running writer =
        world.start(() -> ends.writer().write(other, Bytes.of(new byte[200_000])));
    int total = 0;
    while (total < 200_000) {
      total += read(ends.reader(), 10_000).length();
      if (total < 100_000) {
        writer.untilAsleep();
      }
    }
    assertThat(writer.end()).isEqualTo(200_000L);
  }

  @Test
  void aSignalCutsALongWriteShort() throws Errno {
    Pipes.Ends ends = pipes.create(world.caller, 0);
    World.Running writer =
        world.start(() -> ends.writer().write(other, Bytes.of(new byte[200_000])));
    writer.untilAsleep();
    other.interrupt();
    assertThat(writer.end()).isEqualTo(65_536L);
    World.Running again = world.start(() -> ends.writer().write(other, Bytes.of("x")));
    assertThat(again.end()).isSameAs(Errno.ERESTARTSYS);
  }

  @Test
  void writingWithoutReadersRaisesASignal() throws Errno {
    Pipes.Ends ends = pipes.create(world.caller, 0);
    ends.reader().release();
    assertThat(ends.writer().poll()).isEqualTo(PollEvents.WRITABLE | PollEvents.POLLERR);
    assertThatThrownBy(() -> ends.writer().write(world.caller, Bytes.of("x")))
        .isSameAs(Errno.EPIPE);
    assertThat(world.caller.signals).containsExactly(Signal.SIGPIPE);
  }

  @Test
  void pollTellsWhatCanBeDone() throws Errno {
    Pipes.Ends ends = pipes.create(world.caller, 0);
    assertThat(ends.reader().poll()).isZero();
    assertThat(ends.writer().poll()).isEqualTo(PollEvents.WRITABLE);
    ends.writer().write(world.caller, Bytes.of("x"));
    assertThat(ends.reader().poll()).isEqualTo(PollEvents.READABLE);
    ends.writer().release();
    assertThat(ends.reader().poll()).isEqualTo(PollEvents.READABLE | PollEvents.POLLHUP);
  }

  @Test
  void packetsAreReadOneByOneAndWhatDoesNotFitIsLost() throws Errno {
    Pipes.Ends ends = pipes.create(world.caller, OpenFlags.O_DIRECT);
    ends.writer().write(world.caller, Bytes.of("first"));
    ends.writer().write(world.caller, Bytes.of("second"));
    assertThat(read(ends.reader(), 3)).isEqualTo("fir");
    assertThat(read(ends.reader(), 100)).isEqualTo("second");
  }

  @Test
  void theSizeIsRoundedUpAndNotBelowWhatIsInIt() throws Errno {
    Pipes.Ends ends = pipes.create(world.caller, 0);
    assertThat(ends.reader().setPipeSize(world.caller, 5000)).isEqualTo(8192);
    assertThat(ends.reader().setPipeSize(world.caller, 1)).isEqualTo(4096);
    assertThat(ends.writer().pipeSize()).isEqualTo(4096);
    assertThat(ends.reader().setPipeSize(world.caller, 65_536)).isEqualTo(65_536);
    ends.writer().write(world.caller, Bytes.of(new byte[10_000]));
    assertThatThrownBy(() -> ends.reader().setPipeSize(world.caller, 4096)).isSameAs(Errno.EBUSY);
    world.caller.become(Credentials.of(1, 1));
    assertThatThrownBy(() -> ends.reader().setPipeSize(world.caller, 1 << 21))
        .isSameAs(Errno.EPERM);
  }

  @Test
  void openingAFifoWaitsForTheOtherEnd() throws Errno {
    DirectoryChanges.mknod(world.caller, null, "/fifo", FileMode.S_IFIFO | 0644, 0);
    assertThatThrownBy(() -> world.open("/fifo", OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK))
        .isSameAs(Errno.ENXIO);
    World.Running reader =
        world.start(() -> Opening.open(other, null, "/fifo", OpenFlags.O_RDONLY, 0));
    reader.untilAsleep();
    OpenFile writer = world.open("/fifo", OpenFlags.O_WRONLY);
    OpenFile opened = (OpenFile) reader.end();
    writer.write(world.caller, Bytes.of("through"));
    writer.release();
    assertThat(read(opened, 10)).isEqualTo("through");
    assertThat(read(opened, 10)).isEmpty();
    assertThat(opened.poll()).isEqualTo(PollEvents.POLLHUP);
    opened.release();
  }

  @Test
  void aFifoOpenedWithoutWaitingIsNotHungUpBeforeTheFirstWriter() throws Errno {
    DirectoryChanges.mknod(world.caller, null, "/fifo", FileMode.S_IFIFO | 0644, 0);
    OpenFile reader = world.open("/fifo", OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK);
    assertThat(reader.poll()).isZero();
    assertThat(read(reader, 1)).isEmpty();
    world.open("/fifo", OpenFlags.O_WRONLY).release();
    assertThat(reader.poll()).isEqualTo(PollEvents.POLLHUP);
    reader.release();
  }

  @Test
  void bytesMoveBetweenPipesAndFiles() throws Errno {
    Pipes.Ends first = pipes.create(world.caller, OpenFlags.O_NONBLOCK);
    Pipes.Ends second = pipes.create(world.caller, OpenFlags.O_NONBLOCK);
    world.write("/spliced", "0123456789");
    OpenFile file = world.open("/spliced", OpenFlags.O_RDWR);
    Splice splice = new Splice(world.caller, false);
    assertThat(splice.fromFile(file, 3, first.writer(), 4)).isEqualTo(4);
    assertThat(splice.tee(first.reader(), second.writer(), 3)).isEqualTo(3);
    assertThat(splice.betweenPipes(first.reader(), second.writer(), 2)).isEqualTo(2);
    assertThat(read(second.reader(), 10)).isEqualTo("34534");
    assertThat(splice.toFile(first.reader(), file, 0, 100)).isEqualTo(2);
    assertThat(world.read("/spliced")).isEqualTo("5623456789");
    assertThatThrownBy(() -> splice.tee(first.reader(), second.writer(), 3)).isSameAs(Errno.EAGAIN);
    assertThatThrownBy(() -> splice.tee(first.reader(), first.writer(), 3)).isSameAs(Errno.EINVAL);
    file.release();
  }
}
