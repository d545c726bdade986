package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import java.util.Arrays;

/// A terminal's modes (termios(3)) with the layout of asm-generic. Immutable.
final class Termios {
  // spotless:off
  static final int ISTRIP  = 0x20;
  static final int INLCR   = 0x40;
  static final int IGNCR   = 0x80;
  static final int ICRNL   = 0x100;
  static final int IUCLC   = 0x200;
  static final int IXON    = 0x400;
  static final int IXANY   = 0x800;
  static final int IMAXBEL = 0x2000;
  static final int IUTF8   = 0x4000;

  static final int OPOST   = 0x1;
  static final int OLCUC   = 0x2;
  static final int ONLCR   = 0x4;
  static final int OCRNL   = 0x8;
  static final int ONOCR   = 0x10;
  static final int ONLRET  = 0x20;
  static final int XTABS   = 0x1800;

  static final int CBAUD   = 0x100f;
  static final int BOTHER  = 0x1000;
  static final int CS8     = 0x30;
  static final int CREAD   = 0x80;
  static final int PARENB  = 0x100;
  static final int HUPCL   = 0x400;

  static final int ISIG    = 0x1;
  static final int ICANON  = 0x2;
  static final int ECHO    = 0x8;
  static final int ECHOE   = 0x10;
  static final int ECHOK   = 0x20;
  static final int ECHONL  = 0x40;
  static final int NOFLSH  = 0x80;
  static final int TOSTOP  = 0x100;
  static final int ECHOCTL = 0x200;
  static final int ECHOPRT = 0x400;
  static final int ECHOKE  = 0x800;
  static final int IEXTEN  = 0x8000;

  static final int VINTR    = 0;
  static final int VQUIT    = 1;
  static final int VERASE   = 2;
  static final int VKILL    = 3;
  static final int VEOF     = 4;
  static final int VTIME    = 5;
  static final int VMIN     = 6;
  static final int VSTART   = 8;
  static final int VSTOP    = 9;
  static final int VSUSP    = 10;
  static final int VEOL     = 11;
  static final int VREPRINT = 12;
  static final int VWERASE  = 14;
  static final int VLNEXT   = 15;
  static final int VEOL2    = 16;
  // spotless:on

  /// Bytes of `struct termios` and of `struct termios2`, which has the speeds as numbers too.
  static final int BYTES = 36;

  static final int BYTES_2 = 44;

  private static final int CONTROL_CHARACTERS = 19;
  private static final int B38400 = 0xf;
  private static final int CBAUDEX = 0x1000;

  private static final int[] SPEEDS = {
    0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400
  };

  private static final int[] EXTRA_SPEEDS = {
    0, 57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000,
    2500000, 3000000, 3500000, 4000000
  };

  final int iflag;
  final int oflag;
  final int cflag;
  final int lflag;
  final int line;
  private final byte[] cc;
  private final int inputSpeed;
  private final int outputSpeed;

  private Termios(
      int iflag,
      int oflag,
      int cflag,
      int lflag,
      int line,
      byte[] cc,
      int inputSpeed,
      int outputSpeed) {
    this.iflag = iflag;
    this.oflag = oflag;
    this.cflag = cflag;
    this.lflag = lflag;
    this.line = line;
    this.cc = cc;
    this.inputSpeed = inputSpeed;
    this.outputSpeed = outputSpeed;
  }

  /// What a terminal starts with.
  ///
  /// @param hangUpOnClose whether HUPCL is set, as it is not for pseudoterminals
  static Termios initial(boolean hangUpOnClose) {
    byte[] cc = new byte[CONTROL_CHARACTERS];
    cc[VINTR] = 3;
    cc[VQUIT] = 0x1c;
    cc[VERASE] = 0x7f;
    cc[VKILL] = 0x15;
    cc[VEOF] = 4;
    cc[VMIN] = 1;
    cc[VSTART] = 0x11;
    cc[VSTOP] = 0x13;
    cc[VSUSP] = 0x1a;
    cc[VREPRINT] = 0x12;
    cc[13] = 0xf; // VDISCARD, which Linux knows but does not act on
    cc[VWERASE] = 0x17;
    cc[VLNEXT] = 0x16;
    return new Termios(
        ICRNL | IXON,
        OPOST | ONLCR,
        B38400 | CS8 | CREAD | (hangUpOnClose ? HUPCL : 0),
        ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
        0,
        cc,
        38400,
        38400);
  }

  boolean input(int flag) {
    return (iflag & flag) != 0;
  }

  boolean output(int flag) {
    return (oflag & flag) != 0;
  }

  boolean local(int flag) {
    return (lflag & flag) != 0;
  }

  /// A control character, or a number for VMIN and VTIME.
  int cc(int index) {
    return cc[index] & 0xff;
  }

  /// Says whether `c` is a certain control character; one that is 0 is switched off.
  boolean is(int c, int index) {
    return c != 0 && c == cc(index);
  }

  /// Takes the modes that a guest gives.
  ///
  /// @param speeds whether the speeds follow (`struct termios2`)
  static Termios read(StructReader in, boolean speeds) {
    int iflag = in.s32();
    int oflag = in.s32();
    int cflag = in.s32();
    int lflag = in.s32();
    int line = in.u8();
    byte[] cc = in.bytes(CONTROL_CHARACTERS);
    int input = speeds ? in.s32() : 0;
    int output = speeds ? in.s32() : 0;
    int named = speed(cflag & CBAUD);
    boolean other = speeds && (cflag & CBAUD) == BOTHER;
    return new Termios(
        iflag, oflag, cflag, lflag, line, cc, other ? input : named, other ? output : named);
  }

  /// The same with eight bits and without parity, as nothing else makes sense without a line.
  Termios withoutHardware() {
    int adapted = (cflag & ~(CS8 | PARENB)) | CS8 | CREAD;
    return new Termios(iflag, oflag, adapted, lflag, line, cc, inputSpeed, outputSpeed);
  }

  private static int speed(int code) {
    return (code & CBAUDEX) != 0 ? EXTRA_SPEEDS[code & 0xf] : SPEEDS[code & 0xf];
  }

  StructWriter write(StructWriter out, boolean speeds) {
    out.u32(iflag).u32(oflag).u32(cflag).u32(lflag).u8(line).bytes(cc);
    return speeds ? out.u32(inputSpeed).u32(outputSpeed) : out;
  }

  @Override
  public String toString() {
    return "%x %x %x %x %s".formatted(iflag, oflag, cflag, lflag, Arrays.toString(cc));
  }
}
