package dev.forklift.kernel.vfs;

/// Who is told about input and output on a file (F_SETOWN).
///
/// @param kind F_OWNER_TID, F_OWNER_PID or F_OWNER_PGRP
/// @param id a positive thread, process or process group id
/// @param signal the signal, 0 for SIGIO (F_SETSIG)
public record FileOwner(int kind, int id, int signal) {
  public static final int F_OWNER_TID = 0;
  public static final int F_OWNER_PID = 1;
  public static final int F_OWNER_PGRP = 2;
}
