package dev.forklift.board.net;

import dev.forklift.board.device.Placement;
import dev.forklift.board.time.MachineClock;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.virtio.NetworkLink;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// The guest's network: it has one address, a gateway, which is this host, and a name server. What
/// it sends to the world goes through sockets of the host.
public final class UserNetwork implements NetworkLink, AutoCloseable {
  /// The most connections, and the most pairs that exchange datagrams; the oldest pair is
  /// forgotten.
  private static final int MOST_FLOWS = 256;

  /// How many frames may wait for the guest. What comes beyond is lost.
  private static final int MOST_FRAMES = 4096;

  private static final long TICK = 500_000_000;

  private static final int ARP_LENGTH = 28;
  private static final int ARP_REQUEST = 1;
  private static final int ARP_REPLY = 2;
  private static final int ECHO_REQUEST = 8;
  private static final int FRAGMENT = 0x3fff;
  private static final int DNS = 53;

  private final HostSockets sockets = new HostSockets();
  private final int nameServer;
  private final Queue<byte[]> frames = new ArrayDeque<>();
  private final Map<Endpoints, UdpFlow> datagrams = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Endpoints, TcpFlow> connections = new LinkedHashMap<>();
  private byte[] guest = {-1, -1, -1, -1, -1, -1};
  private Runnable arrived = () -> {};
  private Timeline timeline = new Timeline(MachineClock.ofHost());
  private Timeline.Alarm tick = timeline.alarm(this::tick);

  /// @param nameServer the host's, as a number
  public UserNetwork(int nameServer) throws IOException {
    this.nameServer = nameServer;
  }

  @Override
  public boolean isUp() {
    return true;
  }

  @Override
  public void attach(Placement place, Runnable onArrival) {
    arrived = onArrival;
    timeline = place.timeline();
    tick = timeline.alarm(this::tick);
    place.wakeUp().listen(this::look);
    sockets.begin(place.wakeUp());
  }

  /// Looks what has come from the world.
  private void look() {
    sockets.look();
    forget();
    arrived.run();
  }

  private void tick() {
    connections.values().forEach(TcpFlow::tick);
    forget();
    if (!connections.isEmpty()) {
      tick.set(timeline.now() + TICK);
    }
    arrived.run();
  }

  private void forget() {
    connections.values().removeIf(TcpFlow::isClosed);
  }

  @Override
  public byte @Nullable [] receive() {
    return frames.poll();
  }

  private void toGuest(byte[] packet) {
    if (frames.size() < MOST_FRAMES) {
      frames.add(Packets.frame(guest, Packets.IP_TYPE, packet));
    }
  }

  @Override
  public void send(byte[] frame) {
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    try {
      bytes.position(Packets.ETHERNET);
      switch (bytes.getShort(Packets.ETHERNET - Short.BYTES) & 0xffff) {
        case Packets.ARP_TYPE -> resolve(bytes);
        case Packets.IP_TYPE -> route(frame, bytes);
        default -> {
          // Nobody here speaks it.
        }
      }
    } catch (IndexOutOfBoundsException | IllegalArgumentException | BufferUnderflowException e) {
      // The frame ends too early.
    }
    forget();
    arrived.run();
  }

  /// Says who has an address: the gateway has all of them but the guest's.
  private void resolve(ByteBuffer request) {
    int start = request.position();
    int target = request.getInt(start + 24);
    boolean isOurs = target == Addresses.GATEWAY || target == Addresses.NAME_SERVER;
    if (request.getShort(start + 6) != ARP_REQUEST || !isOurs) {
      return;
    }
    byte[] asker = new byte[guest.length];
    request.get(start + 8, asker);
    ByteBuffer reply = ByteBuffer.allocate(ARP_LENGTH);
    reply.putShort((short) 1).putShort((short) Packets.IP_TYPE).put((byte) 6).put((byte) 4);
    reply.putShort((short) ARP_REPLY).put(Addresses.HARDWARE).putInt(target);
    reply.put(asker).putInt(request.getInt(start + 14));
    frames.add(Packets.frame(asker, Packets.ARP_TYPE, reply.array()));
  }

  private void route(byte[] frame, ByteBuffer packet) {
    int start = packet.position();
    int header = (packet.get(start) & 0xf) * Integer.BYTES;
    int length = packet.getShort(start + 2) & 0xffff;
    if (packet.get(start) >> 4 != 4
        || header < Packets.IP_HEADER
        || (packet.getShort(start + 6) & FRAGMENT) != 0) {
      return;
    }
    guest = Arrays.copyOfRange(frame, 6, 12);
    int source = packet.getInt(start + 12);
    int destination = packet.getInt(start + 16);
    ByteBuffer payload = packet.slice(start + header, length - header);
    int protocol = packet.get(start + 9);
    if (protocol == Packets.UDP) {
      datagram(source, destination, payload);
    } else if (source == Addresses.GUEST && protocol == Packets.TCP) {
      segment(destination, payload);
    } else if (source == Addresses.GUEST && protocol == Packets.ICMP) {
      echo(destination, payload);
    }
  }

