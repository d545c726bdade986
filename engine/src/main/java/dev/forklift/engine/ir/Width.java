package dev.forklift.engine.ir;

/// The width of an operation.
public enum Width {
  W32,
  W64
}
