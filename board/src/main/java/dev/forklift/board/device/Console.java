package dev.forklift.board.device;

/// The other end of a serial line. Only the machine's thread calls it.
public interface Console {
  /// Nobody.
  Console NOBODY =
      new Console() {
        @Override
        public int read() {
          return -1;
        }

        @Override
        public void write(int value) {}

        @Override
        public void listen(Runnable arrived) {}
      };

  /// The next byte that was typed, or -1 if there is none now.
  int read();

  /// Shows a byte.
  void write(int value);

  /// Calls `arrived` whenever there may be something to read.
  void listen(Runnable arrived);
}
