package dev.forklift.cli;

import dev.forklift.arch.nios2.CustomInstructionSet;
import dev.forklift.arch.nios2.CustomInstructions;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Which custom instructions the CPU has.
final class CustomOptions {
  @Option(
      names = "--custom",
      paramLabel = "NAME|CLASS",
      split = ",",
      description =
          "Give the CPU custom instructions: fph1, fph2 (the standard floating-point sets), or"
              + " those of a jar named by --custom-path.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--custom-path",
      paramLabel = "JAR|FOLDER",
      description = "Where --custom also looks for classes.")
  private List<Path> places = new ArrayList<>();

  /// Takes an option without picocli; says whether it is one that can be taken so.
  boolean takeOption(String name, String value) {
    return name.equals("--custom") && value.indexOf(',') < 0 && names.add(value);
  }

  /// All that were asked for; of two with one number, the one named later.
  ///
  /// @throws IOException with a message for the user
  CustomInstructions instructions() throws IOException {
    CustomInstructions custom = CustomInstructions.NONE;
    if (names.isEmpty()) {
      return custom;
    }
    ClassLoader loader = loader();
    for (String name : names) {
      try {
        custom = CustomInstructionSet.find(name, loader).addTo(custom);
      } catch (IllegalArgumentException e) {
        throw new IOException("--custom: " + e.getMessage(), e);
      }
    }
    return custom;
  }

  /// Never closed: the instructions may load more classes while they run.
  private ClassLoader loader() throws IOException {
    ClassLoader own = CustomInstructionSet.class.getClassLoader();
    if (places.isEmpty()) {
      return own;
    }
    List<URL> urls = new ArrayList<>();
    for (Path place : places) {
      if (!Files.isReadable(place)) {
        throw new IOException("--custom-path: " + place + " cannot be read");
      }
      urls.add(url(place));
    }
    return new URLClassLoader("custom", urls.toArray(URL[]::new), own);
  }

  private static URL url(Path place) throws IOException {
    try {
      return place.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IOException("--custom-path: " + place + " cannot be read", e);
    }
  }
}
