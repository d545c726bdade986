package dev.forklift.arch.nios2;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import dev.forklift.engine.cpu.Cpu;

/// The general registers of a CPU, of which there may be more than one set. The one in use stands
/// in the [Cpu], the others here.
final class RegisterSets implements Stateful {
  private final Cpu cpu;
  private final int[][] sets;
  private int current;

  /// @param count the normal set and the shadow sets
  RegisterSets(Cpu cpu, int count) {
    this.cpu = cpu;
    sets = new int[count][Nios2.GENERAL_REGISTERS];
  }

  int count() {
    return sets.length;
  }

  int current() {
    return current;
  }

  /// Uses another set from now on; a number that there is not stands for one that there is.
  void use(int set) {
    int next = set % sets.length;
    if (next != current) {
      for (int i = 0; i < Nios2.GENERAL_REGISTERS; i++) {
        sets[current][i] = (int) cpu.register(i);
        cpu.setRegister(i, sets[next][i]);
      }
      current = next;
    }
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    for (int[] set : sets) {
      fields.cells(set);
      set[0] = 0;
    }
    current = fields.cell(current, 0, sets.length - 1);
  }

  int get(int set, int register) {
    int number = set % sets.length;
    return number == current ? (int) cpu.register(register) : sets[number][register];
  }

  /// Register 0 stays zero in all sets.
  void set(int set, int register, int value) {
    int number = set % sets.length;
    if (number == current) {
      cpu.setRegister(register, value);
    } else if (register != 0) {
      sets[number][register] = value;
    }
  }
}
