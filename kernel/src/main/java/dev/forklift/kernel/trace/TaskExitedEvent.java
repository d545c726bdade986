package dev.forklift.kernel.trace;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;

/// A task has begun to end.
@Name("forklift.TaskExited")
@Label("Task Exited")
@Category({"Forklift", "Tasks"})
@StackTrace(false)
@Registered(false)
final class TaskExitedEvent extends Event {
  @Label("Task Id")
  @Description("In the first pid namespace")
  int tid;

  @Label("Process Id")
  @Description("In the first pid namespace")
  int tgid;

  @Label("Name")
  String name = "";

  @Label("Exit Status")
  @Description("If it ends by itself")
  int status;

  @Label("Signal")
  @Description("If one kills it")
  int signal;
}
