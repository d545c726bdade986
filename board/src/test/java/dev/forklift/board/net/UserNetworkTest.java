package dev.forklift.board.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.device.Console;
import dev.forklift.board.device.DeviceMemory;
import dev.forklift.board.device.Placement;
import dev.forklift.board.device.PowerSwitch;
import dev.forklift.board.time.MachineClock;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.time.WakeUp;
import dev.forklift.board.tree.TreeNode;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A guest's network, with a guest made of frames and a world that is this process.
@Timeout(60)
final class UserNetworkTest {
  private static final byte[] HARDWARE = {0x52, 0x54, 0, 0x12, 0x34, 0x56};
  private static final int WINDOW = 30_000;

  private final InetAddress here = InetAddress.ofLiteral("127.0.0.1");
  private final WakeUp wakeUp = new WakeUp(() -> {});
  private long ticks;
  private final Timeline timeline = new Timeline(MachineClock.counted(() -> ticks));
  private UserNetwork network;

  @BeforeEach
  void attach() throws IOException {
    network = new UserNetwork(0x7f00_0001);
    Placement place =
        new Placement(
            new TreeNode("net"),
            List.of(),
            timeline,
            Console.NOBODY,
            DeviceMemory.none(),
            wakeUp,
            PowerSwitch.NONE);
    network.attach(place, () -> {});
  }

  @AfterEach
  void close() throws IOException {
    network.close();
  }

  private void send(int type, byte[] payload) {
    byte[] frame = Packets.frame(Addresses.HARDWARE, type, payload);
    System.arraycopy(HARDWARE, 0, frame, 6, 6);
    network.send(frame);
  }

  private void sendIp(int protocol, int destination, byte[] payload) {
    send(Packets.IP_TYPE, Packets.ip(protocol, Addresses.GUEST, destination, payload));
  }

  /// The next frame's payload, which may come from another thread.
  private ByteBuffer receive() throws InterruptedException {
    while (true) {
      wakeUp.take();
      byte[] frame = network.receive();
      if (frame != null) {
        assertThat(frame).startsWith(HARDWARE);
        return ByteBuffer.wrap(frame, Packets.ETHERNET, frame.length - Packets.ETHERNET).slice();
      }
      Thread.sleep(1);
    }
  }

  /// The payload of the next packet, which has to be like this.
  private ByteBuffer receive(int protocol, int source) throws InterruptedException {
    ByteBuffer packet = receive();
    byte[] bytes = new byte[packet.remaining()];
    packet.get(0, bytes);
    assertThat(Packets.checksum(bytes, 0, 20, 0)).as("checksum").isZero();
    assertThat(packet.get(9)).isEqualTo((byte) protocol);
    assertThat(packet.getInt(12)).isEqualTo(source);
    return packet.slice(20, packet.remaining() - 20);
  }

  private void drop() {
    byte[] frame;
    do {
      frame = network.receive();
    } while (frame != null);
  }

  private static String text(ByteBuffer bytes, int from) {
    byte[] text = new byte[bytes.limit() - from];
    bytes.get(from, text);
    return new String(text, StandardCharsets.US_ASCII);
  }

