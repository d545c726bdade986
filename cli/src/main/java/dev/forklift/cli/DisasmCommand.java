package dev.forklift.cli;

import dev.forklift.arch.nios2.Nios2;
import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.jit.RegionListing;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.debug.CodeImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `forklift disasm`: what the translator makes of code.
@Command(
    name = "disasm",
    description = {
      "Shows what the translator makes of the code at an address, without running it: the guest's"
          + " instructions, the steps they mean, and the bytecode that these become, block by block."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  forklift disasm ./prog",
      "  forklift disasm ./prog main",
      "  forklift disasm libc.so.6 memcpy+0x20",
      "  forklift disasm --guest ./prog 0x101f8",
      "",
      "Exit status: 1 if there is no such code in PROGRAM, 125 if PROGRAM cannot be read or is no",
      "program for the CPU."
    })
final class DisasmCommand implements Callable<Integer> {
  private static final int NO_CODE = 1;
  private static final int HEX = 16;

  @Spec private CommandSpec spec;

  @Mixin private CustomOptions custom = new CustomOptions();

  @Option(names = "--guest", description = "Only the guest's instructions.")
  private boolean guestOnly;

  @Parameters(index = "0", paramLabel = "PROGRAM", description = "A program or library; a file.")
  private String program = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ADDRESS|SYMBOL",
      description =
          "Where: 0x and hexadecimal, as linked; a symbol; or SYMBOL+0xOFFSET. Where the program"
              + " begins, if not said.")
  private @Nullable String place;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      LinuxAbi abi = new Nios2Linux(new Nios2(custom.instructions()));
      CodeImage image = CodeImage.of(abi, read());
      if (image == null) {
        return refuse(Main.NOT_RUN, program + ": is no program or library for " + abi.isa().name());
      }
      return show(out, abi.isa(), image);
    } catch (IOException e) {
      return refuse(Main.NOT_RUN, String.valueOf(e.getMessage()));
    } finally {
      out.flush();
    }
  }

  private byte[] read() throws IOException {
    Path file = CommandLineBytes.path(program);
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException(program + ": " + HostErrors.describe(e), e);
    }
  }

  private int show(PrintWriter out, Isa isa, CodeImage image) {
    Long found = place == null ? Long.valueOf(image.entry()) : find(image, place);
    if (found == null) {
      return refuse(NO_CODE, program + ": no symbol '" + place + "'");
    }
    long address = found;
    if (!image.hasCode(address) || address % (1L << isa.instructionAlignmentShift()) != 0) {
      return refuse(NO_CODE, program + ": no code at 0x" + Long.toHexString(address));
    }
    try {
      RegionListing listing = RegionListing.of(isa, image.space(), address);
      if (listing == null) {
        return refuse(
            NO_CODE,
            program
                + ": the code at 0x"
                + Long.toHexString(address)
                + " is never translated: it lies on two pages");
      }
      new ListingText(out, image, guestOnly).print(address, listing);
      return 0;
    } catch (GuestFault unmapped) {
      return refuse(
          NO_CODE, program + ": the code at 0x" + Long.toHexString(address) + " is cut off");
    }
  }

  /// The address that a place stands for, or null if nobody knows it.
  private static @Nullable Long find(CodeImage image, String place) {
    Long symbol = image.address(place);
    if (symbol != null) {
      return symbol;
    }
    Long number = hexadecimal(place);
    int plus = place.lastIndexOf('+');
    if (number != null || plus < 0) {
      return number;
    }
    Long base = image.address(place.substring(0, plus));
    Long offset = hexadecimal(place.substring(plus + 1));
    return base == null || offset == null ? null : Long.valueOf(base + offset);
  }

  private static @Nullable Long hexadecimal(String text) {
    try {
      return text.startsWith("0x") ? Long.valueOf(text.substring(2), HEX) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private int refuse(int status, String why) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("forklift: " + Main.oneLine(why));
    err.flush();
    return status;
  }
}
