package dev.forklift.verify.delta;

import static dev.forklift.verify.delta.DeltaAgent.MEMORY;
import static dev.forklift.verify.delta.DeltaAgent.structure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Structures in the memory of a 64-bit, big-endian guest, member by member: the offsets are those
/// of Linux's headers for architectures that have nothing of their own.
@Timeout(60)
class DeltaLayoutTest {
  private static final int AT_FDCWD = -100;
  private static final long NAME = MEMORY + 0x8000;
  private static final byte[] FILLED = new byte[512];

  static {
    Arrays.fill(FILLED, (byte) 0xee);
  }

  private DeltaAgent agent;

  @BeforeEach
  void start() throws IOException {
    agent = new DeltaAgent();
    agent.poke(MEMORY, FILLED);
  }

  @AfterEach
  void end() throws IOException {
    agent.close();
  }

  private void ok(String name, long... arguments) throws IOException {
    assertThat(agent.call(name, arguments)).as(name).isZero();
  }

  private long name(String name) throws IOException {
    agent.poke(NAME, (name + "\0").getBytes(StandardCharsets.ISO_8859_1));
    return NAME;
  }

  /// A new file with this many bytes, open for both.
  private long file(String path, String contents) throws IOException {
    long fd = agent.call("openat", AT_FDCWD, name(path), 0102, 0640);
    assertThat(fd).isPositive();
    if (!contents.isEmpty()) {
      agent.poke(NAME, contents.getBytes(StandardCharsets.ISO_8859_1));
      assertThat(agent.call("write", fd, NAME, contents.length())).isEqualTo(contents.length());
    }
    return fd;
  }

  /// What a call wrote of a structure; nothing may be behind it.
  private ByteBuffer result(int length) throws IOException {
    ByteBuffer all = agent.peek(MEMORY, length + 8);
    assertThat(all.getLong(length)).as("behind the structure").isEqualTo(0xeeeeeeee_eeeeeeeeL);
    return all;
  }

  // Files.

  @Test
  void stat() throws Exception {
    long fd = file("/tmp/file", "0123456789");
    StructWriter times = structure().u64(0x1_2345_6789L).u64(123).u64(0x2_2345_6789L).u64(456);
    agent.poke(MEMORY + 256, times);
    ok("utimensat", fd, 0, MEMORY + 256, 0);
    ok("fstat", fd, MEMORY);
    ByteBuffer stat = result(128);
    assertThat(stat.getLong(0)).as("dev").isPositive();
    assertThat(stat.getLong(8)).as("ino").isPositive();
    assertThat(stat.getInt(16)).as("mode").isEqualTo(0100640);
    assertThat(stat.getInt(20)).as("nlink").isEqualTo(1);
    assertThat(stat.getInt(24)).as("uid").isZero();
    assertThat(stat.getInt(28)).as("gid").isZero();
    assertThat(stat.getLong(32)).as("rdev").isZero();
    assertThat(stat.getLong(48)).as("size").isEqualTo(10);
    assertThat(stat.getInt(56)).as("blksize").isEqualTo(8192);
    assertThat(stat.getLong(64)).as("blocks").isEqualTo(16);
    assertThat(stat.getLong(72)).as("atime").isEqualTo(0x1_2345_6789L);
    assertThat(stat.getLong(80)).as("atime_nsec").isEqualTo(123);
    assertThat(stat.getLong(88)).as("mtime").isEqualTo(0x2_2345_6789L);
    assertThat(stat.getLong(96)).as("mtime_nsec").isEqualTo(456);
    assertThat(stat.getLong(104)).as("ctime").isGreaterThan(1_700_000_000L);
    assertThat(stat.getLong(112)).as("ctime_nsec").isBetween(0L, 999_999_999L);
  }

  @Test
  void statOfADevice() throws Exception {
    ok("newfstatat", AT_FDCWD, name("/dev/zero"), MEMORY, 0);
    ByteBuffer stat = result(128);
    assertThat(stat.getInt(16) & 0170000).isEqualTo(0020000);
    assertThat(stat.getLong(32)).as("rdev").isEqualTo(0x105);
  }

