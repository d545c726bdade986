package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.fs.image.ImageCache;
import dev.forklift.kernel.fs.tmpfs.Origin;
import dev.forklift.kernel.machine.ProgramSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real root file system's shell and tools look at /proc, /dev and what is mounted.
class BusyboxTest {
  @TempDir Path cache;

  private String shell(String script) throws Exception {
    Path image = Checkout.material("nios2/rootfs.tar.xz");
    Origin root = new ImageCache(cache, line -> {}).root(image);
    GuestRun run =
        GuestRun.of(
            root,
            new ProgramSpec(
                "/bin/busybox",
                List.of("sh", "-c", script),
                List.of("PATH=/bin:/sbin:/usr/bin"),
                "/",
                false,
                0,
                0),
            "");
    assertThat(run.notStarted()).isNull();
    assertThat(run.err()).isEmpty();
    assertThat(run.outcome().exitCode()).isZero();
    return run.out();
  }

  @Test
  void psShowsProcessesAndKernelThreads() throws Exception {
    assertThat(shell("ps -o pid,ppid,stat,args; :"))
        .matches(
            """
            PID   PPID  STAT COMMAND
                1     0 SW   \\[init\\]
                2     0 SW   \\[kthreadd\\]
                3     2 IW   \\[kworker/0:0-eve\\]
                4     2 SW   \\[ksoftirqd/0\\]
                5     1 S    \\{busybox\\} sh -c ps -o pid,ppid,stat,args; :
                6     5 R    ps -o pid,ppid,stat,args
            """);
  }

  @Test
  void aProcessSeesItsRegions() throws Exception {
    assertThat(shell("cat /proc/self/maps"))
        .containsPattern("\n[0-9a-f]{8}-[0-9a-f]{8} r--p [0-9a-f]{8} 00:0\\d \\d+ +/bin/busybox\n")
        .containsPattern("00000000 00:00 0 {10}\\[heap\\]\n")
        .endsWith(" rw-p 00000000 00:00 0          [stack]\n");
  }

  @Test
  void whatASystemStartsWithIsMounted() throws Exception {
    assertThat(shell("cut -d' ' -f2,3 /proc/mounts"))
        .contains(
            "/proc proc\n",
            "/sys sysfs\n",
            "/tmp tmpfs\n",
            "/run tmpfs\n",
            "/dev devtmpfs\n",
            "/dev/pts devpts\n");
  }

  @Test
  void descriptorsAreOpenedAgainThroughTheirNames() throws Exception {
    assertThat(
            shell(
                """
                echo kept > /tmp/file
                exec 5< /tmp/file
                rm /tmp/file
                readlink /proc/self/fd/5
                cat /proc/self/fd/5
                echo out > /dev/stdout
                echo in | cat /dev/stdin
                """))
        .isEqualTo("/tmp/file (deleted)\nkept\nout\nin\n");
  }
}
