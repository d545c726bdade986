package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.signal.SignalHandlers;
import dev.forklift.kernel.vfs.FileDescriptors;
import dev.forklift.kernel.vfs.FsContext;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// What a task is put together from: shared with its parent or copied.
record TaskParts(
    boolean kernelThread,
    Pid pid,
    String name,
    @Nullable Mm mm,
    FileDescriptors files,
    FsContext fs,
    Namespaces namespaces,
    SignalHandlers handlers,
    Credentials credentials,
    @Nullable VfsPath executable,
    SchedulingAttributes scheduling,
    TaskSettings settings,
    ProcessGroup processGroup,
    ResourceLimits limits) {}
