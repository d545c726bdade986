package dev.forklift.board.device;

import java.util.Set;

/// A register by which tests, or an operating system that powers off, end the run with a status:
/// SiFive's test finisher, which firmware and Linux (`syscon-poweroff`) know from other boards.
public final class TestFinisher implements DeviceType {
  private static final int PASS = 0x5555;
  private static final int FAIL = 0x3333;
  private static final int RESET = 0x7777;
  private static final int COMMAND = 0xffff;
  private static final int STATUS_SHIFT = 16;

  @Override
  public Set<String> compatible() {
    return Set.of("sifive,test0", "sifive,test1");
  }

  @Override
  public Device create(Placement place) {
    PowerSwitch power = place.power();
    return new RegisterTable(4)
        .command(
            "finish",
            value -> {
              switch (value & COMMAND) {
                case PASS -> power.end(0);
                case FAIL -> power.end(value >>> STATUS_SHIFT);
                case RESET -> power.reset();
                default -> {
                  // Nothing that it knows.
                }
              }
            })
        .state(_ -> {});
  }
}
