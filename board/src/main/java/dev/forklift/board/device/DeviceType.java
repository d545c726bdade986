package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.Services;
import java.util.List;
import java.util.Set;

/// A kind of device that machines can have. Found as a service.
public interface DeviceType {
  /// All that `loader` finds.
  static List<DeviceType> all(ClassLoader loader) {
    return Services.of(DeviceType.class, loader);
  }

  /// The `compatible` strings of the nodes that describe one.
  Set<String> compatible();

  /// The device that a node describes.
  ///
  /// @throws BadInputException if there cannot be such a device
  Device create(Placement place) throws BadInputException;
}
