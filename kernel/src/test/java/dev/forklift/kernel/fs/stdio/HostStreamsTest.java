package dev.forklift.kernel.fs.stdio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.fs.pipe.Pipes;
import dev.forklift.kernel.vfs.Bytes;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.TestCaller;
import dev.forklift.kernel.vfs.World;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostStreamsTest {
  private final World world = new World();
  private final Pipes pipes = new Pipes(world.systems);
  private final TestCaller other = world.newCaller(Credentials.of(0, 0));

  @AfterEach
  void end() {
    world.close();
  }

  private HostOutput output(OutputStream stream) {
    return new HostOutput(world.lock, world.clock, pipes.fileSystem(), stream);
  }

  private void drain(HostOutput output) {
    world.lock.release();
    output.drain();
    world.lock.acquire();
  }

  @Test
  void streamsToOnePlaceKeepTheirOrder() throws Errno {
    ByteArrayOutputStream place = new ByteArrayOutputStream();
    HostOutput out = output(place);
    HostOutput err = output(place);
    out.orderWith(err);
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      out.open().write(world.caller, Bytes.of("o" + i));
      err.open().write(world.caller, Bytes.of("e" + i));
      expected.append("o").append(i).append("e").append(i);
    }
    drain(out);
    drain(err);
    assertThat(place).hasToString(expected.toString());
  }

  @Test
  void aHostThatDoesNotReadBlocksOnlyTheWriter() throws Errno {
    CountDownLatch gate = new CountDownLatch(1);
    ByteArrayOutputStream place = new ByteArrayOutputStream();
    HostOutput out =
        output(
            new OutputStream() {
              @Override
              public void write(int b) {
                throw new AssertionError();
              }

              @Override
              public void write(byte[] bytes, int offset, int length) {
                try {
                  gate.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                place.write(bytes, offset, length);
              }
            });
    World.Running writer = world.start(() -> out.open().write(other, Bytes.of(new byte[200_000])));
    writer.untilAsleep();
    gate.countDown();
    assertThat(writer.end()).isEqualTo(200_000L);
    drain(out);
    assertThat(place.size()).isEqualTo(200_000);
  }

  @Test
  void aReaderThatWentAwayIsABrokenPipe() throws Errno {
    HostOutput out =
        output(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("broken");
              }
            });
    OpenFile file = out.open();
    file.write(world.caller, Bytes.of("x"));
    drain(out);
    assertThatThrownBy(() -> file.write(world.caller, Bytes.of("x"))).isSameAs(Errno.EPIPE);
    assertThat(world.caller.signals).containsExactly(Signal.SIGPIPE);
  }

  @Test
  void inputIsReadToItsEnd() throws Errno {
    HostInput in =
        new HostInput(
            world.lock,
            world.clock,
            pipes.fileSystem(),
            new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8)));
    OpenFile file = in.open();
    assertThat(world.read(file)).isEqualTo("hello");
    assertThat(world.read(file)).isEmpty();
    assertThat(world.read(file)).isEmpty();
  }

  @Test
  void aReaderSleepsUntilTheHostHasSomething() throws Exception {
    PipedOutputStream host = new PipedOutputStream();
    HostInput in =
        new HostInput(world.lock, world.clock, pipes.fileSystem(), new PipedInputStream(host));
    Bytes room = Bytes.room(10);
    World.Running reader = world.start(() -> in.open().read(other, room));
    reader.untilAsleep();
    host.write("typed".getBytes(StandardCharsets.UTF_8));
    host.flush();
    assertThat(reader.end()).isEqualTo(5L);
    assertThat(room.text()).isEqualTo("typed");
  }
}
