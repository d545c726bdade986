package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.Signal;

/// N_TTY: what becomes of what is typed. Edits lines, echoes, turns some characters into signals.
final class LineDiscipline {
  private final Terminal terminal;
  private final InputBuffer input = new InputBuffer();
  private final OutputProcessor output = new OutputProcessor();
  private boolean literalNext;
  private boolean erasing;
  private int lineColumn;

  LineDiscipline(Terminal terminal) {
    this.terminal = terminal;
  }

  InputBuffer input() {
    return input;
  }

  OutputProcessor output() {
    return output;
  }

  private Termios modes() {
    return terminal.modes();
  }

  /// How many bytes can be taken now. While a line is being edited that no reader could take, there
  /// is always room: what does not fit is dropped.
  int room() {
    if (modes().local(Termios.ICANON) && !input.hasLine()) {
      return InputBuffer.SIZE;
    }
    return input.room();
  }

  /// Takes what was typed.
  void receive(byte[] bytes, int offset, int length) {
    for (int i = 0; i < length; i++) {
      receive(bytes[offset + i] & 0xff);
    }
    output.flush(terminal.output());
    terminal.inputChanged();
  }

  private void receive(int typed) {
    Termios modes = modes();
    int c = typed;
    if (modes.input(Termios.ISTRIP)) {
      c &= 0x7f;
    }
    if (modes.input(Termios.IUCLC) && modes.local(Termios.IEXTEN) && c >= 'A' && c <= 'Z') {
      c += 'a' - 'A';
    }
    if (literalNext) {
      literalNext = false;
      receivePlain(c);
      return;
    }
    if (modes.input(Termios.IXON)) {
      if (modes.is(c, Termios.VSTART)) {
        terminal.setStopped(false);
        return;
      }
      if (modes.is(c, Termios.VSTOP)) {
        terminal.setStopped(true);
        return;
      }
    }
    if (modes.local(Termios.ISIG) && receiveSignal(c)) {
      return;
    }
    if (terminal.isStopped() && modes.input(Termios.IXON) && modes.input(Termios.IXANY)) {
      terminal.setStopped(false);
    }
    if (c == '\r') {
      if (modes.input(Termios.IGNCR)) {
        return;
      }
      if (modes.input(Termios.ICRNL)) {
        c = '\n';
      }
    } else if (c == '\n' && modes.input(Termios.INLCR)) {
      c = '\r';
    }
    if (modes.local(Termios.ICANON) && receiveEditing(c)) {
      return;
    }
    receivePlain(c);
  }

  private boolean receiveSignal(int c) {
    int signal;
    if (modes().is(c, Termios.VINTR)) {
      signal = Signal.SIGINT;
    } else if (modes().is(c, Termios.VQUIT)) {
      signal = Signal.SIGQUIT;
    } else if (modes().is(c, Termios.VSUSP)) {
      signal = Signal.SIGTSTP;
    } else {
      return false;
    }
    signal(signal);
    if (modes().input(Termios.IXON)) {
      terminal.setStopped(false);
    }
    if (modes().local(Termios.ECHO)) {
      echo(c);
    }
    return true;
  }

  /// Sends a signal to the foreground; unless NOFLSH is set, what was typed and not read, and
  /// written and not displayed, is lost.
  void signal(int signal) {
    if (!modes().local(Termios.NOFLSH)) {
      output.flush(terminal.output());
      terminal.output().discard();
      flushInput();
    }
    terminal.signalForeground(signal);
  }

  void flushInput() {
    input.clear();
    erasing = false;
    literalNext = false;
    terminal.inputChanged();
  }

  /// @return whether `c` was a command for editing, or the end of a line
  private boolean receiveEditing(int c) {
    Termios modes = modes();
    boolean extended = modes.local(Termios.IEXTEN);
    if (modes.is(c, Termios.VERASE)
        || modes.is(c, Termios.VKILL)
        || (extended && modes.is(c, Termios.VWERASE))) {
      erase(c);
      return true;
    }
    if (extended && modes.is(c, Termios.VLNEXT)) {
      literalNext = true;
      if (modes.local(Termios.ECHO)) {
        finishErasing();
        if (modes.local(Termios.ECHOCTL)) {
          output.emit('^');
          output.emit('\b');
        }
      }
      return true;
    }
    if (extended && modes.local(Termios.ECHO) && modes.is(c, Termios.VREPRINT)) {
      reprint(c);
      return true;
    }
    if (c == '\n') {
      if (modes.local(Termios.ECHO) || modes.local(Termios.ECHONL)) {
        output.process(modes, '\n');
      }
      input.endLine(c);
      return true;
    }
    if (modes.is(c, Termios.VEOF)) {
      input.endLine(0);
      return true;
    }
    if (modes.is(c, Termios.VEOL) || (extended && modes.is(c, Termios.VEOL2))) {
      if (modes.local(Termios.ECHO)) {
        echoTyped(c);
      }
      input.endLine(c);
      return true;
    }
    return false;
  }

