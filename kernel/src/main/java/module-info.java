import org.jspecify.annotations.NullMarked;

/// Linux in Java: processes, memory, signals, files and the system calls on them.
@NullMarked
module dev.forklift.kernel {
  requires transitive dev.forklift.engine;
  requires static org.jspecify;
}
