package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import java.util.Set;

/// Altera's system id: two numbers that say which design this is.
public final class SystemId implements DeviceType {
  @Override
  public Set<String> compatible() {
    return Set.of("altr,sysid-1.0");
  }

  @Override
  public Device create(Placement place) throws BadInputException {
    int id = place.node().cell("id", 0);
    int timestamp = place.node().cell("timestamp", 0);
    return new RegisterTable(4)
        .readable("id", () -> id)
        .readable("timestamp", () -> timestamp)
        .state(_ -> {});
  }
}
