package dev.forklift.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RegionMapTest {
  private static final int PAGE = 4096;
  private static final int RW = Protection.READ | Protection.WRITE;

  private final RegionMap map = new RegionMap();
  private final MemoryFile file = new MemoryFile(new FrameBudget(0), 12, null, 0);

  private static Region anonymous(int first, int end, int protection, @Nullable Object tag) {
    return new Region((long) first * PAGE, (long) end * PAGE, protection, null, 0, false, tag);
  }

  private Region ofFile(int first, int end, int filePage, boolean shared) {
    return new Region(
        (long) first * PAGE, (long) end * PAGE, RW, file, (long) filePage * PAGE, shared, null);
  }

  private static Region protect(Region region, int protection) {
    return region.withProtection(protection);
  }

  @Test
  void neighboursThatAreTheSameAreOne() {
    map.add(anonymous(1, 2, RW, "a"));
    map.add(anonymous(3, 4, RW, "a"));
    map.add(anonymous(2, 3, RW, "a"));
    assertThat(map.all()).containsExactly(anonymous(1, 4, RW, "a"));
  }

  @Test
  void neighboursThatDifferStayApart() {
    map.add(anonymous(1, 2, RW, "a"));
    map.add(anonymous(2, 3, RW, "b"));
    map.add(anonymous(3, 4, Protection.READ, "b"));
    map.add(ofFile(4, 5, 0, false));
    map.add(ofFile(5, 6, 1, true));
    map.add(ofFile(6, 7, 3, true));
    map.add(anonymous(8, 9, RW, "b"));
    assertThat(map.all()).hasSize(7);
  }

  @Test
  void pagesOfAFileThatFollowEachOtherAreOne() {
    map.add(ofFile(4, 6, 1, true));
    map.add(ofFile(6, 7, 3, true));
    assertThat(map.all()).containsExactly(ofFile(4, 7, 1, true));
  }

  @Test
  void aChangeInTheMiddleSplitsAndItsUndoingMerges() {
    map.add(ofFile(10, 20, 5, true));
    map.change(13L * PAGE, 15L * PAGE, r -> protect(r, Protection.READ));
    assertThat(map.all())
        .containsExactly(
            ofFile(10, 13, 5, true),
            protect(ofFile(13, 15, 8, true), Protection.READ),
            ofFile(15, 20, 10, true));
    map.change(13L * PAGE, 15L * PAGE, r -> protect(r, RW));
    assertThat(map.all()).containsExactly(ofFile(10, 20, 5, true));
  }

  @Test
  void removingAnswersWhatWasThereCutToTheRange() {
    map.add(anonymous(1, 4, RW, null));
    map.add(ofFile(6, 9, 2, false));
    List<Region> removed = map.remove(3L * PAGE, 7L * PAGE);
    assertThat(removed).containsExactly(anonymous(3, 4, RW, null), ofFile(6, 7, 2, false));
    assertThat(map.all()).containsExactly(anonymous(1, 3, RW, null), ofFile(7, 9, 3, false));
  }

  @Test
  void nothingIsSplitByAnEmptyRange() {
    map.add(anonymous(1, 4, RW, null));
    assertThat(map.remove(2L * PAGE, 2L * PAGE)).isEmpty();
    map.change(2L * PAGE, 2L * PAGE, r -> protect(r, 0));
    assertThat(map.all()).containsExactly(anonymous(1, 4, RW, null));
  }

  @Test
  void regionsAreFoundAtAndAboveAnAddress() {
    Region low = anonymous(1, 3, RW, null);
    Region high = anonymous(5, 6, RW, null);
    map.add(low);
    map.add(high);
    assertThat(map.at(PAGE - 1)).isNull();
    assertThat(map.at(PAGE)).isEqualTo(low);
    assertThat(map.at(3 * PAGE - 1)).isEqualTo(low);
    assertThat(map.at(3 * PAGE)).isNull();
    assertThat(map.atOrAbove(0)).isEqualTo(low);
    assertThat(map.atOrAbove(2 * PAGE)).isEqualTo(low);
    assertThat(map.atOrAbove(3 * PAGE)).isEqualTo(high);
    assertThat(map.atOrAbove(6 * PAGE)).isNull();
    assertThat(map.within(2L * PAGE, 10L * PAGE)).containsExactly(anonymous(2, 3, RW, null), high);
  }
}
