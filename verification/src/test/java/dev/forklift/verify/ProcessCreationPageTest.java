package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.forklift.kernel.process.CloneRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// docs/process-creation.md says what is so.
@TestInstance(Lifecycle.PER_CLASS)
class ProcessCreationPageTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern MEMBER = Pattern.compile("([A-Z]\\w*)(?:\\.([a-z]\\w*))?");
  private static final Pattern RULE = Pattern.compile("[A-Z][A-Z0-9_]+");
  private static final Path GUEST = Checkout.ROOT.resolve("verification/guest");

  /// @param number as explain tells it
  /// @param answer the errno's name
  private record Row(
      String number,
      String path,
      String condition,
      String answer,
      String rule,
      String heldBy,
      String shownBy,
      String compared) {}

  private String page;
  private List<Row> rows;
  private Map<String, List<JavaClass>> classes;

  @BeforeAll
  void read() throws IOException {
    page = Files.readString(Checkout.ROOT.resolve("docs/process-creation.md"));
    rows =
        cellsOf("## Rows").stream()
            .map(c ->
                new Row(
                    c.get(0), c.get(1), c.get(2), c.get(3), c.get(4), c.get(5), c.get(6), c.get(7)))
            .toList();
    classes =
        new ClassFileImporter()
            .importPackages("dev.forklift").stream()
                .collect(Collectors.groupingBy(JavaClass::getSimpleName));
  }

  /// The table below a heading, without its head.
  private List<List<String>> cellsOf(String heading) {
    int begin = page.indexOf(heading + "\n");
    int end = page.indexOf("\n## ", begin + 1);
    return page.substring(begin, end < 0 ? page.length() : end)
        .lines()
        .filter(line -> line.startsWith("| "))
        .skip(1)
        .map(line -> Arrays.stream(line.substring(1).split("\\|", -1)).map(String::strip).toList())
        .toList();
  }

  private static List<String> codeIn(String text) {
    return CODE.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }

  @Test
  void whateverIsNamedExists() {
    List<String> named = codeIn(page);
    assertThat(named).hasSizeGreaterThan(100);
    assertThat(named).allSatisfy(name -> assertThat(exists(name)).as(name).isTrue());
  }

  private boolean exists(String name) {
    if (name.startsWith("guest/")) {
      Path program = GUEST.resolve(name.substring("guest/".length()));
      return Files.exists(program.resolve("expected.txt"))
          || (name.equals("guest/NAME") && Files.exists(GUEST));
    }
    if (RULE.matcher(name).matches()) {
      return Arrays.stream(CloneRule.values()).anyMatch(rule -> rule.name().equals(name));
    }
    var member = MEMBER.matcher(name);
    if (!member.matches()) {
      return Set.of("code", "forklift explain", "expected.txt").contains(name);
    }
    return classes.getOrDefault(member.group(1), List.of()).stream()
        .anyMatch(type ->
            member.group(2) == null
                || type.getMethods().stream()
                    .map(JavaMember::getName)
                    .anyMatch(member.group(2)::equals));
  }

  @Test
  void everyRuleStandsInItsRowWithItsAnswer() {
    Set<CloneRule> missing = EnumSet.allOf(CloneRule.class);
    for (Row row : rows) {
      for (String name : codeIn(row.rule())) {
        CloneRule rule = CloneRule.valueOf(name);
        assertThat(row.answer()).as(name).isEqualTo(rule.errno().symbol());
        if (row.number().equals(rule.row())) {
          missing.remove(rule);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void theRulesStandInTheOrderInWhichTheyAreLookedAt() {
    List<CloneRule> order =
        rows.stream()
            .flatMap(row -> codeIn(row.rule()).stream())
            .map(CloneRule::valueOf)
            .distinct()
            .toList();
    assertThat(order).containsExactly(CloneRule.values());
  }

  @Test
  void everyRowIsHeldByCodeAndShownByATest() {
    assertThat(rows).hasSizeGreaterThan(50);
    assertThat(rows)
        .allSatisfy(row -> {
          assertThat(codeIn(row.heldBy())).as(row.number()).isNotEmpty();
          assertThat(codeIn(row.shownBy()))
              .as(row.number())
              .anyMatch(name -> name.startsWith("guest/") || name.endsWith("Test"));
          assertThat(row.path()).isIn("L", "3", "both");
          assertThat(row.compared()).matches("equal.*|different: .+|cannot be produced: .+");
        });
    for (String heading : List.of("## What started it", "## What a success does")) {
      assertThat(cellsOf(heading))
          .as(heading)
          .isNotEmpty()
          .allSatisfy(cells -> {
            assertThat(codeIn(cells.get(1))).as(cells.getFirst()).isNotEmpty();
            assertThat(codeIn(cells.get(2))).as(cells.getFirst()).isNotEmpty();
          });
    }
  }

  /// What the real kernel said of each row stands in the expected output of clone-rows.
  @Test
  void theRealKernelAnswersWhatThePageSays() throws IOException {
    String answers = Files.readString(GUEST.resolve("clone-rows/expected.txt"));
    for (Row row : rows) {
      if (!codeIn(row.shownBy()).contains("guest/clone-rows")) {
        continue;
      }
      if (!row.path().equals("3")) {
        assertThat(answers).containsPattern(answer("clone", row));
      }
      if (!row.path().equals("L")) {
        assertThat(answers).containsPattern(answer("clone3", row));
      }
    }
  }

  private static Pattern answer(String call, Row row) {
    return Pattern.compile(
        "(?m)^%s, row %s [^\n]*: %s$".formatted(call, row.number(), row.answer()));
  }
}
