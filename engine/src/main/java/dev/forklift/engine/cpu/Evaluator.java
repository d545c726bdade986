package dev.forklift.engine.cpu;

import dev.forklift.engine.ir.Arithmetic;
import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.CodePage;
import dev.forklift.engine.memory.CodePage.Translation;
import dev.forklift.engine.memory.GuestFault;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Runs guest code block by block, by evaluating the [Code] of each: the way cold code runs, and
/// the reference for every other engine.
public final class Evaluator implements Engine {
  /// How deep calls of compiled code may stand on the Java stack: some hundred kilobytes of it.
  private static final int CALLS = 300;

  private final @Nullable Translator translator;
  private final int hotAfter;

  /// An engine that evaluates everything.
  public Evaluator() {
    translator = null;
    hotAfter = -1;
  }

  /// An engine that evaluates what `translator` has not made faster yet.
  public Evaluator(Translator translator) {
    this.translator = translator;
    this.hotAfter = translator.hotAfter();
  }

  @Override
  public Exit run(Cpu cpu, AddressSpace space) {
    return isMisaligned(cpu) ? raise(cpu, cpu.isa().misalignedJump()) : runOn(cpu, space);
  }

  @Override
  public Exit step(Cpu cpu, AddressSpace space) {
    return stepOne(cpu, space);
  }

  static Exit stepOne(Cpu cpu, AddressSpace space) {
    if (isMisaligned(cpu)) {
      return raise(cpu, cpu.isa().misalignedJump());
    }
    Block block;
    try {
      block = Lifter.lift(cpu.isa(), space, space.codePage(cpu.pc), cpu.pc, 1);
    } catch (GuestFault fault) {
      return fault(cpu, fault);
    }
    Exit exit = execute(block, cpu, cpu.file, space);
    return exit == null ? Exit.SAFE_POINT : exit;
  }

  /// Only who sets the pc from outside can make it so: jumps are checked where they are made.
  static boolean isMisaligned(Cpu cpu) {
    return (cpu.pc & (1L << cpu.isa().instructionAlignmentShift()) - 1) != 0;
  }

  static Exit raise(Cpu cpu, int exception) {
    cpu.exitCode = exception;
    return Exit.EXCEPTION;
  }

  static Exit fault(Cpu cpu, GuestFault fault) {
    cpu.fault = fault;
    return Exit.FAULT;
  }

  /// Leaves inside of a block, at the instruction that the word of code at `index` belongs to.
  private static void stopIn(Cpu cpu, Block block, int index) {
    int before = block.instructionsBefore(index);
    cpu.pc = block.address(before);
    cpu.nextPc = block.address(before + 1) & cpu.addresses;
    cpu.instructions += before;
  }

  /// The block at `pc`, made now if there is none yet.
  static Block block(Cpu cpu, AddressSpace space, CodePage page, long pc) {
    return page.at(pc) instanceof Block block ? block : lift(cpu, space, page, pc);
  }

  private static Block lift(Cpu cpu, AddressSpace space, CodePage page, long pc) {
    int stamp = page.stamp();
    Block block = Lifter.lift(cpu.isa(), space, page, pc, Lifter.MAXIMAL_INSTRUCTIONS);
    if (block.end() - page.address() <= 1L << space.pageShift()) {
      if (page.install(block, stamp) && block.endsInComputedJump()) {
        block.targets = page.jumpTargets(block.end());
      }
    }
    return block;
  }

  /// Runs block after block.
  private Exit runOn(Cpu cpu, AddressSpace space) {
    final int pageShift = space.pageShift();
    CodePage page = null;
    while (true) {
      long pc = cpu.pc;
      Translation code;
      try {
        if (page == null || (pc ^ page.address()) >>> pageShift != 0) {
          page = space.codePage(pc);
        }
        code = page.at(pc);
        if (code == null) {
          code = lift(cpu, space, page, pc);
        }
      } catch (GuestFault fault) {
        return fault(cpu, fault);
      }
      Exit exit;
      if (code instanceof Block block) {
        exit = execute(block, cpu, cpu.file, space);
        if (++block.runs >= block.hotAt) {
          getsHotter(block, cpu, space, page);
        }
      } else {
        exit = runCompiled((Compiled) code, cpu, space);
      }
      if (exit != null) {
        if (exit != Exit.SAFE_POINT
            || cpu.isInterrupted()
            || cpu.instructions >= cpu.instructionLimit) {
          return exit;
        }
        page = null;
      }
    }
  }

