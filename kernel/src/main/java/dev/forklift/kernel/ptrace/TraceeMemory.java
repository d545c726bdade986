package dev.forklift.kernel.ptrace;

import dev.forklift.engine.memory.GuestFault;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Task;

/// A tracee's memory, word by word, whatever its protection.
record TraceeMemory(Task tracer, Task tracee) {
  /// PTRACE_PEEKDATA: the word goes to `destination` in the tracer's memory.
  void peek(long address, long destination) throws Errno {
    DataModel model = tracer.kernel().abi().dataModel();
    byte[] bytes = new byte[model.wordBytes()];
    transfer(() -> memory(address).space().peek(address, bytes, 0, bytes.length));
    tracer.memory().user().putWord(destination, new StructReader(model, bytes).word());
  }

  /// PTRACE_POKEDATA.
  void poke(long address, long value) throws Errno {
    byte[] bytes = new StructWriter(tracer.kernel().abi().dataModel()).word(value).toBytes();
    transfer(() -> memory(address).space().poke(address, bytes, 0, bytes.length));
  }

  /// What may fail halfway.
  @FunctionalInterface
  private interface Transfer {
    void run() throws Errno;
  }

  private static void transfer(Transfer transfer) throws Errno {
    try {
      transfer.run();
    } catch (GuestFault e) {
      throw Errno.EIO;
    }
  }

  private Mm memory(long address) throws Errno {
    Mm mm = tracee.mm();
    int word = tracer.kernel().abi().dataModel().wordBytes();
    boolean mayLook =
        mm != null
            && (tracee.isDumpable()
                || tracer.credentials().hasIn(mm.userNamespace(), Capability.SYS_PTRACE));
    if (mm == null || !mayLook || address < 0 || address > mm.space().limit() - word) {
      throw Errno.EIO;
    }
    return mm;
  }
}
