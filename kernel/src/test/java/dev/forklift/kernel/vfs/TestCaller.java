package dev.forklift.kernel.vfs;

import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.ArrayList;
import java.util.List;

/// A task, as far as files see one.
public final class TestCaller extends Sleeper implements Caller {
  private final FsContext fs;
  private Credentials credentials;
  private long fileSizeLimit = -1;
  private boolean interrupted;
  public final List<Integer> signals = new ArrayList<>();

  public TestCaller(KernelLock lock, KernelClock clock, FsContext fs, Credentials credentials) {
    super(lock, clock);
    this.fs = fs;
    this.credentials = credentials;
  }

  public void become(Credentials who) {
    credentials = who;
  }

  public void limitFileSize(long bytes) {
    fileSizeLimit = bytes;
  }

  /// A signal arrives.
  public void interrupt() {
    interrupted = true;
    wake();
  }

  public void clearInterrupt() {
    interrupted = false;
  }

  @Override
  public boolean signalPending() {
    return interrupted;
  }

  @Override
  public boolean fatalSignalPending() {
    return false;
  }

  @Override
  public Credentials credentials() {
    return credentials;
  }

  @Override
  public Sleeper sleeper() {
    return this;
  }

  @Override
  public FsContext fs() {
    return fs;
  }

  @Override
  public long fileSizeLimit() {
    return fileSizeLimit;
  }

  @Override
  public void raise(int signal) {
    signals.add(signal);
  }
}
