package dev.forklift.kernel.loader;

import dev.forklift.engine.memory.Protection;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.mm.AddressSpaces;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.random.RandomSource;
import dev.forklift.kernel.vfs.AttributeChange;
import dev.forklift.kernel.vfs.Bytes;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A file tree with programs in it, and what loads them.
final class LoaderWorld implements AutoCloseable {
  final World world;
  final ResourceLimits limits = ResourceLimits.initial(100);
  final AddressSpaces spaces;
  final Loader loader;

  LoaderWorld(LinuxAbi abi) {
    world = new World(1 << abi.memoryLayout().pageShift());
    spaces = new AddressSpaces(abi, world.budget);
    loader = new Loader(spaces, RandomSource.of(new Random(1)));
  }

  @Override
  public void close() {
    world.close();
  }

  /// Makes an executable file.
  void program(String path, byte[] contents) throws Errno {
    OpenFile file = world.open(path, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC);
    if (contents.length > 0) {
      var _ = file.write(world.caller, Bytes.of(contents));
    }
    file.release();
    world.find(path).inode().setAttributes(AttributeChange.ofMode(0755));
  }

  void script(String path, String text) throws Errno {
    program(path, text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
  }

  LoadedProgram load(String path, String... arguments) throws Errno {
    return load(ExecRequest.of(path, List.of(arguments), List.of("X=1")));
  }

  LoadedProgram load(ExecRequest request) throws Errno {
    return loader.load(world.caller, request, limits, true);
  }

  /// The argv of a loaded program, as it finds it.
  static List<String> argv(LoadedProgram program) throws Errno {
    Mm mm = program.mm();
    int word = mm.user().model().wordBytes();
    return mm.user().readStrings(program.stackPointer() + word, 1 << 17, 1 << 24);
  }

  /// What is mapped, as /proc/PID/maps shows it, without device and inode.
  List<String> maps(Mm mm) {
    List<String> lines = new ArrayList<>();
    for (Region r : mm.regions()) {
      OpenFile file = Mm.vma(r).file();
      String special = mm.nameOf(r);
      String name =
          file != null
              ? file.path().display(world.caller.fs().root())
              : special == null ? "" : special;
      lines.add(
          "%08x-%08x %s%s%s%s %08x %s"
              .formatted(
                  r.start(),
                  r.end(),
                  (r.protection() & Protection.READ) != 0 ? "r" : "-",
                  (r.protection() & Protection.WRITE) != 0 ? "w" : "-",
                  (r.protection() & Protection.EXECUTE) != 0 ? "x" : "-",
                  r.shared() ? "s" : "p",
                  r.offset(),
                  name)
              .strip());
    }
    return lines;
  }
}
