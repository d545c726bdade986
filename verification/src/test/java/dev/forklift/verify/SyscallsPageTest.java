package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.machine.SyscallReference;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class SyscallsPageTest {
  @Test
  void thePageOfSystemCallsIsWhatTheTableSays() throws IOException {
    assertThat(Checkout.ROOT.resolve("docs/syscalls.md"))
        .as("make it anew with: ./forklift syscalls > docs/syscalls.md")
        .hasContent(SyscallReference.markdown(new Nios2Linux()));
    assertThat(Files.readString(Checkout.ROOT.resolve("docs/syscalls.md")))
        .contains("| 220 | clone | ", "| 435 | clone3 | ");
  }
}
