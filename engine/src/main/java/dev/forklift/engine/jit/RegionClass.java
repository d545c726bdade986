package dev.forklift.engine.jit;

import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.memory.CodePage;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.invoke.MethodHandles;
import java.util.List;

/// The class that a region has become, as a file.
///
/// @param functions what it calls in Java
record RegionClass(
    CodePage page, Region region, byte[] bytes, Sites sites, List<JavaFunction> functions) {
  /// HotSpot does not compile what is longer (`HugeMethodLimit`).
  private static final int LONGEST_CODE = 8000;

  /// Whether HotSpot would compile its methods.
  boolean isCompilable() {
    return codeLength() <= LONGEST_CODE;
  }

  /// Bytes of its longest method.
  int codeLength() {
    return ClassFile.of().parse(bytes).methods().stream()
        .flatMap(method -> method.findAttribute(Attributes.code()).stream())
        .mapToInt(CodeAttribute::codeLength)
        .max()
        .orElseThrow();
  }

  /// Code that can be run.
  RegionCode define() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      return (RegionCode)
          lookup
              .defineHiddenClass(bytes, true)
              .lookupClass()
              .getDeclaredConstructor(RegionCode.Parts.class)
              .newInstance(
                  new RegionCode.Parts(
                      page, region, sites, functions.toArray(JavaFunction[]::new)));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a region that cannot be defined", e);
    }
  }
}
