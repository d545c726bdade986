package dev.forklift.kernel.trace;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;

/// A task has been made, with the record that it was made from.
@Name("forklift.TaskCreated")
@Label("Task Created")
@Category({"Forklift", "Tasks"})
@StackTrace(false)
@Registered(false)
final class TaskCreatedEvent extends Event {
  @Label("Task Id")
  @Description("In the first pid namespace")
  int tid;

  @Label("Process Id")
  @Description("In the first pid namespace")
  int tgid;

  @Label("Name")
  String name = "";

  @Label("Made By")
  @Description("Task id of who called clone; the parent may be another, with CLONE_PARENT")
  int maker;

  @Label("Flags")
  @Description("CLONE_*, without the prefix")
  String flags = "";

  @Label("Exit Signal")
  int exitSignal;

  @Label("Stack Pointer")
  @Description("0: the maker's")
  long stack;

  @Label("Thread Pointer")
  @Description("For CLONE_SETTLS")
  long tls;

  @Label("Address For Tid In Parent")
  long parentTid;

  @Label("Address For Tid In Child")
  long childTid;

  @Label("Address For Pidfd")
  long pidfd;

  @Label("Wanted Tids")
  @Description("Innermost pid namespace first")
  String setTid = "";

  @Label("Cgroup Descriptor")
  @Description("For CLONE_INTO_CGROUP")
  int cgroup;

  @Label("Kernel Thread")
  boolean kernelThread;
}
