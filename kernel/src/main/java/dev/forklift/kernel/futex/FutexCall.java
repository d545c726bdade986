package dev.forklift.kernel.futex;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.wait.Deadline;
import dev.forklift.kernel.wait.KernelClock;
import org.jspecify.annotations.Nullable;

/// The arguments of futex(2), which is many calls in one.
///
/// @param operation which of them, and flags
/// @param timeout null if there is none or the operation has none
/// @param value2 what the timeout's argument means to operations that have no timeout
public record FutexCall(
    long address,
    int operation,
    int value,
    @Nullable Timespec timeout,
    long address2,
    int value2,
    int value3) {
  // spotless:off
  public static final int FUTEX_WAIT            = 0;
  public static final int FUTEX_WAKE            = 1;
  public static final int FUTEX_REQUEUE         = 3;
  public static final int FUTEX_CMP_REQUEUE     = 4;
  public static final int FUTEX_WAKE_OP         = 5;
  public static final int FUTEX_LOCK_PI         = 6;
  public static final int FUTEX_UNLOCK_PI       = 7;
  public static final int FUTEX_TRYLOCK_PI      = 8;
  public static final int FUTEX_WAIT_BITSET     = 9;
  public static final int FUTEX_WAKE_BITSET     = 10;
  public static final int FUTEX_WAIT_REQUEUE_PI = 11;
  public static final int FUTEX_CMP_REQUEUE_PI  = 12;
  public static final int FUTEX_LOCK_PI2        = 13;

  public static final int FUTEX_PRIVATE_FLAG    = 128;
  public static final int FUTEX_CLOCK_REALTIME  = 256;
  // spotless:on

  /// The operation without flags.
  private static int command(int operation) {
    return operation & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
  }

  /// Says whether the fourth argument is the address of a timeout.
  public static boolean hasTimeout(int operation) {
    return switch (command(operation)) {
      case FUTEX_WAIT, FUTEX_LOCK_PI, FUTEX_LOCK_PI2, FUTEX_WAIT_BITSET, FUTEX_WAIT_REQUEUE_PI ->
          true;
      default -> false;
    };
  }

  /// Does it.
  public long perform(Futexes futexes, FutexUser user) throws Errno {
    Deadline deadline = deadline(user.sleeper().clock());
    int command = command(operation);
    boolean onRealtime = (operation & FUTEX_CLOCK_REALTIME) != 0;
    if (onRealtime
        && command != FUTEX_WAIT_BITSET
        && command != FUTEX_WAIT_REQUEUE_PI
        && command != FUTEX_LOCK_PI2) {
      throw Errno.ENOSYS;
    }
    Futex first = futex(address);
    Futex second = futex(address2);
    PiFutexes pi = futexes.pi();
    switch (command) {
      case FUTEX_WAIT -> futexes.wait(user, first, value, Futex.MATCH_ANY, deadline);
      case FUTEX_WAIT_BITSET -> futexes.wait(user, first, value, value3, deadline);
      case FUTEX_WAKE -> {
        return futexes.wake(user, first, value, Futex.MATCH_ANY);
      }
      case FUTEX_WAKE_BITSET -> {
        return futexes.wake(user, first, value, value3);
      }
      case FUTEX_REQUEUE -> {
        return futexes.requeue(user, first, value, second, value2, null);
      }
      case FUTEX_CMP_REQUEUE -> {
        return futexes.requeue(user, first, value, second, value2, value3);
      }
      case FUTEX_WAKE_OP -> {
        return futexes.wakeOperation(user, first, value, second, value2, value3);
      }
      case FUTEX_LOCK_PI, FUTEX_LOCK_PI2 -> pi.lock(user, first, deadline);
      case FUTEX_UNLOCK_PI -> pi.unlock(user, first);
      case FUTEX_TRYLOCK_PI -> pi.tryLock(user, first);
      case FUTEX_WAIT_REQUEUE_PI -> pi.waitRequeue(user, first, value, second, deadline);
      case FUTEX_CMP_REQUEUE_PI -> {
        return pi.requeue(user, first, value, second, value2, value3);
      }
      default -> throw Errno.ENOSYS;
    }
    return 0;
  }

  private Futex futex(long at) {
    return new Futex(at, (operation & FUTEX_PRIVATE_FLAG) == 0);
  }

  /// FUTEX_WAIT has a relative timeout, the others absolute ones; FUTEX_LOCK_PI's is of the
  /// realtime clock without saying so.
  private @Nullable Deadline deadline(KernelClock clock) throws Errno {
    if (timeout == null || !hasTimeout(operation)) {
      return null;
    }
    long nanos = timeout.toValidNanos();
    int command = command(operation);
    if (command == FUTEX_WAIT) {
      return Deadline.after(clock, nanos);
    }
    return new Deadline(command == FUTEX_LOCK_PI || (operation & FUTEX_CLOCK_REALTIME) != 0, nanos);
  }
}
