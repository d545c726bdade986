/// Tests that need more than one module: the rules of structure, and whole runs of the command.
@NullMarked
package dev.forklift.verify;

import org.jspecify.annotations.NullMarked;
