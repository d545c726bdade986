package dev.forklift.kernel.cred;

import dev.forklift.kernel.abi.Errno;
import java.util.HashMap;
import java.util.Map;

/// How much of each [Ucount] the users of one user namespace have. What a user has is counted in
/// the namespaces above, too, there as its namespace's owner's: so nobody gets more by making one.
public final class Ucounts {
  private final UserNamespace namespace;
  private final Map<Integer, long[]> users = new HashMap<>();
  private final long[] maxima = new long[Ucount.values().length];

  /// @param namespaces how many namespaces of each kind a user may have
  Ucounts(UserNamespace namespace, long namespaces) {
    this.namespace = namespace;
    for (Ucount kind : Ucount.values()) {
      maxima[kind.ordinal()] = kind.isOfNamespaces() ? namespaces : Long.MAX_VALUE;
    }
  }

  /// What a user of this namespace may have at most.
  public long maximum(Ucount kind) {
    return maxima[kind.ordinal()];
  }

  /// Says what a user of this namespace may have at most.
  ///
  /// @param maximum unsigned, so that all of a resource limit's infinities are large
  public void setMaximum(Ucount kind, long maximum) {
    maxima[kind.ordinal()] = asLimit(maximum);
  }

  /// How many a user has.
  public long count(int uid, Ucount kind) {
    long[] counts = users.get(uid);
    return counts == null ? 0 : counts[kind.ordinal()];
  }

  /// Counts one more that a sysctl limits.
  ///
  /// @throws Errno ENOSPC if that would be too many, here or in a namespace above
  public void charge(int uid, Ucount kind) throws Errno {
    int user = uid;
    for (UserNamespace at = namespace; at != null; at = at.parent()) {
      if (at.ucounts().count(user, kind) >= at.ucounts().maximum(kind)) {
        throw Errno.ENOSPC;
      }
      user = at.owner();
    }
    add(uid, kind, 1);
  }

  /// Takes a [#charge] back.
  public void discharge(int uid, Ucount kind) {
    add(uid, kind, -1);
  }

  /// Counts `more` (or less, if negative), without looking at any limit.
  public void add(int uid, Ucount kind, long more) {
    int user = uid;
    for (UserNamespace at = namespace; at != null; at = at.parent()) {
      at.ucounts().addHere(user, kind, more);
      user = at.owner();
    }
  }

  /// Says whether with `more` a user would have more than its resource limit allows, or more than
  /// the makers of its namespaces were allowed.
  public boolean isOver(int uid, Ucount kind, long more, long limit) {
    int user = uid;
    long maximum = asLimit(limit);
    for (UserNamespace at = namespace; at != null; at = at.parent()) {
      if (at.ucounts().count(user, kind) + more > maximum) {
        return true;
      }
      maximum = at.ucounts().maximum(kind);
      user = at.owner();
    }
    return false;
  }

  private static long asLimit(long limit) {
    return limit < 0 ? Long.MAX_VALUE : limit;
  }

  /// Users who have nothing are forgotten: a guest can be four thousand million of them.
  private void addHere(int uid, Ucount kind, long more) {
    long[] counts = users.computeIfAbsent(uid, _ -> new long[maxima.length]);
    counts[kind.ordinal()] += more;
    for (long count : counts) {
      if (count != 0) {
        return;
      }
    }
    users.remove(uid);
  }
}
