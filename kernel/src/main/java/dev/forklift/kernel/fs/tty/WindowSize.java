package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;

/// `struct winsize`: a terminal's size in characters and in pixels.
public record WindowSize(int rows, int columns, int pixelWidth, int pixelHeight) {
  static final int BYTES = 8;

  public WindowSize(int rows, int columns) {
    this(rows, columns, 0, 0);
  }

  static WindowSize read(StructReader in) {
    return new WindowSize(in.u16(), in.u16(), in.u16(), in.u16());
  }

  StructWriter write(StructWriter out) {
    return out.u16(rows).u16(columns).u16(pixelWidth).u16(pixelHeight);
  }
}
