package dev.forklift.engine.jit;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A piece of hot guest code has been translated, or could not be.
@Name("forklift.RegionTranslated")
@Label("Region Translated")
@Category({"Forklift", "Translator"})
@StackTrace(false)
final class RegionTranslatedEvent extends Event {
  @Label("Entry")
  @Description("Guest address")
  long entry;

  @Label("Blocks")
  int blocks;

  @Label("Instructions")
  @Description("Of the guest")
  int instructions;

  @Label("Class File")
  @DataAmount
  int bytes;

  @Label("Outcome")
  @Description("INSTALLED, or why it is not")
  String outcome = "";
}
