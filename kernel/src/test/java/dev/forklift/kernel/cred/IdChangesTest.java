package dev.forklift.kernel.cred;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Rows that a real kernel answers the same way; the guest program `credentials` has more of them.
final class IdChangesTest {
  private static final Credentials ROOT = Credentials.of(0, 0);
  private static final Credentials USER = Credentials.of(1000, 1000);

  private static List<Integer> uids(Credentials who) {
    return List.of(who.uid(), who.euid(), who.suid(), who.fsuid());
  }

  private static List<Integer> gids(Credentials who) {
    return List.of(who.gid(), who.egid(), who.sgid(), who.fsgid());
  }

  @Nested
  final class UserIds {
    @Test
    void rootBecomesAUserForGood() throws Errno {
      Credentials now = IdChanges.setuid(ROOT, 1000);
      assertThat(uids(now)).containsExactly(1000, 1000, 1000, 1000);
      assertThat(now.permitted()).isZero();
      assertThat(now.effective()).isZero();
      assertThatThrownBy(() -> IdChanges.setuid(now, 0)).isSameAs(Errno.EPERM);
    }

    @Test
    void minusOneIsNoId() {
      assertThatThrownBy(() -> IdChanges.setuid(ROOT, -1)).isSameAs(Errno.EINVAL);
      assertThatThrownBy(() -> IdChanges.setgid(USER, -1)).isSameAs(Errno.EINVAL);
    }

    @Test
    void anEffectiveUserComesBackToRootWithAllCapabilities() throws Errno {
      Credentials away = IdChanges.setresuid(ROOT, -1, 1000, -1);
      assertThat(uids(away)).containsExactly(0, 1000, 0, 1000);
      assertThat(away.permitted()).isEqualTo(Capability.ALL);
      assertThat(away.effective()).isZero();
      Credentials back = IdChanges.setresuid(away, -1, 0, -1);
      assertThat(back.effective()).isEqualTo(Capability.ALL);
    }

    @Test
    void setuidOfAUserLeavesTheSavedIdAlone() throws Errno {
      Credentials setUserId = USER.withUids(1000, 2000, 2000, 2000);
      Credentials real = IdChanges.setuid(setUserId, 1000);
      assertThat(uids(real)).containsExactly(1000, 1000, 2000, 1000);
      assertThat(uids(IdChanges.setuid(real, 2000))).containsExactly(1000, 2000, 2000, 2000);
    }

    @Test
    void setreuidExchangesAndSavesTheEffectiveId() throws Errno {
      Credentials setUserId = USER.withUids(1000, 2000, 2000, 2000);
      assertThat(uids(IdChanges.setreuid(setUserId, 2000, 1000)))
          .containsExactly(2000, 1000, 1000, 1000);
      assertThat(uids(IdChanges.setreuid(setUserId, -1, 1000)))
          .as("the effective id becomes the real one: nothing is saved")
          .containsExactly(1000, 1000, 2000, 1000);
      assertThatThrownBy(() -> IdChanges.setreuid(setUserId, 3000, -1)).isSameAs(Errno.EPERM);
    }

    @Test
    void aUserSetsItsThreeIdsToAnyOfThem() throws Errno {
      Credentials three = USER.withUids(1, 2, 3, 2);
      assertThat(uids(IdChanges.setresuid(three, 3, 1, 2))).containsExactly(3, 1, 2, 1);
      assertThatThrownBy(() -> IdChanges.setresuid(three, -1, -1, 4)).isSameAs(Errno.EPERM);
    }

    @Test
    void theFileSystemIdTakesItsCapabilitiesAlong() {
      Credentials away = IdChanges.setfsuid(ROOT, 1000);
      assertThat(away.effective()).isEqualTo(0x1fe_f7ff_fde0L);
      assertThat(IdChanges.setfsuid(away, 0).effective()).isEqualTo(Capability.ALL);
      assertThat(IdChanges.setfsuid(USER, 5)).isSameAs(USER);
      assertThat(IdChanges.setfsuid(ROOT, -1)).isSameAs(ROOT);
    }
  }

  @Nested
  final class GroupIds {
    @Test
    void theSavedOneFollowsTheEffectiveOne() throws Errno {
      Credentials now = IdChanges.setregid(IdChanges.setgid(ROOT, 50), 60, -1);
      assertThat(gids(now)).containsExactly(60, 50, 50, 50);
      assertThat(gids(IdChanges.setregid(now, -1, 70))).containsExactly(60, 70, 70, 70);
    }

    @Test
    void aUserHasItsOwnOnly() throws Errno {
      Credentials who = USER.withGids(1, 2, 3, 9);
      assertThat(gids(IdChanges.setgid(who, 3))).containsExactly(1, 3, 3, 3);
      assertThatThrownBy(() -> IdChanges.setgid(who, 2)).isSameAs(Errno.EPERM);
      assertThatThrownBy(() -> IdChanges.setregid(who, 3, 1)).isSameAs(Errno.EPERM);
      assertThat(gids(IdChanges.setresgid(who, 3, 3, 3))).containsExactly(3, 3, 3, 3);
      assertThat(IdChanges.setfsgid(who, 9)).isEqualTo(who);
      assertThat(IdChanges.setfsgid(who, 3).fsgid()).isEqualTo(3);
      assertThat(IdChanges.setfsgid(who, 4)).isSameAs(who);
    }
  }
}