  private void echo(int destination, ByteBuffer request) {
    boolean isOurs = destination == Addresses.GATEWAY || destination == Addresses.NAME_SERVER;
    if (!isOurs || request.get(0) != ECHO_REQUEST) {
      return;
    }
    byte[] reply = new byte[request.remaining()];
    request.get(reply);
    ByteBuffer fields = ByteBuffer.wrap(reply).put(0, (byte) 0).putShort(2, (short) 0);
    fields.putShort(2, (short) Packets.checksum(reply, 0, reply.length, 0));
    toGuest(Packets.ip(Packets.ICMP, destination, Addresses.GUEST, reply));
  }

  private void datagram(int source, int destination, ByteBuffer datagram) {
    int guestPort = datagram.getShort(0) & 0xffff;
    int port = datagram.getShort(2) & 0xffff;
    int length = datagram.getShort(4) & 0xffff;
    ByteBuffer payload = datagram.slice(Packets.UDP_HEADER, length - Packets.UDP_HEADER);
    if (port == DhcpServer.PORT) {
      byte[] answer = DhcpServer.answer(payload);
      if (answer != null) {
        byte[] reply = Packets.udp(DhcpServer.PORT, DhcpServer.CLIENT_PORT, answer);
        toGuest(Packets.ip(Packets.UDP, Addresses.GATEWAY, -1, reply));
      }
    } else if (source == Addresses.GUEST && isReachable(destination, port)) {
      exchange(new Endpoints(guestPort, destination, port), payload);
    }
  }

  private static boolean isReachable(int destination, int port) {
    boolean isNameServer = destination == Addresses.NAME_SERVER && port == DNS;
    return port != 0
        && (isNameServer || destination == Addresses.GATEWAY || Addresses.isOutside(destination));
  }

  private int real(Endpoints endpoints) {
    return endpoints.address() == Addresses.NAME_SERVER ? nameServer : endpoints.address();
  }

  private void exchange(Endpoints endpoints, ByteBuffer payload) {
    UdpFlow flow = datagrams.get(endpoints);
    if (flow == null) {
      try {
        flow =
            new UdpFlow(
                endpoints,
                HostSockets.real(real(endpoints), endpoints.port()),
                sockets,
                this::toGuest);
      } catch (IOException e) {
        return;
      }
      if (datagrams.size() >= MOST_FLOWS) {
        Iterator<UdpFlow> flows = datagrams.values().iterator();
        flows.next().close();
        flows.remove();
      }
      datagrams.put(endpoints, flow);
    }
    flow.send(payload);
  }

  private void segment(int destination, ByteBuffer segment) {
    Endpoints endpoints =
        new Endpoints(segment.getShort(0) & 0xffff, destination, segment.getShort(2) & 0xffff);
    int sequence = segment.getInt(4);
    int acknowledged = segment.getInt(8);
    int header = ((segment.get(12) >> 4) & 0xf) * Integer.BYTES;
    int flags = segment.get(13);
    int window = segment.getShort(14) & 0xffff;
    ByteBuffer payload = segment.slice(header, segment.remaining() - header);
    TcpFlow flow = connections.get(endpoints);
    if (flow != null) {
      flow.received(flags, sequence, acknowledged, window, payload);
    } else if ((flags & (TcpFlow.SYN | TcpFlow.ACK | TcpFlow.RESET)) == TcpFlow.SYN) {
      connect(endpoints, sequence);
    } else if ((flags & TcpFlow.RESET) == 0) {
      refuse(endpoints, acknowledged, sequence + payload.remaining());
    }
  }

  private void connect(Endpoints endpoints, int sequence) {
    if (connections.size() >= MOST_FLOWS || !isReachable(endpoints.address(), endpoints.port())) {
      refuse(endpoints, 0, sequence + 1);
      return;
    }
    try {
      connections.put(
          endpoints,
          new TcpFlow(
              endpoints,
              sequence,
              HostSockets.real(real(endpoints), endpoints.port()),
              sockets,
              this::toGuest));
      tick.set(timeline.now() + TICK);
    } catch (IOException e) {
      refuse(endpoints, 0, sequence + 1);
    }
  }

  private void refuse(Endpoints endpoints, int sequence, int acknowledged) {
    int flags = TcpFlow.RESET | TcpFlow.ACK;
    toGuest(TcpFlow.packet(endpoints, flags, sequence, acknowledged, 0, new byte[0]));
  }

  /// The guest begins anew.
  @Override
  public void reset() {
    connections.values().forEach(TcpFlow::close);
    connections.clear();
    datagrams.values().forEach(UdpFlow::close);
    datagrams.clear();
    frames.clear();
  }

  @Override
  public void close() throws IOException {
    reset();
    sockets.close();
  }
}
