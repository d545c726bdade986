import org.jspecify.annotations.NullMarked;

/// The `forklift` command: one class a subcommand.
@NullMarked
module dev.forklift.cli {
  requires dev.forklift.arch;
  requires info.picocli;
  requires static transitive org.jspecify;

  uses dev.forklift.board.cpu.ProcessorType;
  uses dev.forklift.board.device.DeviceType;
  uses dev.forklift.kernel.arch.LinuxAbi;

  opens dev.forklift.cli to
      info.picocli;
}
