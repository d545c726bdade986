package dev.forklift.kernel.debug;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.arch.DebugAbi;
import dev.forklift.kernel.arch.FrameRegisters;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.arch.SignalFrame;
import dev.forklift.kernel.debug.AddressNames.Place;
import dev.forklift.kernel.debug.CallFrames.Row;
import dev.forklift.kernel.debug.CallFrames.Rule;
import dev.forklift.kernel.debug.ElfTables.Section;
import dev.forklift.kernel.debug.ElfTables.Symbol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Walks up a stack: by call frame information where a file has it, through signal frames, and
/// otherwise by what the architecture reads out of the code.
final class Backtrace {
  private final LinuxAbi abi;
  private final DebugAbi debug;
  private final AddressNames names;
  private final Map<ElfTables, List<CallFrames>> callFrames = new HashMap<>();

  Backtrace(LinuxAbi abi, AddressNames names) {
    this.abi = abi;
    this.debug = abi.debugging();
    this.names = names;
  }

  /// The frames, the innermost first.
  ///
  /// @param limit how many at most
  List<StackFrame> of(Cpu cpu, int limit) {
    List<StackFrame> frames = new ArrayList<>();
    FrameRegisters registers = new FrameRegisters(cpu);
    boolean exact = true;
    boolean signal = false;
    while (frames.size() < limit) {
      long pc = registers.pc();
      // A caller goes on behind the call, which may be the end of its function.
      Place place = names.at(exact ? pc : pc - 1);
      if (!frames.isEmpty() && (place == null || !place.isExecutable())) {
        break;
      }
      Place shown = place == null || exact ? place : at(place, pc);
      frames.add(new StackFrame(pc, shown, signal));
      FrameRegisters caller = null;
      signal = pc != 0 && pc == debug.signalReturn();
      if (signal) {
        caller = interrupted(registers);
        exact = true;
      }
      if (caller == null) {
        signal = false;
        caller = caller(registers, place, exact);
        exact = false;
      }
      if (caller == null || !isProgress(registers, caller)) {
        break;
      }
      registers = caller;
    }
    return frames;
  }

  private static Place at(Place place, long pc) {
    return new Place(pc, place.region(), place.name(), place.file(), place.bias(), place.symbol());
  }

  private boolean isProgress(FrameRegisters callee, FrameRegisters caller) {
    int sp = debug.stackRegister();
    return caller.pc() != 0 && (caller.pc() != callee.pc() || caller.get(sp) != callee.get(sp));
  }

  private @Nullable FrameRegisters caller(
      FrameRegisters callee, @Nullable Place place, boolean exact) {
    if (place != null && place.isExecutable()) {
      Row row = row(place, exact ? callee.pc() : callee.pc() - 1);
      if (row != null) {
        // What it says is right, be it that there is no caller.
        return apply(row, callee);
      }
    }
    long start = -1;
    if (place != null) {
      Symbol symbol = place.symbol();
      start = symbol == null ? -1 : symbol.address() + place.bias();
    }
    return debug.callerByCode(callee, start, exact, names.memory());
  }

  private @Nullable Row row(Place place, long pc) {
    ElfTables file = place.file();
    if (file == null) {
      return null;
    }
    for (CallFrames frames : callFrames.computeIfAbsent(file, f -> load(f, place))) {
      Row row = frames.find(pc);
      if (row != null && row.cfaRegister() >= 0) {
        return row;
      }
    }
    return null;
  }

  private List<CallFrames> load(ElfTables file, Place place) {
    List<CallFrames> found = new ArrayList<>();
    Section got = file.section(".got");
    for (String name : List.of(".eh_frame", ".debug_frame")) {
      Section section = file.section(name);
      byte[] bytes = section == null ? null : names.section(place, section);
      if (section != null && bytes != null) {
        long bias = section.isLoaded() ? place.bias() : 0;
        long base = got == null ? 0 : got.address() + bias;
        boolean eh = name.equals(".eh_frame");
        CallFrames frames =
            new CallFrames(
                bytes, file.model(), section.address() + bias, base, eh, place.bias() - bias);
        found.add(frames);
      }
    }
    return found;
  }

  private @Nullable FrameRegisters apply(Row row, FrameRegisters callee) {
    int count = debug.frameRegisters();
    if (row.cfaRegister() >= count || !callee.isKnown(row.cfaRegister())) {
      return null;
    }
    long mask = abi.dataModel().is64Bit() ? -1L : 0xffff_ffffL;
    long cfa = callee.get(row.cfaRegister()) + row.cfaOffset() & mask;
    FrameRegisters caller = new FrameRegisters(callee);
    row.rules()
        .forEach((register, rule) -> {
          if (register < count) {
            set(caller, callee, register, rule, cfa, mask);
          }
        });
    int returns = row.returnColumn();
    if (returns < 0 || returns >= count || !caller.isKnown(returns)) {
      return null;
    }
    caller.setPc(caller.get(returns));
    if (returns == debug.returnAddressRegister()) {
      caller.forget(returns);
    }
    caller.set(debug.stackRegister(), cfa);
    return caller;
  }

  private void set(
      FrameRegisters caller, FrameRegisters callee, int register, Rule rule, long cfa, long mask) {
    switch (rule) {
      case Rule.Saved(long offset) -> {
        try {
          caller.set(register, names.memory().word(cfa + offset & mask));
        } catch (dev.forklift.kernel.abi.Errno e) {
          caller.forget(register);
        }
      }
      case Rule.Value(long offset) -> caller.set(register, cfa + offset & mask);
      case Rule.In(int other) -> {
        if (callee.isKnown(other)) {
          caller.set(register, callee.get(other));
        } else {
          caller.forget(register);
        }
      }
      case Rule.Lost() -> caller.forget(register);
    }
  }

  /// What a signal had interrupted, out of the signal frame; null if there is none.
  private @Nullable FrameRegisters interrupted(FrameRegisters handler) {
    Cpu scratch = new Cpu(abi.isa());
    for (int i = 0; i < abi.isa().registers().count(); i++) {
      scratch.setRegister(i, handler.get(i));
    }
    SignalFrame layout = abi.signalFrame();
    long address = layout.addressAtReturn(scratch);
    byte[] frame = address < 0 ? null : names.peek(address, layout.size());
    if (frame == null || layout.restore(scratch, frame) == null) {
      return null;
    }
    return new FrameRegisters(scratch);
  }
}
