/// What the kernel asks of an architecture: how system calls enter and answer, what order clone's
/// arguments have, how a child's registers differ from its parent's, what a signal frame looks
/// like.
package dev.forklift.kernel.arch;
