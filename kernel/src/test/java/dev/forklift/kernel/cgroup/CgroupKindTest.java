package dev.forklift.kernel.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What kinds groups become, and who may be in them then.
class CgroupKindTest {
  private final CgroupTree tree = CgroupTree.create();

  private Cgroup make(Cgroup parent, String name) throws Errno {
    return tree.make(parent, name);
  }

  private static CgroupMember taskIn(Cgroup group) throws Errno {
    CgroupMember member = CgroupMember.admit(group);
    member.join(new IdleTask());
    return member;
  }

  private static void share(Cgroup group) throws Errno {
    SubtreeControl.parse("+pids").apply(group);
  }

  @Test
  void aThreadedGroupMakesItsParentTheTopAndItsSiblingsInvalid() throws Errno {
    Cgroup top = make(tree.root(), "top");
    Cgroup threaded = make(top, "threaded");
    Cgroup sibling = make(top, "sibling");
    Cgroup below = make(threaded, "below");

    CgroupKind.makeThreaded(threaded);

    assertThat(List.of(top, threaded, sibling, below))
        .extracting(CgroupKind::of)
        .containsExactly(
            CgroupKind.DOMAIN_THREADED,
            CgroupKind.THREADED,
            CgroupKind.DOMAIN_INVALID,
            CgroupKind.DOMAIN_INVALID);
  }

  @Test
  void theRootIsATopAndADomainAtOnce() throws Errno {
    Cgroup threaded = make(tree.root(), "threaded");
    Cgroup sibling = make(tree.root(), "sibling");
    CgroupKind.makeThreaded(threaded);
    assertThat(CgroupKind.of(sibling)).isEqualTo(CgroupKind.DOMAIN);
  }

  @Test
  void aGroupWithTasksThatSharesOutIsATop() throws Errno {
    share(tree.root());
    Cgroup top = make(tree.root(), "top");
    Cgroup below = make(top, "below");
    CgroupMember task = taskIn(top);
    share(top);
    assertThat(CgroupKind.of(top)).isEqualTo(CgroupKind.DOMAIN_THREADED);
    assertThat(CgroupKind.of(below)).isEqualTo(CgroupKind.DOMAIN_INVALID);
    task.end();
    assertThat(CgroupKind.of(below)).isEqualTo(CgroupKind.DOMAIN);
  }

  @Test
  void aGroupWithSomebodyInItDoesNotBecomeThreaded() throws Errno {
    Cgroup group = make(make(tree.root(), "top"), "group");
    CgroupMember task = taskIn(group);
    assertThatThrownBy(() -> CgroupKind.makeThreaded(group)).isSameAs(Errno.EOPNOTSUPP);
    task.end();
    CgroupKind.makeThreaded(group);
    assertThat(CgroupKind.of(group)).isEqualTo(CgroupKind.THREADED);
  }

  @Test
  void makingAThreadedGroupsParentThreadedTakesTheGroupAlong() throws Errno {
    Cgroup top = make(tree.root(), "top");
    Cgroup middle = make(top, "middle");
    Cgroup below = make(middle, "below");
    CgroupKind.makeThreaded(below);
    assertThat(below.domain()).isSameAs(middle);
    CgroupKind.makeThreaded(middle);
    assertThat(below.domain()).isSameAs(top);
  }

  @Test
  void tasksDoNotEnterAGroupThatSharesOutAmongPopulatedDomains() throws Errno {
    share(tree.root());
    Cgroup top = make(tree.root(), "top");
    Cgroup below = make(top, "below");
    share(top);
    CgroupMember task = taskIn(below);
    assertThatThrownBy(() -> check(tree.root(), top)).isSameAs(Errno.EBUSY);
    task.end();
    check(tree.root(), top);
  }

  @Test
  void aSingleThreadStaysInItsThreadedSubtree() throws Errno {
    Cgroup top = make(tree.root(), "top");
    Cgroup threaded = make(top, "threaded");
    CgroupKind.makeThreaded(threaded);
    Migration.check(top, threaded, CREDENTIALS, tree.root(), false);
    assertThatThrownBy(
            () -> Migration.check(tree.root(), threaded, CREDENTIALS, tree.root(), false))
        .isSameAs(Errno.EOPNOTSUPP);
  }

  private void check(Cgroup from, Cgroup to) throws Errno {
    Migration.check(from, to, CREDENTIALS, tree.root(), true);
  }

  private static final Credentials CREDENTIALS = Credentials.of(0, 0, UserNamespace.initial());

  @Test
  void aLimitCountsTasksBelowAndZombies() throws Errno {
    share(tree.root());
    Cgroup top = make(tree.root(), "top");
    share(top);
    Cgroup below = make(top, "below");
    counter(top).setLimit(1);
    CgroupMember task = taskIn(below);
    task.end();
    assertThatThrownBy(() -> taskIn(below)).isSameAs(Errno.EAGAIN);
    assertThat(counter(below).current()).as("nothing left of what was refused").isEqualTo(1);
    assertThat(counter(top).events()).isEqualTo(1);
    assertThat(counter(below).events()).isZero();
    task.release();
    taskIn(below);
    assertThat(counter(top).peak()).isEqualTo(1);
  }

  private static PidsCounter counter(Cgroup group) {
    PidsCounter counter = group.pids();
    assertThat(counter).isNotNull();
    return counter;
  }

  @Test
  void aFrozenGroupIsFrozenOnceAllStandStill() throws Errno {
    Cgroup top = make(tree.root(), "top");
    Cgroup below = make(top, "below");
    CgroupMember task = taskIn(below);
    top.freezer().want(true);
    assertThat(((IdleTask) task.task()).kicks).isEqualTo(1);
    assertThat(top.freezer().isFrozen()).isFalse();
    task.standStill();
    assertThat(top.freezer().isFrozen()).isTrue();
    CgroupMember late = taskIn(below);
    assertThat(top.freezer().isFrozen()).isFalse();
    late.end();
    assertThat(top.freezer().isFrozen()).isTrue();
    top.freezer().want(false);
    assertThat(below.freezer().isFrozen()).isFalse();
  }

  @Test
  void aPathLeadsUpWhereAGroupIsElsewhere() throws Errno {
    Cgroup one = make(make(tree.root(), "one"), "below");
    Cgroup other = make(tree.root(), "other");
    assertThat(one.pathFrom(other)).isEqualTo("/../one/below");
    assertThat(tree.root().pathFrom(one)).isEqualTo("/../..");
    assertThat(one.pathFrom(one)).isEqualTo("/");
    assertThat(one.path()).isEqualTo("/one/below");
  }

  /// A task that does nothing.
  private static final class IdleTask implements CgroupTask {
    private int kicks;

    @Override
    public boolean isKernelThread() {
      return false;
    }

    @Override
    public void kick() {
      kicks++;
    }

    @Override
    public long userNanos() {
      return 0;
    }

    @Override
    public long systemNanos() {
      return 0;
    }
  }
}
