package dev.forklift.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ExplainCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int explain(String... arguments) {
    CommandLine command = ForkliftCommand.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 1];
    all[0] = "explain";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return command.execute(all);
  }

  @Test
  void namesTheRuleThatRefuses() {
    assertThat(explain("--legacy", "VM", "clone_thread")).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            clone(CLONE_VM|CLONE_THREAD) on nios2
              refused    EINVAL (Invalid argument)
              because    CLONE_THREAD needs CLONE_SIGHAND: threads of a process share its signal handlers
              row        18
            """);
  }

  @Test
  void saysWhatParentAndChildShare() {
    assertThat(explain("--clone3", "VM|FILES,PIDFD", "SIGCHLD")).isZero();
    assertThat(out.toString())
        .startsWith(
            "clone3(CLONE_VM|CLONE_FILES|CLONE_PIDFD|SIGCHLD) on nios2\n  makes      a child")
        .containsPattern("shared     memory; file descriptors; session;")
        .containsPattern("its own    root, current folder, umask; signal handlers; process")
        .contains("the caller gets SIGCHLD", "a pidfd of it");
  }

  @Test
  void readsTheNumbersThatStraceAndGlibcShow() {
    assertThat(explain("--legacy", "--tls", "0x1234", "0x3d0f00")).isZero();
    assertThat(out.toString())
        .contains("a thread of the caller's process", "its own    nothing", "r23 0x1234");
  }

  @Test
  void theLowByteOfLegacyFlagsIsTheExitSignal() {
    assertThat(explain("--legacy", "0x11")).isZero();
    assertThat(out.toString()).startsWith("clone(SIGCHLD) on nios2\n");
    out.getBuffer().setLength(0);
    assertThat(explain("--legacy", "NEWTIME")).isZero();
    assertThat(out.toString())
        .startsWith("clone(128) on nios2\n  makes ")
        .contains("no signal", "__WCLONE");
  }

  @Test
  void aCallerWithoutPrivilegesIsRefusedWhatNeedsThem() {
    assertThat(explain("--clone3", "--set-tid", "10", "-u", "1000", "SIGCHLD")).isZero();
    assertThat(out.toString())
        .startsWith("clone3(SIGCHLD) by user 1000 on nios2\n  refused    EPERM")
        .contains("row        32");
  }

  @Test
  void anOldReleaseHasNoClone3() {
    assertThat(explain("--clone3", "--release", "6.12")).isZero();
    assertThat(out.toString()).contains("ENOSYS", "Linux 6.12", "row        1\n");
  }

  @Test
  void whatCloneCannotExpressIsSaid() {
    assertThat(explain("--legacy", "CLEAR_SIGHAND")).isZero();
    assertThat(out.toString()).contains("(CLONE_CLEAR_SIGHAND): only clone3 can");
  }

  @Test
  void refusesWhatItDoesNotKnowInOneLine() {
    assertThat(explain("NEWLIFE")).isEqualTo(Main.NOT_RUN);
    assertThat(err.toString()).startsWith("forklift: 'NEWLIFE' is no flag").hasLineCount(1);
    err.getBuffer().setLength(0);
    assertThat(explain("--arch", "vax")).isEqualTo(Main.NOT_RUN);
    assertThat(err.toString()).startsWith("forklift: --arch vax is none of nios2").hasLineCount(1);
  }
}
