package dev.forklift.kernel.process;

import static dev.forklift.kernel.abi.CloneFlags.CLONE_DETACHED;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_FS;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_NEWNS;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_NEWPID;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_NEWUSER;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_PARENT;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_PARENT_SETTID;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_PIDFD;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_SIGHAND;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_THREAD;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_VM;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.Ucount;
import dev.forklift.kernel.cred.UserNamespace;

/// Rows 15 to 25 of the specification: what is looked at before anything is made for a child. In
/// Linux's order, because the first rule that is broken decides the error.
///
/// @param refused how a broken rule is told
record CloneChecks(Task parent, KernelCloneArgs args, Refusal refused) {
  /// Rows 15 to 22 of the specification: combinations that make no sense.
  void flags() throws Errno {
    if (args.has(CLONE_PIDFD)
        && args.has(CLONE_PARENT_SETTID)
        && args.pidfd() == args.parentTid()) {
      throw refused.by(CloneRule.PIDFD_OVER_PARENT_TID);
    }
    if (args.has(CLONE_NEWNS) && args.has(CLONE_FS)) {
      throw refused.by(CloneRule.MOUNTS_OF_SHARED_FS);
    }
    if (args.has(CLONE_NEWUSER) && args.has(CLONE_FS)) {
      throw refused.by(CloneRule.USER_NAMESPACE_OF_SHARED_FS);
    }
    if (args.has(CLONE_NEWUSER) && !mayMakeUserNamespaces(parent)) {
      throw refused.by(CloneRule.USER_NAMESPACES_NOT_FOR_ALL);
    }
    if (args.has(CLONE_THREAD) && !args.has(CLONE_SIGHAND)) {
      throw refused.by(CloneRule.THREAD_WITHOUT_SIGHAND);
    }
    if (args.has(CLONE_SIGHAND) && !args.has(CLONE_VM)) {
      throw refused.by(CloneRule.SIGHAND_WITHOUT_VM);
    }
    // Siblings of a namespace's init would have no reaper.
    if (args.has(CLONE_PARENT) && parent.group().isUnkillable()) {
      throw refused.by(CloneRule.SIBLING_OF_INIT);
    }
    boolean elsewhere =
        (args.flags() & (CLONE_NEWUSER | CLONE_NEWPID)) != 0
            || parent.namespaces().pidForChildren() != parent.pidNamespace();
    if (args.has(CLONE_THREAD) && elsewhere) {
      throw refused.by(CloneRule.THREAD_IN_OTHER_NAMESPACE);
    }
    // DETACHED means nothing any more, but its meeting with PIDFD is kept free.
    if (args.has(CLONE_PIDFD) && args.has(CLONE_DETACHED)) {
      throw refused.by(CloneRule.PIDFD_OF_DETACHED);
    }
    // A signal sent to the whole group before the fork must reach the child too, or be handled
    // before there is one.
    if (parent.signalPending()) {
      throw refused.by(CloneRule.SIGNAL_FIRST);
    }
  }

  /// Row 17, which unshare has too.
  static boolean mayMakeUserNamespaces(Task caller) {
    return caller.kernel().cloneSettings().userNamespacesForAll()
        || caller.credentials().has(Capability.SYS_ADMIN);
  }

  /// Row 23: who the child is. The one user namespace that a call makes is there before all else
  /// that it makes, and owns it.
  Credentials credentials(Undo undo) throws Errno {
    Credentials who = parent.credentials();
    UserNamespace namespace = who.userNamespace();
    if (!args.has(CLONE_NEWUSER)) {
      namespace.hold();
      undo.onFailure(namespace::release);
      return who;
    }
    UserNamespace made = newUserNamespace(who);
    undo.onFailure(made::release);
    return who.in(made);
  }

  private UserNamespace newUserNamespace(Credentials who) throws Errno {
    boolean chrooted = parent.fs().isChrooted(parent.namespaces().mnt());
    try {
      return UserNamespace.create(who, parent.group().limits(), chrooted);
    } catch (Errno e) {
      throw refused.by(
          e == Errno.ENOSPC
              ? CloneRule.USER_NAMESPACE_LIMIT
              : CloneRule.USER_NAMESPACE_NOT_PERMITTED);
    }
  }

  /// Rows 24 and 25: how many tasks there may be. The limit is the child's user's, the privilege to
  /// exceed it the parent's.
  void limits(Credentials child) throws Errno {
    Credentials who = parent.credentials();
    long limit = parent.group().limits().soft(ResourceLimits.RLIMIT_NPROC);
    boolean tooMany = child.userNamespace().ucounts().isOver(child.uid(), Ucount.TASKS, 1, limit);
    if (tooMany
        && child.uid() != 0
        && !who.has(Capability.SYS_RESOURCE)
        && !who.has(Capability.SYS_ADMIN)) {
      throw refused.by(CloneRule.USER_TASK_LIMIT);
    }
    if (parent.kernel().isFull()) {
      throw refused.by(CloneRule.TASK_LIMIT);
    }
  }

  /// Row 25 as well: what has been reserved of the processor is not doubled.
  SchedulingAttributes scheduling() throws Errno {
    SchedulingAttributes child = parent.scheduling().forChild();
    if (child == null) {
      throw refused.by(CloneRule.DEADLINE_NOT_INHERITED);
    }
    return child;
  }
}