  @Test
  void theGatewaySaysWhereItIs() throws InterruptedException {
    ByteBuffer request = ByteBuffer.allocate(28);
    request.putShort((short) 1).putShort((short) 0x800).put((byte) 6).put((byte) 4);
    request.putShort((short) 1).put(HARDWARE).putInt(Addresses.GUEST);
    request.put(new byte[6]).putInt(Addresses.GATEWAY);
    send(Packets.ARP_TYPE, request.array());
    ByteBuffer reply = receive();
    assertThat(reply.getShort(6)).isEqualTo((short) 2);
    assertThat(reply.getInt(14)).isEqualTo(Addresses.GATEWAY);
    send(Packets.ARP_TYPE, request.putInt(24, Addresses.GUEST).array());
    assertThat(network.receive()).as("the guest's own address is free").isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theGuestGetsItsAddress(int message) throws InterruptedException {
    ByteBuffer request = ByteBuffer.allocate(300);
    request.put((byte) 1).put((byte) 1).put((byte) 6).put((byte) 0).putInt(0x1234_5678);
    request.putInt(236, 0x6382_5363).position(240);
    request.put((byte) 0).put((byte) 12).put((byte) 1).put((byte) 'x');
    request.put((byte) 53).put((byte) 1).put((byte) message).put((byte) 255);
    sendIp(Packets.UDP, -1, Packets.udp(68, 67, request.array()));
    ByteBuffer reply = receive(Packets.UDP, Addresses.GATEWAY);
    assertThat(reply.getShort(2)).isEqualTo((short) 68);
    assertThat(reply.getInt(8 + 4)).isEqualTo(0x1234_5678);
    assertThat(reply.getInt(8 + 16)).isEqualTo(Addresses.GUEST);
    assertThat(reply.get(8 + 242)).isEqualTo((byte) (message == 1 ? 2 : 5));
  }

  @Test
  void theGatewayAnswersEchoes() throws InterruptedException {
    sendIp(Packets.ICMP, Addresses.GATEWAY, new byte[] {8, 0, 0, 0, 0, 1, 0, 2, 'h', 'i'});
    ByteBuffer reply = receive(Packets.ICMP, Addresses.GATEWAY);
    assertThat(reply.get(0)).isZero();
    assertThat(text(reply, 8)).isEqualTo("hi");
  }

  @Test
  void datagramsGoThereAndBack() throws Exception {
    try (DatagramSocket server = new DatagramSocket(0, here)) {
      byte[] datagram =
          Packets.udp(1000, server.getLocalPort(), "ask".getBytes(StandardCharsets.US_ASCII));
      sendIp(Packets.UDP, Addresses.GATEWAY, datagram);
      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      server.receive(packet);
      assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII))
          .isEqualTo("ask");
      server.send(
          new DatagramPacket(
              "answer".getBytes(StandardCharsets.US_ASCII), 6, packet.getSocketAddress()));
      ByteBuffer reply = receive(Packets.UDP, Addresses.GATEWAY);
      assertThat(reply.getShort(0) & 0xffff).isEqualTo(server.getLocalPort());
      assertThat(reply.getShort(2)).isEqualTo((short) 1000);
      assertThat(text(reply, 8)).isEqualTo("answer");
    }
  }

  @Nested
  class Connections {
    private static final int PORT = 2000;

    private int port;
    private int sendNext = -5; // goes through 0
    private int receiveNext;

    private void segment(int flags, String text) {
      byte[] payload = text.getBytes(StandardCharsets.US_ASCII);
      ByteBuffer segment = ByteBuffer.allocate(20 + payload.length);
      segment.putShort((short) PORT).putShort((short) port).putInt(sendNext);
      segment.putInt(receiveNext).put((byte) 0x50).put((byte) flags);
      segment.putShort((short) WINDOW).putInt(0).put(payload);
      sendIp(Packets.TCP, Addresses.GATEWAY, segment.array());
    }

    private ByteBuffer next() throws InterruptedException {
      return receive(Packets.TCP, Addresses.GATEWAY);
    }

    private Socket connect(ServerSocket server) throws Exception {
      port = server.getLocalPort();
      segment(TcpFlow.SYN, "");
      Socket socket = server.accept();
      socket.setSoTimeout(20_000);
      ByteBuffer answer = next();
      assertThat(answer.get(13)).isEqualTo((byte) (TcpFlow.SYN | TcpFlow.ACK));
      assertThat(answer.getInt(8)).isEqualTo(++sendNext);
      receiveNext = answer.getInt(4) + 1;
      segment(TcpFlow.ACK, "");
      return socket;
    }

    private String take(ByteBuffer segment) {
      assertThat(segment.getInt(4)).isEqualTo(receiveNext);
      String text = text(segment, 20);
      receiveNext += text.length();
      segment(TcpFlow.ACK, "");
      return text;
    }

    @Test
    void carryBytesBothWaysAndEnd() throws Exception {
      try (ServerSocket server = new ServerSocket(0, 1, here);
          Socket socket = connect(server)) {
        segment(TcpFlow.ACK | TcpFlow.PUSH, "question");
        sendNext += 8;
        assertThat(next().getInt(8)).as("acknowledged").isEqualTo(sendNext);
        assertThat(new String(socket.getInputStream().readNBytes(8), StandardCharsets.US_ASCII))
            .isEqualTo("question");
        socket.getOutputStream().write("answer".getBytes(StandardCharsets.US_ASCII));
        assertThat(take(next())).isEqualTo("answer");
        segment(TcpFlow.FIN | TcpFlow.ACK, "");
        sendNext++;
        assertThat(next().getInt(8)).isEqualTo(sendNext);
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
        socket.shutdownOutput();
        ByteBuffer end = next();
        assertThat(end.get(13) & TcpFlow.FIN).isNotZero();
        receiveNext++;
        segment(TcpFlow.ACK, "");
        segment(TcpFlow.ACK, "");
        assertThat(next().get(13) & TcpFlow.RESET).as("it is forgotten").isNotZero();
      }
    }

    @Test
    void keepToTheWindowAndSendAgain() throws Exception {
      byte[] much = new byte[200_000];
      new SplittableRandom(1).nextBytes(much);
      try (ServerSocket server = new ServerSocket(0, 1, here);
          Socket socket = connect(server)) {
        Thread writer =
            new Thread(() -> {
              try {
                socket.getOutputStream().write(much);
                socket.shutdownOutput();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
        writer.start();
        int first = receiveNext;
        int round = 0;
        ByteBuffer all = ByteBuffer.allocate(much.length);
        while (all.hasRemaining()) {
          ByteBuffer segment = next();
          int at = segment.getInt(4) - first;
          int length = segment.limit() - 20;
          assertThat(at + length - all.position()).isLessThanOrEqualTo(WINDOW);
          if (round++ % 10 == 3) {
            // Lost, and all behind it useless until it comes again.
            drop();
            for (int i = 0; i < 2; i++) {
              ticks += 60_000_000;
              timeline.runDue();
            }
          } else if (at == all.position()) {
            all.put(segment.slice(20, length));
            receiveNext = first + all.position();
            segment(TcpFlow.ACK, "");
          }
        }
        assertThat(Arrays.equals(all.array(), much)).isTrue();
        writer.join();
      }
    }

    @Test
    void toPortsWithoutServerAreRefused() throws Exception {
      try (ServerSocket server = new ServerSocket(0, 1, here)) {
        port = server.getLocalPort();
      }
      segment(TcpFlow.SYN, "");
      ByteBuffer answer = next();
      assertThat(answer.get(13) & TcpFlow.RESET).isNotZero();
      assertThat(answer.getInt(8)).isEqualTo(sendNext + 1);
    }

    @Test
    void endWithTheGuest() throws Exception {
      try (ServerSocket server = new ServerSocket(0, 1, here);
          Socket socket = connect(server)) {
        network.reset();
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x7f00_0001, 0x7f12_3456, 0, 0xe000_0001, -1, 0xa9fe_a9fe, 0x0a00_0207})
  void addressesThatMeanThisHostOrItsNeighboursAreOutOfReach(int address) throws Exception {
    try (DatagramSocket server = new DatagramSocket(new InetSocketAddress(here, 0))) {
      server.setSoTimeout(100);
      sendIp(Packets.UDP, address, Packets.udp(1000, server.getLocalPort(), new byte[3]));
      ByteBuffer first = ByteBuffer.allocate(20);
      first.putShort((short) 1).putShort((short) server.getLocalPort()).position(12);
      first.put((byte) 0x50).put((byte) TcpFlow.SYN);
      sendIp(Packets.TCP, address, first.array());
      assertThat(receive(Packets.TCP, address).get(13) & TcpFlow.RESET).isNotZero();
      assertThat(received(server)).isNull();
    }
  }

  private static @Nullable DatagramPacket received(DatagramSocket server) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[10], 10);
    try {
      server.receive(packet);
      return packet;
    } catch (SocketTimeoutException e) {
      return null;
    }
  }

  /// Only to ports of the test: nonsense must not get to anybody else.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void nonsenseIsDropped(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    try (ServerSocket server = new ServerSocket(0, 50, here);
        DatagramSocket other = new DatagramSocket(server.getLocalPort(), here)) {
      for (int i = 0; i < 20_000; i++) {
        byte[] frame = new byte[random.nextInt(120)];
        random.nextBytes(frame);
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        if (frame.length > 40) {
          bytes.putShort(12, (short) (random.nextInt(8) == 0 ? 0x806 : 0x800));
          bytes.put(14, (byte) 0x45);
          bytes.putShort(16, (short) (frame.length - 14 + random.nextInt(-2, 3)));
          bytes.putShort(20, (short) 0);
          bytes.put(23, new byte[] {1, 6, 17}[random.nextInt(3)]);
          bytes.putInt(26, Addresses.GUEST);
          bytes.putInt(30, random.nextInt(4) > 0 ? Addresses.GATEWAY : 0x7f00_0001);
          bytes.putShort(34, (short) random.nextInt(5));
          bytes.putShort(36, (short) other.getLocalPort());
        }
        network.send(frame);
        wakeUp.take();
        if (random.nextInt(50) == 0) {
          ticks += 60_000_000;
          timeline.runDue();
          drop();
        }
      }
    }
  }
}
