package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.CapabilityChanges;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.Securebits;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.CredentialChange;
import dev.forklift.kernel.process.Subreapers;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskSettings;
import dev.forklift.kernel.process.TaskSettings.MemoryFailure;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// prctl(2) and personality(2).
///
/// Options that this kernel does not have, and those of other CPUs, answer EINVAL as options that
/// do not exist.
final class PrctlCalls {
  private static final int PR_SET_PDEATHSIG = 1;
  private static final int PR_GET_PDEATHSIG = 2;
  private static final int PR_GET_DUMPABLE = 3;
  private static final int PR_SET_DUMPABLE = 4;
  private static final int PR_GET_KEEPCAPS = 7;
  private static final int PR_SET_KEEPCAPS = 8;
  private static final int PR_GET_TIMING = 13;
  private static final int PR_SET_TIMING = 14;
  private static final int PR_SET_NAME = 15;
  private static final int PR_GET_NAME = 16;
  private static final int PR_CAPBSET_READ = 23;
  private static final int PR_CAPBSET_DROP = 24;
  private static final int PR_GET_SECUREBITS = 27;
  private static final int PR_SET_SECUREBITS = 28;
  private static final int PR_SET_TIMERSLACK = 29;
  private static final int PR_GET_TIMERSLACK = 30;
  private static final int PR_MCE_KILL = 33;
  private static final int PR_MCE_KILL_GET = 34;
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final int PR_GET_CHILD_SUBREAPER = 37;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int PR_GET_NO_NEW_PRIVS = 39;
  private static final int PR_GET_TID_ADDRESS = 40;
  private static final int PR_CAP_AMBIENT = 47;
  private static final int PR_SET_IO_FLUSHER = 57;
  private static final int PR_GET_IO_FLUSHER = 58;

  private static final int PR_CAP_AMBIENT_IS_SET = 1;
  private static final int PR_CAP_AMBIENT_RAISE = 2;
  private static final int PR_CAP_AMBIENT_LOWER = 3;
  private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;

  private static final int PR_MCE_KILL_CLEAR = 0;
  private static final int PR_MCE_KILL_SET = 1;

  private static final int COMM = 16;
  private static final int PERSONALITY_GET = -1;

  /// The arguments behind the option.
  private record Rest(long second, long third, long fourth, long fifth) {
    void requireZeroFrom(int argument) throws Errno {
      boolean zero =
          (argument > 2 || second == 0)
              && (argument > 3 || third == 0)
              && (argument > 4 || fourth == 0)
              && fifth == 0;
      if (!zero) {
        throw Errno.EINVAL;
      }
    }
  }

