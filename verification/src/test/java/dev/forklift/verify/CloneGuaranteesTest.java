package dev.forklift.verify;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.arch.ChildRegisters;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.calls.Syscall;
import dev.forklift.kernel.calls.SyscallFrame;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.KernelClone;
import dev.forklift.kernel.process.Task;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What makes the mistake that started the project impossible, each guarantee by trying to break
/// it.
class CloneGuaranteesTest {
  private static final Pattern COPY_THREAD =
      Pattern.compile("(?s)  @Override\n  public void copyThread\\(.*?\n  }\n");

  @TempDir Path temp;

  private static JavaClasses project() {
    return new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .importPackages("dev.forklift");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arch/src/main/java/dev/forklift/arch/nios2/Nios2Linux.java",
        "verification/src/test/java/dev/forklift/verify/delta/DeltaLinux.java"
      })
  void anArchitectureWithoutCopyThreadDoesNotCompile(String file) throws Exception {
    String whole = Files.readString(Checkout.ROOT.resolve(file));
    String without = COPY_THREAD.matcher(whole).replaceFirst("");
    assertThat(without).isNotEqualTo(whole);
    String name = file.replaceFirst(".*/java/", "").replace(".java", "").replace('/', '.');
    SourceCompiler compiler = new SourceCompiler(temp);
    assertThat(compiler.compile(name, whole)).isEmpty();
    assertThat(compiler.compile(name, without))
        .singleElement()
        .asString()
        .contains("does not override abstract method", "copyThread");
  }

  @Test
  void copyThreadIsGivenNoWayToReadARegister() throws Exception {
    Method copyThread =
        Arrays.stream(LinuxAbi.class.getMethods())
            .filter(method -> method.getName().equals("copyThread"))
            .reduce((one, other) -> {
              throw new AssertionError("more than one");
            })
            .orElseThrow();
    assertThat(copyThread.getParameterTypes())
        .containsExactly(KernelCloneArgs.class, ChildRegisters.class);
    assertThat(copyThread.isDefault()).isFalse();
    // Of the registers nothing comes back; the one number that does is who the parent is.
    assertThat(ChildRegisters.class.getMethods())
        .extracting(Method::toGenericString)
        .containsExactlyInAnyOrder(
            "public abstract void dev.forklift.kernel.arch.ChildRegisters.set(int,long)",
            "public abstract long dev.forklift.kernel.arch.ChildRegisters.parentPid()");
    assertThat(ChildRegisters.class.getInterfaces()).isEmpty();
    // The record holds values only: nothing of the engine can be reached from it.
    assertThat(KernelCloneArgs.class.getRecordComponents())
        .extracting(RecordComponent::getGenericType)
        .extracting(Object::toString)
        .containsOnly(
            "long",
            "int",
            "boolean",
            "class java.lang.String",
            "interface java.lang.Runnable",
            "java.util.List<java.lang.Integer>");
  }

  private static ArchRule onlyKernelCloneMakesTasks() {
    return constructors()
        .that()
        .areDeclaredIn(Task.class)
        .should()
        .onlyBeCalled()
        .byClassesThat(oneOf(KernelClone.class, Kernel.class));
  }

  private static ArchRule onlyKernelCloneCopiesThreads() {
    return methods()
        .that()
        .areDeclaredIn(LinuxAbi.class)
        .and()
        .haveName("copyThread")
        .should()
        .onlyBeCalled()
        .byClassesThat(oneOf(KernelClone.class));
  }

  private static DescribedPredicate<JavaClass> oneOf(Class<?>... classes) {
    List<String> names = Arrays.stream(classes).map(Class::getName).toList();
    return DescribedPredicate.<HasName>describe(
            "one of " + names, any -> names.contains(any.getName()))
        .forSubtype();
  }

  @Test
  void thereIsOneWayToANewTask() {
    JavaClasses project = project();
    onlyKernelCloneMakesTasks().check(project);
    onlyKernelCloneCopiesThreads().check(project);
    // A kernel makes one task itself, the idle one, when it is made.
    assertThat(project.get(Kernel.class).getConstructorCallsFromSelf())
        .filteredOn(call -> call.getTargetOwner().isEquivalentTo(Task.class))
        .singleElement()
        .satisfies(call -> assertThat(call.getOrigin().getName()).isEqualTo("<init>"));
    assertThat(
            Arrays.stream(KernelClone.class.getDeclaredMethods())
                .filter(method -> java.lang.reflect.Modifier.isPublic(method.getModifiers()))
                .filter(method -> method.getReturnType() == int.class))
        .extracting(Method::getName)
        .containsExactly("clone");
  }

  @Test
  void aSecondWayToANewTaskIsFound() throws Exception {
    String name = "dev.forklift.kernel.process.SecondWay";
    assertThat(
            new SourceCompiler(temp)
                .compile(
                    name,
                    """
                    package dev.forklift.kernel.process;

                    final class SecondWay {
                      static Task fork(Kernel kernel, TaskParts parts) {
                        Task child = new Task(kernel, parts);
                        kernel.abi().copyThread(
                            dev.forklift.kernel.arch.KernelCloneArgs.fork(), null);
                        return child;
                      }
                    }
                    """))
        .isEmpty();
    String kernel = Task.class.getProtectionDomain().getCodeSource().getLocation().toString();
    URI place = URI.create(kernel.endsWith(".jar") ? "jar:" + kernel + "!/" : kernel);
    JavaClasses changed =
        new ClassFileImporter().importUrls(List.of(temp.toUri().toURL(), place.toURL()));
    assertThatThrownBy(() -> onlyKernelCloneMakesTasks().check(changed))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(name);
    assertThatThrownBy(() -> onlyKernelCloneCopiesThreads().check(changed))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(name);
  }

  /// The programs make all their tasks by calls that do not need the registers afterwards, in which
  /// their arguments were.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "clone-tls",
        "clone3-tls",
        "clone-settid",
        "clone-sharing",
        "threads",
        "vfork-exec"
      })
  void nothingOfATaskComesFromTheArgumentRegisters(String program) throws Exception {
    Path guest = Checkout.ROOT.resolve("verification/guest");
    AtomicInteger poisoned = new AtomicInteger();
    SyscallObserver poison =
        new SyscallObserver() {
          @Override
          public void enter(Syscall row, SyscallFrame frame) {
            if (row.name().equals("clone") || row.name().equals("clone3")) {
              for (int register : new Nios2Linux().syscallRegisters().arguments()) {
                frame.task().cpu().setRegister(register, 0xdead_0000 + register);
              }
              poisoned.incrementAndGet();
            }
          }
        };
    GuestRun run =
        GuestRun.of(
            GuestRun.rootWith(program, guest.resolve("bin").resolve(program)),
            GuestRun.program(program, List.of(), List.of()),
            "",
            config -> config.withObserver(poison));
    assertThat(run.out()).isEqualTo(Files.readString(guest.resolve(program + "/expected.txt")));
    assertThat(poisoned).hasPositiveValue();
  }
}
