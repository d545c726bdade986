import org.jspecify.annotations.NullMarked;

/// Machines: bus, devices, device tree, boot loader. Nothing is here yet; the direction of the
/// module is.
@NullMarked
module dev.forklift.board {
  requires transitive dev.forklift.engine;
  requires static transitive org.jspecify;
}
