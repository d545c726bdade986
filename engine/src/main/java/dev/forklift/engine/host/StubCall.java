package dev.forklift.engine.host;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import jdk.internal.access.SharedSecrets;
import jdk.internal.foreign.SystemLookup;
import jdk.internal.foreign.abi.ABIDescriptor;
import jdk.internal.foreign.abi.NativeEntryPoint;
import jdk.internal.foreign.abi.VMStorage;
import jdk.internal.foreign.abi.x64.X86_64Architecture;
import jdk.internal.foreign.abi.x64.X86_64Architecture.Regs;
import jdk.internal.misc.Unsafe;

/// Calls through the JVM's own stub, without the chain of adaptors that `java.lang.foreign` puts
/// around it. That chain is what takes time at start-up: here, arguments and result are words where
/// the stub wants them, so there is nothing to adapt. Only where [JdkInternals] says so.
final class StubCall implements SyscallFunction {
  private static final VMStorage[] NONE = {};

  /// The bit that asks the stub for errno.
  private static final int ERRNO = 1 << 2;

  private static final Unsafe UNSAFE = Unsafe.getUnsafe();

  private final MethodHandle stub;
  private final long syscall;

  StubCall() {
    syscall = SystemLookup.getInstance().find("syscall").orElseThrow().address();
    ABIDescriptor abi =
        X86_64Architecture.abiFor(
            new VMStorage[] {Regs.rdi, Regs.rsi, Regs.rdx, Regs.rcx, Regs.r8, Regs.r9, Regs.rax},
            NONE,
            new VMStorage[] {Regs.rax, Regs.rdx},
            NONE,
            0,
            new VMStorage[] {Regs.r10, Regs.r11},
            vectorRegisters(),
            16,
            0,
            Regs.r10,
            Regs.r11);
    Class<?> word = long.class;
    NativeEntryPoint entry =
        NativeEntryPoint.make(
            abi,
            new VMStorage[] {
              abi.targetAddrStorage(),
              abi.capturedStateStorage(),
              Regs.rdi,
              Regs.rsi,
              Regs.rdx,
              Regs.rcx,
              Regs.r8,
              Regs.r9,
              X86_64Architecture.stackStorage((short) Long.BYTES, 0)
            },
            new VMStorage[] {Regs.rax},
            MethodType.methodType(word, word, word, word, word, word, word, word, word, word),
            false,
            ERRNO,
            true,
            false);
    stub = SharedSecrets.getJavaLangInvokeAccess().nativeMethodHandle(entry);
  }

  /// What a called function may change; it takes none.
  private static VMStorage[] vectorRegisters() {
    return new VMStorage[] {
      Regs.xmm0, Regs.xmm1, Regs.xmm2, Regs.xmm3, Regs.xmm4, Regs.xmm5, Regs.xmm6, Regs.xmm7,
      Regs.xmm8, Regs.xmm9, Regs.xmm10, Regs.xmm11, Regs.xmm12, Regs.xmm13, Regs.xmm14, Regs.xmm15
    };
  }

  @Override
  public long call(long number, long a, long b, long c, long d, long e, long f) {
    long errno = UNSAFE.allocateMemory(Integer.BYTES);
    try {
      long result = (long) stub.invokeExact(syscall, errno, number, a, b, c, d, e, f);
      return result == -1 ? -UNSAFE.getInt(errno) : result;
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable thrown) {
      throw new IllegalStateException(thrown);
    } finally {
      UNSAFE.freeMemory(errno);
    }
  }
}
