package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;

/// The file of a tree of mounts that nobody sees (fsmount(2), open_tree(2)). Unless it has been
/// moved to where somebody does, it goes with the file.
final class DetachedTree extends PathOnlyFile {
  private final MountNamespace anonymous;

  DetachedTree(MountNamespace anonymous) throws Errno {
    super(anonymous.root().rootPath(), OpenFlags.O_PATH);
    this.anonymous = anonymous;
  }

  @Override
  protected void onClose() {
    Mount top = anonymous.root();
    if (anonymous.isHere(top)) {
      // Who is in it still finds it whole.
      MountTree.of(top).forEach(Mount::dissolve);
    }
  }
}
