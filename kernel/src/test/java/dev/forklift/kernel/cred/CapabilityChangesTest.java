package dev.forklift.kernel.cred;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import org.junit.jupiter.api.Test;

final class CapabilityChangesTest {
  private static final Credentials ROOT = Credentials.of(0, 0);
  private static final Credentials USER = Credentials.of(1000, 1000);
  private static final long ALL = Capability.ALL;
  private static final long NET_RAW = Capability.NET_RAW.bit();
  private static final long CHOWN = Capability.CHOWN.bit();

  @Test
  void keepCapsKeepsThePermittedSetOnly() throws Errno {
    Credentials keeps = CapabilityChanges.setKeepCaps(ROOT, 1);
    Credentials user = IdChanges.setresuid(keeps, 1000, 1000, 1000);
    assertThat(user.permitted()).isEqualTo(ALL);
    assertThat(user.effective()).isZero();
  }

  @Test
  void noSetuidFixupKeepsEverything() throws Errno {
    Credentials fixed = CapabilityChanges.setSecurebits(ROOT, Securebits.NO_SETUID_FIXUP);
    Credentials user = IdChanges.setresuid(fixed, 1000, 1000, 1000);
    assertThat(user.effective()).isEqualTo(ALL);
    assertThat(IdChanges.setfsuid(user, 0).effective()).isEqualTo(ALL);
  }

  @Test
  void capsetDropsForGood() throws Errno {
    Credentials dropped = CapabilityChanges.capset(ROOT, ALL & ~CHOWN, ALL & ~CHOWN, 0);
    assertThat(dropped.has(Capability.CHOWN)).isFalse();
    assertThatThrownBy(() -> CapabilityChanges.capset(dropped, ALL, ALL, 0)).isSameAs(Errno.EPERM);
  }

  @Test
  void effectiveIsWithinPermitted() {
    assertThatThrownBy(() -> CapabilityChanges.capset(ROOT, ALL, ALL & ~CHOWN, 0))
        .isSameAs(Errno.EPERM);
  }

  @Test
  void withoutSetpcapOnlyWhatIsPermittedBecomesInheritable() throws Errno {
    long some = ALL & ~CHOWN & ~Capability.SETPCAP.bit();
    Credentials less = CapabilityChanges.capset(ROOT, some, ALL & ~CHOWN, 0);
    assertThat(CapabilityChanges.capset(less, some, some, NET_RAW).inheritable())
        .isEqualTo(NET_RAW);
    assertThatThrownBy(() -> CapabilityChanges.capset(less, some, some, CHOWN))
        .isSameAs(Errno.EPERM);
  }

  @Test
  void theBoundingSetBoundsWhatIsInheritable() throws Errno {
    Credentials bound = CapabilityChanges.dropBounding(ROOT, Capability.NET_RAW.ordinal());
    assertThat(bound.permitted()).isEqualTo(ALL);
    assertThatThrownBy(() -> CapabilityChanges.capset(bound, ALL, ALL, NET_RAW))
        .isSameAs(Errno.EPERM);
    assertThatThrownBy(() -> CapabilityChanges.dropBounding(USER, 99)).isSameAs(Errno.EPERM);
    assertThatThrownBy(() -> CapabilityChanges.dropBounding(ROOT, 99)).isSameAs(Errno.EINVAL);
  }

  @Test
  void lockedBitsStay() throws Errno {
    int locked = Securebits.NO_SETUID_FIXUP | Securebits.NO_SETUID_FIXUP << 1;
    Credentials who = CapabilityChanges.setSecurebits(ROOT, locked);
    assertThatThrownBy(() -> CapabilityChanges.setSecurebits(who, Securebits.NO_SETUID_FIXUP << 1))
        .isSameAs(Errno.EPERM);
    assertThatThrownBy(() -> CapabilityChanges.setSecurebits(who, Securebits.NO_SETUID_FIXUP))
        .isSameAs(Errno.EPERM);
    assertThat(CapabilityChanges.setSecurebits(who, locked | Securebits.NOROOT).securebits())
        .isEqualTo(locked | Securebits.NOROOT);
    assertThatThrownBy(() -> CapabilityChanges.setSecurebits(ROOT, 1L << 32)).isSameAs(Errno.EPERM);
    assertThatThrownBy(() -> CapabilityChanges.setSecurebits(USER, 0)).isSameAs(Errno.EPERM);
  }

  @Test
  void theAmbientSetIsWithinPermittedAndInheritable() throws Errno {
    int netRaw = Capability.NET_RAW.ordinal();
    assertThatThrownBy(() -> CapabilityChanges.raiseAmbient(ROOT, netRaw)).isSameAs(Errno.EPERM);
    Credentials inherits = CapabilityChanges.capset(ROOT, ALL, ALL, NET_RAW);
    Credentials raised = CapabilityChanges.raiseAmbient(inherits, netRaw);
    assertThat(raised.ambient()).isEqualTo(NET_RAW);
    assertThat(CapabilityChanges.capset(raised, ALL, ALL, 0).ambient()).isZero();
    assertThat(IdChanges.setuid(CapabilityChanges.setKeepCaps(raised, 1), 1000).ambient())
        .as("leaving user 0 clears it, kept capabilities or not")
        .isZero();
  }

  @Test
  void executingAProgramGivesRootItsBoundingSet() {
    Credentials bound = ROOT.withBounding(NET_RAW).withCapabilities(0, 0, 0);
    ExecCredentials next = ExecCredentials.of(bound, -1, -1, false);
    assertThat(next.credentials().permitted()).isEqualTo(NET_RAW);
    assertThat(next.credentials().effective()).isEqualTo(NET_RAW);
    assertThat(next.secure()).isFalse();
  }

  @Test
  void executingASetUserIdProgramGivesItsOwnersRights() {
    ExecCredentials next = ExecCredentials.of(USER, 0, -1, false);
    Credentials now = next.credentials();
    assertThat(now.uid()).isEqualTo(1000);
    assertThat(now.euid()).isZero();
    assertThat(now.suid()).isZero();
    assertThat(now.fsuid()).isZero();
    assertThat(now.effective()).isEqualTo(ALL);
    assertThat(next.secure()).isTrue();
  }

  @Test
  void withoutNewPrivilegesASetUserIdProgramIsOrdinary() {
    Credentials now = ExecCredentials.of(USER, 0, -1, true).credentials();
    assertThat(now.euid()).isEqualTo(1000);
    assertThat(now.permitted()).isZero();
  }

  @Test
  void onlyAmbientCapabilitiesReachAUsersProgram() {
    Credentials who =
        USER.withCapabilities(NET_RAW | CHOWN, NET_RAW | CHOWN, NET_RAW).withAmbient(NET_RAW);
    ExecCredentials next = ExecCredentials.of(who, -1, -1, false);
    assertThat(next.credentials().permitted()).isEqualTo(NET_RAW);
    assertThat(next.credentials().effective()).isEqualTo(NET_RAW);
    assertThat(next.secure()).isFalse();
    assertThat(ExecCredentials.of(who, 2000, -1, false).credentials().ambient()).isZero();
  }

  @Test
  void norootMakesRootAUserLikeOthers() {
    Credentials who = ROOT.withSecurebits(Securebits.NOROOT | Securebits.KEEP_CAPS);
    Credentials now = ExecCredentials.of(who, -1, -1, false).credentials();
    assertThat(now.permitted()).isZero();
    assertThat(now.securebits()).isEqualTo(Securebits.NOROOT);
  }
}
