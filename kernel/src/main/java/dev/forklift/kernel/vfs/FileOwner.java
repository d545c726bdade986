package dev.forklift.kernel.vfs;

import org.jspecify.annotations.Nullable;

/// Who is told about input and output on a file (F_SETOWN).
///
/// @param kind F_OWNER_TID, F_OWNER_PID or F_OWNER_PGRP
/// @param id the thread, process or process group, as the process layer knows it; null for nobody
/// @param signal the signal, 0 for SIGIO (F_SETSIG)
public record FileOwner(int kind, @Nullable Object id, int signal) {
  public static final int F_OWNER_TID = 0;
  public static final int F_OWNER_PID = 1;
  public static final int F_OWNER_PGRP = 2;
}