  @Test
  void statx() throws Exception {
    long fd = file("/tmp/file", "0123456789");
    ok("statx", fd, name(""), 0x1000, 0xfff, MEMORY);
    ByteBuffer statx = result(256);
    assertThat(statx.getInt(0) & 0x7ff).as("mask").isEqualTo(0x7ff);
    assertThat(statx.getInt(4)).as("blksize").isEqualTo(8192);
    assertThat(statx.getInt(16)).as("nlink").isEqualTo(1);
    assertThat(statx.getShort(28) & 0xffff).as("mode").isEqualTo(0100640);
    assertThat(statx.getLong(32)).as("ino").isPositive();
    assertThat(statx.getLong(40)).as("size").isEqualTo(10);
    assertThat(statx.getLong(48)).as("blocks").isEqualTo(16);
    assertThat(statx.getLong(64)).as("atime").isGreaterThan(1_700_000_000L);
    assertThat(statx.getInt(72)).as("atime_nsec").isBetween(0, 999_999_999);
    assertThat(statx.getLong(112)).as("mtime").isGreaterThan(1_700_000_000L);
  }

  @Test
  void statfs() throws Exception {
    ok("statfs", name("/tmp"), MEMORY);
    ByteBuffer statfs = result(120);
    assertThat(statfs.getLong(0)).as("type").isEqualTo(0x01021994);
    assertThat(statfs.getLong(8)).as("bsize").isEqualTo(8192);
    assertThat(statfs.getLong(16)).as("blocks").isPositive();
    assertThat(statfs.getLong(24)).as("bfree").isPositive();
    assertThat(statfs.getLong(64)).as("namelen").isEqualTo(255);
    assertThat(statfs.getLong(72)).as("frsize").isEqualTo(8192);
    assertThat(statfs.getLong(80) & 0x20).as("flags").isEqualTo(0x20);
  }

  @Test
  void flock() throws Exception {
    long fd = file("/tmp/file", "0123456789");
    StructWriter lock = structure().u16(1).u16(0).word(0x1_0000_0000L).word(5).u32(0);
    agent.poke(MEMORY, lock);
    ok("fcntl", fd, 6, MEMORY);
    long other = agent.call("openat", AT_FDCWD, name("/tmp/file"), 2, 0);
    // As seen by a lock of another file description.
    agent.poke(MEMORY, structure().u16(1).u16(0).word(0).word(0).u32(0));
    ok("fcntl", other, 36, MEMORY);
    ByteBuffer held = agent.peek(MEMORY, 40);
    assertThat(held.getShort(0)).as("type").isEqualTo((short) 1);
    assertThat(held.getShort(2)).as("whence").isZero();
    assertThat(held.getLong(8)).as("start").isEqualTo(0x1_0000_0000L);
    assertThat(held.getLong(16)).as("len").isEqualTo(5);
    assertThat(held.getInt(24)).as("pid").isEqualTo((int) agent.call("getpid"));
    assertThat(held.getLong(32)).as("behind").isEqualTo(0xeeeeeeee_eeeeeeeeL);
  }

  @Test
  void directoryEntries() throws Exception {
    assertThat(file("/tmp/a-name", "")).isPositive();
    long folder = agent.call("openat", AT_FDCWD, name("/tmp"), 0200000, 0);
    long length = agent.call("getdents64", folder, MEMORY, 400);
    ByteBuffer entries = result((int) length);
    boolean found = false;
    for (int at = 0; at < length; at += entries.getShort(at + 16)) {
      byte[] text = new byte[entries.getShort(at + 16) - 19];
      entries.get(at + 19, text);
      if (new String(text, StandardCharsets.ISO_8859_1).startsWith("a-name\0")) {
        found = true;
        assertThat(entries.getLong(at)).as("ino").isPositive();
        assertThat(entries.get(at + 18)).as("type").isEqualTo((byte) 8);
        assertThat(entries.getShort(at + 16) % 8).as("reclen").isZero();
      }
    }
    assertThat(found).isTrue();
  }