  private PrctlCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(92, "personality", FLAGS, PrctlCalls::personality)
        .sys(167, "prctl", INT, ADDR, ADDR, ADDR, ADDR, PrctlCalls::prctl)
        .partial(167, "not PR_SET_MM_MAP, PR_SET_MM_EXE_FILE and PR_SET_MM_AUXV");
  }

  private static long personality(Task task, int wanted) {
    TaskSettings settings = task.settings();
    int old = settings.personality();
    if (wanted != PERSONALITY_GET) {
      settings.setPersonality(wanted);
    }
    return old & 0xffff_ffffL;
  }

  private static long prctl(Task task, int option, long second, long third, long fourth, long fifth)
      throws Errno {
    Rest rest = new Rest(second, third, fourth, fifth);
    UserMemory user = task.memory().user();
    switch (option) {
      case PR_SET_PDEATHSIG -> setDeathSignal(task, second);
      case PR_GET_PDEATHSIG -> user.putInt(second, task.parentDeathSignal());
      case PR_GET_DUMPABLE -> {
        return task.isDumpable() ? 1 : 0;
      }
      case PR_SET_DUMPABLE -> CredentialChange.setDumpable(task, flag(second));
      case PR_GET_KEEPCAPS -> {
        return (task.credentials().securebits() & Securebits.KEEP_CAPS) != 0 ? 1 : 0;
      }
      case PR_SET_KEEPCAPS ->
          CredentialChange.commit(task, CapabilityChanges.setKeepCaps(task.credentials(), second));
      case PR_GET_TIMING -> {
        return 0;
      }
      case PR_SET_TIMING -> {
        if (second != 0) {
          throw Errno.EINVAL;
        }
      }
      case PR_SET_NAME -> task.setName(user.readStringUpTo(second, COMM - 1));
      case PR_GET_NAME ->
          user.write(
              second, Arrays.copyOf(task.name().getBytes(StandardCharsets.ISO_8859_1), COMM));
      case PR_CAPBSET_READ -> {
        return (task.credentials().bounding() & CapabilityChanges.bit(second)) != 0 ? 1 : 0;
      }
      case PR_CAPBSET_DROP ->
          CredentialChange.commit(task, CapabilityChanges.dropBounding(task.credentials(), second));
      case PR_GET_SECUREBITS -> {
        return task.credentials().securebits();
      }
      case PR_SET_SECUREBITS ->
          CredentialChange.commit(
              task, CapabilityChanges.setSecurebits(task.credentials(), second));
      case PR_SET_TIMERSLACK -> {
        if (task.scheduling().isTimely()) {
          return 0;
        }
        task.scheduling().setTimerSlackNanos(second);
      }
      case PR_GET_TIMERSLACK -> {
        return task.scheduling().timerSlackNanos();
      }
      case PR_MCE_KILL -> setMemoryFailure(task.settings(), rest);
      case PR_MCE_KILL_GET -> {
        rest.requireZeroFrom(2);
        return task.settings().memoryFailure().ordinal();
      }
      case PR_SET_CHILD_SUBREAPER -> Subreapers.set(task.group(), second != 0);
      case PR_GET_CHILD_SUBREAPER -> user.putInt(second, task.group().isChildSubreaper() ? 1 : 0);
      case PR_SET_NO_NEW_PRIVS -> {
        rest.requireZeroFrom(3);
        if (second != 1) {
          throw Errno.EINVAL;
        }
        task.setNoNewPrivileges();
      }
      case PR_GET_NO_NEW_PRIVS -> {
        rest.requireZeroFrom(2);
        return task.noNewPrivileges() ? 1 : 0;
      }
      case PR_GET_TID_ADDRESS -> user.putWord(second, task.clearChildTid());
      case PR_CAP_AMBIENT -> {
        return ambient(task, rest);
      }
      case PR_SET_IO_FLUSHER -> {
        requireResourcePrivilege(task);
        rest.requireZeroFrom(3);
        task.settings().setIoFlusher(flag(second));
      }
      case PR_GET_IO_FLUSHER -> {
        requireResourcePrivilege(task);
        rest.requireZeroFrom(2);
        return task.settings().isIoFlusher() ? 1 : 0;
      }
      default -> {
        return MemoryPrctl.call(task, option, second, third, fourth, fifth);
      }
    }
    return 0;
  }

  static boolean flag(long value) throws Errno {
    if (value != 0 && value != 1) {
      throw Errno.EINVAL;
    }
    return value == 1;
  }

  private static void requireResourcePrivilege(Task task) throws Errno {
    if (!task.credentials().has(Capability.SYS_RESOURCE)) {
      throw Errno.EPERM;
    }
  }

  private static void setDeathSignal(Task task, long signal) throws Errno {
    if (signal < 0 || signal > Signal.SIGRTMAX) {
      throw Errno.EINVAL;
    }
    task.setParentDeathSignal((int) signal);
  }

  private static void setMemoryFailure(TaskSettings settings, Rest rest) throws Errno {
    rest.requireZeroFrom(4);
    if (rest.second() == PR_MCE_KILL_CLEAR) {
      rest.requireZeroFrom(3);
      settings.setMemoryFailure(MemoryFailure.DEFAULT);
      return;
    }
    if (rest.second() != PR_MCE_KILL_SET) {
      throw Errno.EINVAL;
    }
    if (rest.third() < 0 || rest.third() >= MemoryFailure.values().length) {
      // Linux has made it a policy of the task's own before it sees that there is no such policy.
      if (settings.memoryFailure() == MemoryFailure.DEFAULT) {
        settings.setMemoryFailure(MemoryFailure.LATE);
      }
      throw Errno.EINVAL;
    }
    settings.setMemoryFailure(MemoryFailure.values()[(int) rest.third()]);
  }

  private static long ambient(Task task, Rest rest) throws Errno {
    Credentials who = task.credentials();
    if (rest.second() == PR_CAP_AMBIENT_CLEAR_ALL) {
      rest.requireZeroFrom(3);
      CredentialChange.commit(task, who.withAmbient(0));
      return 0;
    }
    long bit = CapabilityChanges.bit(rest.third());
    rest.requireZeroFrom(4);
    if (rest.second() == PR_CAP_AMBIENT_IS_SET) {
      return (who.ambient() & bit) != 0 ? 1 : 0;
    }
    if (rest.second() == PR_CAP_AMBIENT_RAISE) {
      CredentialChange.commit(task, CapabilityChanges.raiseAmbient(who, rest.third()));
    } else if (rest.second() == PR_CAP_AMBIENT_LOWER) {
      CredentialChange.commit(task, CapabilityChanges.lowerAmbient(who, rest.third()));
    } else {
      throw Errno.EINVAL;
    }
    return 0;
  }
}
