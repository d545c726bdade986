package dev.forklift.verify.delta;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.Stdio;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.UnaryOperator;

/// A program for Delta that makes the system calls it is told and shows its memory, so that a test
/// can look at structures as a guest sees them.
final class DeltaAgent implements AutoCloseable {
  /// 48 KiB that tests may use.
  static final long MEMORY = DeltaProgram.DATA + 0x2000;

  private static final int CALL = 0;
  private static final int POKE = 1;
  private static final int PEEK = 2;

  private static final String TEXT =
      """
      # A request is eight numbers. Zero: call the second with the rest as arguments.
      # One: take as many bytes as the third says to where the second says. Two: show them.
      main: mov t1, fp
      const t2, 64
      bal fill
      nop
      ld t3, 0(fp)
      beqz t3, call
      ld t1, 8(fp)
      ld t2, 16(fp)
      addi t3, t3, -1
      beqz t3, poke
      nop
      mov a1, t1
      mov a2, t2
      bal show
      nop
      beq zero, zero, main
      nop
      poke: bal fill
      nop
      beq zero, zero, main
      nop

      call: ld nr, 8(fp)
      ld a0, 16(fp)
      ld a1, 24(fp)
      ld a2, 32(fp)
      ld a3, 40(fp)
      ld a4, 48(fp)
      ld a5, 56(fp)
      trap 0x6d
      bcs failed
      li t1, 1
      li t1, 0
      failed: st t1, 0(fp)
      st a0, 8(fp)
      mov a1, fp
      li a2, 16
      bal show
      nop
      beq zero, zero, main
      nop

      show: li a0, 1
      sys write
      ret
      nop

      # t2 bytes to t1; the end of input ends the program.
      fill: li a0, 0
      mov a1, t1
      mov a2, t2
      sys read
      beqz a0, end
      nop
      add t1, t1, a0
      sub t2, t2, a0
      bnez t2, fill
      nop
      ret
      nop
      end: sys exit_group
      """;

  private final Machine machine;
  private final PipedOutputStream requests = new PipedOutputStream();
  private final PipedInputStream answers = new PipedInputStream(1 << 16);
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  DeltaAgent() throws IOException {
    machine =
        DeltaRun.start(
            DeltaProgram.of(TEXT),
            new Stdio(new PipedInputStream(requests, 1 << 16), new PipedOutputStream(answers), err),
            UnaryOperator.identity(),
            List.of("./program"));
  }

  /// Makes a system call.
  ///
  /// @return its result, or its error as a negative number
  long call(String name, long... arguments) throws IOException {
    request(CALL, DeltaProgram.number(name), arguments);
    ByteBuffer answer = answer(2 * Long.BYTES);
    boolean failed = answer.getLong() != 0;
    long result = answer.getLong();
    return failed ? -result : result;
  }

  /// Puts bytes into its memory.
  void poke(long address, byte[] bytes) throws IOException {
    request(POKE, address, bytes.length);
    requests.write(bytes);
    requests.flush();
  }

  void poke(long address, StructWriter structure) throws IOException {
    poke(address, structure.toBytes());
  }

  /// Shows its memory.
  ByteBuffer peek(long address, int length) throws IOException {
    request(PEEK, address, length);
    return answer(length);
  }

  /// A structure to be filled.
  static StructWriter structure() {
    return new StructWriter(DeltaLinux.DATA_MODEL);
  }

  private void request(int kind, long second, long... rest) throws IOException {
    ByteBuffer request = ByteBuffer.allocate(8 * Long.BYTES).putLong(kind).putLong(second);
    for (long number : rest) {
      request.putLong(number);
    }
    requests.write(request.array());
    requests.flush();
  }

  private ByteBuffer answer(int length) throws IOException {
    byte[] bytes = answers.readNBytes(length);
    if (bytes.length < length) {
      throw new AssertionError("the program has ended: " + machine.await() + " " + err);
    }
    return ByteBuffer.wrap(bytes);
  }

  @Override
  public void close() throws IOException {
    requests.close();
    // It may be in a system call that lasts.
    machine.signalProgram(Signal.SIGKILL, false);
    machine.await();
  }
}