  @Test
  void vectorsAndOffsets() throws Exception {
    long fd = file("/tmp/file", "0123456789");
    agent.poke(NAME, "abcdef".getBytes(StandardCharsets.ISO_8859_1));
    agent.poke(MEMORY, structure().word(NAME).word(2).word(NAME + 3).word(3));
    // The offset is one argument; what would be its upper half on 32 bits is nothing.
    assertThat(agent.call("pwritev", fd, MEMORY, 2, 0x1_0000_0000L, 77)).isEqualTo(5);
    assertThat(agent.call("lseek", fd, 0, 2)).isEqualTo(0x1_0000_0005L);
    assertThat(agent.call("pread64", fd, MEMORY, 5, 0x1_0000_0000L)).isEqualTo(5);
    assertThat(agent.peek(MEMORY, 8).getLong() >>> 24).isEqualTo(0x61_6264_6566L);
  }

  @Test
  void sendfileTakesAnOffsetOf64Bits() throws Exception {
    long from = file("/tmp/from", "0123456789");
    long to = file("/tmp/to", "");
    agent.poke(MEMORY, structure().u64(4));
    assertThat(agent.call("sendfile", to, from, MEMORY, 3)).isEqualTo(3);
    assertThat(result(8).getLong(0)).isEqualTo(7);
  }

  @Test
  void pipesAndSocketPairsGiveInts() throws Exception {
    ok("pipe2", MEMORY, 0);
    ByteBuffer pipe = result(8);
    assertThat(pipe.getInt(4)).isEqualTo(pipe.getInt(0) + 1);
    ok("socketpair", 1, 1, 0, MEMORY);
    ByteBuffer pair = result(8);
    assertThat(pair.getInt(4)).isEqualTo(pair.getInt(0) + 1);
    agent.poke(NAME, new byte[5]);
    assertThat(agent.call("write", pair.getInt(0), NAME, 5)).isEqualTo(5);
    agent.poke(MEMORY, FILLED);
    ok("ioctl", pair.getInt(4), 0x541b, MEMORY);
    assertThat(agent.peek(MEMORY, 8).getLong()).as("FIONREAD").isEqualTo(0x5_eeee_eeeeL);
  }

  // Waiting.

  @Test
  void epollEvent() throws Exception {
    ok("pipe2", MEMORY, 0);
    int in = agent.peek(MEMORY, 4).getInt();
    int out = agent.peek(MEMORY + 4, 4).getInt();
    long epoll = agent.call("epoll_create1", 0);
    agent.poke(MEMORY, structure().u32(1).u64(0x0123_4567_89ab_cdefL));
    ok("epoll_ctl", epoll, 1, in, MEMORY);
    agent.poke(MEMORY, structure().u32(4).u64(0xfedc_ba98_7654_3210L));
    ok("epoll_ctl", epoll, 1, out, MEMORY);
    assertThat(agent.call("write", out, NAME, 1)).isEqualTo(1);
    agent.poke(MEMORY, FILLED);
    assertThat(agent.call("epoll_pwait", epoll, MEMORY, 4, 0, 0, 8)).isEqualTo(2);
    ByteBuffer events = result(32);
    int first = events.getInt(0) == 1 ? 0 : 16;
    assertThat(events.getInt(first)).isEqualTo(1);
    assertThat(events.getLong(first + 8)).isEqualTo(0x0123_4567_89ab_cdefL);
    assertThat(events.getInt(16 - first)).isEqualTo(4);
    assertThat(events.getLong(24 - first)).isEqualTo(0xfedc_ba98_7654_3210L);
  }

  @Test
  void pollAndSelect() throws Exception {
    ok("pipe2", MEMORY, 0);
    int in = agent.peek(MEMORY, 4).getInt();
    int out = in + 1;
    agent.poke(MEMORY, structure().u32(in).u16(1).u16(0).u32(out).u16(4).u16(0));
    agent.poke(MEMORY + 64, structure().u64(0).u64(0));
    assertThat(agent.call("ppoll", MEMORY, 2, MEMORY + 64, 0, 8)).isEqualTo(1);
    assertThat(agent.peek(MEMORY, 16).getShort(6)).as("not readable").isZero();
    assertThat(agent.peek(MEMORY, 16).getShort(14)).as("writable").isEqualTo((short) 4);
    // Descriptors are bits of words.
    agent.poke(MEMORY, structure().word(1L << in | 1L << out));
    agent.poke(MEMORY + 8, structure().word(1L << out));
    assertThat(agent.call("pselect6", out + 1, MEMORY, MEMORY + 8, 0, MEMORY + 64, 0)).isEqualTo(1);
    assertThat(agent.peek(MEMORY, 8).getLong()).isZero();
    assertThat(agent.peek(MEMORY + 8, 8).getLong()).isEqualTo(1L << out);
  }

