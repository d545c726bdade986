package dev.forklift.kernel.calls;

import dev.forklift.kernel.fs.anon.AnonymousFiles;
import dev.forklift.kernel.fs.pipe.Pipes;
import dev.forklift.kernel.fs.socket.Sockets;
import dev.forklift.kernel.fs.tmpfs.MemFds;
import dev.forklift.kernel.vfs.FileSystems;

/// What makes files that open(2) does not make: system calls get it from whoever puts a kernel
/// together.
public record FileServices(
    FileSystems systems, Pipes pipes, AnonymousFiles anonymous, MemFds memFds, Sockets sockets) {}
