package dev.forklift.kernel.cred;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IdMapTest {
  private static IdMap map(String text) throws Errno {
    return IdMap.of(IdMapText.parse(text));
  }

  @Nested
  final class Mapping {
    @Test
    void theFirstNamespaceHasAllIdsButMinusOne() {
      assertThat(IdMap.IDENTITY.down(0)).isZero();
      assertThat(IdMap.IDENTITY.down(-2)).isEqualTo(-2);
      assertThat(IdMap.IDENTITY.down(-1)).isEqualTo(IdMap.NONE);
      assertThat(IdMap.IDENTITY.up(-1)).isEqualTo(IdMap.NONE);
    }

    @Test
    void anEmptyMapMapsNothing() {
      assertThat(IdMap.EMPTY.down(0)).isEqualTo(IdMap.NONE);
      assertThat(IdMap.EMPTY.up(0)).isEqualTo(IdMap.NONE);
    }

    @Test
    void idsBesideAnExtentAreNotMapped() throws Errno {
      IdMap map = map("10 100 5");
      assertThat(map.down(9)).isEqualTo(IdMap.NONE);
      assertThat(map.down(10)).isEqualTo(100);
      assertThat(map.down(14)).isEqualTo(104);
      assertThat(map.down(15)).isEqualTo(IdMap.NONE);
      assertThat(map.up(99)).isEqualTo(IdMap.NONE);
      assertThat(map.up(104)).isEqualTo(14);
      assertThat(map.up(105)).isEqualTo(IdMap.NONE);
    }

    @Test
    void aRangeIsMappedOnlyIfOneExtentHasAllOfIt() throws Errno {
      IdMap map = map("0 100 5\n5 105 5");
      assertThat(map.down(0, 5)).isEqualTo(100);
      assertThat(map.down(4, 1)).isEqualTo(104);
      assertThat(map.down(4, 2)).isEqualTo(IdMap.NONE);
      assertThat(map.down(0, -1)).isEqualTo(IdMap.NONE);
    }

    @RepeatedTest(200)
    void whatGoesDownComesUpAgain(RepetitionInfo repetition) {
      SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
      List<IdMap.Extent> extents = new ArrayList<>();
      for (int i = 0; i < random.nextInt(1, 40); i++) {
        IdMap.Extent extent =
            new IdMap.Extent(random.nextInt(), random.nextInt(), random.nextInt(1, 1 << 27));
        boolean wraps =
            Integer.compareUnsigned(extent.inside() + extent.count(), extent.inside()) <= 0
                || Integer.compareUnsigned(extent.outside() + extent.count(), extent.outside())
                    <= 0;
        if (!wraps && extents.stream().noneMatch(extent::overlaps)) {
          extents.add(extent);
        }
      }
      IdMap map = IdMap.of(extents);
      for (IdMap.Extent extent : extents) {
        for (int offset :
            new int[] {0, extent.count() / 2, random.nextInt(extent.count()), extent.count() - 1}) {
          assertThat(map.down(extent.inside() + offset)).isEqualTo(extent.outside() + offset);
          assertThat(map.up(extent.outside() + offset)).isEqualTo(extent.inside() + offset);
        }
      }
      for (int i = 0; i < 1000; i++) {
        int id = random.nextInt();
        if (map.down(id) != IdMap.NONE) {
          assertThat(map.up(map.down(id))).isEqualTo(id);
        }
        if (map.up(id) != IdMap.NONE) {
          assertThat(map.down(map.up(id))).isEqualTo(id);
        }
      }
    }
  }

  @Nested
  final class Text {
    @Test
    void upToFiveExtentsKeepTheirOrderAndMoreAreSorted() throws Errno {
      String five = "9 9 1\n7 7 1\n5 5 1\n3 3 1\n1 1 1\n";
      assertThat(map(five).extents())
          .extracting(IdMap.Extent::inside)
          .containsExactly(9, 7, 5, 3, 1);
      assertThat(map(five + "4000000000 0 1\n").extents())
          .extracting(IdMap.Extent::inside)
          .containsExactly(1, 3, 5, 7, 9, (int) 4_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "1 2 3",
          "1 2 3\n",
          " \t1  2\u00a03 \n",
          "1 2 3\0rubbish",
          "4294967297 2 3",
          "1\u000b2\f3\r\n"
        })
    void numbersMayBeApartInAnyWay(String text) throws Errno {
      assertThat(IdMapText.parse(text)).containsExactly(new IdMap.Extent(1, 2, 3));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "\n",
          "1",
          "1 2",
          "1 2 ",
          "1 2 0",
          "1 2 3x",
          "1 2 3 4",
          "1,2,3",
          "-1 2 3",
          "+1 2 3",
          "0x1 2 3",
          "1 2 3\n\n",
          "\n1 2 3",
          "1 2 3\nx",
          "4294967295 0 1",
          "0 4294967295 1",
          "4294967294 0 2",
          "0 4294967290 6",
          "0 0 4294967296",
          "1 2 3\n3 9 1",
          "1 2 3\n9 4 1",
          "0 0 4294967295\n5 5 1"
        })
    void everythingElseIsRefused(String text) {
      assertThatThrownBy(() -> IdMapText.parse(text)).isSameAs(Errno.EINVAL);
    }

    @Test
    void thereAreAtMost340Extents() throws Errno {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 340; i++) {
        text.append(i).append(' ').append(i).append(" 1\n");
      }
      assertThat(IdMapText.parse(text.toString())).hasSize(340);
      assertThatThrownBy(() -> IdMapText.parse(text + "340 340 1")).isSameAs(Errno.EINVAL);
    }

    @RepeatedTest(50)
    void rubbishIsRefusedOrAMap(RepetitionInfo repetition) {
      SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
      String alphabet = "0123456789   \n\t-x\0";
      for (int i = 0; i < 200; i++) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(30); length > 0; length--) {
          text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        try {
          IdMap map = map(text.toString());
          assertThat(map.down(map.extents().getFirst().inside())).isNotEqualTo(IdMap.NONE);
        } catch (Errno e) {
          assertThat(e).isSameAs(Errno.EINVAL);
        }
      }
    }
  }
}
