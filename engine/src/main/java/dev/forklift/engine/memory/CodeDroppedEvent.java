package dev.forklift.engine.memory;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// Translations of a page of guest code have been dropped.
@Name("forklift.CodeDropped")
@Label("Code Dropped")
@Category({"Forklift", "Translator"})
@StackTrace(false)
final class CodeDroppedEvent extends Event {
  @Label("Page")
  @Description("Guest address")
  long page;

  @Label("Regions")
  @Description("Hot code, which ran as Java code")
  int regions;

  @Label("Blocks")
  @Description("Cold code, which was evaluated")
  int blocks;

  @Label("Reason")
  @Description("STORED_TO, NO_ROOM or PAGE_FREED")
  String reason = "";
}
