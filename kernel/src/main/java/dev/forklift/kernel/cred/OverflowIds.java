package dev.forklift.kernel.cred;

/// What is shown of ids that a user namespace does not map (`kernel.overflowuid` and
/// `kernel.overflowgid`). One a kernel.
public final class OverflowIds {
  private static final int NOBODY = 65534;

  private int uid = NOBODY;
  private int gid = NOBODY;

  OverflowIds() {}

  public int uid() {
    return uid;
  }

  public int gid() {
    return gid;
  }

  public void setUid(int newUid) {
    uid = newUid;
  }

  public void setGid(int newGid) {
    gid = newGid;
  }
}
