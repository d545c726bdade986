/// Device trees: read, changed, and written again (Devicetree Specification, "Flattened Devicetree
/// Format").
package dev.forklift.board.tree;
