package dev.forklift.kernel.calls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Release26Test {
  @ParameterizedTest
  @CsvSource({
    "6.12.117, 2.6.72",
    "6.18.0-forklift, 2.6.78-forklift",
    "6.12.0.5, 2.6.72.5",
    "6, 2.6.60",
    "'', 2.6.60",
    "6.99999999999, 2.6.60",
  })
  void showsAnOldReleaseInPlaceOfANewOne(String release, String shown) {
    assertThat(Release26.of(release)).isEqualTo(shown);
  }
}