  @Test
  void eventfdCountsIn64Bits() throws Exception {
    long fd = agent.call("eventfd2", 5, 0);
    agent.poke(MEMORY, structure().u64(0x1_0000_0000L));
    assertThat(agent.call("write", fd, MEMORY, 8)).isEqualTo(8);
    agent.poke(MEMORY, FILLED);
    assertThat(agent.call("read", fd, MEMORY, 8)).isEqualTo(8);
    assertThat(result(8).getLong()).isEqualTo(0x1_0000_0005L);
  }

  // Sockets.

  @Test
  void messageHeadersCarryDescriptorsAndCredentials() throws Exception {
    ok("socketpair", 1, 2, 0, MEMORY);
    int one = agent.peek(MEMORY, 4).getInt();
    int other = one + 1;
    agent.poke(MEMORY, structure().u32(1));
    ok("setsockopt", other, 1, 16, MEMORY, 4);
    agent.poke(NAME, "hello".getBytes(StandardCharsets.ISO_8859_1));
    agent.poke(MEMORY + 64, structure().word(NAME).word(5));
    agent.poke(MEMORY + 96, structure().word(20).u32(1).u32(1).u32(one));
    agent.poke(MEMORY, header(MEMORY + 64, MEMORY + 96, 24));
    assertThat(agent.call("sendmsg", one, MEMORY, 0)).isEqualTo(5);
    agent.poke(MEMORY, FILLED);
    agent.poke(MEMORY + 64, structure().word(NAME + 16).word(16));
    agent.poke(MEMORY, header(MEMORY + 64, MEMORY + 96, 100));
    assertThat(agent.call("recvmsg", other, MEMORY, 0)).isEqualTo(5);
    ByteBuffer header = agent.peek(MEMORY, 56);
    assertThat(header.getLong(40)).as("controllen").isEqualTo(32 + 24);
    assertThat(header.getInt(48)).as("flags").isZero();
    ByteBuffer control = agent.peek(MEMORY + 96, 56);
    assertThat(control.getLong(0)).as("len").isEqualTo(28);
    assertThat(control.getInt(8)).as("level").isEqualTo(1);
    assertThat(control.getInt(12)).as("type").isEqualTo(2);
    assertThat(control.getInt(16)).as("pid").isEqualTo((int) agent.call("getpid"));
    assertThat(control.getLong(32)).as("len").isEqualTo(20);
    assertThat(control.getInt(44)).as("type").isEqualTo(1);
    assertThat(control.getInt(48)).as("descriptor").isEqualTo(other + 1);
  }

  private static StructWriter header(long vector, long control, long controlLength) {
    return structure()
        .word(0)
        .u32(0)
        .word(vector)
        .word(1)
        .word(control)
        .word(controlLength)
        .u32(0)
        .u32(0);
  }

  @Test
  void socketAddressesBeginWithTheirFamily() throws Exception {
    long fd = agent.call("socket", 1, 1, 0);
    agent.poke(MEMORY, structure().u16(1).string("/tmp/s", 7));
    ok("bind", fd, MEMORY, 9);
    agent.poke(MEMORY, FILLED);
    agent.poke(MEMORY + 256, structure().u32(64));
    ok("getsockname", fd, MEMORY, MEMORY + 256);
    assertThat(agent.peek(MEMORY, 2).getShort()).isEqualTo((short) 1);
    assertThat(agent.peek(MEMORY + 256, 4).getInt()).isEqualTo(9);
  }

  // Signals.

  @Test
  void sigaction() throws Exception {
    agent.poke(
        MEMORY,
        structure()
            .word(0x1_2345_6788L)
            .word(0x1400_0004)
            .word(0x1_2345_9988L)
            .u64(Signal.bit(40)));
    ok("rt_sigaction", 10, MEMORY, 0, 8);
    agent.poke(MEMORY, FILLED);
    ok("rt_sigaction", 10, 0, MEMORY, 8);
    ByteBuffer action = result(32);
    assertThat(action.getLong(0)).isEqualTo(0x1_2345_6788L);
    assertThat(action.getLong(8)).isEqualTo(0x1400_0004);
    assertThat(action.getLong(16)).isEqualTo(0x1_2345_9988L);
    assertThat(action.getLong(24)).isEqualTo(1L << 39);
  }

