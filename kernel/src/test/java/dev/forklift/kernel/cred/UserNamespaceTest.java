package dev.forklift.kernel.cred;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The guest program `user-namespaces` asks the same of a real kernel.
final class UserNamespaceTest {
  private final UserNamespace first = UserNamespace.initial(10);
  private final Credentials root = Credentials.of(0, 0, first);
  private final Credentials user = Credentials.of(1000, 100, first);
  private final ResourceLimits limits = ResourceLimits.initial(100);

  private UserNamespace below(Credentials maker) throws Errno {
    return UserNamespace.create(maker, limits, false);
  }

  private static void map(UserNamespace namespace, IdKind kind, Credentials who, String text)
      throws Errno {
    new IdMapChanges(namespace, who, who).setMap(kind, text);
  }

  @Nested
  final class Making {
    @Test
    void itsMakerOwnsItAndHasAllCapabilitiesInItAndNoneOutside() throws Errno {
      UserNamespace made = below(user);
      Credentials inside = user.in(made);
      assertThat(inside.hasIn(made, Capability.SYS_ADMIN)).isTrue();
      assertThat(inside.hasIn(first, Capability.SYS_ADMIN)).isFalse();
      assertThat(inside.has(Capability.SYS_ADMIN)).isFalse();
      assertThat(user.hasIn(made, Capability.SYS_ADMIN)).isTrue();
      assertThat(Credentials.of(1001, 100, first).hasIn(made, Capability.SYS_ADMIN)).isFalse();
      assertThat(root.hasIn(made, Capability.SYS_ADMIN)).isTrue();
    }

    @Test
    void whoHasNoNameAboveOrIsInAChrootMakesNone() throws Errno {
      Credentials nobody = user.in(below(user));
      assertThatThrownBy(() -> below(nobody)).isSameAs(Errno.EPERM);
      assertThatThrownBy(() -> UserNamespace.create(user, limits, true)).isSameAs(Errno.EPERM);
      assertThat(nobody.userNamespace().ucounts().count(1000, Ucount.USER_NAMESPACES)).isZero();
    }

    @Test
    void theyNest33DeepBelowTheFirst() throws Errno {
      Credentials who = Credentials.of(0, 0, UserNamespace.initial());
      for (int level = 1; level <= 33; level++) {
        UserNamespace made = below(who);
        map(made, IdKind.USER, who, "0 0 1");
        map(made, IdKind.GROUP, who, "0 0 1");
        who = who.in(made);
        assertThat(made.level()).isEqualTo(level);
      }
      Credentials deepest = who;
      assertThatThrownBy(() -> below(deepest)).isSameAs(Errno.ENOSPC);
    }

    @Test
    void aUserHasAtMostAsManyAsAllowedAndGetsThemBack() throws Errno {
      first.ucounts().setMaximum(Ucount.USER_NAMESPACES, 2);
      UserNamespace one = below(user);
      below(user);
      assertThatThrownBy(() -> below(user)).isSameAs(Errno.ENOSPC);
      one.release();
      below(user);
      assertThat(first.ucounts().count(1000, Ucount.USER_NAMESPACES)).isEqualTo(2);
    }

    @Test
    void oneBelowAnotherCountsForTheOwnerOfThatOne() throws Errno {
      first.ucounts().setMaximum(Ucount.USER_NAMESPACES, 2);
      UserNamespace outer = below(user);
      map(outer, IdKind.USER, root, "0 5000 10");
      map(outer, IdKind.GROUP, root, "0 5000 10");
      Credentials inside = Credentials.of(5000, 5000, outer);
      UserNamespace inner = below(inside);
      assertThatThrownBy(() -> below(inside)).isSameAs(Errno.ENOSPC);
      inner.release();
      assertThat(first.ucounts().count(1000, Ucount.USER_NAMESPACES)).isEqualTo(1);
      outer.release();
      assertThat(first.ucounts().count(1000, Ucount.USER_NAMESPACES)).isZero();
    }

    @Test
    void itLivesAsLongAsOneBelowIt() throws Errno {
      UserNamespace outer = below(root);
      map(outer, IdKind.USER, root, "0 0 10");
      map(outer, IdKind.GROUP, root, "0 0 10");
      UserNamespace inner = below(root.in(outer));
      outer.release();
      assertThat(first.ucounts().count(0, Ucount.USER_NAMESPACES)).isEqualTo(2);
      inner.release();
      assertThat(first.ucounts().count(0, Ucount.USER_NAMESPACES)).isZero();
    }
  }

  @Nested
  final class Limits {
    @Test
    void allInANamespaceTogetherHaveAtMostWhatItsMakerMay() throws Errno {
      limits.set(ResourceLimits.RLIMIT_SIGPENDING, 5, 5);
      UserNamespace made = below(user);
      made.ucounts().add(5001, Ucount.SIGNALS, 3);
      made.ucounts().add(5002, Ucount.SIGNALS, 2);
      assertThat(first.ucounts().count(1000, Ucount.SIGNALS)).isEqualTo(5);
      assertThat(made.ucounts().isOver(5003, Ucount.SIGNALS, 1, 100)).isTrue();
      made.ucounts().add(5001, Ucount.SIGNALS, -3);
      assertThat(made.ucounts().isOver(5003, Ucount.SIGNALS, 3, 100)).isFalse();
      assertThat(made.ucounts().isOver(5003, Ucount.SIGNALS, 3, 2)).isTrue();
    }
  }

