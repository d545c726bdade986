package dev.forklift.kernel.abi;

/// How a system call has its times in user memory.
///
/// On 32-bit architectures of old there are two: that of the first calls, with 32-bit seconds, and
/// that of the `_time64` calls. On 64-bit ones both are the same.
///
/// @param time64 whether seconds have 64 bits whatever `long` has
public record TimeLayout(DataModel model, boolean time64) {
  /// Of the calls that use `long`.
  public static TimeLayout old(DataModel model) {
    return new TimeLayout(model, model.is64Bit());
  }

  /// Of the calls that have `time64` in their names.
  public static TimeLayout time64(DataModel model) {
    return new TimeLayout(model, true);
  }

  /// Bytes of a `struct timespec` or `struct timeval`.
  public int timespecBytes() {
    return time64 ? 16 : 8;
  }

  /// Bytes of a `struct itimerspec` or `struct itimerval`.
  public int itimerspecBytes() {
    return 2 * timespecBytes();
  }

  public Timespec timespec(byte[] bytes) {
    return timespec(new StructReader(model, bytes));
  }

  public byte[] bytes(Timespec time) {
    return put(new StructWriter(model), time).toBytes();
  }

  /// A `struct timeval`, whose microseconds become nanoseconds, valid if they were.
  public Timespec timeval(byte[] bytes) {
    return timeval(new StructReader(model, bytes));
  }

  public byte[] timevalBytes(Timespec time) {
    return put(new StructWriter(model), micros(time)).toBytes();
  }

  public Itimerspec itimerspec(byte[] bytes) {
    StructReader reader = new StructReader(model, bytes);
    return new Itimerspec(timespec(reader), timespec(reader));
  }

  public byte[] bytes(Itimerspec setting) {
    StructWriter writer = new StructWriter(model);
    return put(put(writer, setting.interval()), setting.value()).toBytes();
  }

  /// A `struct itimerval`.
  public Itimerspec itimerval(byte[] bytes) {
    StructReader reader = new StructReader(model, bytes);
    return new Itimerspec(timeval(reader), timeval(reader));
  }

  public byte[] itimervalBytes(Itimerspec setting) {
    StructWriter writer = new StructWriter(model);
    return put(put(writer, micros(setting.interval())), micros(setting.value())).toBytes();
  }

  /// A `struct timespec` inside a larger structure.
  public Timespec timespec(StructReader reader) {
    if (!time64) {
      return new Timespec(reader.s32(), reader.s32());
    }
    long seconds = reader.u64();
    long nanos = reader.u64();
    // A kernel of 32 bits keeps nanoseconds in a long: what stands above is padding to it.
    return new Timespec(seconds, model.is64Bit() ? nanos : (int) nanos);
  }

  private Timespec timeval(StructReader reader) {
    Timespec raw = timespec(reader);
    boolean valid = raw.nanos() >= 0 && raw.nanos() < 1_000_000;
    return new Timespec(raw.seconds(), valid ? raw.nanos() * 1000 : -1);
  }

  private static Timespec micros(Timespec time) {
    return new Timespec(time.seconds(), time.nanos() / 1000);
  }

  private StructWriter put(StructWriter writer, Timespec time) {
    return time64
        ? writer.u64(time.seconds()).u64(time.nanos())
        : writer.u32(time.seconds()).u32(time.nanos());
  }
}
