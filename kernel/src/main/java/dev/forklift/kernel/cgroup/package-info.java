/// Control groups.
package dev.forklift.kernel.cgroup;
