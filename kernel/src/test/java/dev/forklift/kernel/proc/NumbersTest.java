package dev.forklift.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({"5, 5", "'-17\n', -17", "' 1000 ', 1000"})
  void readsANumberWithSpaceAroundIt(String text, int number) throws Errno {
    assertThat(Numbers.parse(text, -1000, 1000)).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1001", "-1001", "1 2", "99999999999"})
  void refusesWhatIsNoNumberWithinBounds(String text) {
    assertThatThrownBy(() -> Numbers.parse(text, -1000, 1000)).isSameAs(Errno.EINVAL);
  }

  @Test
  void aProcessIsNamedByItsDecimalNumberOnly() {
    assertThat(PidDirectories.number("0")).isZero();
    assertThat(PidDirectories.number("32768")).isEqualTo(32768);
    assertThat(PidDirectories.number("01")).isEqualTo(-1);
    assertThat(PidDirectories.number("-1")).isEqualTo(-1);
    assertThat(PidDirectories.number("1x")).isEqualTo(-1);
    assertThat(PidDirectories.number("")).isEqualTo(-1);
    assertThat(PidDirectories.number("9999999999")).isEqualTo(-1);
  }
}
