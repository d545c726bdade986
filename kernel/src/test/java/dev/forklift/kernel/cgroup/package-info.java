/// Tests of the tree of control groups.
package dev.forklift.kernel.cgroup;
