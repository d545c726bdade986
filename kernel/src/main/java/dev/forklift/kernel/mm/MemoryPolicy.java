package dev.forklift.kernel.mm;

/// What a process has asked of its memory as a whole: by prctl(2), and by membarrier(2).
public final class MemoryPolicy {
  private boolean hugePagesDisabled;
  private boolean refusesExecGain;
  private boolean refusalInherited;
  private int barriers;

  /// What the copy for a child starts with.
  public MemoryPolicy forFork() {
    MemoryPolicy copy = forExec();
    copy.barriers = barriers;
    return copy;
  }

  /// What the memory of the next program starts with.
  public MemoryPolicy forExec() {
    MemoryPolicy copy = new MemoryPolicy();
    copy.hugePagesDisabled = hugePagesDisabled;
    if (refusalInherited) {
      copy.refusesExecGain = refusesExecGain;
      copy.refusalInherited = true;
    }
    return copy;
  }

  /// PR_SET_THP_DISABLE: kept and reported, as there are no huge pages.
  public boolean areHugePagesDisabled() {
    return hugePagesDisabled;
  }

  public void setHugePagesDisabled(boolean value) {
    hugePagesDisabled = value;
  }

  /// PR_SET_MDWE: nothing may be mapped to be written and executed, nor become executable later.
  public boolean refusesExecGain() {
    return refusesExecGain;
  }

  /// Says whether children and the next program refuse it as well.
  public boolean isRefusalInherited() {
    return refusalInherited;
  }

  public void refuseExecGain(boolean inherited) {
    refusesExecGain = true;
    refusalInherited = inherited;
  }

  /// The kinds of barriers that it has registered for, as membarrier(2) counts them.
  public int barriers() {
    return barriers;
  }

  public void registerBarrier(int kind) {
    barriers |= kind;
  }
}
