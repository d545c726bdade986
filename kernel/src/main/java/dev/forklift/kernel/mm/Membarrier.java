package dev.forklift.kernel.mm;

import dev.forklift.kernel.abi.Errno;
import java.util.Collection;

/// Memory barriers on all threads of a process or of the system (membarrier(2)).
public final class Membarrier {
  // spotless:off
  private static final int QUERY                         = 0;
  private static final int GLOBAL                        = 1;
  private static final int GLOBAL_EXPEDITED              = 1 << 1;
  private static final int REGISTER_GLOBAL_EXPEDITED     = 1 << 2;
  private static final int PRIVATE_EXPEDITED             = 1 << 3;
  private static final int REGISTER_PRIVATE_EXPEDITED    = 1 << 4;
  private static final int GET_REGISTRATIONS             = 1 << 9;
  // spotless:on

  /// What a kernel without restartable sequences and core serialisation offers.
  private static final int OFFERED =
      GLOBAL
          | GLOBAL_EXPEDITED
          | REGISTER_GLOBAL_EXPEDITED
          | PRIVATE_EXPEDITED
          | REGISTER_PRIVATE_EXPEDITED
          | GET_REGISTRATIONS;

  private Membarrier() {}

  /// membarrier(2).
  ///
  /// @param mm the caller's
  /// @param all those of every process
  public static long perform(Mm mm, Collection<Mm> all, int command, int flags) throws Errno {
    if (flags != 0) {
      throw Errno.EINVAL;
    }
    switch (command) {
      case QUERY -> {
        return OFFERED;
      }
      case GET_REGISTRATIONS -> {
        return mm.barrierRegistrations();
      }
      case GLOBAL -> all.forEach(other -> other.space().barrier());
      case GLOBAL_EXPEDITED -> {
        for (Mm other : all) {
          if ((other.barrierRegistrations() & REGISTER_GLOBAL_EXPEDITED) != 0) {
            other.space().barrier();
          }
        }
      }
      case PRIVATE_EXPEDITED -> {
        if ((mm.barrierRegistrations() & REGISTER_PRIVATE_EXPEDITED) == 0) {
          throw Errno.EPERM;
        }
        mm.space().barrier();
      }
      case REGISTER_GLOBAL_EXPEDITED, REGISTER_PRIVATE_EXPEDITED -> mm.registerBarrier(command);
      default -> throw Errno.EINVAL;
    }
    return 0;
  }
}
