package dev.forklift.kernel.mm;

/// What a process has asked of its memory as a whole, by prctl(2).
public final class MemoryPolicy {
  private boolean hugePagesDisabled;
  private boolean refusesExecGain;
  private boolean refusalInherited;

  /// What a child's copy or the next program starts with.
  public MemoryPolicy inherited() {
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
}
