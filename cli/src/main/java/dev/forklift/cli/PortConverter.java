package dev.forklift.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads the number of a port for picocli.
final class PortConverter implements ITypeConverter<Integer> {
  private static final int LARGEST = 65535;

  @Override
  public Integer convert(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 0 && number <= LARGEST) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new TypeConversionException("'" + text + "' is no port number");
  }
}
