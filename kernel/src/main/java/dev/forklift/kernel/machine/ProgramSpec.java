package dev.forklift.kernel.machine;

import java.util.List;

/// The program that a machine runs.
///
/// @param path where it is in the guest
/// @param arguments argv, the name first
/// @param environment `NAME=value` entries
/// @param folder the current folder
/// @param asInit whether it is pid 1 itself instead of a child of the built-in init
/// @param uid user id
/// @param gid group id
public record ProgramSpec(
    String path,
    List<String> arguments,
    List<String> environment,
    String folder,
    boolean asInit,
    int uid,
    int gid) {
  public ProgramSpec {
    arguments = List.copyOf(arguments);
    environment = List.copyOf(environment);
  }
}
