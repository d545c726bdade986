import org.jspecify.annotations.NullMarked;

/// One package a CPU, with the same file names in each.
@NullMarked
module dev.forklift.arch {
  requires transitive dev.forklift.engine;
  requires transitive dev.forklift.kernel;
  requires transitive dev.forklift.board;
  requires static transitive org.jspecify;

  exports dev.forklift.arch.nios2;

  uses dev.forklift.arch.nios2.CustomInstructionSet;

  provides dev.forklift.kernel.arch.LinuxAbi with
      dev.forklift.arch.nios2.Nios2Linux;
  provides dev.forklift.board.cpu.ProcessorType with
      dev.forklift.arch.nios2.Nios2ProcessorType;
}
