package dev.forklift.kernel.ptrace;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import java.util.Arrays;

/// A tracee's registers: PTRACE_GETREGSET and PTRACE_SETREGSET with NT_PRSTATUS, the one set that
/// every architecture has. The buffer is described by a `struct iovec`, whose length says in the
/// end how much of the set there was room for.
record TraceeRegisters(Task tracer, Task tracee) {
  private static final int NT_PRSTATUS = 1;

  private LinuxAbi abi() {
    return tracer.kernel().abi();
  }

  void get(long set, long vector) throws Errno {
    Buffer buffer = buffer(set, vector);
    long[] registers = abi().coreRegisters(tracee.cpu());
    StructWriter w = new StructWriter(abi().dataModel());
    for (long register : registers) {
      w.word(register);
    }
    user().write(buffer.address, Arrays.copyOf(w.toBytes(), buffer.length));
    storeLength(vector, buffer);
  }

  /// Registers that there is no room for stay as they are.
  void set(long set, long vector) throws Errno {
    Buffer buffer = buffer(set, vector);
    DataModel model = abi().dataModel();
    byte[] bytes = new byte[buffer.length];
    user().read(buffer.address, bytes);
    StructReader r = new StructReader(model, bytes);
    long[] given = new long[buffer.length / model.wordBytes()];
    for (int i = 0; i < given.length; i++) {
      given[i] = r.signedWord();
    }
    abi().setCoreRegisters(tracee.cpu(), given);
    storeLength(vector, buffer);
  }

  private UserMemory user() {
    return tracer.memory().user();
  }

  private record Buffer(long address, int length) {}

  private Buffer buffer(long set, long vector) throws Errno {
    int word = abi().dataModel().wordBytes();
    long address = user().getWord(vector);
    long length = user().getWord(vector + word);
    if (set != NT_PRSTATUS || length % word != 0) {
      throw Errno.EINVAL;
    }
    long size = (long) abi().coreRegisters(tracee.cpu()).length * word;
    return new Buffer(address, (int) (Long.compareUnsigned(length, size) < 0 ? length : size));
  }

  private void storeLength(long vector, Buffer buffer) throws Errno {
    user().putWord(vector + abi().dataModel().wordBytes(), buffer.length);
  }
}
