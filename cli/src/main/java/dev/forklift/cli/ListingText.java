package dev.forklift.cli;

import dev.forklift.engine.jit.RegionListing;
import dev.forklift.engine.jit.RegionListing.Block;
import dev.forklift.engine.jit.RegionListing.Instruction;
import dev.forklift.kernel.debug.CodeImage;
import java.io.PrintWriter;
import java.util.List;

/// Prints what the translator makes of code: each block's guest instructions with the steps they
/// mean, then its bytecode.
final class ListingText {
  private final PrintWriter out;
  private final CodeImage image;
  private final boolean guestOnly;

  /// @param guestOnly whether to leave steps and bytecode out
  ListingText(PrintWriter out, CodeImage image, boolean guestOnly) {
    this.out = out;
    this.image = image;
    this.guestOnly = guestOnly;
  }

  void print(long address, RegionListing listing) {
    int instructions = listing.blocks().stream().mapToInt(b -> b.instructions().size()).sum();
    out.printf(
        "%s: %s, %s of the guest; a class of %s, its longest method %s%s%n",
        place(address),
        plural(listing.blocks().size(), "block"),
        plural(instructions, "instruction"),
        plural(listing.classBytes(), "byte"),
        listing.codeBytes(),
        listing.isCompilable() ? "" : " (too long for HotSpot: it is evaluated)");
    bytecode("entered by", listing.before());
    for (Block block : listing.blocks()) {
      out.printf("%n%s%n", place(block.start()));
      block.instructions().forEach(this::instruction);
      bytecode("bytecode", block.bytecode());
    }
    if (!guestOnly) {
      out.println();
    }
    bytecode("left by", listing.behind());
  }

  private void instruction(Instruction instruction) {
    String code = "%0" + 2 * instruction.bytes() + "x";
    out.printf(
        "  %6x  %-8s  %s%n",
        instruction.pc(), code.formatted(instruction.code()), instruction.text());
    if (!guestOnly) {
      instruction.steps().forEach(step -> out.printf("%22s%s%n", "", step));
    }
  }

  private void bytecode(String title, List<String> lines) {
    if (!guestOnly && !lines.isEmpty()) {
      out.println("  " + title);
      lines.forEach(line -> out.println("    " + line));
    }
  }

  private String place(long address) {
    String name = image.nameOf(address);
    return "0x" + Long.toHexString(address) + (name == null ? "" : " " + name);
  }

  private static String plural(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
