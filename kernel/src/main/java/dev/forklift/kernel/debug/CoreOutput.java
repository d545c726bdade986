package dev.forklift.kernel.debug;

import java.io.IOException;

/// Where a core file is written to. What lies between the writes is zero.
public interface CoreOutput {
  /// Writes the first `length` of the bytes. Offsets only grow.
  ///
  /// @throws IOException if nothing more can be written
  void write(long offset, byte[] bytes, int length) throws IOException;

  /// The file is complete and ends here.
  void end(long size) throws IOException;
}
