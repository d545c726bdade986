package dev.forklift.arch.nios2;

import dev.forklift.board.tree.TreeNode;

/// The MAX 10 development kit with the design that Linux is usually built for, as far as there are
/// devices for it here.
final class Board10m50 {
  private static final int CPU = 1;
  private static final int LEDS = 2;
  private static final int MEGAHERTZ = 1_000_000;
  private static final int SYSTEM_CLOCK = 75 * MEGAHERTZ;

  private Board10m50() {}

  static TreeNode tree() {
    return new TreeNode("")
        .with("model", "MAX 10 10M50 development kit")
        .with("compatible", "altr,niosii-max10")
        .with("#address-cells", 1)
        .with("#size-cells", 1)
        .with(new TreeNode("cpus").with("#address-cells", 1).with("#size-cells", 0).with(cpu()))
        .with(memory())
        .with(devices())
        .with(
            new TreeNode("chosen")
                .with("bootargs", "console=ttyS0,115200")
                .with("stdout-path", "/sopc@0/serial@18001600"));
  }

  /// The same devices around a CPU without memory management, and a register that ends the run: for
  /// firmware.
  static TreeNode bare() {
    TreeNode tree =
        new TreeNode("")
            .with("model", "MAX 10 10M50 development kit, no MMU")
            .with("compatible", "altr,niosii-max10")
            .with("#address-cells", 1)
            .with("#size-cells", 1);
    TreeNode cpu =
        cpuWithoutMemory()
            .with("altr,reset-addr", 0x0800_0000)
            .with("altr,exception-addr", 0x0800_0020);
    tree.with(new TreeNode("cpus").with("#address-cells", 1).with("#size-cells", 0).with(cpu));
    return tree.with(memory())
        .with(
            devices().with(device("test@18001800", 0x1800_1800, 4, "sifive,test1", "sifive,test0")))
        .with(new TreeNode("chosen").with("stdout-path", "/sopc@0/serial@18001600"));
  }

  private static TreeNode memory() {
    return new TreeNode("memory")
        .with("device_type", "memory")
        .with("reg", 0x0800_0000, 0x0800_0000, 0, 0x400);
  }

  private static TreeNode cpu() {
    return cpuWithoutMemory()
        .with("altr,reset-addr", 0xd400_0000)
        .with("altr,exception-addr", 0xc800_0120)
        .with("altr,fast-tlb-miss-addr", 0xc000_0100)
        .with("altr,has-mmu", 1)
        .with("altr,pid-num-bits", 8)
        .with("altr,tlb-num-entries", 256)
        .with("altr,tlb-num-ways", 16)
        .with("altr,tlb-ptr-sz", 8);
  }

  private static TreeNode cpuWithoutMemory() {
    return new TreeNode("cpu@0")
        .with("device_type", "cpu")
        .with("compatible", "altr,nios2-1.1")
        .with("reg", 0)
        .with("interrupt-controller")
        .with("#interrupt-cells", 1)
        .with("phandle", CPU)
        .with("clock-frequency", SYSTEM_CLOCK)
        .with("altr,implementation", "fast")
        .with("altr,has-mul", 1)
        .with("altr,has-mulx", 1)
        .with("altr,has-div", 1)
        .with("altr,has-initda", 1)
        .with("icache-size", 32 << 10)
        .with("icache-line-size", 32)
        .with("dcache-size", 32 << 10)
        .with("dcache-line-size", 32);
  }

  private static TreeNode devices() {
    return new TreeNode("sopc@0")
        .with("compatible", "altr,avalon", "simple-bus")
        .with("device_type", "soc")
        .with("#address-cells", 1)
        .with("#size-cells", 1)
        .with("ranges")
        .with("bus-frequency", SYSTEM_CLOCK)
        .with("interrupt-parent", CPU)
        .with(
            device("serial@18001600", 0x1800_1600, 0x200, "altr,16550-FIFO32", "ns16550a")
                .with("interrupts", 1)
                .with("clock-frequency", 50 * MEGAHERTZ)
                .with("fifo-size", 32)
                .with("reg-io-width", 4)
                .with("reg-shift", 2)
                .with("tx-threshold", 16))
        .with(device("serial@18001530", 0x1800_1530, 8, "altr,juart-1.0").with("interrupts", 7))
        .with(timer("timer@18001440", 0x1800_1440).with("interrupts", 0))
        .with(timer("timer@880", 0x880).with("interrupts", 5))
        .with(
            device("sysid@18001528", 0x1800_1528, 8, "altr,sysid-1.0")
                .with("id", (int) 4_207_856_382L)
                .with("timestamp", 1_431_309_290))
        .with(port("gpio@180014d0", 0x1800_14d0, 4).with("phandle", LEDS))
        .with(
            port("gpio@180014c0", 0x1800_14c0, 3)
                .with("interrupts", 6)
                .with("altr,interrupt-type", 2));
  }

  private static TreeNode timer(String name, int address) {
    return device(name, address, 0x20, "altr,timer-1.0").with("clock-frequency", SYSTEM_CLOCK);
  }

  private static TreeNode port(String name, int address, int pins) {
    return device(name, address, 0x10, "altr,pio-1.0")
        .with("altr,ngpio", pins)
        .with("#gpio-cells", 2)
        .with("gpio-controller");
  }

  private static TreeNode device(
      String name, int address, int length, String compatible, String... others) {
    return new TreeNode(name).with("compatible", compatible, others).with("reg", address, length);
  }
}
