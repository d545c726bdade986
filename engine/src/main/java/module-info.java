import org.jspecify.annotations.NullMarked;

/// What a CPU is, and how its code runs: instruction sets, the intermediate representation, its
/// back ends, guest memory.
@NullMarked
module dev.forklift.engine {
  requires jdk.jfr;
  requires jdk.unsupported; // signals of the host
  requires static transitive org.jspecify;

  exports dev.forklift.engine.cpu;
  exports dev.forklift.engine.gdb;
  exports dev.forklift.engine.host;
  exports dev.forklift.engine.ir;
  exports dev.forklift.engine.isa;
  exports dev.forklift.engine.jit;
  exports dev.forklift.engine.memory;
}
