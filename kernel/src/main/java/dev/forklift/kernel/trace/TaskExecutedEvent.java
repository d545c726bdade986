package dev.forklift.kernel.trace;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;

/// A process has executed a program.
@Name("forklift.TaskExecuted")
@Label("Task Executed")
@Category({"Forklift", "Tasks"})
@StackTrace(false)
@Registered(false)
final class TaskExecutedEvent extends Event {
  @Label("Task Id")
  @Description("In the first pid namespace")
  int tid;

  @Label("Name")
  String name = "";

  @Label("Path")
  String path = "";
}
