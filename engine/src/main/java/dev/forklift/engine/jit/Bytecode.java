package dev.forklift.engine.jit;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LocalVariable;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// The method of a region as text, by its lines: ` 14 iload r4`.
final class Bytecode {
  private final Map<Integer, List<String>> lines = new HashMap<>();
  private final Map<Integer, String> names = new HashMap<>();
  private final CodeAttribute code;

  private Bytecode(CodeAttribute code) {
    this.code = code;
  }

  static Bytecode of(byte[] classFile) {
    for (MethodModel method : ClassFile.of().parse(classFile).methods()) {
      if (method.methodName().equalsString("run")
          && method.code().orElseThrow() instanceof CodeAttribute code) {
        Bytecode bytecode = new Bytecode(code);
        bytecode.read();
        return bytecode;
      }
    }
    throw new IllegalStateException("a region without a method");
  }

  /// The bytecode that belongs to a line.
  List<String> lines(int number) {
    return lines.getOrDefault(number, List.of());
  }

  private void read() {
    for (CodeElement element : code) {
      if (element instanceof LocalVariable variable) {
        names.put(variable.slot(), variable.name().stringValue());
      }
    }
    int line = 0;
    int at = 0;
    for (CodeElement element : code) {
      switch (element) {
        case LineNumber number -> line = number.line();
        case Instruction instruction -> {
          String text = name(instruction);
          String operands = operands(instruction);
          lines
              .computeIfAbsent(line, _ -> new ArrayList<>())
              .add("%4d  %s %s".formatted(at, text, operands).stripTrailing());
          at += instruction.sizeInBytes();
        }
        default -> {}
      }
    }
  }

  /// Without the number of the variable that some of them have in their names.
  private static String name(Instruction instruction) {
    String name = instruction.opcode().name().toLowerCase(Locale.ROOT);
    return switch (instruction) {
      case LoadInstruction _, StoreInstruction _ -> name.replaceFirst("_[0-3w]$", "");
      default -> name;
    };
  }

  private String operands(Instruction instruction) {
    return switch (instruction) {
      case LoadInstruction load -> local(load.slot());
      case StoreInstruction store -> local(store.slot());
      case IncrementInstruction step -> local(step.slot()) + " " + step.constant();
      case ConstantInstruction.IntrinsicConstantInstruction _ -> "";
      case ConstantInstruction constant -> constant.constantValue().toString();
      case BranchInstruction branch -> to(branch.target());
      case FieldInstruction field -> field.name().stringValue();
      case InvokeInstruction call ->
          call.owner().asSymbol().displayName() + "." + call.name().stringValue();
      case TableSwitchInstruction table -> cases(table.cases(), table.defaultTarget());
      case LookupSwitchInstruction table -> cases(table.cases(), table.defaultTarget());
      default -> "";
    };
  }

  private String cases(List<SwitchCase> cases, Label otherwise) {
    return cases.stream()
        .map(each -> each.caseValue() + ": " + to(each.target()))
        .collect(Collectors.joining(", ", "", ", else " + to(otherwise)));
  }

  private String local(int slot) {
    return names.getOrDefault(slot, Integer.toString(slot));
  }

  private String to(Label label) {
    return Integer.toString(code.labelToBci(label));
  }
}
