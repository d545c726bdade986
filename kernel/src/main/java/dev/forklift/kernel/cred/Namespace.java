package dev.forklift.kernel.cred;

import dev.forklift.kernel.abi.Errno;
import org.jspecify.annotations.Nullable;

/// What all namespaces have in common (Linux's `ns_common`): a number, an owner, and users that
/// keep it.
///
/// A user is whatever would be lost without it: a task, an open file of it, another namespace.
/// Guarded by the kernel lock.
public abstract class Namespace {
  private final NamespaceKind kind;
  private final @Nullable UserNamespace owner;
  private final NamespaceNumbers numbers;
  private final long ino;
  private final int creator;
  private final boolean counted;
  private int users = 1;

  /// The first of its kind.
  ///
  /// @param owner null for the first user namespace
  protected Namespace(NamespaceKind kind, @Nullable UserNamespace owner) {
    this.kind = kind;
    this.owner = owner;
    this.numbers = owner == null ? new NamespaceNumbers() : owner.numbers();
    this.ino = NamespaceNumbers.ofFirst(kind);
    this.creator = 0;
    this.counted = false;
  }

  /// A further one, with one user.
  ///
  /// @param creator the effective user id that it counts for
  /// @throws Errno ENOSPC if that user has as many as may be, here or further up
  protected Namespace(NamespaceKind kind, UserNamespace owner, int creator) throws Errno {
    owner.ucounts().charge(creator, Ucount.of(kind));
    this.kind = kind;
    this.owner = owner;
    this.numbers = ((Namespace) owner).numbers;
    this.ino = numbers.next();
    this.creator = creator;
    this.counted = true;
    owner.hold();
  }

  public final NamespaceKind kind() {
    return kind;
  }

  /// The user namespace in which capabilities over this one count. That of a user namespace is the
  /// one it was made in; the first has none above it and is its own.
  public final UserNamespace userNamespace() {
    return owner != null ? owner : (UserNamespace) this;
  }

  /// The number that /proc/PID/ns shows.
  public final long ino() {
    return ino;
  }

  /// What a link in /proc/PID/ns reads: `uts:[4026531838]`.
  public final String text() {
    return kind.text() + ":[" + ino + "]";
  }

  final NamespaceNumbers numbers() {
    return numbers;
  }

  /// Somebody else uses it too.
  public final void hold() {
    users++;
  }

  /// Somebody uses it no more.
  public final void release() {
    if (--users == 0) {
      onUnused();
      if (counted && owner != null) {
        numbers.free(ino);
        owner.ucounts().discharge(creator, Ucount.of(kind));
        owner.release();
      }
    } else if (users < 0) {
      throw new IllegalStateException(text() + " released once too often");
    }
  }

  /// Called when nobody uses it any more.
  protected void onUnused() {}
}
