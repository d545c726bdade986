/// GDB's remote serial protocol (GDB manual, appendix E), as far as it is the same for programs and
/// for machines: the connection, and packets about registers, memory and stop points.
package dev.forklift.engine.gdb;