  @Test
  void siginfoOfAQueuedSignal() throws Exception {
    long pid = agent.call("getpid");
    agent.poke(MEMORY, structure().word(Signal.bit(40)));
    ok("rt_sigprocmask", 0, MEMORY, 0, 8);
    StructWriter info = structure().u32(40).u32(0).u32(-1).u32(0).u32(7).u32(8);
    agent.poke(MEMORY + 64, info.word(0x1_0203_0405_0607L).skip(96));
    ok("rt_sigqueueinfo", pid, 40, MEMORY + 64);
    agent.poke(MEMORY + 256, FILLED);
    assertThat(agent.call("rt_sigtimedwait", MEMORY, MEMORY + 256, 0, 8)).isEqualTo(40);
    ByteBuffer got = agent.peek(MEMORY + 256, 136);
    assertThat(got.getInt(0)).isEqualTo(40);
    assertThat(got.getInt(8)).isEqualTo(-1);
    assertThat(got.getInt(16)).isEqualTo(7);
    assertThat(got.getInt(20)).isEqualTo(8);
    assertThat(got.getLong(24)).isEqualTo(0x1_0203_0405_0607L);
    assertThat(got.getLong(128)).as("behind").isEqualTo(0xeeeeeeee_eeeeeeeeL);
  }

  @Test
  void pendingSignalsAreBitsOfAWord() throws Exception {
    agent.poke(MEMORY, structure().word(Signal.bit(10) | Signal.bit(64)));
    ok("rt_sigprocmask", 0, MEMORY, 0, 8);
    long pid = agent.call("getpid");
    ok("kill", pid, 10);
    ok("kill", pid, 64);
    agent.poke(MEMORY, FILLED);
    ok("rt_sigpending", MEMORY, 8);
    assertThat(result(8).getLong()).isEqualTo(1L << 9 | 1L << 63);
  }

  @Test
  void alternateStack() throws Exception {
    agent.poke(MEMORY, structure().word(0x1_2345_0000L).u32(0).word(0x1_0000));
    ok("sigaltstack", MEMORY, 0);
    agent.poke(MEMORY, FILLED);
    ok("sigaltstack", 0, MEMORY);
    ByteBuffer stack = result(24);
    assertThat(stack.getLong(0)).isEqualTo(0x1_2345_0000L);
    assertThat(stack.getInt(8)).isZero();
    assertThat(stack.getLong(16)).isEqualTo(0x1_0000);
  }

  // Processes.

  @Test
  void limits() throws Exception {
    agent.poke(MEMORY, structure().word(0x1_0000_0000L).word(-1));
    ok("setrlimit", 4, MEMORY);
    agent.poke(MEMORY, FILLED);
    ok("getrlimit", 4, MEMORY);
    ByteBuffer limit = result(16);
    assertThat(limit.getLong(0)).isEqualTo(0x1_0000_0000L);
    assertThat(limit.getLong(8)).isEqualTo(-1);
    ok("prlimit64", 0, 4, 0, MEMORY);
    assertThat(result(16).getLong(0)).isEqualTo(0x1_0000_0000L);
  }

  @Test
  void usage() throws Exception {
    ok("getrusage", 0, MEMORY);
    ByteBuffer usage = result(144);
    assertThat(usage.getLong(0)).as("user seconds").isBetween(0L, 60L);
    assertThat(usage.getLong(8)).as("microseconds").isBetween(0L, 999_999L);
    assertThat(usage.getLong(32)).as("maxrss").isBetween(8L, 100_000L);
    agent.poke(MEMORY, FILLED);
    assertThat(agent.call("times", MEMORY)).isPositive();
    assertThat(result(32).getLong(24)).isZero();
  }

  @Test
  void affinityIsBitsOfWords() throws Exception {
    assertThat(agent.call("sched_getaffinity", 0, 128, MEMORY)).isPositive();
    assertThat(agent.peek(MEMORY, 8).getLong() & 1).isEqualTo(1);
    assertThat(agent.call("sched_getaffinity", 0, 12, MEMORY)).isEqualTo(-22);
  }