  private void receivePlain(int c) {
    if (input.room() <= 0) {
      if (modes().input(Termios.IMAXBEL)) {
        output.emit(7);
      }
      return;
    }
    if (modes().local(Termios.ECHO)) {
      finishErasing();
      if (c == '\n') {
        output.process(modes(), '\n');
      } else {
        echoTyped(c);
      }
    }
    input.put(c);
  }

  private void reprint(int c) {
    finishErasing();
    echo(c);
    output.process(modes(), '\n');
    for (int i = 0; i < input.lineSize(); i++) {
      echo(input.fromLineStart(i));
    }
  }

  /// Echoes a character of the line that is being edited.
  private void echoTyped(int c) {
    if (input.lineSize() == 0 || !modes().local(Termios.ICANON)) {
      lineColumn = output.column();
    }
    echo(c);
  }

  private void echo(int c) {
    if (modes().local(Termios.ECHOCTL) && OutputProcessor.isControl(c) && c != '\t') {
      output.process(modes(), '^');
      output.process(modes(), c ^ 0x40);
    } else {
      output.process(modes(), c);
    }
  }

  private void finishErasing() {
    if (erasing) {
      output.process(modes(), '/');
      erasing = false;
    }
  }

  private void erase(int c) {
    Termios modes = modes();
    boolean echo = modes.local(Termios.ECHO);
    boolean character = modes.is(c, Termios.VERASE);
    boolean word = !character && modes.is(c, Termios.VWERASE);
    if (input.lineSize() == 0) {
      return;
    }
    if (!character && !word) {
      if (!echo) {
        input.eraseLine();
        return;
      }
      if (!modes.local(Termios.ECHOK)
          || !modes.local(Termios.ECHOKE)
          || !modes.local(Termios.ECHOE)) {
        input.eraseLine();
        finishErasing();
        echo(c);
        if (modes.local(Termios.ECHOK)) {
          output.process(modes, '\n');
        }
        return;
      }
    }
    boolean inWord = false;
    while (input.lineSize() > 0) {
      int count = lastCharacterSize();
      if (count == 0) {
        break;
      }
      int erased = input.fromEnd(count);
      if (word) {
        if (isWordCharacter(erased)) {
          inWord = true;
        } else if (inWord) {
          break;
        }
      }
      if (echo) {
        echoErasing(erased, count, character);
      }
      input.erase(count);
      if (echo && !modes.local(Termios.ECHOPRT) && erased == '\t' && !plainErase(character)) {
        eraseTab();
      }
      if (character) {
        break;
      }
    }
    if (input.lineSize() == 0 && echo) {
      finishErasing();
    }
  }

  /// Bytes of the last character; 0 if the line begins in the middle of it.
  private int lastCharacterSize() {
    int count = 1;
    while (isContinuation(input.fromEnd(count))) {
      if (count == input.lineSize()) {
        return 0;
      }
      count++;
    }
    return count;
  }

  private boolean isContinuation(int c) {
    return modes().input(Termios.IUTF8) && (c & 0xc0) == 0x80;
  }

  private boolean plainErase(boolean character) {
    return character && !modes().local(Termios.ECHOE);
  }

  private void echoErasing(int erased, int count, boolean character) {
    Termios modes = modes();
    if (modes.local(Termios.ECHOPRT)) {
      if (!erasing) {
        output.process(modes, '\\');
        erasing = true;
      }
      for (int i = count; i > 0; i--) {
        echo(input.fromEnd(i));
      }
    } else if (plainErase(character)) {
      echo(modes.cc(Termios.VERASE));
    } else if (erased != '\t') {
      boolean control = OutputProcessor.isControl(erased);
      boolean visible = modes.local(Termios.ECHOCTL);
      if (control && visible) {
        eraseColumn();
      }
      if (!control || visible) {
        eraseColumn();
      }
    }
  }

  private void eraseColumn() {
    output.process(modes(), '\b');
    output.emit(' ');
    output.emit('\b');
  }

  /// Moves back over a tab, which was as wide as what stands before it in the line made it.
  private void eraseTab() {
    int columns = 0;
    boolean behindTab = false;
    for (int i = 1; i <= input.lineSize() && !behindTab; i++) {
      int c = input.fromEnd(i);
      if (c == '\t') {
        behindTab = true;
      } else if (OutputProcessor.isControl(c)) {
        columns += modes().local(Termios.ECHOCTL) ? 2 : 0;
      } else if (!isContinuation(c)) {
        columns++;
      }
    }
    if (!behindTab) {
      columns += lineColumn;
    }
    int width = 8 - (columns & 7);
    for (int i = 0; i < width; i++) {
      output.emit('\b');
    }
    output.moveBack(width);
  }

  private static boolean isWordCharacter(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
}
