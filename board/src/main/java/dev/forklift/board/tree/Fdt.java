package dev.forklift.board.tree;

import dev.forklift.board.BadInputException;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The form in which a boot loader hands a device tree over ("flattened", a `.dtb` file).
public final class Fdt {
  private static final int MAGIC = 0xd00d_feed;
  private static final int VERSION = 17;
  private static final int COMPATIBLE_VERSION = 16;
  private static final int HEADER = 10 * Integer.BYTES;
  private static final int RESERVATIONS_END = 2 * Long.BYTES;

  private static final int BEGIN_NODE = 1;
  private static final int END_NODE = 2;
  private static final int PROPERTY = 3;
  private static final int NOP = 4;
  private static final int END = 9;
  private static final int DELETE = 0x7f;

  /// More nodes in one another than any machine has.
  private static final int DEEPEST = 64;

  private Fdt() {}

  /// Reads a tree.
  ///
  /// @throws BadInputException if it is none, or broken
  public static TreeNode read(byte[] file) throws BadInputException {
    if (file.length < HEADER || ByteBuffer.wrap(file).getInt() != MAGIC) {
      throw new BadInputException("this is no device tree (.dtb)");
    }
    try {
      return new Reader(file).read();
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw broken("it ends too early");
    }
  }

  private static BadInputException broken(String how) {
    return new BadInputException("the device tree is broken: " + how);
  }

  private static final class Reader {
    private final ByteBuffer all;
    private final ByteBuffer structure;
    private final ByteBuffer strings;

    Reader(byte[] file) throws BadInputException {
      all = ByteBuffer.wrap(file);
      int size = all.getInt(4);
      int version = all.getInt(20);
      int compatible = all.getInt(24);
      if (size < HEADER || size > file.length) {
        throw broken("it says that it has " + Integer.toUnsignedLong(size) + " bytes");
      }
      if (version < COMPATIBLE_VERSION || compatible > VERSION) {
        throw new BadInputException("the device tree has version " + version + ", not 17");
      }
      all.limit(size);
      structure = from(all.getInt(8));
      strings = from(all.getInt(12));
    }

    private ByteBuffer from(int offset) throws BadInputException {
      if (offset < HEADER || offset > all.limit()) {
        throw broken("a part begins outside of it");
      }
      return all.slice(offset, all.limit() - offset);
    }

    TreeNode read() throws BadInputException {
      TreeNode root = null;
      TreeNode node = null;
      int depth = 0;
      while (true) {
        int token = structure.getInt();
        switch (token) {
          case BEGIN_NODE -> {
            TreeNode child = new TreeNode(name());
            if (++depth > DEEPEST) {
              throw broken("nodes stand too deep in one another");
            }
            if (node != null) {
              node.with(child);
            } else if (root == null) {
              root = child;
            } else {
              throw broken("it has two roots");
            }
            node = child;
          }
          case END_NODE -> {
            node = inside(node).parent();
            depth--;
          }
          case PROPERTY -> property(inside(node));
          case NOP -> {}
          case END -> {
            if (root == null || node != null) {
              throw broken("a node does not end");
            }
            return root;
          }
          default -> throw broken("token " + Integer.toUnsignedString(token));
        }
      }
    }

    private static TreeNode inside(@Nullable TreeNode node) throws BadInputException {
      if (node == null) {
        throw broken("something stands outside of all nodes");
      }
      return node;
    }

    private void property(TreeNode node) throws BadInputException {
      int length = structure.getInt();
      int nameAt = structure.getInt();
      if (length < 0 || length > structure.remaining()) {
        throw broken("a property of " + node.path() + " is longer than the tree");
      }
      byte[] value = new byte[length];
      structure.get(value);
      align();
      if (nameAt < 0 || nameAt >= strings.limit()) {
        throw broken("a property of " + node.path() + " has no name");
      }
      node.with(text(strings.position(nameAt)), value);
    }

    private String name() throws BadInputException {
      String name = text(structure);
      align();
      return name;
    }

    private static String text(ByteBuffer from) throws BadInputException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (byte b = from.get(); b != 0; b = from.get()) {
        if (b < ' ' || b == DELETE) {
          throw broken("a name has characters that no name has");
        }
        bytes.write(b);
      }
      return bytes.toString(StandardCharsets.UTF_8);
    }

    private void align() {
      structure.position(aligned(structure.position()));
    }
  }

  private static int aligned(int position) {
    return (position + 3) & -4;
  }

  /// Writes a tree.
  public static byte[] write(TreeNode root) {
    Writer writer = new Writer();
    writer.node(root);
    writer.cell(END);
    byte[] structure = writer.structure.toByteArray();
    byte[] strings = writer.strings.toByteArray();
    int structureAt = HEADER + RESERVATIONS_END;
    int stringsAt = structureAt + structure.length;
    int size = aligned(stringsAt + strings.length);
    ByteBuffer file = ByteBuffer.allocate(size);
    file.putInt(MAGIC).putInt(size).putInt(structureAt).putInt(stringsAt).putInt(HEADER);
    file.putInt(VERSION).putInt(COMPATIBLE_VERSION).putInt(0);
    file.putInt(strings.length).putInt(structure.length);
    file.putLong(0).putLong(0);
    return file.put(structure).put(strings).array();
  }

  private static final class Writer {
    private final ByteArrayOutputStream structure = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final Map<String, Integer> places = new LinkedHashMap<>();

    void node(TreeNode node) {
      cell(BEGIN_NODE);
      structure.writeBytes(node.name().getBytes(StandardCharsets.UTF_8));
      structure.write(0);
      align();
      node.properties().forEach(this::property);
      node.children().forEach(this::node);
      cell(END_NODE);
    }

    private void property(String name, byte[] value) {
      cell(PROPERTY);
      cell(value.length);
      cell(places.computeIfAbsent(name, this::place));
      structure.writeBytes(value);
      align();
    }

    private int place(String name) {
      int at = strings.size();
      strings.writeBytes(name.getBytes(StandardCharsets.UTF_8));
      strings.write(0);
      return at;
    }

    void cell(int value) {
      structure.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }

    private void align() {
      while (structure.size() != aligned(structure.size())) {
        structure.write(0);
      }
    }
  }
}
