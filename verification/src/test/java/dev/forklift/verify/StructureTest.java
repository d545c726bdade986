package dev.forklift.verify;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What must never be, in all modules at once.
@TestInstance(Lifecycle.PER_CLASS)
class StructureTest {
  private static final Pattern ARCHITECTURE =
      Pattern.compile("(?i)nios|m68k|coldfire|superh|sparc|itanium|ia64|ia_64|riscv|risc_v");

  /// A comment, or a string, in which what looks like a comment is none. Text blocks come first,
  /// since they begin like strings.
  private static final Pattern COMMENT_OR_STRING =
      Pattern.compile("(?s)/\\*.*?\\*/|//[^\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"");

  private JavaClasses all;

  @BeforeAll
  void readAllModules() {
    all =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.forklift");
  }

  @ParameterizedTest
  @CsvSource({
    "engine, engine",
    "kernel, engine kernel",
    "board,  engine board",
    "arch,   engine kernel board arch",
    "cli,    engine kernel board arch cli",
    "junit,  engine kernel board arch junit",
  })
  void modulesSeeOnlyTheModulesBelowThem(String module, String seen) {
    String[] allowed =
        Stream.of(seen.split(" ")).map("dev.forklift.%s.."::formatted).toArray(String[]::new);
    DescribedPredicate<JavaClass> forbidden =
        resideInAnyPackage("dev.forklift..").and(resideOutsideOfPackages(allowed));
    noClasses()
        .that()
        .resideInAPackage("dev.forklift.%s..".formatted(module))
        .should()
        .dependOnClassesThat(forbidden)
        .allowEmptyShould(true)
        .check(all);
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching("dev.forklift.(**)").should().beFreeOfCycles().check(all);
  }

  @Test
  void architecturesDoNotKnowEachOther() {
    slices()
        .matching("dev.forklift.arch.(*)..")
        .should()
        .notDependOnEachOther()
        .allowEmptyShould(true)
        .check(all);
  }

  @ParameterizedTest
  @ValueSource(strings = {"engine", "kernel", "board"})
  void onlyArchNamesAnArchitecture(String module) throws IOException {
    List<String> named = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Checkout.ROOT.resolve(module).resolve("src/main"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String code = withoutComments(Files.readString(file));
        if (ARCHITECTURE.matcher(file.getFileName() + "\n" + code).find()) {
          named.add(Checkout.ROOT.relativize(file).toString());
        }
      }
    }
    assertThat(named).as("files that name an architecture outside of comments").isEmpty();
  }

  @Test
  void namesSayWhatAClassIs() {
    noClasses()
        .should()
        .haveNameMatching("(.*[.$a-z0-9])?(Util|Utils|Helper|Helpers|Manager|Impl)([A-Z0-9$].*)?")
        .check(all);
  }

  @Test
  void staticFieldsAreFinal() {
    fields().that().areStatic().should().beFinal().check(all);
  }

  @Test
  void staticFieldsHoldNothingThatIsMadeToChange() {
    DescribedPredicate<JavaClass> changing =
        nameMatching(
                "java\\.util\\.concurrent\\..*|java\\.lang\\.ThreadLocal"
                    + "|java\\.util\\.(Array|Hash|LinkedHash|Tree|Weak|Identity|Enum)\\w*")
            .<JavaClass>forSubtype()
            .as("a type made to change");
    fields().that().areStatic().should().notHaveRawType(changing).check(all);
  }

  /// The rules hold of nothing at all where a module is not on the class path.
  @ParameterizedTest
  @ValueSource(strings = {"engine", "kernel", "board", "arch", "cli", "junit"})
  void theRulesLookAtEveryModuleThatHasClasses(String module) throws IOException {
    boolean hasClasses;
    try (Stream<Path> files = Files.walk(Checkout.ROOT.resolve(module).resolve("src/main"))) {
      hasClasses =
          files
              .map(file -> file.getFileName().toString())
              .anyMatch(name -> name.endsWith(".java") && !name.contains("-info"));
    }
    boolean seen =
        all.stream().anyMatch(c -> c.getPackageName().startsWith("dev.forklift." + module));
    assertThat(seen).isEqualTo(hasClasses);
  }

  private static String withoutComments(String source) {
    return COMMENT_OR_STRING
        .matcher(source)
        .replaceAll(
            match -> match.group().startsWith("/") ? " " : Matcher.quoteReplacement(match.group()));
  }
}
