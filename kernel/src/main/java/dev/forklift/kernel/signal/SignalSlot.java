package dev.forklift.kernel.signal;

import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.Ucount;
import dev.forklift.kernel.cred.Ucounts;
import org.jspecify.annotations.Nullable;

/// Room for what is told with one signal (Linux's `struct sigqueue`): it counts as its user's for
/// RLIMIT_SIGPENDING, in all processes together, until it is given back.
public final class SignalSlot {
  private final Ucounts counts;
  private final int user;

  private SignalSlot(Credentials owner) {
    this.counts = owner.userNamespace().ucounts();
    this.user = owner.uid();
    counts.add(user, Ucount.SIGNALS, 1);
  }

  /// One, or null if the user has as many as `limit` and the makers of its namespaces allow.
  public static @Nullable SignalSlot take(Credentials owner, long limit) {
    boolean over = owner.userNamespace().ucounts().isOver(owner.uid(), Ucount.SIGNALS, 1, limit);
    return over ? null : new SignalSlot(owner);
  }

  /// One for a signal, unless there is none: room for a signal of the kernel's own or by kill(2)
  /// there is always, if it is none of the real-time signals.
  public static @Nullable SignalSlot takeFor(SigInfo info, Credentials owner, long limit) {
    boolean always = !info.isRealTime() && info.code() >= 0;
    return always ? new SignalSlot(owner) : take(owner, limit);
  }

  public void giveBack() {
    counts.add(user, Ucount.SIGNALS, -1);
  }
}
