package dev.forklift.junit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/// Files that annotations name: resources of the test class, or files of the host.
record TestFiles(Class<?> test) {
  byte[] read(String name) {
    try (InputStream resource = test.getResourceAsStream(name)) {
      if (resource != null) {
        return resource.readAllBytes();
      }
      return Files.readAllBytes(Path.of(name));
    } catch (IOException e) {
      throw new ParameterResolutionException(
          "%s is neither a resource of %s nor a file that can be read (from %s)"
              .formatted(name, test.getName(), Path.of("").toAbsolutePath()),
          e);
    }
  }
}
