package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.machine.Stdio;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Process creations of all kinds at random, with signals, kills and execs.
/// `-Dforklift.soak=100000` makes so many; usually it is a short form of that.
@Tag("slow")
class SoakTest {
  private static final int CREATIONS = Integer.getInteger("forklift.soak", 2400);
  private static final int SEED = Integer.getInteger("forklift.soak.seed", 7);

  private static final class Count implements TaskEvents {
    private final AtomicInteger created = new AtomicInteger();
    private final AtomicInteger exited = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    @Override
    public void created(Task child, Task parent, KernelCloneArgs args) {
      created.incrementAndGet();
    }

    @Override
    public void exited(Task task) {
      exited.incrementAndGet();
    }

    @Override
    public void failed(Task task, Throwable problem) {
      failed.incrementAndGet();
    }
  }

  @Test
  void nothingIsLostOrLeft() throws Exception {
    Path soak = Checkout.ROOT.resolve("verification/guest/bin/soak");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Count count = new Count();
    var root = GuestRun.rootWith("soak", soak);
    MachineConfig config =
        MachineConfig.of(
                new Nios2Linux(),
                (systems, budget) -> new Tmpfs(systems, "tmpfs", budget, root),
                new Stdio(new ByteArrayInputStream(new byte[0]), out, out))
            .withEvents(count);
    int threadsBefore = Thread.activeCount();
    Machine machine = new Machine(config);
    List<String> arguments = List.of(Integer.toString(SEED), Integer.toString(CREATIONS));
    Outcome outcome = machine.run(GuestRun.program("soak", arguments, List.of()));

    assertThat(outcome.exitCode()).as(out.toString(StandardCharsets.ISO_8859_1)).isZero();
    assertThat(out.toString(StandardCharsets.ISO_8859_1))
        .contains(
            "made " + CREATIONS + ", ended otherwise than arranged 0, left to wait for 0\n",
            "workers killed at last 4, workers that no signal reached 0\n",
            "nothing left to wait for: ECHILD\n",
            "memory is back: yes\n");
    assertThat(count.failed).hasValue(0);
    assertThat(count.exited.get())
        .as("every task that came has gone")
        .isEqualTo(count.created.get());
    assertThat(count.created.get()).isGreaterThan(CREATIONS);
    Kernel kernel = machine.kernel();
    assertThat(kernel.taskCount()).as("tasks left, those of the kernel").isLessThanOrEqualTo(4);
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threadsBefore + 4);
  }
}
