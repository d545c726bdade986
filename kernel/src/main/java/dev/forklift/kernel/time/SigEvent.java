package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructReader;

/// How a timer tells that it has expired (sigevent(3type)).
///
/// @param value `sigev_value`, handed on
/// @param kind `sigev_notify`: one of `SIGEV_*`
/// @param thread the tid for SIGEV_THREAD_ID
public record SigEvent(long value, int signal, int kind, int thread) {
  public static final int SIGEV_SIGNAL = 0;
  public static final int SIGEV_NONE = 1;

  /// What a C library makes a thread of; to the kernel the same as a signal.
  public static final int SIGEV_THREAD = 2;

  /// With SIGEV_SIGNAL.
  public static final int SIGEV_THREAD_ID = 4;

  /// Bytes of `struct sigevent`.
  public static final int SIZE = 64;

  public static SigEvent fromBytes(DataModel model, byte[] bytes) {
    StructReader reader = new StructReader(model, bytes);
    return new SigEvent(reader.word(), reader.s32(), reader.s32(), reader.s32());
  }

  /// What timer_create(2) does without being told: SIGALRM to the process, with the timer's id.
  static SigEvent alarm(int timer) {
    return new SigEvent(timer, Signal.SIGALRM, SIGEV_SIGNAL, 0);
  }

  boolean isNone() {
    return kind == SIGEV_NONE;
  }

  void check(TimerTarget target) throws Errno {
    switch (kind) {
      case SIGEV_NONE -> {}
      case SIGEV_SIGNAL, SIGEV_THREAD -> checkSignal();
      case SIGEV_THREAD_ID -> {
        if (!target.hasThread(thread)) {
          throw Errno.EINVAL;
        }
        checkSignal();
      }
      default -> throw Errno.EINVAL;
    }
  }

  private void checkSignal() throws Errno {
    if (!Signal.isValid(signal)) {
      throw Errno.EINVAL;
    }
  }

  TimerTarget.TimerSignal forTimer(int timer) {
    return new TimerTarget.TimerSignal(signal, timer, value, kind == SIGEV_THREAD_ID ? thread : 0);
  }
}
