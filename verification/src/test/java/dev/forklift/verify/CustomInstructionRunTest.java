package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.CustomInstructionSet;
import dev.forklift.arch.nios2.CustomInstructions;
import dev.forklift.arch.nios2.Nios2;
import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.abi.Signal;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A program that a compiler made for custom instructions.
class CustomInstructionRunTest {
  private static final String NAME = "nios2-custom";
  private static final int[] OPERANDS = {0x3f800000, 0x40490fdb, 0xc2f6e979, 0x4b800001, 0};

  /// What a user might write: instruction 17 counts bits.
  public static final class BitCount implements CustomInstructionSet {
    @Override
    public String name() {
      return "bitcount";
    }

    @Override
    public CustomInstructions addTo(CustomInstructions custom) {
      return custom.with(17, (a, _) -> Integer.bitCount(a));
    }
  }

  private static GuestRun run(CustomInstructions custom, List<String> arguments) throws Exception {
    return GuestRun.on(
        new Nios2Linux(new Nios2(custom)),
        GuestRun.rootWith(NAME, Checkout.ROOT.resolve("verification/guest/bin").resolve(NAME)),
        GuestRun.program(NAME, arguments, List.of()));
  }

  private static CustomInstructionSet find(String name) {
    return CustomInstructionSet.find(name, CustomInstructionSet.class.getClassLoader());
  }

  private static String hex(float value) {
    return "%08x".formatted(Float.floatToRawIntBits(value));
  }

  /// The same in Java.
  private static String expected() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < OPERANDS.length; i++) {
      float a = Float.intBitsToFloat(OPERANDS[i]);
      float b = Float.intBitsToFloat(OPERANDS[(i + 1) % OPERANDS.length]);
      text.append(
          "%s + %s = %s, - %s, * %s, "
              .formatted(hex(a), hex(b), hex(a + b), hex(a - b), hex(a * b)));
      text.append("/ %s\n  less %d, to int %d, ".formatted(hex(a / b), a < b ? 1 : 0, (int) a));
      text.append("from int %s\n".formatted(hex(i * 7 - 9)));
    }
    return text + "root of 2 is " + hex((float) Math.sqrt(2)) + "\n";
  }

  @Test
  void theCompilersFloatingPointInstructionsCompute() throws Exception {
    GuestRun run = run(find("fph2").addTo(CustomInstructions.NONE), List.of());
    assertThat(run.out()).isEqualTo(expected());
    assertThat(run.outcome().exitCode()).isZero();
  }

  @Test
  void withoutThemTheFirstIsIllegal() throws Exception {
    GuestRun run = run(CustomInstructions.NONE, List.of());
    assertThat(run.out()).isEmpty();
    assertThat(run.outcome().signal()).isEqualTo(Signal.SIGILL);
  }

  @Test
  void theFirstComponentLacksComparing() throws Exception {
    GuestRun run = run(find("fph1").addTo(CustomInstructions.NONE), List.of());
    assertThat(run.outcome().signal()).isEqualTo(Signal.SIGILL);
  }

  @Test
  void aUsersClassIsFoundByItsName() throws Exception {
    CustomInstructions both =
        find(BitCount.class.getName()).addTo(find("fph2").addTo(CustomInstructions.NONE));
    GuestRun run = run(both, List.of("bits"));
    assertThat(run.out()).isEqualTo(expected() + "bits of 0xf0f0 are 8\n");
  }

  @Test
  void aUsersSetIsFoundByTheNameThatItsJarOffers(@TempDir Path jar) throws IOException {
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(CustomInstructionSet.class.getName()), BitCount.class.getName());
    URL[] urls = {jar.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, BitCount.class.getClassLoader())) {
      assertThat(CustomInstructionSet.find("bitcount", loader)).isInstanceOf(BitCount.class);
    }
  }
}
