package dev.forklift.board.net;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Gives the guest its only address.
final class DhcpServer {
  static final int PORT = 67;
  static final int CLIENT_PORT = 68;

  private static final int REQUEST = 1;
  private static final int REPLY = 2;
  private static final int FIXED = 236;
  private static final int COOKIE = 0x6382_5363;
  private static final int LEASE = 86_400;

  // Options.
  private static final int PAD = 0;
  private static final int SUBNET_MASK = 1;
  private static final int ROUTER = 3;
  private static final int NAME_SERVER = 6;
  private static final int LEASE_TIME = 51;
  private static final int MESSAGE = 53;
  private static final int SERVER = 54;
  private static final int END = 255;

  // Messages.
  private static final int DISCOVER = 1;
  private static final int OFFER = 2;
  private static final int ASK = 3;
  private static final int GRANT = 5;

  private DhcpServer() {}

  /// What is answered, or null.
  static byte @Nullable [] answer(ByteBuffer request) {
    int start = request.position();
    if (request.remaining() < FIXED + Integer.BYTES
        || request.get(start) != REQUEST
        || request.getInt(start + FIXED) != COOKIE) {
      return null;
    }
    int message = message(request, start + FIXED + Integer.BYTES);
    if (message != DISCOVER && message != ASK) {
      return null;
    }
    ByteBuffer reply = ByteBuffer.allocate(FIXED + 64);
    // The client's number, flags and hardware address go back as they came.
    byte[] fixed = new byte[FIXED];
    request.get(start, fixed, 0, 44);
    reply.put(fixed).put(0, (byte) REPLY);
    reply.putInt(16, Addresses.GUEST).putInt(20, Addresses.GATEWAY);
    reply.putInt(COOKIE);
    reply.put((byte) MESSAGE).put((byte) 1).put((byte) (message == DISCOVER ? OFFER : GRANT));
    option(reply, SERVER, Addresses.GATEWAY);
    option(reply, LEASE_TIME, LEASE);
    option(reply, SUBNET_MASK, Addresses.MASK);
    option(reply, ROUTER, Addresses.GATEWAY);
    option(reply, NAME_SERVER, Addresses.NAME_SERVER);
    reply.put((byte) END);
    return reply.array();
  }

  private static void option(ByteBuffer reply, int number, int value) {
    reply.put((byte) number).put((byte) Integer.BYTES).putInt(value);
  }

  private static int message(ByteBuffer request, int options) {
    ByteBuffer rest = request.duplicate().position(options);
    try {
      while (true) {
        int number = rest.get() & 0xff;
        if (number == END) {
          return 0;
        }
        if (number != PAD) {
          int length = rest.get() & 0xff;
          if (number == MESSAGE && length == 1) {
            return rest.get();
          }
          rest.position(rest.position() + length);
        }
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return 0;
    }
  }
}