  private void getsHotter(Block block, Cpu cpu, AddressSpace space, CodePage page) {
    if (translator == null) {
      block.hotAt = Integer.MAX_VALUE;
    } else if (block.runs < hotAfter) {
      block.hotAt = hotAfter;
    } else {
      // Once more when it is much hotter, in case the translator has too much to do now.
      block.hotAt = 8 * block.runs;
      if (space.shownCode(block.start()) == null) {
        // A jump to anywhere on such a page has to be asked for.
        return;
      }
      translator.hot(cpu.isa(), space, page, block.start(), block.runs);
    }
  }

  private static @Nullable Exit runCompiled(Compiled code, Cpu cpu, AddressSpace space) {
    long before = cpu.instructions;
    int how = runLinked(code, cpu, space);
    cpu.compiledInstructions += cpu.instructions - before;
    if (how != Compiled.EVALUATE) {
      return Compiled.exitOf(how);
    }
    cpu.bringIn(space);
    return evaluate(cpu, space);
  }

  /// Runs compiled code, and what it goes on to as long as that is compiled.
  private static int runLinked(Compiled code, Cpu cpu, AddressSpace space) {
    Links links = cpu.links();
    cpu.enter(space, CALLS);
    Compiled next = code;
    int how;
    while (true) {
      how = next.run(cpu);
      if (how >= Compiled.EVALUATE || (how != Compiled.JUMPED && !cpu.mayGoOn())) {
        break;
      }
      Links.Link link = links.find(space, cpu.codeEpoch(), cpu.pc);
      if (link == null) {
        break;
      }
      next = link.code();
    }
    cpu.leave();
    return how;
  }

  /// Runs a block from pc on that is not compiled, or one instruction.
  private static @Nullable Exit evaluate(Cpu cpu, AddressSpace space) {
    try {
      CodePage page = space.codePage(cpu.pc);
      Block block =
          page.at(cpu.pc) instanceof Compiled
              ? Lifter.lift(cpu.isa(), space, page, cpu.pc, 1)
              : block(cpu, space, page, cpu.pc);
      return execute(block, cpu, cpu.file, space);
    } catch (GuestFault fault) {
      return fault(cpu, fault);
    }
  }

