package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.process.Task;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The system calls of an architecture, by number.
///
/// A typed row each: `sys` for what is there, `partial` for what is there with something missing,
/// `refuse` for what answers an error on purpose. Numbers without a row answer ENOSYS.
public final class SyscallTable {
  private final NavigableMap<Integer, Syscall> rows = new TreeMap<>();
  private Syscall @Nullable [] byNumber;

  /// Adds a whole family of rows.
  public SyscallTable with(java.util.function.Consumer<SyscallTable> family) {
    family.accept(this);
    return this;
  }

  /// The row of a number, or null.
  public @Nullable Syscall find(int number) {
    Syscall[] table = byNumber;
    if (table == null) {
      table = new Syscall[rows.isEmpty() ? 0 : rows.lastKey() + 1];
      for (Syscall row : rows.values()) {
        table[row.number()] = row;
      }
      byNumber = table;
    }
    return number >= 0 && number < table.length ? table[number] : null;
  }

  /// Says whether there is a row of that number or a higher one.
  boolean reaches(int number) {
    return number >= 0 && !rows.isEmpty() && number <= rows.lastKey();
  }

  /// All rows, by number.
  public Collection<Syscall> rows() {
    return Collections.unmodifiableCollection(rows.values());
  }

  /// Says of the row added last what it lacks.
  public SyscallTable partial(int number, String missing) {
    Syscall row = rows.get(number);
    if (row == null) {
      throw new IllegalStateException("no row " + number);
    }
    rows.put(number, row.withMissing(missing));
    return this;
  }

  /// A call that answers an error on purpose.
  public SyscallTable refuse(int number, String name, Errno errno) {
    return add(
        new Syscall(
                number,
                name,
                List.of(),
                frame -> {
                  throw errno;
                })
            .withMissing("answers " + errno.symbol()));
  }

  /// A call that answers by itself: its result does not go into the registers, which it has set
  /// (sigreturn, clone).
  public SyscallTable raw(int number, String name, List<Arg<?>> kinds, RawCall call) {
    return add(new Syscall(number, name, kinds, call).asRaw());
  }

  public SyscallTable sys(int number, String name, Call0 call) {
    return add(
        new Syscall(
            number,
            name,
            List.of(),
            frame -> {
              return call.call(frame.task());
            }));
  }

  public <A> SyscallTable sys(int number, String name, Arg<A> a, Call1<A> call) {
    return add(
        new Syscall(
            number,
            name,
            List.of(a),
            frame -> {
              int i = 0;
              A aValue = a.decode(frame, i);
              return call.call(frame.task(), aValue);
            }));
  }

  public <A, B> SyscallTable sys(int number, String name, Arg<A> a, Arg<B> b, Call2<A, B> call) {
    return add(
        new Syscall(
            number,
            name,
            List.of(a, b),
            frame -> {
              int i = 0;
              A aValue = a.decode(frame, i);
              i += a.slots(frame);
              B bValue = b.decode(frame, i);
              return call.call(frame.task(), aValue, bValue);
            }));
  }

  public <A, B, C> SyscallTable sys(
      int number, String name, Arg<A> a, Arg<B> b, Arg<C> c, Call3<A, B, C> call) {
    return add(
        new Syscall(
            number,
            name,
            List.of(a, b, c),
            frame -> {
              int i = 0;
              A aValue = a.decode(frame, i);
              i += a.slots(frame);
              B bValue = b.decode(frame, i);
              i += b.slots(frame);
              C cValue = c.decode(frame, i);
              return call.call(frame.task(), aValue, bValue, cValue);
            }));
  }

  public <A, B, C, D> SyscallTable sys(
      int number, String name, Arg<A> a, Arg<B> b, Arg<C> c, Arg<D> d, Call4<A, B, C, D> call) {
    return add(
        new Syscall(
            number,
            name,
            List.of(a, b, c, d),
            frame -> {
              int i = 0;
              A aValue = a.decode(frame, i);
              i += a.slots(frame);
              B bValue = b.decode(frame, i);
              i += b.slots(frame);
              C cValue = c.decode(frame, i);
              i += c.slots(frame);
              D dValue = d.decode(frame, i);
              return call.call(frame.task(), aValue, bValue, cValue, dValue);
            }));
  }

  public <A, B, C, D, E> SyscallTable sys(
      int number,
      String name,
      Arg<A> a,
      Arg<B> b,
      Arg<C> c,
      Arg<D> d,
      Arg<E> e,
      Call5<A, B, C, D, E> call) {
    return add(
        new Syscall(
            number,
            name,
            List.of(a, b, c, d, e),
            frame -> {
              int i = 0;
              A aValue = a.decode(frame, i);
              i += a.slots(frame);
              B bValue = b.decode(frame, i);
              i += b.slots(frame);
              C cValue = c.decode(frame, i);
              i += c.slots(frame);
              D dValue = d.decode(frame, i);
              i += d.slots(frame);
              E eValue = e.decode(frame, i);
              return call.call(frame.task(), aValue, bValue, cValue, dValue, eValue);
            }));
  }

  public <A, B, C, D, E, F> SyscallTable sys(
      int number,
      String name,
      Arg<A> a,
      Arg<B> b,
      Arg<C> c,
      Arg<D> d,
      Arg<E> e,
      Arg<F> f,
      Call6<A, B, C, D, E, F> call) {
    return add(
        new Syscall(
            number,
            name,
            List.of(a, b, c, d, e, f),
            frame -> {
              int i = 0;
              A aValue = a.decode(frame, i);
              i += a.slots(frame);
              B bValue = b.decode(frame, i);
              i += b.slots(frame);
              C cValue = c.decode(frame, i);
              i += c.slots(frame);
              D dValue = d.decode(frame, i);
              i += d.slots(frame);
              E eValue = e.decode(frame, i);
              i += e.slots(frame);
              F fValue = f.decode(frame, i);
              return call.call(frame.task(), aValue, bValue, cValue, dValue, eValue, fValue);
            }));
  }

  private SyscallTable add(Syscall row) {
    if (rows.put(row.number(), row) != null) {
      throw new IllegalStateException("two rows for system call " + row.number());
    }
    byNumber = null;
    return this;
  }

  /// A handler that takes its arguments by itself.
  @FunctionalInterface
  public interface RawCall {
    long call(SyscallFrame frame) throws Errno;
  }

  /// A handler of 0 arguments.
  @FunctionalInterface
  public interface Call0 {
    long call(Task task) throws Errno;
  }

  /// A handler of 1 arguments.
  @FunctionalInterface
  public interface Call1<A> {
    long call(Task task, A a) throws Errno;
  }

  /// A handler of 2 arguments.
  @FunctionalInterface
  public interface Call2<A, B> {
    long call(Task task, A a, B b) throws Errno;
  }

  /// A handler of 3 arguments.
  @FunctionalInterface
  public interface Call3<A, B, C> {
    long call(Task task, A a, B b, C c) throws Errno;
  }

  /// A handler of 4 arguments.
  @FunctionalInterface
  public interface Call4<A, B, C, D> {
    long call(Task task, A a, B b, C c, D d) throws Errno;
  }

  /// A handler of 5 arguments.
  @FunctionalInterface
  public interface Call5<A, B, C, D, E> {
    long call(Task task, A a, B b, C c, D d, E e) throws Errno;
  }

  /// A handler of 6 arguments.
  @FunctionalInterface
  public interface Call6<A, B, C, D, E, F> {
    long call(Task task, A a, B b, C c, D d, E e, F f) throws Errno;
  }
}
