package dev.forklift.verify.delta;

import static dev.forklift.kernel.abi.CloneFlags.CLONE_PIDFD;

import dev.forklift.kernel.abi.Signal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/// Writes the text of a program that makes system calls in a row, each of which must succeed, and
/// last of all a clone, whose error it reports. A call that fails before it ends the program with
/// status 1.
///
/// Arguments are numbers, texts, a [Place] in memory, or what a place [Holds].
final class DeltaCalls {
  /// The address of some of the program's zeros.
  record Place(int offset) {}

  /// A doubleword there.
  record Holds(int offset) {}

  /// What the last clone reports if there is a child.
  static final long A_CHILD = -1;

  static final Place SCRATCH = new Place(1024);

  private static final Place ARGS = new Place(512);
  private static final List<String> REGISTERS = List.of("a0", "a1", "a2", "a3", "a4", "a5");
  private static final String WAIT_AND_END =
      """
      li a0, -1
      mov a1, fp
      const a2, 0x40000000
      li a3, 0
      sys wait4
      li a0, 0
      sys exit_group
      """;

  private final StringBuilder text = new StringBuilder("main:\n");
  private final Map<String, String> strings = new LinkedHashMap<>();
  private int labels;

  private String label(String name) {
    return name + labels++;
  }

  /// Adds lines, with a value for each `%s` and `%d`.
  private DeltaCalls add(String lines, Object... values) {
    String done = lines;
    for (Object value : values) {
      done = done.replaceFirst("%[sd]", Matcher.quoteReplacement(value.toString()));
    }
    text.append(done).append('\n');
    return this;
  }

  private void load(String register, Object value) {
    switch (value) {
      case Number number -> add("const %s, %d", register, number.longValue());
      case Place(int offset) -> add("addi %s, fp, %d", register, offset);
      case Holds(int offset) -> add("ld %s, %d(fp)", register, offset);
      case String string ->
          add("lea %s, %s", register, strings.computeIfAbsent(string, any -> label("text")));
      default -> throw new IllegalArgumentException(value.toString());
    }
  }

  private DeltaCalls make(String call, Object... arguments) {
    for (int i = 0; i < arguments.length; i++) {
      load(REGISTERS.get(i), arguments[i]);
    }
    return add("sys %s", call);
  }

  /// A call that must succeed.
  DeltaCalls call(String call, Object... arguments) {
    make(call, arguments);
    String broken = label("broken");
    String fine = label("fine");
    return add(
        """
        bcs %s
        nop
        beq zero, zero, %s
        nop
        %s: mov t1, a0
        report t1
        li a0, 1
        sys exit_group
        %s:\
        """,
        broken, fine, broken, fine);
  }

  /// Keeps what the last call answered.
  DeltaCalls keep(int offset) {
    return add("st a0, %d(fp)", offset);
  }

  DeltaCalls put(int offset, long value) {
    return add("const t1, %d\nst t1, %d(fp)", value, offset);
  }

  /// Writes a text into a file.
  DeltaCalls write(String path, String what) {
    return call("openat", -100, path, 1, 0)
        .keep(256)
        .call("write", new Holds(256), what, what.length())
        .call("close", new Holds(256));
  }

  /// Goes on in a child; the parent waits for its end, and ends.
  DeltaCalls inChild(long flags) {
    call("clone", flags | Signal.SIGCHLD, 0, 0, 0, 0);
    String child = label("child");
    return add("bltu zero, a1, %s\nnop", child).add(WAIT_AND_END).add("%s:", child);
  }

  /// Makes a child that sleeps until the machine goes down. With CLONE_PIDFD its descriptor is at
  /// 268.
  DeltaCalls sleeper(long flags) {
    return call("clone", flags | Signal.SIGCHLD, 0, new Place(268), 0, 0)
        .add("bltu zero, a1, sleeper\nnop");
  }

  /// Makes such a child whose number this is.
  DeltaCalls sleeperWithTid(int tid) {
    return put(1024, (long) tid << Integer.SIZE)
        .put(512 + 32, Signal.SIGCHLD)
        .put(512 + 64, DeltaProgram.DATA + 1024)
        .put(512 + 72, 1)
        .call("clone3", ARGS, 88)
        .add("bltu zero, a1, sleeper\nnop")
        .put(512 + 64, 0)
        .put(512 + 72, 0);
  }

  /// Makes such a child, which is gone when the program goes on.
  DeltaCalls mortal() {
    return call("clone", Signal.SIGCHLD, 0, 0, 0, 0)
        .add("bltu zero, a1, made\nnop")
        .call("wait4", -1, new Place(0), 0x40000000, 0);
  }

  /// The program, whose end is a clone with these flags.
  String endingInClone(long flags, Object pidfd) {
    make("clone", flags | Signal.SIGCHLD, 0, (flags & CLONE_PIDFD) != 0 ? pidfd : 0, 0, 0);
    return end();
  }

  /// The program, whose end is clone3 with these flags; other fields have been put from 512 on.
  String endingInClone3(long flags, long signal, long size) {
    put(512, flags).put(512 + 32, signal);
    make("clone3", ARGS, size);
    return end();
  }

  /// The program, whose end is clone3 with a structure at this address.
  String endingInClone3At(long address) {
    make("clone3", address, 88);
    return end();
  }

  private String end() {
    add(
        """
        bcs refused
        nop
        bltu zero, a1, made
        nop
        li t1, %d
        beq zero, zero, tell
        nop
        refused: mov t1, a0
        tell: report t1
        made: li a0, 0
        sys exit_group
        sleeper: addi a0, fp, 4096
        li a1, 0
        li a2, 0
        li a3, 0
        sys futex\
        """,
        A_CHILD);
    strings.forEach((string, label) -> add("%s: .ascii \"%s\\0\"", label, string));
    return text.toString();
  }
}
