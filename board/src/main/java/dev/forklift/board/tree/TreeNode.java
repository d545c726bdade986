package dev.forklift.board.tree;

import dev.forklift.board.BadInputException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A node of a device tree: properties, and nodes below it.
///
///     new TreeNode("timer@880").with("compatible", "altr,timer-1.0").with("reg", 0x880, 0x20)
public final class TreeNode {
  private final String name;
  private final Map<String, byte[]> properties = new LinkedHashMap<>();
  private final List<TreeNode> children = new ArrayList<>();
  private @Nullable TreeNode parent;

  public TreeNode(String name) {
    this.name = name;
  }

  /// With its unit address; empty for the root.
  public String name() {
    return name;
  }

  public @Nullable TreeNode parent() {
    return parent;
  }

  public List<TreeNode> children() {
    return Collections.unmodifiableList(children);
  }

  public Map<String, byte[]> properties() {
    return Collections.unmodifiableMap(properties);
  }

  /// Where it stands, as in `/cpus/cpu@0`.
  public String path() {
    if (parent == null) {
      return "/";
    }
    return parent.parent == null ? "/" + name : parent.path() + "/" + name;
  }

  // Building.

  public TreeNode with(String property, byte[] value) {
    properties.put(property, value.clone());
    return this;
  }

  /// A property of cells.
  public TreeNode with(String property, int... cells) {
    ByteBuffer value = ByteBuffer.allocate(cells.length * Integer.BYTES);
    for (int cell : cells) {
      value.putInt(cell);
    }
    return with(property, value.array());
  }

  /// A property of strings.
  public TreeNode with(String property, String first, String... others) {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.writeBytes(first.getBytes(StandardCharsets.UTF_8));
    value.write(0);
    for (String other : others) {
      value.writeBytes(other.getBytes(StandardCharsets.UTF_8));
      value.write(0);
    }
    return with(property, value.toByteArray());
  }

  /// A property that only says that something is so.
  public TreeNode with(String property) {
    return with(property, new byte[0]);
  }

  public TreeNode with(TreeNode child) {
    if (child.parent != null) {
      throw new IllegalArgumentException(child.name + " has a place already");
    }
    child.parent = this;
    children.add(child);
    return this;
  }

  /// The child that has this name, made if there is none.
  public TreeNode made(String childName) {
    TreeNode there = child(childName);
    if (there != null) {
      return there;
    }
    TreeNode child = new TreeNode(childName);
    with(child);
    return child;
  }

  // Reading.

  public boolean has(String property) {
    return properties.containsKey(property);
  }

  public @Nullable TreeNode child(String childName) {
    for (TreeNode child : children) {
      if (child.name.equals(childName)) {
        return child;
      }
    }
    return null;
  }

  /// The strings of a property; none if there is no such property.
  public List<String> strings(String property) {
    byte[] value = properties.get(property);
    if (value == null || value.length == 0) {
      return List.of();
    }
    String text = new String(value, StandardCharsets.UTF_8);
    return List.of((text.endsWith("\0") ? text.substring(0, text.length() - 1) : text).split("\0"));
  }

  /// The first string of a property, or null.
  public @Nullable String string(String property) {
    List<String> strings = strings(property);
    return strings.isEmpty() ? null : strings.getFirst();
  }

  /// The cells of a property; none if there is no such property.
  public int[] cells(String property) throws BadInputException {
    byte[] value = properties.get(property);
    if (value == null) {
      return new int[0];
    }
    if (value.length % Integer.BYTES != 0) {
      throw new BadInputException(path() + ": " + property + " is not made of cells");
    }
    int[] cells = new int[value.length / Integer.BYTES];
    ByteBuffer.wrap(value).asIntBuffer().get(cells);
    return cells;
  }

  /// A property of one cell, or what is usual.
  public int cell(String property, int usual) throws BadInputException {
    int[] cells = cells(property);
    return cells.length == 0 ? usual : cells[0];
  }

  /// A property of one cell, zero-extended, which must be there.
  public long required(String property) throws BadInputException {
    int[] cells = cells(property);
    if (cells.length == 0) {
      throw new BadInputException(path() + ": there is no " + property);
    }
    return Integer.toUnsignedLong(cells[0]);
  }

  /// Whether one of its `compatible` strings is this one.
  public boolean isCompatible(String with) {
    return strings("compatible").contains(with);
  }

  /// Whether it is there at all, for what runs on the machine.
  public boolean isEnabled() {
    String status = string("status");
    return status == null || status.equals("okay") || status.equals("ok");
  }
}
