/// Tests of cgroupes, on real guest memory and real threads.
package dev.forklift.kernel.cgroup;
