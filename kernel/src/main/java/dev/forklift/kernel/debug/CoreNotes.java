package dev.forklift.kernel.debug;

import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.mm.ImageLayout;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskTimes;
import dev.forklift.kernel.process.ThreadGroup;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.vfs.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The notes of a core file: `elf_prstatus` of each task, `elf_prpsinfo`, siginfo, the auxiliary
/// vector and the mapped files.
final class CoreNotes {
  private static final int NT_PRSTATUS = 1;
  private static final int NT_PRPSINFO = 3;
  private static final int NT_AUXV = 6;
  private static final int NT_FILE = 0x46494c45;
  private static final int NT_SIGINFO = 0x53494749;
  private static final int NAME_BYTES = 16;
  private static final int ARGUMENTS_BYTES = 80;
  private static final long MICRO = 1000;

  private final Task task;
  private final Mm mm;
  private final SigInfo info;
  private final DataModel model;
  private final StructWriter notes;

  private CoreNotes(Task task, Mm mm, SigInfo info) {
    this.task = task;
    this.mm = mm;
    this.info = info;
    this.model = task.kernel().abi().dataModel();
    this.notes = new StructWriter(model);
  }

  /// All notes, in Linux's order: the task that dies comes first.
  static byte[] of(Task task, Mm mm, SigInfo info) {
    CoreNotes core = new CoreNotes(task, mm, info);
    core.status(task);
    core.processInfo();
    core.note(NT_SIGINFO, info.toBytes(core.model));
    StructWriter auxv = new StructWriter(core.model);
    for (long word : mm.auxv()) {
      auxv.word(word);
    }
    core.note(NT_AUXV, auxv.toBytes());
    core.files();
    for (Task other : task.group().threads()) {
      if (other != task && !other.isExiting()) {
        core.status(other);
      }
    }
    return core.notes.toBytes();
  }

  private void note(int type, byte[] description) {
    byte[] owner = "CORE\0".getBytes(StandardCharsets.US_ASCII);
    notes.u32(owner.length).u32(description.length).u32(type);
    notes.bytes(owner).align(Integer.BYTES).bytes(description).align(Integer.BYTES);
  }

  private void status(Task who) {
    StructWriter w = new StructWriter(model);
    w.u32(info.signal()).u32(0).u32(0); // si_signo, si_code, si_errno
    w.u16(info.signal());
    w.word(who.pending().set()).word(who.blocked());
    ids(w, who);
    ThreadGroup group = who.group();
    boolean whole = who.isLeader();
    long user = 0;
    long system = 0;
    for (Task thread : whole ? group.threads() : List.of(who)) {
      TaskTimes times = thread.times();
      user += times.userNanos();
      system += times.systemNanos();
    }
    time(w, user);
    time(w, system);
    time(w, 0);
    time(w, 0);
    for (long register : task.kernel().abi().debugging().dumpedRegisters(who.cpu())) {
      w.word(register);
    }
    w.u32(0); // pr_fpvalid
    note(NT_PRSTATUS, w.toBytes());
  }

  private static void ids(StructWriter w, Task who) {
    ThreadGroup group = who.group();
    w.u32(who.tid());
    w.u32(group.leader().realParent().group().pid().in(who.pidNamespace()));
    w.u32(group.processGroup().pid().in(who.pidNamespace()));
    w.u32(group.session().pid().in(who.pidNamespace()));
  }

  private static void time(StructWriter w, long nanos) {
    long micros = nanos / MICRO;
    w.word(micros / 1_000_000).word(micros % 1_000_000);
  }

  private void processInfo() {
    StructWriter w = new StructWriter(model);
    w.u8(0).u8('R').u8(0).u8(task.scheduling().nice()); // pr_state, pr_sname, pr_zomb, pr_nice
    w.word(0); // pr_flag
    Credentials who = task.credentials();
    w.u32(who.userNamespace().uid(who.uid())).u32(who.userNamespace().gid(who.gid()));
    w.u32(task.tgid());
    w.u32(task.group().leader().realParent().group().pid().in(task.pidNamespace()));
    w.u32(task.group().processGroup().pid().in(task.pidNamespace()));
    w.u32(task.group().session().pid().in(task.pidNamespace()));
    w.string(task.name(), NAME_BYTES).string(arguments(), ARGUMENTS_BYTES);
    note(NT_PRPSINFO, w.toBytes());
  }

  private String arguments() {
    ImageLayout image = mm.image();
    long length = Math.min(ARGUMENTS_BYTES - 1L, image.argEnd() - image.argStart());
    byte[] bytes = new byte[(int) Math.max(0, length)];
    try {
      mm.user().read(image.argStart(), bytes);
    } catch (Errno e) {
      return "";
    }
    return new String(bytes, StandardCharsets.ISO_8859_1).replace('\0', ' ');
  }

  private void files() {
    long pageBytes = 1L << mm.layout().pageShift();
    StructWriter w = new StructWriter(model);
    List<String> names = new ArrayList<>();
    StructWriter places = new StructWriter(model);
    for (Region region : mm.regions()) {
      OpenFile file = Mm.vma(region).file();
      if (file != null) {
        names.add(file.path().display(task.fs().root()));
        places.word(region.start()).word(region.end()).word(region.offset() / pageBytes);
      }
    }
    w.word(names.size()).word(pageBytes).bytes(places.toBytes());
    for (String name : names) {
      w.bytes((name + "\0").getBytes(StandardCharsets.ISO_8859_1));
    }
    note(NT_FILE, w.toBytes());
  }
}