  @Nested
  final class Maps {
    @Test
    void idsOutsideAreShownAsTheOverflowId() throws Errno {
      UserNamespace made = below(user);
      assertThat(made.uid(1000)).isEqualTo(65534);
      assertThat(made.kuid(0)).isEqualTo(-1);
      map(made, IdKind.USER, user.in(made), "0 1000 1");
      assertThat(made.uid(1000)).isZero();
      assertThat(made.kuid(0)).isEqualTo(1000);
      assertThat(made.uid(1001)).isEqualTo(65534);
      made.overflowIds().setUid(7);
      assertThat(first.overflowIds().uid()).isEqualTo(7);
    }

    @Test
    void theUnprivilegedMapThemselvesOnly() throws Errno {
      UserNamespace made = below(user);
      Credentials inside = user.in(made);
      assertThatThrownBy(() -> map(made, IdKind.USER, inside, "0 1001 1")).isSameAs(Errno.EPERM);
      assertThatThrownBy(() -> map(made, IdKind.USER, inside, "0 1000 2")).isSameAs(Errno.EPERM);
      map(made, IdKind.USER, inside, "5 1000 1");
      assertThatThrownBy(() -> map(made, IdKind.USER, root, "0 0 1")).isSameAs(Errno.EPERM);
    }

    @Test
    void theUnprivilegedMapTheirGroupOnceTheyHaveGivenUpSetgroups() throws Errno {
      UserNamespace made = below(user);
      Credentials inside = user.in(made);
      IdMapChanges changes = new IdMapChanges(made, inside, inside);
      assertThatThrownBy(() -> changes.setMap(IdKind.GROUP, "0 100 1")).isSameAs(Errno.EPERM);
      changes.setSetgroups("deny\n");
      changes.setMap(IdKind.GROUP, "0 100 1");
      assertThat(made.maySetgroups()).isFalse();
      assertThatThrownBy(() -> changes.setSetgroups("allow")).isSameAs(Errno.EPERM);
      assertThatThrownBy(() -> changes.setSetgroups("deny")).isSameAs(Errno.EPERM);
      assertThatThrownBy(() -> changes.setSetgroups("denied")).isSameAs(Errno.EINVAL);
      assertThat(below(user).isSetgroupsAllowed()).isTrue();
    }

    @Test
    void aMapIsWrittenFromInsideOrRightAbove() throws Errno {
      UserNamespace outer = below(root);
      map(outer, IdKind.USER, root, "0 0 100");
      map(outer, IdKind.GROUP, root, "0 0 100");
      UserNamespace inner = below(root.in(outer));
      assertThatThrownBy(() -> map(inner, IdKind.USER, root, "0 0 1")).isSameAs(Errno.EPERM);
      map(inner, IdKind.USER, root.in(outer), "0 7 1");
      assertThat(inner.kuid(0)).isEqualTo(7);
    }

    @Test
    void aNamespaceMapsOnlyWhatIsMappedAbove() throws Errno {
      UserNamespace outer = below(root);
      map(outer, IdKind.USER, root, "0 500 10");
      map(outer, IdKind.GROUP, root, "0 500 10");
      Credentials inside = Credentials.of(500, 500, outer);
      UserNamespace inner = below(inside);
      assertThatThrownBy(() -> map(inner, IdKind.USER, inside, "0 5 6")).isSameAs(Errno.EPERM);
    }

    @Test
    void whoLacksSetfcapDoesNotMapTheRootAbove() throws Errno {
      long all = Capability.ALL & ~Capability.SETFCAP.bit();
      Credentials weak = root.withCapabilities(all, all, 0);
      UserNamespace made = below(weak);
      assertThatThrownBy(() -> map(made, IdKind.USER, weak, "0 0 1")).isSameAs(Errno.EPERM);
      assertThatThrownBy(() -> map(made, IdKind.USER, weak.in(made), "0 0 1"))
          .isSameAs(Errno.EPERM);
      map(made, IdKind.USER, weak, "0 1 10");
    }

    @Test
    void rootInsideHasThePowersOfRootInside() throws Errno {
      UserNamespace made = below(root);
      map(made, IdKind.USER, root, "0 1000 10");
      Credentials inside = Credentials.of(1000, 1000, made).withCapabilities(0, 0, 0);
      Credentials executed = ExecCredentials.of(inside, -1, -1, false).credentials();
      assertThat(executed.effective()).isEqualTo(Capability.ALL);
      Credentials other = IdChanges.setuid(executed, 3);
      assertThat(other.uid()).isEqualTo(1003);
      assertThat(other.permitted()).isZero();
      assertThatThrownBy(() -> IdChanges.setuid(executed, 10)).isSameAs(Errno.EINVAL);
      assertThat(IdChanges.setfsuid(executed, 10)).isEqualTo(executed);
    }
  }
}
