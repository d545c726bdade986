package dev.forklift.arch.nios2;

import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// Custom instructions under a name, by which a user asks for them.
///
/// The standard ones are `fph1` and `fph2`. Others come from a user: a public class with a public
/// constructor without arguments, found by its own name, or by the set's name where its jar offers
/// it as a service.
public interface CustomInstructionSet {
  /// What users type.
  String name();

  /// Adds the instructions to those that a CPU already has.
  CustomInstructions addTo(CustomInstructions custom);

  /// The set that somebody means by `text`.
  ///
  /// @param text the name of a set, or of a class
  /// @param loader where classes and services are looked for
  /// @throws IllegalArgumentException saying why there is none
  static CustomInstructionSet find(String text, ClassLoader loader) {
    TreeSet<String> known = new TreeSet<>();
    for (CustomInstructionSet standard : Standard.SETS) {
      if (standard.name().equals(text)) {
        return standard;
      }
      known.add(standard.name());
    }
    try {
      for (CustomInstructionSet offered : ServiceLoader.load(CustomInstructionSet.class, loader)) {
        if (offered.name().equals(text)) {
          return offered;
        }
        known.add(offered.name());
      }
    } catch (ServiceConfigurationError e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    }
    if (text.indexOf('.') < 0) {
      throw new IllegalArgumentException(
          "no custom instructions are called '"
              + text
              + "'; there are "
              + String.join(", ", known));
    }
    return ofClass(text, loader);
  }

  private static CustomInstructionSet ofClass(String name, ClassLoader loader) {
    try {
      Class<?> found = Class.forName(name, true, loader);
      if (!CustomInstructionSet.class.isAssignableFrom(found)) {
        throw new IllegalArgumentException(
            "class " + name + " is no " + CustomInstructionSet.class.getName());
      }
      return (CustomInstructionSet) found.getConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("there is no class " + name, e);
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalArgumentException("class " + name + " cannot be used: " + e, e);
    }
  }

  /// A set that comes with Forklift.
  record Standard(String name, UnaryOperator<CustomInstructions> more)
      implements CustomInstructionSet {
    private static final List<Standard> SETS =
        List.of(
            new Standard("fph1", FloatingPoint::addTo),
            new Standard("fph2", FloatingPoint::addAllTo));

    @Override
    public CustomInstructions addTo(CustomInstructions custom) {
      return more.apply(custom);
    }
  }
}
