package dev.forklift.kernel.random;

import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;

/// The host's random bytes, from the device that it has for them. Java's own generator asks the
/// same device, but takes many times as long until it does.
final class HostRandom implements RandomSource {
  private static final String DEVICE = "/dev/urandom";

  private final InputStream device;

  private HostRandom(InputStream device) {
    this.device = device;
  }

  static RandomSource open() {
    try {
      return new HostRandom(new FileInputStream(DEVICE));
    } catch (IOException e) {
      return RandomSource.of(new SecureRandom());
    }
  }

  @Override
  public void fill(byte[] destination, int offset, int length) {
    try {
      if (device.readNBytes(destination, offset, length) < length) {
        throw new EOFException(DEVICE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
