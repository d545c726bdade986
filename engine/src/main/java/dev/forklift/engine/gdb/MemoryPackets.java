package dev.forklift.engine.gdb;

import dev.forklift.engine.cpu.StopPoints;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.GuestFault;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Packets about memory, breakpoints and watchpoints.
public final class MemoryPackets {
  private static final String OK = "OK";
  private static final String ERROR = "E01";
  private static final int PAGE = 4096;

  private MemoryPackets() {}

  /// `m`: as much of the range as can be read.
  public static String read(AddressSpace space, String arguments) throws Hex.Wrong {
    int comma = comma(arguments);
    long address = Hex.number(arguments.substring(0, comma));
    int length =
        Math.min(Hex.count(arguments.substring(comma + 1)), GdbConnection.PACKET_BYTES / 2 - 8);
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length && address >= 0) {
      long at = address + done;
      int part = (int) Math.min(length - done, PAGE - (at & PAGE - 1));
      try {
        space.peek(at, bytes, done, part);
      } catch (GuestFault e) {
        break;
      }
      done += part;
    }
    return done == 0 && length > 0 ? ERROR : Hex.of(bytes, done);
  }

  /// `M` and `X`: all of the range, or nothing of its first page.
  public static String write(AddressSpace space, String packet, boolean binary) throws Hex.Wrong {
    int colon = packet.indexOf(':');
    int comma = comma(packet);
    if (colon < comma) {
      throw new Hex.Wrong();
    }
    long address = Hex.number(packet.substring(0, comma));
    int length = Hex.count(packet.substring(comma + 1, colon));
    String data = packet.substring(colon + 1);
    byte[] bytes = binary ? data.getBytes(StandardCharsets.ISO_8859_1) : Hex.bytes(data);
    if (bytes.length != length || address < 0) {
      return ERROR;
    }
    try {
      if (length > 0) {
        space.poke(address, bytes, 0, length);
      }
      return OK;
    } catch (GuestFault e) {
      return ERROR;
    }
  }

  /// `Z` and `z`, from the type on.
  public static String point(StopPoints points, String packet, boolean set) throws Hex.Wrong {
    String[] parts = packet.split("[,;]", -1);
    if (parts.length < 3 || parts[0].length() != 1) {
      throw new Hex.Wrong();
    }
    long address = Hex.number(parts[1]);
    int kind = Hex.count(parts[2]);
    char type = parts[0].charAt(0);
    switch (type) {
      case '0', '1' -> {
        if (set) {
          points.addBreakpoint(address);
        } else {
          points.removeBreakpoint(address);
        }
      }
      case '2', '3', '4' -> {
        StopPoints.Watch watch =
            new StopPoints.Watch(address, address + Math.max(1, kind), type != '2', type != '3');
        if (set) {
          points.addWatch(watch);
        } else {
          points.removeWatch(watch);
        }
      }
      default -> {
        return "";
      }
    }
    return OK;
  }

  /// The kind of watchpoint that an access has met.
  public static String watchName(StopPoints points, long address, Access access) {
    String name = "watch";
    for (StopPoints.Watch watch : points.watches()) {
      if (watch.start() <= address && address < watch.end()) {
        if (watch.writes() && !watch.reads() && access == Access.WRITE) {
          return "watch";
        }
        name = watch.writes() ? watch.reads() ? "awatch" : name : "rwatch";
      }
    }
    return name;
  }

  private static int comma(String text) throws Hex.Wrong {
    int comma = text.indexOf(',');
    if (comma < 0) {
      throw new Hex.Wrong();
    }
    return comma;
  }

  /// A part of an object, as qXfer packets ask for it: `offset,length`.
  public static String part(byte[] object, String range) throws Hex.Wrong {
    int comma = comma(range);
    int offset = Hex.count(range.substring(0, comma));
    int length =
        Math.min(Hex.count(range.substring(comma + 1)), GdbConnection.PACKET_BYTES / 2 - 8);
    if (offset >= object.length) {
      return "l";
    }
    int end = (int) Math.min(object.length, (long) offset + length);
    String text = new String(Arrays.copyOfRange(object, offset, end), StandardCharsets.ISO_8859_1);
    return (end == object.length ? "l" : "m") + text;
  }
}
