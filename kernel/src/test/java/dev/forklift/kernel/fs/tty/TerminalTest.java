package dev.forklift.kernel.fs.tty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.fs.dev.DeviceTree;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.vfs.Bytes;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import dev.forklift.kernel.vfs.TestCaller;
import dev.forklift.kernel.vfs.TestMemory;
import dev.forklift.kernel.vfs.World;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Terminals, by pseudoterminals: what the master writes is typed, what it reads is displayed.
class TerminalTest {
  private final World world = new World();
  private final TestJobs jobs = new TestJobs();
  private final PseudoTerminals pseudoTerminals =
      PseudoTerminals.ofSystem(
          world.systems, jobs, new PseudoTerminals.Count(), Credentials.of(0, 0));
  private final TestMemory memory = new TestMemory();
  private final TestCaller reader = world.newCaller(Credentials.of(0, 0));
  private TestJobs.TestSession session;
  private TestJobs.TestGroup group;
  private OpenFile master;
  private TerminalFile slave;

  @BeforeEach
  void makePair() throws Errno {
    Tmpfs dev = new Tmpfs(world.systems, "devtmpfs", world.budget, 0755);
    DeviceTree.populate(dev);
    TerminalDevices.register(world.systems, jobs, null);
    world.mkdir("/dev");
    world.mounts.mount(dev, "dev", world.find("/dev"), 0);
    world.mounts.mount(pseudoTerminals, "devpts", world.find("/dev/pts"), 0);
    session = new TestJobs.TestSession(10);
    group = jobs.group(10, session);
    jobs.join(world.caller, group);
    jobs.join(reader, group);
    master = world.open("/dev/ptmx", OpenFlags.O_RDWR | OpenFlags.O_NONBLOCK);
    memory.writeInt(TestMemory.START, 0);
    master.ioctl(world.caller, Ioctls.TIOCSPTLCK, TestMemory.START, memory);
    slave = (TerminalFile) open0();
  }

  @AfterEach
  void end() {
    world.close();
  }

  private OpenFile open0() throws Errno {
    return world.open("/dev/pts/0", OpenFlags.O_RDWR | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY);
  }

  private void type(String text) throws Errno {
    var _ = master.write(world.caller, Bytes.of(text));
  }

  private String displayed() throws Errno {
    try {
      return world.read(master);
    } catch (Errno e) {
      assertThat(e).isSameAs(Errno.EAGAIN);
      return "";
    }
  }

  private String read(int room) throws Errno {
    Bytes bytes = Bytes.room(room);
    var _ = slave.read(world.caller, bytes);
    return bytes.text();
  }

  private int getInt(OpenFile file, int request) throws Errno {
    file.ioctl(world.caller, request, TestMemory.START, memory);
    return memory.readInt(TestMemory.START);
  }

  private void changeModes(int offset, int clear, int set) throws Errno {
    slave.ioctl(world.caller, Ioctls.TCGETS, TestMemory.START, memory);
    int old = memory.readInt(TestMemory.START + offset);
    memory.writeInt(TestMemory.START + offset, (old & ~clear) | set);
    slave.ioctl(world.caller, Ioctls.TCSETS, TestMemory.START, memory);
  }

  private void local(int clear, int set) throws Errno {
    changeModes(12, clear, set);
  }

  private void character(int index, int value) throws Errno {
    slave.ioctl(world.caller, Ioctls.TCGETS, TestMemory.START, memory);
    memory.write(TestMemory.START + 17 + index, new byte[] {(byte) value}, 0, 1);
    slave.ioctl(world.caller, Ioctls.TCSETS, TestMemory.START, memory);
  }

  private static String unescape(String text) {
    UnaryOperator<String> replace =
        t ->
            t.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\b", "\b")
                .replace("\\t", "\t")
                .replace("DEL", "\177")
                .replace("^U", "\25")
                .replace("^W", "\27")
                .replace("^V", "\26")
                .replace("^D", "\4")
                .replace("^R", "\22")
                .replace("^A", "\1")
                .replace("^C", "\3")
                .replace("_", " ");
    return replace.apply(text);
  }

