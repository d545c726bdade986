/// Tests of System V IPC.
package dev.forklift.kernel.ipc;
