package dev.forklift.verify;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.fs.tmpfs.Origin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A root file system with one folder more, `/job`.
record RootWithJob(Origin root, Origin job) implements Origin {
  @Override
  public List<Entry> children() throws IOException {
    List<Entry> all = new ArrayList<>(root.children());
    all.add(new Entry("job", job));
    return all;
  }

  @Override
  public int mode() {
    return root.mode();
  }

  @Override
  public int uid() {
    return root.uid();
  }

  @Override
  public int gid() {
    return root.gid();
  }

  @Override
  public long modifyTime() {
    return root.modifyTime();
  }

  @Override
  public long rdev() {
    return root.rdev();
  }

  @Override
  public int nlink() {
    return root.nlink();
  }

  @Override
  public Object identity() {
    return root.identity();
  }

  @Override
  public String readlink() throws IOException {
    return root.readlink();
  }

  @Override
  public long size() {
    return root.size();
  }

  @Override
  public MemoryFile.Source content() throws IOException {
    return root.content();
  }
}