  @ParameterizedTest
  @CsvSource({
    "'hello\\r',       'hello\\n',    'hello\\r\\n'",
    "'helloDELDELp\\n','help\\n',     'hello\\b_\\b\\b_\\bp\\r\\n'",
    "'DELx\\n',        'x\\n',        'x\\r\\n'",
    "'two_words^W!\\n','two_!\\n',    'two_words\\b_\\b\\b_\\b\\b_\\b\\b_\\b\\b_\\b!\\r\\n'",
    "'ab^Uc\\n',       'c\\n',        'ab\\b_\\b\\b_\\bc\\r\\n'",
    "'^V^Cx\\n',       '^Cx\\n',      '<^\\b^C>x\\r\\n'",
    "'^ADELx\\n',      'x\\n',        '<^A>\\b_\\b\\b_\\bx\\r\\n'",
    "'a\\tDELb\\n',    'ab\\n',       'a\\t\\b\\b\\b\\b\\b\\b\\bb\\r\\n'",
    "'ab^Rc\\n',       'abc\\n',      'ab<^R>\\r\\nabc\\r\\n'",
    "'end^D',          'end',         'end'",
  })
  void linesAreEditedAndEchoed(String typed, String line, String echo) throws Errno {
    type(unescape(typed));
    assertThat(read(100)).isEqualTo(unescape(line));
    String expected = echo;
    // What stands between angle brackets is shown with a caret, as it is typed here.
    int open = expected.indexOf('<');
    while (open >= 0) {
      int close = expected.indexOf('>');
      String caret = expected.substring(open + 1, close).replace("^", "CARET");
      expected = expected.substring(0, open) + caret + expected.substring(close + 1);
      open = expected.indexOf('<');
    }
    assertThat(displayed()).isEqualTo(unescape(expected).replace("CARET", "^"));
  }

  @Test
  void aLineIsReadWhenItIsWholeAndNotBeyondItsEnd() throws Errno {
    type("one");
    assertThatThrownBy(() -> read(10)).isSameAs(Errno.EAGAIN);
    assertThat(slave.poll() & PollEvents.POLLIN).isZero();
    type("\ntwo\n");
    assertThat(slave.poll() & PollEvents.POLLIN).isNotZero();
    assertThat(getInt(slave, Ioctls.FIONREAD)).isEqualTo(8);
    assertThat(read(2)).isEqualTo("on");
    assertThat(read(100)).isEqualTo("e\n");
    assertThat(read(100)).isEqualTo("two\n");
  }

  @Test
  void endOfFileIsReadOnceAndNotAsAByte() throws Errno {
    type("\4abc\4\4");
    assertThat(read(10)).isEmpty();
    assertThat(read(3)).isEqualTo("abc");
    assertThat(read(10)).isEmpty();
    assertThatThrownBy(() -> read(10)).isSameAs(Errno.EAGAIN);
  }

  @Test
  void withoutLinesBytesAreReadAsTheyCome() throws Errno {
    local(Termios.ICANON | Termios.ECHO, 0);
    type("a\177\4");
    assertThat(read(10)).isEqualTo("a\177\4");
    assertThat(displayed()).isEmpty();
  }

  @Test
  void aReaderWaitsForVminBytesAndNoLongerThanVtimeBetweenThem() throws Errno {
    local(Termios.ICANON, 0);
    character(Termios.VMIN, 3);
    slave.setFlags(0);
    Bytes three = Bytes.room(10);
    World.Running waiting = world.start(() -> slave.read(reader, three));
    type("ab");
    assertThat(slave.poll() & PollEvents.POLLIN).isZero();
    waiting.untilAsleep();
    type("c");
    assertThat(waiting.end()).isEqualTo(3L);
    character(Termios.VTIME, 1);
    Bytes cut = Bytes.room(10);
    World.Running timed = world.start(() -> slave.read(reader, cut));
    timed.untilAsleep();
    type("d");
    assertThat(timed.end()).isEqualTo(1L);
    character(Termios.VMIN, 0);
    assertThat(world.start(() -> slave.read(reader, Bytes.room(1))).end()).isEqualTo(0L);
    character(Termios.VTIME, 0);
    assertThat(slave.read(reader, Bytes.room(1))).isZero();
  }

  @Test
  void modesHaveTheLayoutOfAsmGeneric() throws Errno {
    slave.ioctl(world.caller, Ioctls.TCGETS2, TestMemory.START, memory);
    StructReader modes = new StructReader(memory.model(), memory.get(44));
    assertThat(modes.u32()).isEqualTo(0x500);
    assertThat(modes.u32()).isEqualTo(5);
    assertThat(modes.u32()).isEqualTo(0xbf);
    assertThat(modes.u32()).isEqualTo(0x8a3b);
    assertThat(modes.u8()).isZero();
    assertThat(modes.bytes(19))
        .startsWith(3, 0x1c, 0x7f, 0x15, 4, 0, 1, 0, 0x11, 0x13, 0x1a, 0, 0x12, 0xf, 0x17, 0x16);
    assertThat(modes.u32()).isEqualTo(38400);
    assertThat(modes.u32()).isEqualTo(38400);
  }

