package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FILE;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.fs.pipe.Splice;
import dev.forklift.kernel.mm.UserBuffer;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;

/// splice(2), tee(2), vmsplice(2).
final class SpliceCalls {
  private static final int SPLICE_F_NONBLOCK = 2;

  /// SPLICE_F_MOVE, NONBLOCK, MORE and GIFT.
  private static final int SPLICE_F_ALL = 15;

  private SpliceCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(75, "vmsplice", FILE, ADDR, SIZE, FLAGS, SpliceCalls::vmsplice)
        .sys(76, "splice", FILE, ADDR, FILE, ADDR, SIZE, FLAGS, SpliceCalls::splice)
        .sys(77, "tee", FILE, FILE, SIZE, FLAGS, SpliceCalls::tee);
  }

  private static void requireModes(OpenFile in, OpenFile out) throws Errno {
    if (!in.reads() || !out.writes()) {
      throw Errno.EBADF;
    }
  }

  private static Splice with(Task task, int flags) {
    return new Splice(task, (flags & SPLICE_F_NONBLOCK) != 0);
  }

  private static long splice(
      Task task, OpenFile in, long inOffset, OpenFile out, long outOffset, long count, int flags)
      throws Errno {
    if (count == 0) {
      return 0;
    }
    Paths.checkFlags(flags, SPLICE_F_ALL);
    UserMemory user = task.memory().user();
    boolean fromPipe = Splice.isPipe(in);
    boolean toPipe = Splice.isPipe(out);
    if ((fromPipe && inOffset != 0) || (toPipe && outOffset != 0)) {
      throw Errno.ESPIPE;
    }
    long from = inOffset == 0 ? -1 : user.getLong(inOffset);
    long to = outOffset == 0 ? -1 : user.getLong(outOffset);
    requireModes(in, out);
    Splice splice = with(task, flags);
    in.retain();
    out.retain();
    try {
      if (fromPipe && toPipe) {
        return splice.betweenPipes(in, out, count);
      }
      if (fromPipe) {
        checkOffset(out, outOffset, to);
        long done = splice.toFile(in, out, to, count);
        if (outOffset != 0) {
          user.putLong(outOffset, to + done);
        }
        return done;
      }
      if (toPipe) {
        checkOffset(in, inOffset, from);
        if (in.inode().isDirectory()) {
          throw Errno.EINVAL;
        }
        long done = splice.fromFile(in, from, out, count);
        if (inOffset != 0) {
          user.putLong(inOffset, from + done);
        }
        return done;
      }
      throw Errno.EINVAL;
    } finally {
      in.release();
      out.release();
    }
  }

  /// A position is only for files that have one.
  private static void checkOffset(OpenFile file, long address, long offset) throws Errno {
    if (address == 0) {
      return;
    }
    try {
      file.checkOffset(offset);
    } catch (Errno e) {
      throw Errno.EINVAL;
    }
  }

  private static long tee(Task task, OpenFile in, OpenFile out, long count, int flags)
      throws Errno {
    Paths.checkFlags(flags, SPLICE_F_ALL);
    if (count == 0) {
      return 0;
    }
    requireModes(in, out);
    if (!Splice.isPipe(in) || !Splice.isPipe(out)) {
      throw Errno.EINVAL;
    }
    return with(task, flags).tee(in, out, count);
  }

  private static long vmsplice(Task task, OpenFile pipe, long vector, long count, int flags)
      throws Errno {
    Paths.checkFlags(flags, SPLICE_F_ALL);
    UserBuffer memory = UserBuffer.ofVector(task.memory().user(), vector, count);
    if (memory.remaining() == 0) {
      return 0;
    }
    if (!Splice.isPipe(pipe)) {
      throw Errno.EBADF;
    }
    if (pipe.writes()) {
      return Paths.use(pipe, p -> with(task, flags).fromMemory(memory, p));
    }
    if (pipe.reads()) {
      return Paths.use(pipe, p -> p.read(task, memory));
    }
    throw Errno.EBADF;
  }
}
