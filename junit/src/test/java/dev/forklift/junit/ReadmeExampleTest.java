package dev.forklift.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What the README shows is what is run.
class ReadmeExampleTest {
  @Test
  void theExampleIsATest() throws IOException {
    String source = Files.readString(Path.of("src/test/java/dev/forklift/junit/BlinkTest.java"));
    String example = source.substring(source.indexOf("@Board"));
    assertThat(Files.readString(Path.of("../README.md"))).contains("```java\n" + example + "```");
  }
}
