package dev.forklift.kernel.process;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.mm.AddressSpaces;
import dev.forklift.kernel.random.RandomSource;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;

/// What a kernel is put together from.
///
/// @param systemCalls what answers system calls
/// @param events who watches tasks
/// @param pidfs the file system that pidfds are on
/// @param workQueue what tasks leave to a kernel thread
/// @param namespaceFiles the files of /proc/PID/ns
/// @param coreDumper who writes core files
/// @param mounts the tree that all tasks begin in, owned by the first user namespace
/// @param maximumTasks how many tasks there may be at once
public record KernelParts(
    LinuxAbi abi,
    KernelLock lock,
    KernelClock clock,
    RandomSource random,
    AddressSpaces addressSpaces,
    Engine engine,
    SystemCalls systemCalls,
    TaskEvents events,
    CoreDumper coreDumper,
    NamelessFileSystem pidfs,
    WorkQueue workQueue,
    NamespaceFiles namespaceFiles,
    UtsName utsName,
    MountNamespace mounts,
    int maximumTasks) {}