  @Test
  void interruptingSignalsTheForegroundAndDropsWhatWasTyped() throws Errno {
    assertThat(session.terminal).isNull();
    slave.ioctl(world.caller, Ioctls.TIOCSCTTY, 0, memory);
    assertThat(session.terminal).isSameAs(slave.terminal());
    type("abc\3");
    assertThat(group.signals).containsExactly(Signal.SIGINT);
    assertThat(displayed()).isEqualTo("^C");
    type("\n");
    assertThat(read(10)).isEqualTo("\n");
    type("\34\32");
    assertThat(group.signals).containsExactly(Signal.SIGINT, Signal.SIGQUIT, Signal.SIGTSTP);
  }

  @Test
  void aSessionLeaderGetsTheFirstTerminalThatItOpens() throws Errno {
    world.open("/dev/pts/0", OpenFlags.O_RDWR | OpenFlags.O_NOCTTY).release();
    assertThat(session.terminal).isNull();
    assertThatThrownBy(() -> world.open("/dev/tty", OpenFlags.O_RDWR)).isSameAs(Errno.ENXIO);
    world.open("/dev/pts/0", OpenFlags.O_RDWR).release();
    assertThat(session.terminal).isSameAs(slave.terminal());
    TerminalFile own = (TerminalFile) world.open("/dev/tty", OpenFlags.O_RDWR);
    assertThat(own.terminal()).isSameAs(slave.terminal());
    assertThat(getInt(own, Ioctls.TIOCGPGRP)).isEqualTo(10);
    assertThat(getInt(own, Ioctls.TIOCGSID)).isEqualTo(10);
  }

  @Test
  void theBackgroundIsStoppedWhenItReadsAndMayWrite() throws Errno {
    slave.ioctl(world.caller, Ioctls.TIOCSCTTY, 0, memory);
    TestJobs.TestGroup background = jobs.group(20, session);
    jobs.join(reader, background);
    assertThatThrownBy(() -> slave.read(reader, Bytes.room(1))).isSameAs(Errno.ERESTARTSYS);
    assertThat(background.signals).containsExactly(Signal.SIGTTIN);
    assertThat(slave.write(reader, Bytes.of("x"))).isEqualTo(1);
    local(0, Termios.TOSTOP);
    assertThatThrownBy(() -> slave.write(reader, Bytes.of("x"))).isSameAs(Errno.ERESTARTSYS);
    assertThat(background.signals).containsExactly(Signal.SIGTTIN, Signal.SIGTTOU);
    jobs.ignored.add(Signal.SIGTTIN);
    jobs.ignored.add(Signal.SIGTTOU);
    assertThatThrownBy(() -> slave.read(reader, Bytes.room(1))).isSameAs(Errno.EIO);
    assertThat(slave.write(reader, Bytes.of("x"))).isEqualTo(1);
    jobs.ignored.clear();
    background.orphaned = true;
    assertThatThrownBy(() -> slave.read(reader, Bytes.room(1))).isSameAs(Errno.EIO);
    assertThatThrownBy(() -> slave.write(reader, Bytes.of("x"))).isSameAs(Errno.EIO);
  }

  @Test
  void theForegroundIsChosenWithinTheSession() throws Errno {
    slave.ioctl(world.caller, Ioctls.TIOCSCTTY, 0, memory);
    jobs.group(20, session);
    jobs.group(30, new TestJobs.TestSession(30));
    memory.writeInt(TestMemory.START, 20);
    slave.ioctl(world.caller, Ioctls.TIOCSPGRP, TestMemory.START, memory);
    assertThat(slave.terminal().foreground()).isSameAs(jobs.groups.get(20));
    jobs.ignored.add(Signal.SIGTTOU);
    memory.writeInt(TestMemory.START, 30);
    assertThatThrownBy(() -> slave.ioctl(world.caller, Ioctls.TIOCSPGRP, TestMemory.START, memory))
        .isSameAs(Errno.EPERM);
    memory.writeInt(TestMemory.START, 99);
    assertThatThrownBy(() -> slave.ioctl(world.caller, Ioctls.TIOCSPGRP, TestMemory.START, memory))
        .isSameAs(Errno.ESRCH);
  }

