package dev.forklift.engine.memory;

/// What a guest wanted to do with memory.
public enum Access {
  READ,
  WRITE,
  EXECUTE
}
