package dev.forklift.board.state;

import java.util.List;

/// What has to be known of a snapshot to make the machine that it is to be restored in.
///
/// @param counted whether the machine's time counts instructions
/// @param tree its device tree as a `.dtb`, without what was attached
/// @param attached what was attached, in words that are compared
public record SnapshotHeader(boolean counted, byte[] tree, List<String> attached) {
  public SnapshotHeader {
    attached = List.copyOf(attached);
  }
}
