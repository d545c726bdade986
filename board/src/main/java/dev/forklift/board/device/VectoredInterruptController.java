package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.cpu.ExternalInterrupts;
import dev.forklift.board.state.StateFields;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Altera's vectored interrupt controller (VIC): each of 32 lines has a level, a register set and a
/// place in a table of handlers.
public final class VectoredInterruptController implements DeviceType {
  private static final int LINES = 32;

  // Of INT_CONFIG.
  private static final int LEVEL = 0x3f;
  private static final int NON_MASKABLE = 1 << 6;
  private static final int REGISTER_SET_SHIFT = 7;
  private static final int REGISTER_SET = 0x3f;
  private static final int CONFIG = 0x1fff;

  // Of VIC_CONFIG: a handler's entry has 4 bytes or more.
  private static final int VECTOR_SIZE = 7;
  private static final int VIC_CONFIG = 0xf;
  private static final int SMALLEST_VECTOR_SHIFT = 2;

  private static final int STATUS_VALID = 1 << 31;

  @Override
  public Set<String> compatible() {
    return Set.of("altr,vic-1.0", "ALTR,vic-1.0");
  }

  @Override
  public Device create(Placement place) {
    return new Controller();
  }

  private static final class Controller implements InterruptController, ExternalInterrupts {
    private final int[] configs = new int[LINES];
    private int enabled;
    private int raised;
    private int software;
    private int config;
    private int table;
    private Runnable changed = () -> {};
    private final RegisterTable registers = registers();

    private RegisterTable registers() {
      RegisterTable rows = new RegisterTable(4);
      for (int i = 0; i < LINES; i++) {
        int line = i;
        rows.writable(
            "int_config" + i, () -> configs[line], value -> configs[line] = value & CONFIG);
      }
      // spotless:off
      return rows
          .writable("int_enable",       () -> enabled,   value -> enabled = value)
          .command( "int_enable_set",                    value -> enabled |= value)
          .command( "int_enable_clr",                    value -> enabled &= ~value)
          .readable("int_pending",      this::pending)
          .readable("int_raw_status",   () -> raised)
          .writable("sw_interrupt",     () -> software,  value -> software = value)
          .command( "sw_interrupt_set",                  value -> software |= value)
          .command( "sw_interrupt_clr",                  value -> software &= ~value)
          .writable("vic_config",       () -> config,    value -> config = value & VIC_CONFIG)
          .readable("vic_status",       this::status)
          .writable("vec_tbl_base",     () -> table,     value -> table = value)
          .readable("vec_tbl_addr",     this::vector);
      // spotless:on
    }

    @Override
    public int load(int offset, int bytes) {
      return registers.load(offset, bytes);
    }

    @Override
    public void store(int offset, int bytes, int value) {
      registers.store(offset, bytes, value);
      changed.run();
    }

    @Override
    public void transfer(StateFields fields) throws BadInputException {
      fields.cells(configs);
      enabled = fields.cell(enabled);
      raised = fields.cell(raised);
      software = fields.cell(software);
      config = fields.cell(config);
      table = fields.cell(table);
    }

    @Override
    public int lines() {
      return LINES;
    }

    @Override
    public void set(int line, boolean isRaised) {
      raised = isRaised ? raised | (1 << line) : raised & ~(1 << line);
      changed.run();
    }

    @Override
    public ExternalInterrupts connect(Runnable whenChanged) {
      changed = whenChanged;
      return this;
    }

    private int pending() {
      return (raised | software) & enabled;
    }

    /// The line with the highest level, of several the first; -1 if there is none. A line of level
    /// 0 never interrupts.
    private int mostUrgent() {
      int found = -1;
      int highest = 0;
      int pending = pending();
      for (int line = 0; line < LINES; line++) {
        int level = configs[line] & LEVEL;
        if ((pending & (1 << line)) != 0 && level > highest) {
          found = line;
          highest = level;
        }
      }
      return found;
    }

    private int status() {
      int line = mostUrgent();
      return line < 0 ? 0 : STATUS_VALID | line;
    }

    private int vector() {
      int line = mostUrgent();
      return line < 0 ? 0 : table + (line << (SMALLEST_VECTOR_SHIFT + (config & VECTOR_SIZE)));
    }

    @Override
    public @Nullable Request request() {
      int line = mostUrgent();
      return line < 0
          ? null
          : new Request(
              Integer.toUnsignedLong(vector()),
              configs[line] & LEVEL,
              (configs[line] >>> REGISTER_SET_SHIFT) & REGISTER_SET,
              (configs[line] & NON_MASKABLE) != 0);
    }

    @Override
    public boolean mayBeNonMaskable() {
      for (int line = 0; line < LINES; line++) {
        if ((enabled & (1 << line)) != 0 && (configs[line] & NON_MASKABLE) != 0) {
          return true;
        }
      }
      return false;
    }
  }
}
