package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.SocketNumbers;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

/// One call that receives from a connected stream.
///
/// @param flags MSG_*
record StreamReception(
    UnixStream stream, UrgentByte urgent, Caller caller, IoBuffer buffer, int flags) {
  Incoming receive(boolean packets) throws Errno {
    if (has(SocketNumbers.MSG_OOB)) {
      return receiveUrgent();
    }
    if (!awaitMessage()) {
      return Incoming.plain(0);
    }
    if (packets) {
      return receivePacket();
    }
    return has(SocketNumbers.MSG_PEEK) ? peekBytes() : receiveBytes();
  }

  private boolean has(int flag) {
    return (flags & flag) != 0;
  }

  private Deque<Message> received() {
    return stream.received();
  }

  /// @return false at the end
  private boolean awaitMessage() throws Errno {
    while (received().isEmpty()) {
      stream.throwError();
      if (stream.readsNoMore()) {
        return false;
      }
      if (!stream.mayWait(flags)) {
        throw Errno.EAGAIN;
      }
      stream.await(
          caller,
          stream.readable(),
          stream.options().receiveTimeout(),
          () -> !received().isEmpty() || stream.readsNoMore() || stream.hasError());
    }
    return true;
  }

  private Incoming receivePacket() throws Errno {
    Message message = received().getFirst();
    int length = message.remaining();
    int count = (int) Math.min(length, buffer.remaining());
    int given = count == 0 ? 0 : buffer.put(message.bytes(), message.offset(), count);
    if (given < count) {
      throw Errno.EFAULT;
    }
    boolean peek = has(SocketNumbers.MSG_PEEK);
    List<OpenFile> files = peek ? message.copyFiles() : message.takeFiles();
    SocketCredentials sender = stream.shown(message);
    if (!peek) {
      remove(message);
    }
    int result = count < length ? SocketNumbers.MSG_TRUNC : 0;
    boolean whole = has(SocketNumbers.MSG_TRUNC);
    return new Incoming(whole ? length : count, null, files, sender, result);
  }

  /// The byte that was sent out of band; its place among the others stays a mark.
  private Incoming receiveUrgent() throws Errno {
    Message message = urgent.message();
    if (message == null || readsInline()) {
      throw Errno.EINVAL;
    }
    boolean peek = has(SocketNumbers.MSG_PEEK);
    if (!peek) {
      urgent.set(null);
    }
    int given = give(buffer, message);
    if (!peek) {
      message.take(1);
    }
    return new Incoming(given, null, List.of(), null, SocketNumbers.MSG_OOB);
  }

  private boolean readsInline() {
    return stream.options().has(SocketNumbers.SO_OOBINLINE);
  }

  private Incoming receiveBytes() throws Errno {
    boolean all = has(SocketNumbers.MSG_WAITALL);
    long wanted = buffer.remaining();
    long done = 0;
    SocketCredentials sender = null;
    List<OpenFile> files = List.of();
    try {
      while (done < wanted) {
        if (received().isEmpty()) {
          if (done > 0 && !all) {
            break;
          }
          if (!awaitMessage()) {
            break;
          }
        }
        Message message = urgent.next(received(), readsInline(), false, done > 0);
        if (message == null && done == 0) {
          continue; // what was urgent has been passed over
        }
        if (message == null || (done > 0 && !Objects.equals(sender, stream.shown(message)))) {
          break; // bytes of different senders are not mixed
        }
        sender = stream.shown(message);
        int given = give(buffer, message);
        message.take(given);
        done += given;
        boolean withFiles = message.hasFiles();
        if (withFiles) {
          files = message.takeFiles();
        }
        if (message.remaining() == 0) {
          remove(message);
        }
        if (withFiles) {
          break; // the files stay with the bytes that they came with
        }
      }
    } catch (Errno e) {
      if (done == 0) {
        throw e;
      }
    }
    return new Incoming(done, null, files, sender, 0);
  }

  /// MSG_PEEK: the same, and everything stays where it is.
  private Incoming peekBytes() throws Errno {
    long wanted = buffer.remaining();
    while (wanted > 0) {
      Deque<Message> ahead = new ArrayDeque<>(received());
      long done = 0;
      SocketCredentials sender = null;
      List<OpenFile> files = List.of();
      while (done < wanted && files.isEmpty()) {
        Message message = urgent.next(ahead, readsInline(), true, done > 0);
        if (message == null || (done > 0 && !Objects.equals(sender, stream.shown(message)))) {
          break;
        }
        sender = stream.shown(message);
        done += give(buffer, message);
        files = message.copyFiles();
        while (ahead.removeFirst() != message) {
          // what was urgent before it
        }
      }
      if (done > 0) {
        return new Incoming(done, null, files, sender, 0);
      }
      int waiting = received().size();
      stream.throwError();
      if (stream.readsNoMore()) {
        break;
      }
      if (!stream.mayWait(flags)) {
        throw Errno.EAGAIN;
      }
      stream.await(
          caller,
          stream.readable(),
          stream.options().receiveTimeout(),
          () -> received().size() != waiting || stream.readsNoMore() || stream.hasError());
    }
    return Incoming.plain(0);
  }

  private static int give(IoBuffer buffer, Message message) throws Errno {
    int count = (int) Math.min(message.remaining(), buffer.remaining());
    return buffer.put(message.bytes(), message.offset(), count);
  }

  private void remove(Message message) {
    received().remove(message);
    message.end();
  }
}
