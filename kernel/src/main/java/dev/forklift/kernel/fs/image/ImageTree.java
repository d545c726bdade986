package dev.forklift.kernel.fs.image;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.fs.tmpfs.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The files of an unpacked image as a tree.
final class ImageTree {
  private final FileChannel contents;
  private final Node root =
      new Node(new ImageEntry("", FileMode.S_IFDIR | 0755, 0, 0, 0, 0, 0, 0, ""));

  private ImageTree(FileChannel contents) {
    this.contents = contents;
  }

  /// @param contents stays open
  static Origin of(List<ImageEntry> entries, FileChannel contents) {
    ImageTree tree = new ImageTree(contents);
    for (ImageEntry entry : entries) {
      tree.add(entry);
    }
    return tree.root;
  }

  /// Puts an entry in its place. A later one replaces an earlier one of the same path, but a folder
  /// keeps what is in it. What lies below something that is no folder is left out.
  private void add(ImageEntry entry) {
    if (entry.path().isEmpty()) {
      root.entry = entry;
      return;
    }
    String[] names = entry.path().split("/", 0);
    Node folder = root;
    for (int i = 0; i < names.length - 1; i++) {
      Node next = folder.children.get(names[i]);
      if (next == null) {
        next = new Node(new ImageEntry("", FileMode.S_IFDIR | 0755, 0, 0, 0, 0, 0, 0, ""));
        folder.children.put(names[i], next);
      }
      if (!next.isFolder()) {
        return;
      }
      folder = next;
    }
    String name = names[names.length - 1];
    if (entry.isHardLink()) {
      Node target = find(entry.link());
      if (target != null && !target.isFolder()) {
        target.links++;
        folder.children.put(name, target);
      }
      return;
    }
    Node old = folder.children.get(name);
    Node node = new Node(entry);
    if (old != null && old.isFolder() && node.isFolder()) {
      old.entry = entry;
    } else {
      folder.children.put(name, node);
    }
  }

  private @Nullable Node find(String path) {
    Node node = root;
    for (String name : path.split("/", 0)) {
      node = node.children.get(name);
      if (node == null) {
        return null;
      }
    }
    return node;
  }

  private final class Node implements Origin {
    private final Map<String, Node> children = new LinkedHashMap<>(0);
    private ImageEntry entry;
    private int links = 1;

    Node(ImageEntry entry) {
      this.entry = entry;
    }

    boolean isFolder() {
      return (entry.mode() & FileMode.S_IFMT) == FileMode.S_IFDIR;
    }

    @Override
    public int mode() {
      return entry.mode();
    }

    @Override
    public int uid() {
      return entry.uid();
    }

    @Override
    public int gid() {
      return entry.gid();
    }

    @Override
    public long modifyTime() {
      return entry.modifyTime();
    }

    @Override
    public long rdev() {
      return entry.rdev();
    }

    @Override
    public int nlink() {
      return links;
    }

    @Override
    public Object identity() {
      return this;
    }

    @Override
    public List<Entry> children() {
      List<Entry> list = new ArrayList<>(children.size());
      children.forEach((name, node) -> list.add(new Entry(name, node)));
      return list;
    }

    @Override
    public String readlink() {
      return entry.link();
    }

    @Override
    public long size() {
      return entry.size();
    }

    @Override
    public MemoryFile.Source content() {
      return (offset, page) -> {
        int wanted = (int) Math.max(0, Math.min(page.length, entry.size() - offset));
        ByteBuffer buffer = ByteBuffer.wrap(page, 0, wanted);
        while (buffer.hasRemaining()) {
          if (contents.read(buffer, entry.offset() + offset + buffer.position()) < 0) {
            throw new IOException("the unpacked image has been cut short");
          }
        }
      };
    }
  }
}