  @Test
  void aNewSizeIsToldToTheForeground() throws Errno {
    slave.ioctl(world.caller, Ioctls.TIOCSCTTY, 0, memory);
    memory.write(TestMemory.START, new StructWriter(memory.model()).u16(25).u16(80).u32(0));
    master.ioctl(world.caller, Ioctls.TIOCSWINSZ, TestMemory.START, memory);
    assertThat(slave.terminal().size()).isEqualTo(new WindowSize(25, 80));
    assertThat(group.signals).containsExactly(Signal.SIGWINCH);
    slave.ioctl(world.caller, Ioctls.TIOCSWINSZ, TestMemory.START, memory);
    assertThat(group.signals).hasSize(1);
  }

  @Test
  void closingTheMasterHangsUp() throws Errno {
    slave.ioctl(world.caller, Ioctls.TIOCSCTTY, 0, memory);
    type("typed\n");
    master.release();
    assertThat(session.leaderSignals).containsExactly(Signal.SIGHUP, Signal.SIGCONT);
    assertThat(group.signals).containsExactly(Signal.SIGHUP);
    assertThat(session.terminal).isNull();
    assertThat(read(10)).isEmpty();
    assertThatThrownBy(() -> slave.write(world.caller, Bytes.of("x"))).isSameAs(Errno.EIO);
    assertThat(slave.poll() & PollEvents.POLLHUP).isNotZero();
    assertThatThrownBy(() -> world.open("/dev/pts/0", OpenFlags.O_RDWR)).isSameAs(Errno.ENOENT);
  }

  @Test
  void theMasterSeesTheLastCloseOfTheTerminal() throws Errno {
    slave.write(world.caller, Bytes.of("bye\n"));
    slave.release();
    assertThat(world.read(master)).isEqualTo("bye\r\n");
    assertThatThrownBy(() -> world.read(master)).isSameAs(Errno.EIO);
    assertThat(master.poll() & PollEvents.POLLHUP).isNotZero();
    slave = (TerminalFile) world.open("/dev/pts/0", OpenFlags.O_RDWR | OpenFlags.O_NOCTTY);
    assertThatThrownBy(() -> world.read(master)).isSameAs(Errno.EAGAIN);
  }

  @Test
  void aLockedTerminalCannotBeOpened() throws Errno {
    OpenFile second = world.open("/dev/pts/ptmx", OpenFlags.O_RDWR);
    assertThat(getInt(second, Ioctls.TIOCGPTN)).isEqualTo(1);
    assertThatThrownBy(() -> world.open("/dev/pts/1", OpenFlags.O_RDWR)).isSameAs(Errno.EIO);
  }

  @Test
  void stoppedOutputWaits() throws Errno {
    type("\23");
    assertThatThrownBy(() -> slave.write(world.caller, Bytes.of("x"))).isSameAs(Errno.EAGAIN);
    type("\21");
    assertThat(slave.write(world.caller, Bytes.of("x"))).isEqualTo(1);
  }

  @Test
  void aMasterThatDoesNotReadBlocksTheWriter() throws Errno {
    slave.setFlags(0);
    World.Running writer = world.start(() -> slave.write(reader, Bytes.of("x".repeat(50_000))));
    writer.untilAsleep();
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 1000 && all.length() < 50_000; i++) {
      all.append(displayed());
      if (all.length() < 20_000) {
        writer.untilAsleep();
      } else if (all.length() < 50_000) {
        world.start(() -> 0).end();
      }
    }
    assertThat(writer.end()).isEqualTo(50_000L);
  }

  @Test
  void typingMoreThanFitsIntoALineLosesTheRestButNotItsEnd() throws Errno {
    local(Termios.ECHO, 0);
    type("x".repeat(5000) + "\n");
    assertThat(read(10_000)).isEqualTo("x".repeat(4095) + "\n");
  }

  @Test
  void theListingShowsOpenTerminals() throws Errno {
    java.util.List<String> names = new java.util.ArrayList<>();
    OpenFile directory = Opening.open(world.caller, null, "/dev/pts", 0, 0);
    directory.list(world.caller, (name, ino, type, next) -> names.add(name));
    assertThat(names).containsExactly(".", "..", "ptmx", "0");
  }
}
