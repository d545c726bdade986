package dev.forklift.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Gives each test that has a parameter of type [RunningBoard] a board of its own, switched on and
/// not begun. One at a method counts before one at its class.
///
/// Files are looked for beside the test class, as its resources, and then on the host, from the
/// current folder on.
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ForkliftExtension.class)
public @interface Board {
  /// The file of firmware or a kernel: ELF, an image of U-Boot, or bytes as they are.
  String firmware();

  /// The board, by its name.
  String name() default "10m50-bare";

  /// The file of a device tree (.dtb) that describes the board; then the name does not count.
  String dtb() default "";

  /// The file of an initial file system.
  String initrd() default "";

  /// The kernel's command line.
  String append() default "";

  /// For how many seconds of the host's time a board may run at a time. A board that takes longer
  /// fails its test.
  int patienceSeconds() default 60;
}
