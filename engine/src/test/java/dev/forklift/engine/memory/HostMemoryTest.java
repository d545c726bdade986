package dev.forklift.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.memory.HostMemory.ThroughSegments;
import dev.forklift.engine.memory.HostMemory.ThroughUnsafe;
import dev.forklift.engine.memory.HostMemory.Way;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HostMemoryTest {
  private static final int BYTES = 64;

  static Stream<Way> ways() {
    return Stream.of(new ThroughUnsafe(), new ThroughSegments());
  }

  private static byte[] bytes(Way way, long[] words) {
    byte[] bytes = new byte[BYTES];
    way.copyOut(words, 0, bytes, 0, BYTES);
    return bytes;
  }

  @Test
  void unsafeIsOpenToTheTests() {
    assertThat(HostMemory.unsafeIsOpen()).isTrue();
    assertThat(HostMemory.HOST instanceof ThroughSegments)
        .isEqualTo(Boolean.getBoolean("dev.forklift.memory.segments"));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void numbersStandAtAnyOffsetInTheHostsOrder(Way way) {
    Random random = new Random(1);
    long[] words = new long[BYTES / 8];
    ByteBuffer expected = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
    for (int i = 0; i < 2000; i++) {
      long value = random.nextLong();
      int offset = random.nextInt(BYTES - 7);
      switch (random.nextInt(4)) {
        case 0 -> {
          way.put8(words, offset, (byte) value);
          expected.put(offset, (byte) value);
        }
        case 1 -> {
          way.put16(words, offset, (short) value);
          expected.putShort(offset, (short) value);
        }
        case 2 -> {
          way.put32(words, offset, (int) value);
          expected.putInt(offset, (int) value);
        }
        default -> {
          way.put64(words, offset, value);
          expected.putLong(offset, value);
        }
      }
      assertThat(bytes(way, words)).isEqualTo(expected.array());
      int at = random.nextInt(BYTES - 7);
      assertThat(way.get8(words, at)).isEqualTo(expected.get(at));
      assertThat(way.get16(words, at)).isEqualTo(expected.getShort(at));
      assertThat(way.get32(words, at)).isEqualTo(expected.getInt(at));
      assertThat(way.get64(words, at)).isEqualTo(expected.getLong(at));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void exchangeReplacesOnlyWhatWasExpected(Way way) {
    long[] words = new long[BYTES / 8];
    way.put32(words, 12, 5);
    assertThat(way.compareAndExchange32(words, 12, 4, 6)).isEqualTo(5);
    assertThat(way.get32(words, 12)).isEqualTo(5);
    assertThat(way.compareAndExchange32(words, 12, 5, 6)).isEqualTo(5);
    assertThat(way.get32(words, 12)).isEqualTo(6);
    assertThat(way.get32(words, 8)).isZero();
    way.put64(words, 16, -5);
    assertThat(way.compareAndExchange64(words, 16, 4, 6)).isEqualTo(-5);
    assertThat(way.compareAndExchange64(words, 16, -5, Long.MIN_VALUE)).isEqualTo(-5);
    assertThat(way.get64(words, 16)).isEqualTo(Long.MIN_VALUE);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void bulkCopiesAndZeroingTouchOnlyTheirBytes(Way way) {
    long[] words = new long[BYTES / 8];
    byte[] source = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      source[i] = (byte) (i + 1);
    }
    way.copyIn(source, 3, words, 5, 20);
    byte[] expected = new byte[BYTES];
    System.arraycopy(source, 3, expected, 5, 20);
    assertThat(bytes(way, words)).isEqualTo(expected);
    way.fillZero(words, 7, 9);
    for (int i = 7; i < 16; i++) {
      expected[i] = 0;
    }
    assertThat(bytes(way, words)).isEqualTo(expected);
    byte[] part = new byte[10];
    way.copyOut(words, 16, part, 2, 4);
    assertThat(part)
        .containsExactly(0, 0, expected[16], expected[17], expected[18], expected[19], 0, 0, 0, 0);
  }
}
