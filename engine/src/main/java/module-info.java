import org.jspecify.annotations.NullMarked;

/// What a CPU is, and how its code runs: instruction sets, the intermediate representation, its
/// back ends, guest memory.
@NullMarked
module dev.forklift.engine {
  requires static org.jspecify;
}
