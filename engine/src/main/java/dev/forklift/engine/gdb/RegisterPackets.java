package dev.forklift.engine.gdb;

import dev.forklift.engine.cpu.Cpu;
import java.nio.ByteOrder;

/// Packets about registers.
///
/// @param wordBytes the size of each
public record RegisterPackets(TargetRegisters registers, int wordBytes, ByteOrder order) {
  private static final String OK = "OK";
  private static final String ERROR = "E01";

  /// One register's value.
  public String value(Cpu cpu, int number) {
    return Hex.register(registers.get(cpu, number), wordBytes, order);
  }

  /// `g`: all of them.
  public String all(Cpu cpu) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < count(); i++) {
      all.append(value(cpu, i));
    }
    return all.toString();
  }

  /// `G`: sets all of them.
  public String setAll(Cpu cpu, String hex) throws Hex.Wrong {
    int digits = 2 * wordBytes;
    if (hex.length() < digits * count()) {
      return ERROR;
    }
    for (int i = 0; i < count(); i++) {
      String one = hex.substring(i * digits, (i + 1) * digits);
      registers.set(cpu, i, Hex.register(one, order));
    }
    return OK;
  }

  /// `p`: one of them.
  public String one(Cpu cpu, String number) throws Hex.Wrong {
    int register = Hex.count(number);
    return register < count() ? value(cpu, register) : ERROR;
  }

  /// `P`: sets one of them.
  public String setOne(Cpu cpu, String packet) throws Hex.Wrong {
    int equals = packet.indexOf('=');
    int register = Hex.count(packet.substring(0, equals));
    if (register >= count()) {
      return ERROR;
    }
    registers.set(cpu, register, Hex.register(packet.substring(equals + 1), order));
    return OK;
  }

  /// What a stop tells of them without being asked.
  public String expedited(Cpu cpu) {
    int pc = registers.pcRegister();
    int sp = registers.stackRegister();
    return "%x:%s;%x:%s;".formatted(sp, value(cpu, sp), pc, value(cpu, pc));
  }

  private int count() {
    return registers.registers().size();
  }
}
