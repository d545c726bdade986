package dev.forklift.verify.delta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.machine.CloneTrial;
import dev.forklift.kernel.machine.CloneTrial.Relation;
import dev.forklift.kernel.machine.MachineConfig.Release;
import dev.forklift.kernel.process.CloneRule;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Calls that are only tried, on the CPU with another order of clone's arguments, wider registers
/// and the other byte order.
class DeltaTrialTest {
  private static CloneTrial.Answer ask(boolean clone3, long flags, long signal, long tls)
      throws IOException {
    return CloneTrial.of(
        new DeltaLinux(),
        Release.V6_18,
        new CloneTrial.Call(clone3, flags, signal, 0, tls, List.of(), 0));
  }

  @Test
  void theRuleThatRefusesIsTold() throws Exception {
    for (boolean clone3 : new boolean[] {false, true}) {
      CloneTrial.Answer answer = ask(clone3, CloneFlags.CLONE_SIGHAND, Signal.SIGCHLD, 0);
      assertThat(answer.error()).isSameAs(Errno.EINVAL);
      assertThat(answer.rule()).isEqualTo(CloneRule.SIGHAND_WITHOUT_VM);
      assertThat(answer.child()).isNull();
    }
  }

  @Test
  void theThreadPointerComesFromTheRecord() throws Exception {
    for (boolean clone3 : new boolean[] {false, true}) {
      long tls = 0x1_2345_6780L;
      CloneTrial.Answer answer =
          ask(clone3, CloneFlags.CLONE_VM | CloneFlags.CLONE_SETTLS, Signal.SIGCHLD, tls);
      assertThat(answer.error()).isNull();
      assertThat(answer.child()).isNotNull();
      assertThat(answer.child().registers()).containsValue(tls);
      assertThat(answer.child().parts())
          .containsEntry("memory", Relation.SHARED)
          .containsEntry("file descriptors", Relation.OWN);
    }
  }
}
