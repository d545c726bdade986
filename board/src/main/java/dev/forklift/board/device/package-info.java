/// Devices, and what they are made with.
///
/// A device of a user's own is one class, named in `META-INF/services` or in a module's `provides`:
///
/// ```java
/// public final class Beeper implements DeviceType {
///   public Set<String> compatible() {
///     return Set.of("acme,beeper-1.0");
///   }
///
///   public Device create(Placement place) {
///     return new RegisterTable(4).writable("pitch", () -> 0, hertz -> System.out.println(hertz));
///   }
/// }
/// ```
package dev.forklift.board.device;