  @Test
  void schedulingAttributes() throws Exception {
    ok("sched_getattr", 0, MEMORY, 48, 0);
    ByteBuffer attributes = agent.peek(MEMORY, 48);
    assertThat(attributes.getInt(0)).as("size").isEqualTo(48);
    assertThat(attributes.getInt(4)).as("policy").isZero();
    assertThat(attributes.getLong(8)).as("flags").isZero();
  }

  @Test
  void robustList() throws Exception {
    assertThat(agent.call("set_robust_list", MEMORY, 12)).isEqualTo(-22);
    ok("set_robust_list", MEMORY + 256, 24);
    ok("get_robust_list", 0, MEMORY, MEMORY + 8);
    ByteBuffer list = result(16);
    assertThat(list.getLong(0)).isEqualTo(MEMORY + 256);
    assertThat(list.getLong(8)).isEqualTo(24);
  }

  // The machine and its time.

  @Test
  void sysinfo() throws Exception {
    ok("sysinfo", MEMORY);
    ByteBuffer info = result(112);
    assertThat(info.getLong(32)).as("totalram").isPositive();
    assertThat(info.getLong(40)).as("freeram").isBetween(1L, info.getLong(32));
    assertThat(info.getShort(80)).as("procs").isPositive();
    assertThat(info.getLong(88)).as("totalhigh").isZero();
    assertThat(info.getInt(104)).as("mem_unit").isEqualTo(1);
  }

