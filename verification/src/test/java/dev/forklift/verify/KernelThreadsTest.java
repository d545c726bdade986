package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.machine.RootBuilder;
import dev.forklift.kernel.machine.Stdio;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.PathWalk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/// Kernel threads: made by kthreadd through KernelClone like all tasks, and what is left to them is
/// done by them.
class KernelThreadsTest {
  /// A file system that tells which task ended it.
  private final class Probe extends FileSystem {
    private final String place;
    private final Task idle;

    Probe(FileSystems systems, String place, Task idle) {
      super(systems, "probe");
      this.place = place;
      this.idle = idle;
    }

    @Override
    protected Inode rootInode() {
      return new Inode(this, newIno(), new NewInode(FileMode.S_IFDIR | 0755, 0, 0, 0)) {};
    }

    @Override
    public FileSystemStatus status() {
      return FileSystemStatus.simple(0, blockSize());
    }

    @Override
    protected void onUnused() {
      enders.put(place, idle.kernel().current().name());
      if (place.equals(broken)) {
        throw new IllegalStateException("a bug in " + place);
      }
    }
  }

  /// A root with a program in /job, and a probe at each place.
  private final class ProbedRoot implements RootBuilder {
    @Override
    public FileSystem root(FileSystems systems, FrameBudget budget) throws IOException {
      return new Tmpfs(
          systems,
          "tmpfs",
          budget,
          GuestRun.rootWith(
              "unmounting", Checkout.ROOT.resolve("verification/guest/bin/unmounting")));
    }

    @Override
    public void populate(
        Caller caller, FileSystems systems, FrameBudget budget, MountNamespace mounts)
        throws Errno {
      DirectoryChanges.mkdir(caller, null, "/probe", 0755);
      for (String place : List.of("/probe/now", "/probe/lazy")) {
        DirectoryChanges.mkdir(caller, null, place, 0755);
        var _ =
            mounts.mount(
                new Probe(systems, place, (Task) caller),
                "probe",
                PathWalk.lookup(caller, null, place, true),
                0);
      }
    }
  }

  /// The parents of all kernel threads, by the threads' names.
  private static final class Parents implements TaskEvents {
    private final Map<String, String> byName = new ConcurrentHashMap<>();
    private final List<KernelCloneArgs> records = Collections.synchronizedList(new ArrayList<>());
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void failed(Task task, Throwable problem) {
      failures.add(task.name() + ": " + problem.getMessage());
    }

    @Override
    public void created(Task child, Task parent, KernelCloneArgs args) {
      if (child.isKernelThread()) {
        byName.put(child.name(), parent.name());
        records.add(args);
      }
    }
  }

  private final Map<String, String> enders = new ConcurrentHashMap<>();
  private String broken = "";
  private final Parents parents = new Parents();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Outcome run() throws IOException {
    RootBuilder root = new ProbedRoot();
    Stdio stdio = new Stdio(new ByteArrayInputStream(new byte[0]), out, out);
    MachineConfig config = MachineConfig.of(new Nios2Linux(), root, stdio).withEvents(parents);
    return new Machine(config).run(GuestRun.program("unmounting", List.of("probes"), List.of()));
  }

  @Test
  void anUnmountedFileSystemIsEndedByAKernelThread() throws Exception {
    Outcome outcome = run();
    assertThat(outcome.exitCode()).as(out.toString(StandardCharsets.ISO_8859_1)).isZero();
    assertThat(out.toString(StandardCharsets.ISO_8859_1))
        .endsWith("open 1, lazy 0, again EINVAL\nclose 0\n");
    assertThat(enders)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("/probe/now", "kworker/0:0-events", "/probe/lazy", "kworker/0:0-events"));
  }

  @Test
  void aKernelThreadOutlivesWhatFailsInIt() throws Exception {
    broken = "/probe/now";
    Outcome outcome = run();
    assertThat(outcome.exitCode()).isZero();
    assertThat(enders)
        .containsEntry("/probe/now", "kworker/0:0-events")
        .containsEntry("/probe/lazy", "kworker/0:0-events");
    assertThat(parents.failures).containsExactly("kworker/0:0-events: a bug in /probe/now");
  }

  @Test
  void kthreaddMakesEveryKernelThreadFromTheRecord() throws Exception {
    var _ = run();
    assertThat(parents.byName)
        .isEqualTo(
            Map.of(
                "kthreadd", "swapper",
                "kworker/0:0-events", "kthreadd",
                "ksoftirqd/0", "kthreadd"));
    assertThat(parents.records).allSatisfy(record -> assertThat(record.kernelThread()).isNotNull());
  }
}
