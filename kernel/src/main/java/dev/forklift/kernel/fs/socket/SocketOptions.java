package dev.forklift.kernel.fs.socket;

/// Options that all sockets have (socket(7)).
public final class SocketOptions {
  private static final int DEFAULT_BUFFER = 212_992;
  private static final int LEAST_SEND_BUFFER = 4608;
  private static final int LEAST_RECEIVE_BUFFER = 2304;
  private static final int MOST_BUFFER = 212_992;

  private int sendBuffer = DEFAULT_BUFFER;
  private int receiveBuffer = DEFAULT_BUFFER;
  private long sendTimeout;
  private long receiveTimeout;
  private boolean passCredentials;
  private boolean passPidFds;
  private int lowWater = 1;
  private int flags;

  /// Bytes that may be under way, twice of what was asked for.
  public int sendBuffer() {
    return sendBuffer;
  }

  /// SO_SNDBUF and SO_SNDBUFFORCE.
  ///
  /// @param force whether the caller may pass the limit
  public void setSendBuffer(int size, boolean force) {
    int wanted = force ? Math.max(0, size) : Math.clamp(size, 0, MOST_BUFFER);
    sendBuffer = (int) Math.min(Math.max(2L * wanted, LEAST_SEND_BUFFER), Integer.MAX_VALUE);
  }

  public int receiveBuffer() {
    return receiveBuffer;
  }

  public void setReceiveBuffer(int size, boolean force) {
    int wanted = force ? Math.max(0, size) : Math.clamp(size, 0, MOST_BUFFER);
    receiveBuffer = (int) Math.min(Math.max(2L * wanted, LEAST_RECEIVE_BUFFER), Integer.MAX_VALUE);
  }

  /// Nanoseconds that sending waits, 0 for ever.
  public long sendTimeout() {
    return sendTimeout;
  }

  public void setSendTimeout(long nanos) {
    sendTimeout = nanos;
  }

  public long receiveTimeout() {
    return receiveTimeout;
  }

  public void setReceiveTimeout(long nanos) {
    receiveTimeout = nanos;
  }

  /// Whether receivers are told who sent (SO_PASSCRED).
  public boolean passesCredentials() {
    return passCredentials;
  }

  public void setPassCredentials(boolean pass) {
    passCredentials = pass;
  }

  /// Whether receivers get a descriptor of the process that sent (SO_PASSPIDFD).
  public boolean passesPidFds() {
    return passPidFds;
  }

  public void setPassPidFds(boolean pass) {
    passPidFds = pass;
  }

  /// Whether receivers are told who sent, in one way or the other.
  boolean passesSenders() {
    return passCredentials || passPidFds;
  }

  /// A connection tells of senders as the listener does.
  void passSendersAs(SocketOptions listener) {
    passCredentials = listener.passCredentials;
    passPidFds = listener.passPidFds;
  }

  /// SO_RCVLOWAT.
  public int lowWater() {
    return lowWater;
  }

  public void setLowWater(int bytes) {
    lowWater = bytes <= 0 ? 1 : bytes;
  }

  /// An option that is only remembered.
  public boolean has(int option) {
    return (flags & 1 << option) != 0;
  }

  public void set(int option, boolean on) {
    flags = on ? flags | 1 << option : flags & ~(1 << option);
  }
}
