package dev.forklift.kernel.cred;

/// The kinds of ids that a user namespace maps, each with a map of its own.
public enum IdKind {
  USER,
  GROUP,
  /// Of disk quotas.
  PROJECT
}
