/// Clocks, timers and sleeping until a time.
///
/// [Clocks][dev.forklift.kernel.time.Clocks] knows what a clock id names: one of the kernel's
/// clocks, or CPU time that is counted elsewhere ([CpuClock][dev.forklift.kernel.time.CpuClock]). A
/// [KernelTimer][dev.forklift.kernel.time.KernelTimer] is armed on a
/// [TimerBase][dev.forklift.kernel.time.TimerBase], a clock that can be waited for; the
/// [TimerQueue][dev.forklift.kernel.time.TimerQueue] is what a kernel thread runs to make timers
/// expire. Interval timers ([IntervalTimers][dev.forklift.kernel.time.IntervalTimers]) and POSIX
/// timers ([PosixTimers][dev.forklift.kernel.time.PosixTimers]) of a process send their signals
/// through [TimerTarget][dev.forklift.kernel.time.TimerTarget].
///
/// Times are nanoseconds in a `long`. Everything runs under the kernel lock. Tasks are seen through
/// [TimeUser][dev.forklift.kernel.time.TimeUser] only.
package dev.forklift.kernel.time;
