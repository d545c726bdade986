/// Guest programs and boards inside JUnit tests.
///
/// ```java
/// @Board(firmware = "blink.elf")
/// class BlinkTest {
///   @Test
///   void theLightGoesOnAndOff(RunningBoard board) {
///     board.runMillis(300);
///     assertThat(board.pins("gpio@180014d0").output()).isEqualTo(1);
///   }
/// }
/// ```
///
/// A board runs only while its test asks for it, on the test's thread, and its time counts
/// instructions, so that a test finds the same each time.
package dev.forklift.junit;
