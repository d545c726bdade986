package dev.forklift.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class UsualLineTest {
  /// What picocli makes of a line.
  private static UsualCommand parsed(String... words) {
    CommandLine command = ForkliftCommand.commandLine();
    command.parseArgs(words);
    return Objects.requireNonNull(command.getSubcommands().get(words[0])).getCommand();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run prog",
        "run prog -L x --trace -- -v",
        "run prog -- --",
        "run prog @file ${user.home} 'a' \"b\"",
        "run -L root prog",
        "run -L root:rw -w /tmp prog -w x",
        "run -e A=1 -E B --env C=a=b -e A=2 prog",
        "run -v a:/b:ro -v /c:/d -v e:f:/g:rw prog",
        "run --trace --tree --verbose prog --verbose",
        "run --stats --trace prog --stats",
        "run -strace -L 'a b' prog",
        "run -L \"quoted\" ${sys:user.name}",
        "run -L @x @prog",
        "run -L =x prog",
        "run --custom fph1 --custom fph2 prog",
        "boot --restore shell",
        "boot --kernel vmlinux --initrd rootfs/ --append console=ttyS0",
        "boot --board 10m50-bare --semihosting --kernel firmware.elf",
        "boot --dtb x.dtb --kernel k --icount --rng --hvc --net user",
        "boot --kernel k --disk a --disk b:ro --share c:rw --share d --record e.cast",
        "boot --kernel k --save file --save-on $",
      })
  void whatItReadsIsWhatPicocliReads(String line) {
    String[] words = line.split(" ", -1);

    UsualCommand usual = UsualLine.read(words);

    assertThat(usual)
        .isNotNull()
        .usingRecursiveComparison()
        // Who has read it, and what only he keeps of it.
        .ignoringFields("spec", "line")
        .withStrictTypeChecking()
        .isEqualTo(parsed(words));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "run",
        "run --help",
        "run -h prog",
        "run -Lroot prog",
        "run -L=root prog",
        "run -L",
        "run -L root",
        "run -L -v prog",
        "run -L a -L b prog",
        "run --trace --trace prog",
        "run -v nothing prog",
        "run --nonsense prog",
        "run -- prog",
        "run --custom fph1,fph2 prog",
        "run --release 6.12 prog",
        "run -u 1 prog",
        "demo",
        "explain prog",
        "boot",
        "boot --help",
        "boot --restore",
        "boot --restore x y",
        "boot --restore x --restore y",
        "boot --kernel k --save f --save-after 100",
        "boot --kernel k --gdb 1234",
        "boot --kernel -k",
        "--version",
      })
  void theRestIsLeftToPicocli(String line) {
    assertThat(UsualLine.read(line.split(" ", -1))).isNull();
  }

  @Test
  void anEmptyWordIsAProgram() {
    String[] words = {"run", "", "x"};

    assertThat(UsualLine.read(words))
        .usingRecursiveComparison()
        .ignoringFields("spec")
        .isEqualTo(parsed(words));
  }
}
