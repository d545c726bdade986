package dev.forklift.board.share;

import dev.forklift.board.share.SharedFile.Time;
import dev.forklift.engine.host.HostError;
import dev.forklift.engine.host.HostStatus;

/// What a client asks of one file.
final class FileRequests {
  // Of open.
  private static final int ACCESS = 3;
  private static final int WRITE_ONLY = 1;
  private static final int READ_WRITE = 2;
  private static final int TRUNCATE = 01000;

  // Of setattr.
  private static final int MODE = 1;
  private static final int UID = 1 << 1;
  private static final int GID = 1 << 2;
  private static final int SIZE = 1 << 3;
  private static final int ACCESS_TIME = 1 << 4;
  private static final int MODIFY_TIME = 1 << 5;
  private static final int ACCESS_TIME_GIVEN = 1 << 7;
  private static final int MODIFY_TIME_GIVEN = 1 << 8;

  /// Everything of getattr up to the number of blocks.
  private static final long BASIC = 0x7ff;

  private static final int BLOCK = 4096;
  private static final long SECOND = 1_000_000_000;

  private static final int MAGIC = 0x0102_1997;
  private static final int LONGEST_NAME = 255;

  /// That nobody else has a lock.
  private static final int UNLOCKED = 2;

  private FileRequests() {}

  static boolean wantsToRead(int flags) {
    return (flags & ACCESS) != WRITE_ONLY;
  }

  static boolean wantsToWrite(int flags) {
    int access = flags & ACCESS;
    return access == WRITE_ONLY || access == READ_WRITE;
  }

  static void open(Session session, Message request, Message reply) throws HostError {
    Fid fid = session.fid(request.get32());
    int flags = request.get32();
    boolean truncates = (flags & TRUNCATE) != 0;
    if (session.isReadOnly() && (wantsToWrite(flags) || truncates)) {
      throw new HostError(Errors.EROFS);
    }
    if (fid.isOpen()) {
      throw new HostError(Errors.EBADF);
    }
    HostStatus status = fid.file().status();
    fid.setOpen(fid.file().open(wantsToRead(flags), wantsToWrite(flags), truncates));
    session.qids().put(reply, status);
    reply.put32(0);
  }

  static void read(Session session, Message request, Message reply) throws HostError {
    OpenFile file = session.fid(request.get32()).open();
    long offset = request.get64();
    int count = request.get32();
    reply.put32(0);
    int most = count < 0 ? reply.left() : Math.min(count, reply.left());
    int length = file.read(offset, reply.array(), reply.position(), most);
    reply.replace32(reply.position() - Integer.BYTES, length);
    reply.skip(length);
  }

  static void write(Session session, Message request, Message reply) throws HostError {
    OpenFile file = session.fid(request.get32()).open();
    long offset = request.get64();
    int count = request.get32();
    if (count < 0 || count > request.left()) {
      throw new HostError(Errors.EINVAL);
    }
    reply.put32(file.write(offset, request.array(), request.position(), count));
  }

  static void fsync(Session session, Message request, Message reply) throws HostError {
    session.fid(request.get32()).open().sync();
  }

  static void readlink(Session session, Message request, Message reply) throws HostError {
    String target = session.fid(request.get32()).file().readLink();
    reply.putText(target);
  }

  static void getattr(Session session, Message request, Message reply) throws HostError {
    HostStatus status = session.fid(request.get32()).file().status();
    reply.put64(BASIC);
    session.qids().put(reply, status);
    reply
        .put32(status.mode())
        .put32(session.owners().shownUid(status.uid()))
        .put32(session.owners().shownGid(status.gid()))
        .put64(Integer.toUnsignedLong(status.nlink()))
        .put64(0)
        .put64(status.size())
        .put64(BLOCK)
        .put64(status.blocks());
    time(reply, status.accessTime());
    time(reply, status.modifyTime());
    time(reply, status.changeTime());
    time(reply, status.birthTime());
    reply.put64(0).put64(0);
  }

  private static void time(Message reply, long nanos) throws HostError {
    reply.put64(Math.floorDiv(nanos, SECOND)).put64(Math.floorMod(nanos, SECOND));
  }

  static void setattr(Session session, Message request, Message reply) throws HostError {
    SharedFile file = session.fid(request.get32()).file();
    int which = request.get32();
    int mode = request.get32();
    int uid = request.get32();
    int gid = request.get32();
    long size = request.get64();
    Time access = new Time(request.get64(), request.get64());
    Time modification = new Time(request.get64(), request.get64());
    if ((which & SIZE) != 0) {
      file.setSize(size);
    }
    if ((which & (UID | GID)) != 0) {
      file.setOwner(
          (which & UID) != 0 ? session.owners().realUid(uid) : -1,
          (which & GID) != 0 ? session.owners().realGid(gid) : -1);
    }
    if ((which & MODE) != 0) {
      file.setPermissions(mode);
    }
    if ((which & (ACCESS_TIME | MODIFY_TIME)) != 0) {
      file.setTimes(
          time(which, ACCESS_TIME, ACCESS_TIME_GIVEN, access),
          time(which, MODIFY_TIME, MODIFY_TIME_GIVEN, modification));
    }
  }

  private static Time time(int which, int set, int given, Time time) throws HostError {
    if ((which & set) == 0) {
      return Time.AS_IT_IS;
    }
    if ((which & given) == 0) {
      return Time.NOW;
    }
    if (time.nanos() < 0 || time.nanos() >= SECOND) {
      throw new HostError(Errors.EINVAL);
    }
    return time;
  }

  static void fileSystem(Session session, Message request, Message reply) throws HostError {
    SharedFile.FileSystemStatus status = session.fid(request.get32()).file().fileSystem();
    reply
        .put32(MAGIC)
        .put32((int) status.blockSize())
        .put64(status.blocks())
        .put64(status.free())
        .put64(status.available())
        .put64(status.files())
        .put64(status.freeFiles())
        .put64(0)
        .put32(LONGEST_NAME);
  }

  /// Who asks holds the lock already among the guest's own, and nobody else is there.
  static void lock(Session session, Message request, Message reply) throws HostError {
    var _ = session.fid(request.get32());
    reply.put8(0);
  }

  static void getlock(Session session, Message request, Message reply) throws HostError {
    var _ = session.fid(request.get32());
    var _ = request.get8();
    long start = request.get64();
    long length = request.get64();
    int process = request.get32();
    String client = request.getText();
    reply.put8(UNLOCKED).put64(start).put64(length).put32(process).putText(client);
  }
}
