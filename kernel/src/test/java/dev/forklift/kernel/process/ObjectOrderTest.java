package dev.forklift.kernel.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ObjectOrderTest {
  private final ObjectOrder order = new ObjectOrder();

  @Test
  void ordersObjectsAndStaysWithIt() {
    Object one = new Object();
    Object other = new Object();
    int first = order.compare(one, other);
    assertThat(first).isIn(1, 2);
    assertThat(order.compare(other, one)).isEqualTo(3 - first);
    assertThat(order.compare(one, other)).isEqualTo(first);
    assertThat(order.compare(one, one)).isZero();
  }

  @Test
  void whatIsNotThereEqualsItselfAndNothingElse() {
    assertThat(order.compare(null, null)).isZero();
    assertThat(order.compare(null, new Object())).isEqualTo(1);
    assertThat(order.compare(new Object(), null)).isEqualTo(2);
  }
}
