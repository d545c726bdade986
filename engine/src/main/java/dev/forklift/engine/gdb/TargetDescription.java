package dev.forklift.engine.gdb;

import org.jspecify.annotations.Nullable;

/// What GDB is told of the target's registers (GDB manual, appendix G).
public final class TargetDescription {
  private TargetDescription() {}

  /// The description of registers that are all `bits` wide.
  ///
  /// @param osAbi the system that runs on it, or null
  public static String of(TargetRegisters target, int bits, @Nullable String osAbi) {
    StringBuilder xml = new StringBuilder();
    xml.append("<?xml version=\"1.0\"?>\n");
    xml.append("<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n");
    xml.append("<target version=\"1.0\">\n");
    xml.append("  <architecture>").append(target.gdbArchitecture()).append("</architecture>\n");
    if (osAbi != null) {
      xml.append("  <osabi>").append(osAbi).append("</osabi>\n");
    }
    xml.append("  <feature name=\"").append(target.gdbFeature()).append("\">\n");
    int number = 0;
    for (TargetRegisters.DebugRegister register : target.registers()) {
      xml.append("    <reg name=\"").append(register.name());
      xml.append("\" bitsize=\"").append(bits);
      xml.append("\" type=\"").append(register.type());
      xml.append("\" regnum=\"").append(number++).append("\"/>\n");
    }
    return xml.append("  </feature>\n</target>\n").toString();
  }
}
