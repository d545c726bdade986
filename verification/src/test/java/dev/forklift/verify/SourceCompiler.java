package dev.forklift.verify;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Compiles a Java source against the project, as somebody who adds to it would.
final class SourceCompiler {
  private final Path classes;

  /// @param classes where class files go
  SourceCompiler(Path classes) {
    this.classes = classes;
  }

  /// Compiles one source file.
  ///
  /// @param name of the class with its package
  /// @return what the compiler complains about; empty if nothing
  List<String> compile(String name, String source) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> complaints = new DiagnosticCollector<>();
    JavaFileObject file =
        new SimpleJavaFileObject(
            URI.create("string:///" + name.replace('.', '/') + ".java"),
            JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    boolean done =
        compiler
            .getTask(
                new StringWriter(),
                null,
                complaints,
                List.of("-proc:none", "-cp", classPath, "-d", classes.toString()),
                null,
                List.of(file))
            .call();
    List<String> errors =
        complaints.getDiagnostics().stream()
            .filter(d -> d.getKind() == javax.tools.Diagnostic.Kind.ERROR)
            .map(d -> d.getMessage(null))
            .toList();
    if (done != errors.isEmpty()) {
      throw new IOException("the compiler does not say what is wrong");
    }
    return errors;
  }
}
