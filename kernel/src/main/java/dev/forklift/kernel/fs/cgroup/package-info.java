/// The tree of control groups as files (cgroup2).
package dev.forklift.kernel.fs.cgroup;
