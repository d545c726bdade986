package dev.forklift.board.share;

import dev.forklift.engine.host.HostError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A message of the protocol, read or written from its beginning on. Numbers are little-endian;
/// texts are bytes, with their length in front.
final class Message {
  /// Length, type and tag.
  static final int HEADER = 7;

  private final ByteBuffer bytes;

  Message(int capacity) {
    bytes = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }

  byte[] array() {
    return bytes.array();
  }

  /// What was written, or how far was read.
  int position() {
    return bytes.position();
  }

  int left() {
    return bytes.remaining();
  }

  // Reading. What a guest has cut off is an error for it.

  /// It has so many bytes, and is read from the beginning.
  void received(int length) {
    bytes.position(0).limit(length);
  }

  private void require(int length) throws HostError {
    if (length > bytes.remaining()) {
      throw new HostError(Errors.EINVAL);
    }
  }

  int get8() throws HostError {
    require(1);
    return bytes.get() & 0xff;
  }

  int get16() throws HostError {
    require(Short.BYTES);
    return bytes.getShort() & 0xffff;
  }

  int get32() throws HostError {
    require(Integer.BYTES);
    return bytes.getInt();
  }

  long get64() throws HostError {
    require(Long.BYTES);
    return bytes.getLong();
  }

  String getText() throws HostError {
    int length = get16();
    require(length);
    String text = new String(array(), position(), length, StandardCharsets.ISO_8859_1);
    bytes.position(position() + length);
    return text;
  }

  // Writing. There is room for the header and for an error; all else may have too little.

  /// Begins anew, with the header.
  ///
  /// @param most how long it can get
  void begin(int type, int tag, int most) {
    bytes.clear().limit(Math.min(most, bytes.capacity()));
    bytes.putInt(0).put((byte) type).putShort((short) tag);
  }

  /// Writes its length into the header; answers it.
  int end() {
    bytes.putInt(0, bytes.position());
    return bytes.position();
  }

  Message put8(int value) throws HostError {
    require(1);
    bytes.put((byte) value);
    return this;
  }

  Message put16(int value) throws HostError {
    require(Short.BYTES);
    bytes.putShort((short) value);
    return this;
  }

  Message put32(int value) throws HostError {
    require(Integer.BYTES);
    bytes.putInt(value);
    return this;
  }

  Message put64(long value) throws HostError {
    require(Long.BYTES);
    bytes.putLong(value);
    return this;
  }

  Message putText(String text) throws HostError {
    byte[] characters = text.getBytes(StandardCharsets.ISO_8859_1);
    put16(characters.length);
    require(characters.length);
    bytes.put(characters);
    return this;
  }

  /// Puts a number where one was put before.
  void replace16(int at, int value) {
    bytes.putShort(at, (short) value);
  }

  /// Puts a number where one was put before.
  void replace32(int at, int value) {
    bytes.putInt(at, value);
  }

  /// What the next bytes are was written into the array already.
  void skip(int length) {
    bytes.position(position() + length);
  }
}
