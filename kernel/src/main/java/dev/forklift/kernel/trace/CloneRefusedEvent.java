package dev.forklift.kernel.trace;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;

/// clone or clone3 has been refused.
@Name("forklift.CloneRefused")
@Label("Clone Refused")
@Category({"Forklift", "Tasks"})
@StackTrace(false)
@Registered(false)
final class CloneRefusedEvent extends Event {
  @Label("Task Id")
  @Description("Of the caller, in the first pid namespace")
  int tid;

  @Label("Rule")
  String rule = "";

  @Label("Row")
  @Description("In docs/process-creation.md")
  String row = "";

  @Label("Error")
  String error = "";

  @Label("Reason")
  String reason = "";
}
