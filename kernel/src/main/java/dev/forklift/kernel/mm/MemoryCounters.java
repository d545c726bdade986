package dev.forklift.kernel.mm;

/// How much memory a process has, in pages: what /proc/PID/status calls VmPeak, VmSize and so on.
///
/// @param peak VmPeak
/// @param total VmSize
/// @param locked VmLck
/// @param peakResident VmHWM
/// @param resident VmRSS
/// @param data VmData
/// @param stack VmStk
/// @param executable all executable regions
/// @param code VmExe, the program's own code
public record MemoryCounters(
    long pageBytes,
    long peak,
    long total,
    long locked,
    long peakResident,
    long resident,
    long data,
    long stack,
    long executable,
    long code) {
  /// VmLib: the code of libraries.
  public long libraries() {
    return Math.max(0, executable - code);
  }
}
