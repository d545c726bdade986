import org.jspecify.annotations.NullMarked;

/// Linux in Java: processes, memory, signals, files and the system calls on them.
@NullMarked
module dev.forklift.kernel {
  requires transitive dev.forklift.engine;
  requires jdk.jfr;
  requires jdk.management;
  requires org.apache.commons.compress;
  requires org.tukaani.xz;
  requires static transitive org.jspecify;

  exports dev.forklift.kernel.abi;
  exports dev.forklift.kernel.arch;
  exports dev.forklift.kernel.calls;
  exports dev.forklift.kernel.cgroup;
  exports dev.forklift.kernel.cred;
  exports dev.forklift.kernel.debug;
  exports dev.forklift.kernel.fs.anon;
  exports dev.forklift.kernel.fs.cgroup;
  exports dev.forklift.kernel.fs.dev;
  exports dev.forklift.kernel.fs.host;
  exports dev.forklift.kernel.fs.image;
  exports dev.forklift.kernel.fs.pipe;
  exports dev.forklift.kernel.fs.socket;
  exports dev.forklift.kernel.fs.stdio;
  exports dev.forklift.kernel.fs.tmpfs;
  exports dev.forklift.kernel.fs.tty;
  exports dev.forklift.kernel.gdb;
  exports dev.forklift.kernel.ipc;
  exports dev.forklift.kernel.loader;
  exports dev.forklift.kernel.machine;
  exports dev.forklift.kernel.mm;
  exports dev.forklift.kernel.mqueue;
  exports dev.forklift.kernel.net;
  exports dev.forklift.kernel.proc;
  exports dev.forklift.kernel.process;
  exports dev.forklift.kernel.random;
  exports dev.forklift.kernel.signal;
  exports dev.forklift.kernel.futex;
  exports dev.forklift.kernel.time;
  exports dev.forklift.kernel.fs.timerfd;
  exports dev.forklift.kernel.trace;
  exports dev.forklift.kernel.vfs;
  exports dev.forklift.kernel.wait;
}
