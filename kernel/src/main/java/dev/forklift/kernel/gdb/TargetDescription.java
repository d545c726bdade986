package dev.forklift.kernel.gdb;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.arch.DebugAbi;

/// What GDB is told of the target's registers (GDB manual, appendix G).
final class TargetDescription {
  private TargetDescription() {}

  static String of(DebugAbi abi, DataModel model) {
    StringBuilder xml = new StringBuilder();
    xml.append("<?xml version=\"1.0\"?>\n");
    xml.append("<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n");
    xml.append("<target version=\"1.0\">\n");
    xml.append("  <architecture>").append(abi.gdbArchitecture()).append("</architecture>\n");
    xml.append("  <osabi>GNU/Linux</osabi>\n");
    xml.append("  <feature name=\"").append(abi.gdbFeature()).append("\">\n");
    int bits = 8 * model.wordBytes();
    int number = 0;
    for (DebugAbi.DebugRegister register : abi.registers()) {
      xml.append("    <reg name=\"").append(register.name());
      xml.append("\" bitsize=\"").append(bits);
      xml.append("\" type=\"").append(register.type());
      xml.append("\" regnum=\"").append(number++).append("\"/>\n");
    }
    return xml.append("  </feature>\n</target>\n").toString();
  }
}