  /// Runs a block. Null means that it came to its end, which is no safe point.
  static @Nullable Exit execute(Block block, Cpu cpu, long[] file, AddressSpace space) {
    final long[] code = block.code;
    final long addresses = cpu.addresses;
    int at = 0;
    try {
      while (true) {
        final long word = code[at++];
        final int d = (int) (word >>> 48) & 0xff;
        final int number = (int) word;
        final long a = file[(int) (word >>> 40) & 0xff];
        final long b = file[(int) (word >>> 32) & 0xff];
        switch ((int) (word >>> 56)) {
          case Code.MOVE -> file[d] = b + number;
          case Code.WIDE -> file[d] = code[at++];

          case Code.BINARY_64 -> file[d] = a + b + number;
          case Code.BINARY_64 + 1 -> file[d] = a - b - number;
          case Code.BINARY_64 + 2 -> file[d] = a * (b + number);
          case Code.BINARY_64 + 3 -> file[d] = Math.multiplyHigh(a, b + number);
          case Code.BINARY_64 + 4 -> file[d] = Math.unsignedMultiplyHigh(a, b + number);
          case Code.BINARY_64 + 5 -> file[d] = Arithmetic.multiplyHighSignedUnsigned(a, b + number);
          case Code.BINARY_64 + 6 -> file[d] = b + number == 0 ? 0 : a / (b + number);
          case Code.BINARY_64 + 7 ->
              file[d] = b + number == 0 ? 0 : Long.divideUnsigned(a, b + number);
          case Code.BINARY_64 + 8 -> file[d] = b + number == 0 ? a : a % (b + number);
          case Code.BINARY_64 + 9 ->
              file[d] = b + number == 0 ? a : Long.remainderUnsigned(a, b + number);
          case Code.BINARY_64 + 10 -> file[d] = a & b + number;
          case Code.BINARY_64 + 11 -> file[d] = a | b + number;
          case Code.BINARY_64 + 12 -> file[d] = a ^ b + number;
          case Code.BINARY_64 + 13 -> file[d] = a << (b + number);
          case Code.BINARY_64 + 14 -> file[d] = a >>> (b + number);
          case Code.BINARY_64 + 15 -> file[d] = a >> (b + number);
          case Code.BINARY_64 + 16 -> file[d] = Long.rotateLeft(a, (int) b + number);
          case Code.BINARY_64 + 17 -> file[d] = a == b + number ? 1 : 0;
          case Code.BINARY_64 + 18 -> file[d] = a != b + number ? 1 : 0;
          case Code.BINARY_64 + 19 -> file[d] = a < b + number ? 1 : 0;
          case Code.BINARY_64 + 20 -> file[d] = Long.compareUnsigned(a, b + number) < 0 ? 1 : 0;
          case Code.BINARY_64 + 21 -> file[d] = a >= b + number ? 1 : 0;
          case Code.BINARY_64 + 22 -> file[d] = Long.compareUnsigned(a, b + number) >= 0 ? 1 : 0;

          case Code.BINARY_32 -> file[d] = (int) (a + b + number);
          case Code.BINARY_32 + 1 -> file[d] = (int) (a - b - number);
          case Code.BINARY_32 + 2 -> file[d] = (int) (a * (b + number));
          case Code.BINARY_32 + 3 -> file[d] = ((int) a * (long) ((int) b + number)) >> 32;
          case Code.BINARY_32 + 4 ->
              file[d] = (int) (((a & 0xffff_ffffL) * (b + number & 0xffff_ffffL)) >>> 32);
          case Code.BINARY_32 + 5 -> file[d] = ((int) a * (b + number & 0xffff_ffffL)) >> 32;
          case Code.BINARY_32 + 6 -> {
            int divisor = (int) b + number;
            file[d] = divisor == 0 ? 0 : (int) a / divisor;
          }
          case Code.BINARY_32 + 7 -> {
            int divisor = (int) b + number;
            file[d] = divisor == 0 ? 0 : Integer.divideUnsigned((int) a, divisor);
          }
          case Code.BINARY_32 + 8 -> {
            int divisor = (int) b + number;
            file[d] = divisor == 0 ? (int) a : (int) a % divisor;
          }
          case Code.BINARY_32 + 9 -> {
            int divisor = (int) b + number;
            file[d] = divisor == 0 ? (int) a : Integer.remainderUnsigned((int) a, divisor);
          }
          case Code.BINARY_32 + 13 -> file[d] = (int) (a << (b + number & 31));
          case Code.BINARY_32 + 14 -> file[d] = (int) ((a & 0xffff_ffffL) >>> (b + number & 31));
          case Code.BINARY_32 + 15 -> file[d] = (int) a >> ((int) b + number);
          case Code.BINARY_32 + 16 -> file[d] = Integer.rotateLeft((int) a, (int) b + number);

          case Code.SIGNED_8 -> file[d] = (byte) a;
          case Code.SIGNED_16 -> file[d] = (short) a;
          case Code.SIGNED_32 -> file[d] = (int) a;
          case Code.UNSIGNED_8 -> file[d] = a & 0xff;
          case Code.UNSIGNED_16 -> file[d] = a & 0xffff;
          case Code.UNSIGNED_32 -> file[d] = a & 0xffff_ffffL;
          case Code.SWAP_32 -> file[d] = Integer.reverseBytes((int) a);
          case Code.SWAP_64 -> file[d] = Long.reverseBytes(a);
          case Code.SELECT -> file[d] = a != 0 ? b : file[number];

          case Code.LOAD_SIGNED_8 -> file[d] = (byte) space.load8(a + number & addresses);
          case Code.LOAD_SIGNED_16 -> file[d] = (short) space.load16(a + number & addresses);
          case Code.LOAD_SIGNED_32 -> file[d] = space.load32(a + number & addresses);
          case Code.LOAD_UNSIGNED_8 -> file[d] = space.load8(a + number & addresses);
          case Code.LOAD_UNSIGNED_16 -> file[d] = space.load16(a + number & addresses);
          case Code.LOAD_UNSIGNED_32 ->
              file[d] = space.load32(a + number & addresses) & 0xffff_ffffL;
          case Code.LOAD_64 -> file[d] = space.load64(a + number & addresses);
          case Code.STORE_8 -> space.store8(a + number & addresses, (int) b);
          case Code.STORE_16 -> space.store16(a + number & addresses, (int) b);
          case Code.STORE_32 -> space.store32(a + number & addresses, (int) b);
          case Code.STORE_64 -> space.store64(a + number & addresses, b);
          case Code.ALIGNED -> {
            if ((a + number & (1L << d) - 1) != 0) {
              throw misaligned(a + number & addresses, word);
            }
          }
          case Code.EXCHANGE_32 ->
              file[d] = space.compareExchange32(a & addresses, (int) b, (int) file[number]);
          case Code.EXCHANGE_64 ->
              file[d] = space.compareExchange64(a & addresses, b, file[number]);
          case Code.FENCE -> VarHandle.fullFence();
          case Code.FENCE_ACQUIRE -> VarHandle.acquireFence();
          case Code.FENCE_RELEASE -> VarHandle.releaseFence();

          case Code.RAISE_IF -> {
            if ((a & (byte) d) != 0) {
              stopIn(cpu, block, at - 1);
              return raise(cpu, number);
            }
          }
          case Code.CALL -> file[d] = call(block.functions[number], file, word);

          case Code.BRANCH_EQUAL -> {
            return branch(cpu, block, a == b, word);
          }
          case Code.BRANCH_NOT_EQUAL -> {
            return branch(cpu, block, a != b, word);
          }
          case Code.BRANCH_LESS_SIGNED -> {
            return branch(cpu, block, a < b, word);
          }
          case Code.BRANCH_LESS_UNSIGNED -> {
            return branch(cpu, block, Long.compareUnsigned(a, b) < 0, word);
          }
          case Code.BRANCH_GREATER_EQUAL_SIGNED -> {
            return branch(cpu, block, a >= b, word);
          }
          case Code.BRANCH_GREATER_EQUAL_UNSIGNED -> {
            return branch(cpu, block, Long.compareUnsigned(a, b) >= 0, word);
          }
          case Code.JUMP -> {
            return jump(cpu, block, block.start() + number, d);
          }
          case Code.JUMP_INDIRECT -> {
            return jump(cpu, block, a, d);
          }
          case Code.JUMP_COMPUTED -> {
            if (block.targets != null) {
              block.targets.add(a & addresses);
            }
            return jump(cpu, block, a, d);
          }
          case Code.TRAP -> {
            stopIn(cpu, block, at - 1);
            cpu.instructions = cpu.instructions + 1;
            cpu.exitCode = number;
            return Exit.TRAP;
          }
          case Code.RAISE -> {
            stopIn(cpu, block, at - 1);
            return raise(cpu, number);
          }
          default -> throw new IllegalStateException("code " + (word >>> 56));
        }
      }
    } catch (GuestFault fault) {
      stopIn(cpu, block, at - 1);
      return fault(cpu, fault);
    }
  }

  private static @Nullable Exit branch(Cpu cpu, Block block, boolean taken, long word) {
    cpu.instructions += block.instructions;
    if (taken) {
      cpu.pc = block.start() + (int) word & cpu.addresses;
      return (word & 1L << 48) != 0 ? Exit.SAFE_POINT : null;
    }
    cpu.pc = block.end() & cpu.addresses;
    return null;
  }

  private static @Nullable Exit jump(Cpu cpu, Block block, long target, int safePoint) {
    cpu.instructions += block.instructions;
    cpu.pc = target & cpu.addresses;
    return safePoint != 0 ? Exit.SAFE_POINT : null;
  }

  private static GuestFault misaligned(long address, long word) {
    boolean store = (word >>> 32 & 0xff) != 0;
    return new GuestFault(GuestFault.Kind.MISALIGNED, address, store ? Access.WRITE : Access.READ);
  }

  private static long call(JavaFunction function, long[] file, long word) {
    int first = (int) (word >>> 40) & 0xff;
    long[] arguments = new long[(int) (word >>> 32) & 0xff];
    System.arraycopy(file, first, arguments, 0, arguments.length);
    return function.call(arguments);
  }
}
