package dev.forklift.board.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.board.BadInputException;
import org.junit.jupiter.api.Test;

/// Room for more in a machine's tree.
final class VacanciesTest {
  private final TreeNode cpu = new TreeNode("cpu@0").with("compatible", "a-cpu");
  private final TreeNode tree =
      new TreeNode("")
          .with("#address-cells", 1)
          .with("#size-cells", 1)
          .with(new TreeNode("cpus").with(cpu));

  private Vacancies vacancies() throws BadInputException {
    return new Vacancies(tree);
  }

  @Test
  void whatIsFreeIsGivenAsItIs() throws BadInputException {
    assertThat(vacancies().address(0x1000, 0x200)).isEqualTo(0x1000);
    assertThat(vacancies().interrupt(16)).isEqualTo(16);
  }

  @Test
  void whatIsTakenIsPassedOver() throws BadInputException {
    tree.with(new TreeNode("a").with("reg", 0x1000, 0x10).with("interrupts", 16, 17));
    tree.with(
        new TreeNode("bus")
            .with("#address-cells", 1)
            .with("#size-cells", 1)
            .with("ranges", 0, 0x1200, 0x1000)
            .with(new TreeNode("b").with("reg", 0x80, 0x190).with("interrupts", 19)));
    assertThat(vacancies().address(0x1000, 0x200)).isEqualTo(0x1600);
    assertThat(vacancies().interrupt(16)).isEqualTo(18);
  }

  @Test
  void aFullTreeIsRefused() {
    tree.with(new TreeNode("all").with("reg", 0x1000, 0xffff_f000));
    assertThatThrownBy(() -> vacancies().address(0x1000, 0x200))
        .isInstanceOf(BadInputException.class)
        .hasMessage("the device tree has no room for another device");
  }

  @Test
  void lengthsBeyondAllAreNoTrap() {
    tree.with("#size-cells", 2).with(new TreeNode("all").with("reg", 0x1000, 0x7fff_ffff, -1));
    assertThatThrownBy(() -> vacancies().address(0x1000, 0x200))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void theCpuGetsAHandle() throws BadInputException {
    tree.with(new TreeNode("led").with("phandle", 7));
    assertThat(vacancies().interruptParent()).isEqualTo(8);
    assertThat(cpu.cell("phandle", 0)).isEqualTo(8);
    assertThat(vacancies().interruptParent()).isEqualTo(8);
  }

  @Test
  void cellsAreAsTheRootCountsThem() throws BadInputException {
    assertThat(vacancies().reg(0x1000, 0x200)).containsExactly(0x1000, 0x200);
    tree.with("#address-cells", 2).with("#size-cells", 2);
    assertThat(vacancies().reg(0x1000, 0x200)).containsExactly(0, 0x1000, 0, 0x200);
    tree.with("#size-cells", 3);
    assertThatThrownBy(() -> vacancies().reg(0x1000, 0x200)).isInstanceOf(BadInputException.class);
  }
}
