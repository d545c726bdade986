package dev.forklift.board.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.board.BadInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Device trees, whole and broken.
final class FdtTest {
  private static TreeNode tree() {
    return new TreeNode("")
        .with("#address-cells", 1)
        .with("#size-cells", 1)
        .with(
            new TreeNode("bus@0")
                .with("ranges")
                .with("#address-cells", 1)
                .with("#size-cells", 1)
                .with(
                    new TreeNode("serial@1000")
                        .with("compatible", "acme,serial", "ns16550a")
                        .with("reg", 0x1000, 0x20)
                        .with("odd", new byte[] {1, 2, 3})));
  }

  private static TreeNode serial(TreeNode root) {
    return root.children().getFirst().children().getFirst();
  }

  @Test
  void whatIsWrittenIsReadAgain() throws BadInputException {
    TreeNode read = Fdt.read(Fdt.write(tree()));
    TreeNode serial = serial(read);
    assertThat(serial.path()).isEqualTo("/bus@0/serial@1000");
    assertThat(serial.strings("compatible")).containsExactly("acme,serial", "ns16550a");
    assertThat(serial.cells("reg")).containsExactly(0x1000, 0x20);
    assertThat(serial.properties().get("odd")).containsExactly(1, 2, 3);
    assertThat(Addresses.of(serial)).isEqualTo(List.of(new Addresses.Range(0x1000, 0x20)));
    assertThat(Fdt.write(read)).isEqualTo(Fdt.write(tree()));
  }

  @Test
  void aFileThatEndsTooEarlyIsRefused() {
    byte[] whole = Fdt.write(tree());
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Fdt.read(part)).isInstanceOf(BadInputException.class);
    }
  }

  @Test
  void whateverStandsInItNothingButARefusalComesOut() {
    byte[] whole = Fdt.write(tree());
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] broken = whole.clone();
      for (int j = random.nextInt(4); j >= 0; j--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      try {
        walk(Fdt.read(broken));
      } catch (BadInputException e) {
        assertThat(e.getMessage()).doesNotContain("\n");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }

  private static void walk(TreeNode node) throws BadInputException {
    var _ = Addresses.of(node);
    for (TreeNode child : node.children()) {
      walk(child);
    }
  }

  @Test
  void nodesInOneAnotherWithoutEndAreRefused() {
    TreeNode root = new TreeNode("");
    TreeNode node = root;
    for (int i = 0; i < 100; i++) {
      TreeNode child = new TreeNode("n");
      node.with(child);
      node = child;
    }
    byte[] deep = Fdt.write(root);
    assertThatThrownBy(() -> Fdt.read(deep)).hasMessageContaining("too deep");
  }

  @Test
  void anAddressGoesThroughTheRangesOfItsBuses() throws BadInputException {
    TreeNode device = new TreeNode("device").with("reg", 0x10, 4, 0x9000, 4);
    TreeNode bus =
        new TreeNode("bus")
            .with("#address-cells", 1)
            .with("#size-cells", 1)
            .with("ranges", 0, 0x1800_0000, 0x1000)
            .with(device);
    var _ = new TreeNode("").with("#address-cells", 1).with("#size-cells", 1).with(bus);
    assertThat(Addresses.of(device)).isEqualTo(List.of(new Addresses.Range(0x1800_0010L, 4)));
  }

  @Test
  void aDeviceBehindABusWithoutRangesIsNotThere() throws BadInputException {
    TreeNode device = new TreeNode("phy@0").with("reg", 0);
    TreeNode bus = new TreeNode("mdio").with("#address-cells", 1).with("#size-cells", 0);
    var _ = new TreeNode("").with(bus.with(device));
    assertThat(Addresses.of(device)).isEmpty();
  }
}
