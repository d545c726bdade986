package dev.forklift.kernel.fs.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.SocketNumbers;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.Bytes;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.TestCaller;
import dev.forklift.kernel.vfs.World;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UnixSocketTest {
  private static final int STREAM = SocketNumbers.SOCK_STREAM;
  private static final int DGRAM = SocketNumbers.SOCK_DGRAM;
  private static final int SEQPACKET = SocketNumbers.SOCK_SEQPACKET;
  private static final int NONBLOCK = OpenFlags.O_NONBLOCK;

  private final World world = new World();
  private final Sockets sockets = new Sockets(world.systems, new TestIdentity());
  private final TestCaller other = world.newCaller(Credentials.of(7, 8));

  @AfterEach
  void end() {
    world.close();
  }

  private SocketFile socket(int type) throws Errno {
    return sockets.create(world.caller, SocketNumbers.AF_UNIX, type, 0, NONBLOCK);
  }

  private SocketFile[] pair(int type, int flags) throws Errno {
    return sockets.pair(world.caller, SocketNumbers.AF_UNIX, type, 0, flags);
  }

  private static SocketAddress name(String name) {
    return new SocketAddress(SocketNumbers.AF_UNIX, name);
  }

  private void send(SocketFile socket, String text) throws Errno {
    assertThat(socket.write(world.caller, Bytes.of(text))).isEqualTo(text.length());
  }

  private String receive(SocketFile socket, int room, int flags) throws Errno {
    Bytes bytes = Bytes.room(room);
    socket.receive(world.caller, bytes, flags).discardFiles();
    return bytes.text();
  }

  private String receive(SocketFile socket) throws Errno {
    return receive(socket, 100, 0);
  }

  @Test
  void aStreamHasNoBoundaries() throws Errno {
    SocketFile[] pair = pair(STREAM, NONBLOCK);
    send(pair[0], "abc");
    send(pair[0], "def");
    assertThat(receive(pair[1], 4, SocketNumbers.MSG_PEEK)).isEqualTo("abcd");
    assertThat(receive(pair[1], 4, 0)).isEqualTo("abcd");
    assertThat(receive(pair[1])).isEqualTo("ef");
    assertThatThrownBy(() -> receive(pair[1])).isSameAs(Errno.EAGAIN);
    send(pair[1], "back");
    assertThat(receive(pair[0])).isEqualTo("back");
  }

  @Test
  void packetsKeepTheirBoundariesAndLoseWhatDoesNotFit() throws Errno {
    for (int type : new int[] {SEQPACKET, DGRAM}) {
      SocketFile[] pair = pair(type, NONBLOCK);
      send(pair[0], "abc");
      send(pair[0], "");
      send(pair[0], "def");
      Incoming first = pair[1].receive(world.caller, Bytes.room(2), 0);
      assertThat(first.count()).isEqualTo(2);
      assertThat(first.flags() & SocketNumbers.MSG_TRUNC).isNotZero();
      assertThat(receive(pair[1])).isEmpty();
      assertThat(pair[1].receive(world.caller, Bytes.room(1), SocketNumbers.MSG_TRUNC).count())
          .isEqualTo(3);
      assertThatThrownBy(() -> receive(pair[1])).isSameAs(Errno.EAGAIN);
    }
  }

  @Test
  void theEndIsSeenAfterTheLastByteAndWritingToItRaisesASignal() throws Errno {
    SocketFile[] pair = pair(STREAM, NONBLOCK);
    send(pair[0], "last");
    pair[0].release();
    assertThat(pair[1].poll())
        .isEqualTo(
            PollEvents.READABLE
                | PollEvents.WRITABLE
                | PollEvents.POLLWRBAND
                | PollEvents.POLLHUP
                | PollEvents.POLLRDHUP);
    assertThat(receive(pair[1])).isEqualTo("last");
    assertThat(receive(pair[1])).isEmpty();
    assertThatThrownBy(() -> send(pair[1], "x")).isSameAs(Errno.EPIPE);
    assertThat(world.caller.signals).containsExactly(Signal.SIGPIPE);
    Outgoing quiet = Outgoing.plain(SocketNumbers.MSG_NOSIGNAL);
    assertThatThrownBy(() -> pair[1].send(world.caller, Bytes.of("x"), quiet))
        .isSameAs(Errno.EPIPE);
    assertThat(world.caller.signals).hasSize(1);
  }

  @Test
  void closingWithUnreadBytesResetsTheOtherEnd() throws Errno {
    SocketFile[] pair = pair(STREAM, NONBLOCK);
    send(pair[0], "unread");
    pair[1].release();
    assertThatThrownBy(() -> receive(pair[0])).isSameAs(Errno.ECONNRESET);
    assertThat(receive(pair[0])).isEmpty();
  }

  @Test
  void shuttingDownEndsOneDirection() throws Errno {
    SocketFile[] pair = pair(STREAM, NONBLOCK);
    pair[0].shutdown(SocketNumbers.SHUT_WR);
    assertThat(receive(pair[1])).isEmpty();
    send(pair[1], "still");
    assertThat(receive(pair[0])).isEqualTo("still");
    assertThatThrownBy(() -> send(pair[0], "x")).isSameAs(Errno.EPIPE);
    assertThatThrownBy(() -> pair[0].shutdown(3)).isSameAs(Errno.EINVAL);
  }

  @Test
  void aSenderWaitsWhileTooMuchIsUnderWay() throws Errno {
    SocketFile[] pair = pair(STREAM, 0);
    World.Running sender = world.start(() -> pair[0].write(other, Bytes.of(new byte[1_000_000])));
    sender.untilAsleep();
    int total = 0;
    while (total < 1_000_000) {
      total += receive(pair[1], 100_000, 0).length();
    }
    assertThat(sender.end()).isEqualTo(1_000_000L);
  }

  @Test
  void namesAreFoundByPathOrAbstractly() throws Errno {
    for (String name : new String[] {"/socket", "\0abstract"}) {
      SocketFile listener = socket(STREAM);
      listener.bind(world.caller, name(name));
      SocketFile early = socket(STREAM);
      assertThatThrownBy(() -> early.connect(world.caller, name(name)))
          .isSameAs(Errno.ECONNREFUSED);
      listener.listen(world.caller, 1);
      SocketFile second = socket(STREAM);
      assertThatThrownBy(() -> second.bind(world.caller, name(name))).isSameAs(Errno.EADDRINUSE);
      SocketFile client = socket(STREAM);
      client.connect(world.caller, name(name));
      send(client, "before accept");
      SocketFile server = listener.accept(world.caller, NONBLOCK);
      assertThat(receive(server)).isEqualTo("before accept");
      assertThat(client.peerAddress()).isEqualTo(name(name));
      assertThat(server.localAddress()).isEqualTo(name(name));
      assertThat(server.peerAddress()).isEqualTo(SocketAddress.UNNAMED);
      server.release();
      assertThatThrownBy(() -> second.bind(world.caller, name(name))).isSameAs(Errno.EADDRINUSE);
      listener.release();
      assertThatThrownBy(() -> early.connect(world.caller, name(name)))
          .isSameAs(Errno.ECONNREFUSED);
    }
    world.unlink("/socket");
    SocketFile late = socket(STREAM);
    assertThatThrownBy(() -> late.connect(world.caller, name("/socket"))).isSameAs(Errno.ENOENT);
  }

  @Test
  void onlyAsManyConnectionsAsTheBacklogAllowsWait() throws Errno {
    SocketFile listener = socket(STREAM);
    listener.bind(world.caller, name("\0busy"));
    listener.listen(world.caller, 0);
    socket(STREAM).connect(world.caller, name("\0busy"));
    SocketFile refused = socket(STREAM);
    assertThatThrownBy(() -> refused.connect(world.caller, name("\0busy"))).isSameAs(Errno.EAGAIN);
    SocketFile waiting = sockets.create(other, SocketNumbers.AF_UNIX, STREAM, 0, 0);
    World.Running connecting =
        world.start(() -> {
          waiting.connect(other, name("\0busy"));
          return "connected";
        });
    connecting.untilAsleep();
    SocketFile accepted = listener.accept(world.caller, 0);
    assertThat(connecting.end()).isEqualTo("connected");
    assertThat(accepted.peerCredentials().uid()).isZero();
    SocketFile next = listener.accept(world.caller, 0);
    assertThat(next.peerCredentials()).isEqualTo(new SocketCredentials(other, 7, 8));
    assertThat(waiting.peerCredentials().process()).isSameAs(world.caller);
  }

  @Test
  void whatIsNotAcceptedIsResetWhenTheListenerGoes() throws Errno {
    SocketFile listener = socket(STREAM);
    listener.bind(world.caller, name("\0gone"));
    listener.listen(world.caller, 5);
    SocketFile client = socket(STREAM);
    client.connect(world.caller, name("\0gone"));
    listener.release();
    assertThatThrownBy(() -> receive(client)).isSameAs(Errno.ECONNRESET);
  }

  @Test
  void datagramsTellWhoSentThem() throws Errno {
    SocketFile receiver = socket(DGRAM);
    receiver.bind(world.caller, name("\0to"));
    SocketFile sender = socket(DGRAM);
    sender.bind(world.caller, name(""));
    assertThat(sender.localAddress().name()).matches("\0[0-9a-f]{5}");
    Outgoing message = new Outgoing(name("\0to"), List.of(), null, 0);
    sender.send(world.caller, Bytes.of("hello"), message);
    Incoming got = receiver.receive(world.caller, Bytes.room(10), 0);
    assertThat(got.address()).isEqualTo(sender.localAddress());
    assertThatThrownBy(() -> send(sender, "x")).isSameAs(Errno.ENOTCONN);
    receiver.release();
    assertThatThrownBy(() -> sender.send(world.caller, Bytes.of("x"), message))
        .isSameAs(Errno.ECONNREFUSED);
  }

  @Test
  void aQueueOfDatagramsIsShort() throws Errno {
    SocketFile[] pair = pair(DGRAM, NONBLOCK);
    for (int i = 0; i <= 10; i++) {
      send(pair[0], "x");
    }
    assertThatThrownBy(() -> send(pair[0], "x")).isSameAs(Errno.EAGAIN);
    assertThat(pair[0].poll() & PollEvents.POLLOUT).isZero();
    assertThat(receive(pair[1])).isEqualTo("x");
    send(pair[0], "x");
  }

  @Test
  void aDatagramSocketThatIsConnectedTakesFromItsPeerOnly() throws Errno {
    SocketFile one = socket(DGRAM);
    one.bind(world.caller, name("\0one"));
    SocketFile two = socket(DGRAM);
    two.bind(world.caller, name("\0two"));
    one.connect(world.caller, name("\0two"));
    SocketFile stranger = socket(DGRAM);
    assertThatThrownBy(() -> stranger.connect(world.caller, name("\0one"))).isSameAs(Errno.EPERM);
    two.connect(world.caller, name("\0one"));
    send(two, "friend");
    assertThat(receive(one)).isEqualTo("friend");
    one.connect(world.caller, new SocketAddress(SocketNumbers.AF_UNSPEC, ""));
    stranger.connect(world.caller, name("\0one"));
  }

  @Test
  void filesAreHandedOverAndStayWithTheirBytes() throws Errno {
    world.write("/a", "contents");
    SocketFile[] pair = pair(STREAM, NONBLOCK);
    OpenFile file = world.open("/a", OpenFlags.O_RDONLY);
    send(pair[0], "1");
    pair[0].send(world.caller, Bytes.of("2"), new Outgoing(null, List.of(file), null, 0));
    send(pair[0], "3");
    file.release();
    Bytes room = Bytes.room(10);
    Incoming got = pair[1].receive(world.caller, room, 0);
    assertThat(room.text()).isEqualTo("12");
    assertThat(got.files()).hasSize(1);
    assertThat(world.read(got.files().get(0))).isEqualTo("contents");
    got.discardFiles();
    assertThat(receive(pair[1])).isEqualTo("3");
  }

  @Test
  void filesThatNobodyReceivesAreClosed() throws Errno {
    world.write("/a", "");
    SocketFile[] pair = pair(DGRAM, NONBLOCK);
    OpenFile file = world.open("/a", OpenFlags.O_RDWR);
    pair[0].send(world.caller, Bytes.of("x"), new Outgoing(null, List.of(file), null, 0));
    file.release();
    assertThatThrownBy(() -> world.find("/a").inode().denyWriters()).isSameAs(Errno.ETXTBSY);
    pair[1].release();
    world.find("/a").inode().denyWriters();
  }

  @Test
  void credentialsAreToldToWhoAsksAndDoNotMix() throws Errno {
    SocketFile[] pair = pair(STREAM, NONBLOCK);
    pair[1].options().setPassCredentials(true);
    send(pair[0], "root");
    pair[0].write(other, Bytes.of("user"));
    Bytes room = Bytes.room(100);
    Incoming first = pair[1].receive(world.caller, room, 0);
    assertThat(room.text()).isEqualTo("root");
    assertThat(first.credentials()).isEqualTo(new SocketCredentials(world.caller, 0, 0));
    assertThat(pair[1].receive(world.caller, room, 0).credentials().uid()).isEqualTo(7);
  }

  @Test
  void waitingForAllBytesWaits() throws Errno {
    SocketFile[] pair = pair(STREAM, 0);
    Bytes room = Bytes.room(6);
    World.Running receiver =
        world.start(() -> pair[1].receive(other, room, SocketNumbers.MSG_WAITALL).count());
    receiver.untilAsleep();
    send(pair[0], "abc");
    receiver.untilAsleep();
    send(pair[0], "def");
    assertThat(receiver.end()).isEqualTo(6L);
  }

  @Test
  void aReceiveTimeoutEnds() throws Errno {
    SocketFile[] pair = pair(DGRAM, 0);
    pair[1].options().setReceiveTimeout(5_000_000);
    assertThat(world.start(() -> pair[1].receive(other, Bytes.room(1), 0)).end())
        .isSameAs(Errno.EAGAIN);
  }

  @Test
  void otherFamiliesAreRefused() {
    assertThatThrownBy(() -> sockets.create(world.caller, 2, STREAM, 0, 0))
        .isSameAs(Errno.EAFNOSUPPORT);
    assertThatThrownBy(() -> sockets.create(world.caller, 1, 4, 0, 0))
        .isSameAs(Errno.ESOCKTNOSUPPORT);
  }
}