  @Test
  void uname() throws Exception {
    ok("uname", MEMORY);
    ByteBuffer names = result(6 * 65);
    byte[] machine = new byte[6];
    names.get(4 * 65, machine);
    assertThat(machine).isEqualTo("delta\0".getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void timesHave64BitsOnce() throws Exception {
    ok("clock_gettime", 0, MEMORY);
    ByteBuffer now = result(16);
    assertThat(now.getLong(0)).isGreaterThan(1_700_000_000L);
    assertThat(now.getLong(8)).isBetween(0L, 999_999_999L);
    agent.poke(MEMORY, FILLED);
    ok("gettimeofday", MEMORY, 0);
    ByteBuffer day = result(16);
    assertThat(day.getLong(0)).isBetween(now.getLong(0), now.getLong(0) + 60);
    assertThat(day.getLong(8)).isBetween(0L, 999_999L);
    agent.poke(MEMORY, structure().u64(0).u64(0x1_0000_0000L));
    assertThat(agent.call("nanosleep", MEMORY, 0)).as("too many nanoseconds").isEqualTo(-22);
  }

  @Test
  void intervalTimers() throws Exception {
    agent.poke(MEMORY, structure().word(7).word(8).word(1000).word(5));
    ok("setitimer", 0, MEMORY, 0);
    agent.poke(MEMORY, FILLED);
    ok("getitimer", 0, MEMORY);
    ByteBuffer timer = result(32);
    assertThat(timer.getLong(0)).isEqualTo(7);
    assertThat(timer.getLong(8)).isEqualTo(8);
    assertThat(timer.getLong(16)).isBetween(990L, 1000L);
  }

  @Test
  void signalfd() throws Exception {
    agent.poke(MEMORY, structure().word(Signal.bit(10)));
    ok("rt_sigprocmask", 0, MEMORY, 0, 8);
    long fd = agent.call("signalfd4", -1, MEMORY, 8, 0);
    long pid = agent.call("getpid");
    ok("kill", pid, 10);
    agent.poke(MEMORY, FILLED);
    assertThat(agent.call("read", fd, MEMORY, 128)).isEqualTo(128);
    ByteBuffer info = result(128);
    assertThat(info.getInt(0)).as("signo").isEqualTo(10);
    assertThat(info.getInt(8)).as("code").isZero();
    assertThat(info.getInt(12)).as("pid").isEqualTo((int) pid);
  }

  @Test
  void siginfoOfATimer() throws Exception {
    agent.poke(MEMORY, structure().word(Signal.bit(40)));
    ok("rt_sigprocmask", 0, MEMORY, 0, 8);
    // value, signal, SIGEV_SIGNAL
    agent.poke(MEMORY + 64, structure().word(0x1122_3344_5566_7788L).u32(40).u32(0).skip(48));
    ok("timer_create", 1, MEMORY + 64, MEMORY + 8);
    int timer = agent.peek(MEMORY + 8, 4).getInt();
    agent.poke(MEMORY + 64, structure().u64(0).u64(0).u64(0).u64(1_000_000));
    ok("timer_settime", timer, 0, MEMORY + 64, 0);
    assertThat(agent.call("rt_sigtimedwait", MEMORY, MEMORY + 256, 0, 8)).isEqualTo(40);
    ByteBuffer got = agent.peek(MEMORY + 256, 32);
    assertThat(got.getInt(8)).as("code").isEqualTo(-2);
    assertThat(got.getInt(16)).as("timer").isEqualTo(timer);
    assertThat(got.getInt(20)).as("overrun").isZero();
    assertThat(got.getLong(24)).as("value").isEqualTo(0x1122_3344_5566_7788L);
  }

  @Test
  void timerfd() throws Exception {
    long fd = agent.call("timerfd_create", 1, 0);
    agent.poke(MEMORY, structure().u64(0).u64(0).u64(0).u64(1_000_000));
    ok("timerfd_settime", fd, 0, MEMORY, 0);
    agent.poke(MEMORY, FILLED);
    assertThat(agent.call("read", fd, MEMORY, 8)).isEqualTo(8);
    assertThat(result(8).getLong()).isEqualTo(1);
  }

  @Test
  void timex() throws Exception {
    agent.poke(MEMORY, new byte[208]);
    assertThat(agent.call("adjtimex", MEMORY)).isBetween(0L, 5L);
    ByteBuffer timex = result(208);
    assertThat(timex.getInt(0)).as("modes").isZero();
    assertThat(timex.getLong(56)).as("precision").isEqualTo(1);
    assertThat(timex.getLong(72)).as("time").isGreaterThan(1_700_000_000L);
    assertThat(timex.getLong(88)).as("tick").isEqualTo(10_000);
  }

  // Memory.

  @Test
  void futexesAre32BitsWide() throws Exception {
    agent.poke(MEMORY, structure().u32(0x1122_3344).u32(0x5566_7788));
    agent.poke(MEMORY + 64, structure().u64(0).u64(1));
    assertThat(agent.call("futex", MEMORY, 0, 0x5566_7788, MEMORY + 64)).isEqualTo(-11);
    assertThat(agent.call("futex", MEMORY, 0, 0x1122_3344, MEMORY + 64)).isEqualTo(-110);
    assertThat(agent.call("futex", MEMORY + 4, 0, 0x5566_7788, MEMORY + 64)).isEqualTo(-110);
  }

  @Test
  void processMemoryIsCopiedByVectors() throws Exception {
    agent.poke(MEMORY, structure().word(0x0102_0304_0506_0708L));
    agent.poke(MEMORY + 64, structure().word(MEMORY + 32).word(8));
    agent.poke(MEMORY + 80, structure().word(MEMORY).word(8));
    long pid = agent.call("getpid");
    assertThat(agent.call("process_vm_readv", pid, MEMORY + 64, 1, MEMORY + 80, 1, 0)).isEqualTo(8);
    assertThat(agent.peek(MEMORY + 32, 8).getLong()).isEqualTo(0x0102_0304_0506_0708L);
  }

  @Test
  void auxiliaryVectorInProc() throws Exception {
    long fd = agent.call("openat", AT_FDCWD, name("/proc/self/auxv"), 0, 0);
    long length = agent.call("read", fd, MEMORY, 512);
    assertThat(length % 16).isZero();
    ByteBuffer auxv = agent.peek(MEMORY, (int) length);
    for (int at = 0; at < length; at += 16) {
      if (auxv.getLong(at) == 6) {
        assertThat(auxv.getLong(at + 8)).as("page size").isEqualTo(8192);
        return;
      }
    }
    throw new AssertionError("no AT_PAGESZ");
  }

  @Test
  void mapsInProcShowAddressesOf64Bits() throws Exception {
    long fd = agent.call("openat", AT_FDCWD, name("/proc/self/maps"), 0, 0);
    int length = (int) agent.call("read", fd, MEMORY, 4096);
    String text = StandardCharsets.ISO_8859_1.decode(agent.peek(MEMORY, length)).toString();
    assertThat(text)
        .contains("fffe000-100002000 r-xp 00000000")
        .contains("200000000-200010000 rw-p 00000000")
        .contains("[stack]");
  }
}
