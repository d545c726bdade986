package dev.forklift.board.share;

import dev.forklift.engine.host.HostError;
import dev.forklift.engine.host.HostStatus;

/// What a client asks of a folder.
final class FolderRequests {
  // Of open.
  private static final int EXCLUSIVE = 0200;

  // Of unlinkat.
  private static final int REMOVE_FOLDER = 0x200;

  /// An entry of a list, without its name.
  private static final int ENTRY = 24;

  private FolderRequests() {}

  /// Makes a file and opens it, or opens the one that is there.
  static void create(Session session, Message request, Message reply) throws HostError {
    Fid fid = session.fid(request.get32());
    String name = request.getText();
    int flags = request.get32();
    int mode = request.get32();
    if (fid.isOpen()) {
      throw new HostError(Errors.EBADF);
    }
    SharedFile.Created made = created(fid.file(), name, flags, mode);
    fid.become(made.file());
    fid.setOpen(made.open());
    session.qids().put(reply, made.file().status());
    reply.put32(0);
  }

  private static SharedFile.Created created(SharedFile folder, String name, int flags, int mode)
      throws HostError {
    boolean reads = FileRequests.wantsToRead(flags);
    boolean writes = FileRequests.wantsToWrite(flags);
    try {
      return folder.create(name, reads, writes, mode);
    } catch (HostError e) {
      if (e.number() != Errors.EEXIST || (flags & EXCLUSIVE) != 0) {
        throw e;
      }
    }
    SharedFile there = folder.walk(name);
    try {
      return new SharedFile.Created(there, there.open(reads, writes, false));
    } catch (HostError e) {
      there.drop();
      throw e;
    }
  }

  /// Answers with the new entry.
  private static void made(Session session, SharedFile folder, String name, Message reply)
      throws HostError {
    SharedFile file = folder.walk(name);
    try {
      session.qids().put(reply, file.status());
    } finally {
      file.drop();
    }
  }

  static void mkdir(Session session, Message request, Message reply) throws HostError {
    SharedFile folder = session.fid(request.get32()).file();
    String name = request.getText();
    folder.makeFolder(name, request.get32());
    made(session, folder, name, reply);
  }

  static void mknod(Session session, Message request, Message reply) throws HostError {
    SharedFile folder = session.fid(request.get32()).file();
    String name = request.getText();
    folder.makeNode(name, request.get32());
    made(session, folder, name, reply);
  }

  static void symlink(Session session, Message request, Message reply) throws HostError {
    SharedFile folder = session.fid(request.get32()).file();
    String name = request.getText();
    folder.makeLink(name, request.getText());
    made(session, folder, name, reply);
  }

  static void link(Session session, Message request, Message reply) throws HostError {
    SharedFile folder = session.fid(request.get32()).file();
    SharedFile file = session.fid(request.get32()).file();
    folder.link(file, request.getText());
  }

  static void unlink(Session session, Message request, Message reply) throws HostError {
    SharedFile folder = session.fid(request.get32()).file();
    String name = request.getText();
    folder.remove(name, (request.get32() & REMOVE_FOLDER) != 0);
  }

  static void rename(Session session, Message request, Message reply) throws HostError {
    SharedFile folder = session.fid(request.get32()).file();
    String name = request.getText();
    SharedFile newFolder = session.fid(request.get32()).file();
    folder.rename(name, newFolder, request.getText());
  }

  static void readdir(Session session, Message request, Message reply) throws HostError {
    Fid fid = session.fid(request.get32());
    OpenFile folder = fid.open();
    long from = request.get64();
    int count = request.get32();
    HostStatus status = fid.file().status();
    if (!SharedFile.isFolder(status)) {
      throw new HostError(Errors.ENOTDIR);
    }
    int countAt = reply.position();
    reply.put32(0);
    int start = reply.position();
    int most = count < 0 ? reply.left() : Math.min(count, reply.left());
    folder.list(
        from,
        (ino, next, type, name) -> {
          if (reply.position() - start + ENTRY + name.length() > most) {
            return false;
          }
          session.qids().put(reply, status, ino, type);
          reply.put64(next).put8(type).putText(name);
          return true;
        });
    reply.replace32(countAt, reply.position() - start);
  }
}
