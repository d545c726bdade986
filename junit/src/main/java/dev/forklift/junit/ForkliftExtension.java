package dev.forklift.junit;

import dev.forklift.board.BadInputException;
import dev.forklift.board.boot.BootLoader;
import dev.forklift.board.boot.KernelImage;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.device.DeviceType;
import dev.forklift.board.machine.BoardConfig;
import dev.forklift.board.tree.Fdt;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.cpu.Evaluator;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/// Makes what [Board] and [GuestProgram] ask for; they bring it with them.
public final class ForkliftExtension implements ParameterResolver {
  public ForkliftExtension() {}

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == RunningBoard.class || type == ProgramRun.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestFiles files = new TestFiles(context.getRequiredTestClass());
    if (parameter.getParameter().getType() == ProgramRun.class) {
      return ProgramRunner.run(annotation(context, GuestProgram.class), files);
    }
    Board wanted = annotation(context, Board.class);
    try {
      return start(wanted, files);
    } catch (BadInputException e) {
      throw new ParameterResolutionException(wanted.firmware() + ": " + e.getMessage(), e);
    }
  }

  private static <A extends Annotation> A annotation(ExtensionContext context, Class<A> type) {
    return AnnotationSupport.findAnnotation(context.getElement(), type)
        .or(() ->
            AnnotationSupport.findAnnotation(
                context.getRequiredTestClass(), type, context.getEnclosingTestClasses()))
        .orElseThrow(() ->
            new ParameterResolutionException(
                "neither the test nor its class has @" + type.getSimpleName()));
  }

  private static RunningBoard start(Board wanted, TestFiles files) throws BadInputException {
    TypedText typed = new TypedText();
    ShownText shown = new ShownText();
    BoardConfig config =
        new BoardConfig(
            new Evaluator(),
            ProcessorType.all(),
            DeviceType.all(files.test().getClassLoader()),
            typed,
            shown,
            true,
            _ -> {});
    var board = dev.forklift.board.machine.Board.of(tree(wanted, files), config);
    board.semihost();
    byte[] firmware = files.read(wanted.firmware());
    KernelImage image = KernelImage.read(firmware, board.processorType(), board.rawAddress());
    byte[] ramdisk = wanted.initrd().isEmpty() ? null : files.read(wanted.initrd());
    board.load(new BootLoader.Boot(image, ramdisk, wanted.append()));
    Symbols symbols = new Symbols(firmware, board.processorType().byteOrder());
    return new RunningBoard(board, typed, shown, symbols, wanted.patienceSeconds());
  }

  private static TreeNode tree(Board wanted, TestFiles files) throws BadInputException {
    if (!wanted.dtb().isEmpty()) {
      return Fdt.read(files.read(wanted.dtb()));
    }
    Map<String, Supplier<TreeNode>> boards = new TreeMap<>();
    List<ProcessorType> types = ProcessorType.all();
    types.forEach(type -> boards.putAll(type.boards()));
    Supplier<TreeNode> known = boards.get(wanted.name());
    if (known == null) {
      throw new ParameterResolutionException(
          "there is no board %s; there are: %s"
              .formatted(wanted.name(), String.join(", ", boards.keySet())));
    }
    return known.get();
  }
}
