package dev.forklift.board.virtio;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A disk.
public final class VirtioBlock implements VirtioDevice {
  private static final int TYPE = 2;
  private static final int SECTOR = 512;

  // Features.
  private static final long LARGEST_SEGMENT = 1L << 1;
  private static final long MOST_SEGMENTS = 1L << 2;
  private static final long READ_ONLY = 1L << 5;
  private static final long BLOCK_SIZE = 1L << 6;
  private static final long FLUSH = 1L << 9;

  // A request's type.
  private static final int HEADER = 16;
  private static final int IN = 0;
  private static final int OUT = 1;
  private static final int SYNC = 4;
  private static final int GET_ID = 8;

  // The byte at the end of an answer.
  private static final int OK = 0;
  private static final int ERROR = 1;
  private static final int UNSUPPORTED = 2;

  private static final int ID_LENGTH = 20;

  // The request with the most data has 4 MiB.
  private static final int SEGMENT_BYTES = 64 << 10;
  private static final int SEGMENTS = 64;

  private static final int CHUNK = 64 << 10;

  private final DiskImage disk;
  private final String id;
  private final ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
  private final byte[] chunk = new byte[CHUNK];

  /// @param id what the disk says it is called, up to 20 characters
  public VirtioBlock(DiskImage disk, String id) {
    this.disk = disk;
    this.id = id;
  }

  @Override
  public int type() {
    return TYPE;
  }

  @Override
  public long features() {
    return LARGEST_SEGMENT
        | MOST_SEGMENTS
        | BLOCK_SIZE
        | FLUSH
        | (disk.isReadOnly() ? READ_ONLY : 0);
  }

  @Override
  public byte[] config() {
    return ByteBuffer.allocate(24)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(0, disk.size() / SECTOR)
        .putInt(8, SEGMENT_BYTES)
        .putInt(12, SEGMENTS)
        .putInt(20, SECTOR)
        .array();
  }

  @Override
  public void serve(int index, Virtqueue queue) throws BrokenQueueException {
    queue.answerAll(this::answer);
  }

  private void answer(DescriptorChain chain) throws BrokenQueueException {
    if (chain.read(header.array(), 0, HEADER) < HEADER || chain.writable() == 0) {
      throw new BrokenQueueException("a request without header or status");
    }
    int status;
    try {
      status =
          switch (header.getInt(0)) {
            case IN -> read(chain);
            case OUT -> write(chain);
            case SYNC -> flush();
            case GET_ID -> identify(chain);
            default -> UNSUPPORTED;
          };
    } catch (IOException e) {
      status = ERROR;
    }
    // The status is the last byte, wherever the answer stopped.
    chain.skip(chain.writable() - 1);
    chain.write(new byte[] {(byte) status}, 0, 1);
  }

  /// What was on the disk is not in a snapshot: it has to be there still.
  @Override
  public void transfer(StateFields fields) throws BadInputException {
    disk.requireSame(fields);
  }

  /// Where the request's sectors begin, or -1 if they are not all there.
  private long position(int length) {
    long sector = header.getLong(8);
    long sectors = disk.size() / SECTOR;
    boolean isThere =
        length % SECTOR == 0
            && sector >= 0
            && sector <= sectors
            && length / SECTOR <= sectors - sector;
    return isThere ? sector * SECTOR : -1;
  }

  private int read(DescriptorChain chain) throws BrokenQueueException, IOException {
    long position = position(chain.writable() - 1);
    if (position < 0) {
      return ERROR;
    }
    while (chain.writable() > 1) {
      int length = Math.min(CHUNK, chain.writable() - 1);
      disk.read(position, ByteBuffer.wrap(chunk, 0, length));
      position += chain.write(chunk, 0, length);
    }
    return OK;
  }

  private int write(DescriptorChain chain) throws BrokenQueueException, IOException {
    long position = position(chain.readable());
    if (position < 0 || disk.isReadOnly()) {
      return ERROR;
    }
    while (chain.readable() > 0) {
      int length = chain.read(chunk, 0, CHUNK);
      disk.write(position, ByteBuffer.wrap(chunk, 0, length));
      position += length;
    }
    return OK;
  }

  private int flush() throws IOException {
    disk.flush();
    return OK;
  }

  private int identify(DescriptorChain chain) throws BrokenQueueException {
    byte[] name = new byte[ID_LENGTH];
    byte[] characters = id.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(characters, 0, name, 0, Math.min(characters.length, ID_LENGTH));
    chain.write(name, 0, Math.min(ID_LENGTH, chain.writable() - 1));
    return OK;
  }
}
