package dev.forklift.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Runs a Linux program for each test that has a parameter of type [ProgramRun], on a kernel of its
/// own, and gives the test what came of it. One at a method counts before one at its class.
///
/// The program is alone in its root, as `/job/NAME`, in `/job`.
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ForkliftExtension.class)
public @interface GuestProgram {
  /// Its file, looked for as [Board#firmware] is: a static ELF file.
  String value();

  /// Its arguments, without its own name.
  String[] arguments() default {};

  /// `NAME=VALUE`, each.
  String[] environment() default {};

  /// What it finds at its standard input.
  String input() default "";

  /// For how many seconds of the host's time it may run.
  int patienceSeconds() default 60;
}
