package dev.forklift.kernel.signal;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A signal as signalfd(2) shows it: `struct signalfd_siginfo`, which is the same everywhere but
/// for the order of bytes.
public final class SignalFileRecord {
  public static final int BYTES = 128;

  private SignalFileRecord() {}

  /// The record of a signal. A process may have made up number and code (rt_sigqueueinfo), so they
  /// say what the bytes mean.
  public static byte[] of(SigInfo info, DataModel model) {
    StructReader in = new StructReader(model, info.toBytes(model)).skip(3 * Integer.BYTES);
    if (model.is64Bit()) {
      in.align(Long.BYTES);
    }
    Record r = new Record();
    switch (SigInfoLayout.of(info.signal(), info.code())) {
      case KILL -> r.sender(in);
      case QUEUE -> {
        r.sender(in);
        r.value(in, model);
      }
      case TIMER -> {
        r.tid = in.s32();
        r.overrun = in.s32();
        r.value(in, model);
      }
      case POLL -> {
        r.band = (int) in.word();
        r.fd = in.s32();
      }
      case FAULT -> r.address = in.signedWord();
      case CHILD -> {
        r.sender(in);
        r.status = in.s32();
        r.userTime = in.signedWord();
        r.systemTime = in.signedWord();
      }
      case SYSTEM_CALL -> {
        r.callAddress = in.signedWord();
        r.call = in.s32();
        r.arch = in.s32();
      }
    }
    return r.toBytes(info, model);
  }

  /// The members.
  private static final class Record {
    int pid;
    int uid;
    int fd;
    int tid;
    int band;
    int overrun;
    int status;
    int integer;
    long pointer;
    long userTime;
    long systemTime;
    long address;
    long callAddress;
    int call;
    int arch;

    void sender(StructReader in) {
      pid = in.s32();
      uid = in.s32();
    }

    /// `sigval_t`, a union of `int` and pointer.
    void value(StructReader in, DataModel model) {
      pointer = in.signedWord();
      boolean upper = model.is64Bit() && model.order() == ByteOrder.BIG_ENDIAN;
      integer = (int) (upper ? pointer >> Integer.SIZE : pointer);
    }

    byte[] toBytes(SigInfo info, DataModel model) {
      StructWriter w =
          new StructWriter(model)
              .u32(info.signal())
              .u32(info.errno())
              .u32(info.code())
              .u32(pid)
              .u32(uid)
              .u32(fd)
              .u32(tid)
              .u32(band)
              .u32(overrun)
              .u32(0)
              .u32(status)
              .u32(integer)
              .u64(pointer)
              .u64(userTime)
              .u64(systemTime)
              .u64(address)
              .u16(0)
              .u16(0)
              .u32(call)
              .u64(callAddress)
              .u32(arch);
      return Arrays.copyOf(w.toBytes(), BYTES);
    }
  }
}
