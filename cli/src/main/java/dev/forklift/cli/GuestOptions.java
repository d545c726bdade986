package dev.forklift.cli;

import dev.forklift.arch.nios2.Nios2;
import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.engine.jit.TranslationLog;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.MachineConfig.Release;
import dev.forklift.kernel.machine.ProgramSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// What a guest is given: its root, folders, environment, identity. Nothing else of the host is
/// visible to it.
final class GuestOptions {
  @Option(
      names = "-L",
      paramLabel = "ROOT",
      description =
          "The guest's root: a folder, or a tar or cpio image (gz, xz). What the guest changes"
              + " there is forgotten at the end, unless :rw follows a folder's name.")
  private @Nullable String root;

  @Option(
      names = "-v",
      paramLabel = "HOST:GUEST[:ro]",
      converter = Volume.Converter.class,
      description = "Show a folder or file of the host at a place in the guest.")
  private List<Volume> volumes = new ArrayList<>();

  @Option(
      names = {"-e", "-E", "--env"},
      paramLabel = "NAME=VALUE",
      description = "Set an environment variable; NAME alone passes the host's value.")
  private List<String> environment = new ArrayList<>();

  @Option(names = "-w", paramLabel = "DIR", description = "The current folder in the guest.")
  private @Nullable String folder;

  @Option(
      names = "-u",
      paramLabel = "UID[:GID]",
      converter = GuestUser.Converter.class,
      description = "Who the guest runs as; 0:0 if not given.")
  private GuestUser user = GuestUser.ROOT;

  @Option(names = "--init", description = "Make the program pid 1 itself.")
  private boolean asInit;

  @Option(
      names = "--release",
      paramLabel = "6.12|6.18",
      converter = ReleaseConverter.class,
      description = "Which Linux release's behaviour to show; 6.12 has no clone3 on nios2.")
  private Release release = Release.V6_18;

  @Option(
      names = "--engine",
      paramLabel = "translator|evaluator",
      converter = EngineKind.Converter.class,
      description = "What runs guest code: translator (the default) makes hot code fast.")
  private EngineKind engine = EngineKind.TRANSLATOR;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      converter = MebibytesConverter.class,
      description = "How much memory all guest processes may hold together.")
  private @Nullable Long memory;

  @Mixin private CustomOptions custom = new CustomOptions();

  /// Takes an option without picocli; says whether it is one that can be taken so.
  boolean takeOption(String name, String value) {
    switch (name) {
      case "-L" -> root = value;
      case "-w" -> folder = value;
      case "-v" -> {
        Volume volume = Volume.of(value);
        return volume != null && volumes.add(volume);
      }
      case "-e", "-E", "--env" -> environment.add(value);
      default -> {
        return custom.takeOption(name, value);
      }
    }
    return true;
  }

  /// The CPU, and Linux on it.
  ///
  /// @throws IOException with a message for the user
  LinuxAbi abi() throws IOException {
    return new Nios2Linux(new Nios2(custom.instructions()));
  }

  /// The files that the guest sees.
  ///
  /// @throws IOException with a message for the user
  GuestFiles files(String program) throws IOException {
    return new GuestFiles(GuestRoot.of(root), volumes, user, folder, program);
  }

  /// @param log where the engine keeps what it has translated
  /// @throws IOException with a message for the user
  MachineConfig configure(MachineConfig config, TranslationLog log) throws IOException {
    MachineConfig result = config.withRelease(release).withEngine(engine.create(log));
    Long limit = memory;
    if (limit == null) {
      return result;
    }
    // The kernel's own things and the translations need room too.
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    long most = heap * 3 / 5;
    if (limit > most) {
      throw new IOException(
          "--memory %d: at most %d of the %d MiB that Java may use; FORKLIFT_JAVA_OPTIONS=-Xmx%dm gives it more"
              .formatted(limit, most, heap, limit * 2));
    }
    long bytes = limit << 20;
    return result.withLimits(bytes, MachineConfig.tasksFor(bytes));
  }

  ProgramSpec program(String path, List<String> arguments, String startFolder) {
    return new ProgramSpec(
        path, arguments, environment(), startFolder, asInit, user.uid(), user.gid());
  }

  private List<String> environment() {
    List<String> result = new ArrayList<>();
    String term = CommandLineBytes.environment("TERM");
    if (term != null) {
      result.add("TERM=" + term);
    }
    for (String entry : environment) {
      int equals = entry.indexOf('=');
      String name = equals < 0 ? entry : entry.substring(0, equals);
      result.removeIf(e -> e.startsWith(name + "="));
      if (equals >= 0) {
        result.add(entry);
      } else {
        String value = CommandLineBytes.environment(name);
        if (value != null) {
          result.add(name + "=" + value);
        }
      }
    }
    return result;
  }

  static final class ReleaseConverter implements ITypeConverter<Release> {
    @Override
    public Release convert(String text) {
      return switch (text) {
        case "6.12" -> Release.V6_12;
        case "6.18" -> Release.V6_18;
        default -> throw new TypeConversionException("'" + text + "' is neither 6.12 nor 6.18");
      };
    }
  }

  private static final class MebibytesConverter implements ITypeConverter<Long> {
    private static final long LARGEST = 1L << 40;

    @Override
    public Long convert(String text) {
      try {
        long number = Long.parseLong(text);
        if (number > 0 && number <= LARGEST) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw new TypeConversionException("'" + text + "' is not a number of MiB");
    }
  }
}
