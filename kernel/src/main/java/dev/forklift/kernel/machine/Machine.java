package dev.forklift.kernel.machine;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.calls.FileServices;
import dev.forklift.kernel.calls.SyscallDispatcher;
import dev.forklift.kernel.calls.SyscallTables;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.fs.anon.AnonymousFiles;
import dev.forklift.kernel.fs.pipe.Pipes;
import dev.forklift.kernel.fs.socket.Sockets;
import dev.forklift.kernel.fs.tmpfs.MemFds;
import dev.forklift.kernel.fs.tty.Terminal;
import dev.forklift.kernel.fs.tty.WindowSize;
import dev.forklift.kernel.mm.AddressSpaces;
import dev.forklift.kernel.process.ExitHooks;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.KernelClone;
import dev.forklift.kernel.process.KernelParts;
import dev.forklift.kernel.process.KernelThreads;
import dev.forklift.kernel.process.NamespaceFiles;
import dev.forklift.kernel.process.ProcessGroup;
import dev.forklift.kernel.process.Session;
import dev.forklift.kernel.process.Signals;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.process.TaskThreads;
import dev.forklift.kernel.process.Tracer;
import dev.forklift.kernel.process.UtsName;
import dev.forklift.kernel.process.WorkQueue;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.trace.FlightRecords;
import dev.forklift.kernel.vfs.FileDescriptors;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.FsContext;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.KernelLock;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One machine: a kernel with its file systems, from boot to power-off.
public final class Machine {
  private static final long PIDFS_MAGIC = 0x50494446;

  private final KernelLock lock = new KernelLock();
  private final TaskThreads threads;
  private final FrameBudget budget;
  private final Kernel kernel;
  private final StandardFiles standardFiles;
  private final FlightRecords flightRecords = new FlightRecords();
  private final CountDownLatch down = new CountDownLatch(1);
  private int status;
  private @Nullable Errno notStarted;
  private @Nullable Task program;
  private @Nullable KernelThreads kernelThreads;
  private @Nullable Tracer tracer;

  /// Puts a machine together.
  ///
  /// @throws IOException if its root cannot be made
  public Machine(MachineConfig config) throws IOException {
    LinuxAbi abi = config.abi();
    threads = new TaskThreads(lock);
    budget = new FrameBudget(config.memoryLimit());
    int pageSize = 1 << abi.memoryLayout().pageShift();
    lock.acquire();
    try {
      FileSystems systems = new FileSystems(config.clock(), pageSize);
      WorkQueue workQueue = new WorkQueue(lock);
      systems.deferTo(workQueue);
      MountNamespace mounts =
          MountNamespace.first(
              UserNamespace.initial(), config.root().root(systems, budget), "rootfs", 0);
      VfsPath root = mounts.root().rootPath();
      FileServices services =
          new FileServices(
              systems,
              new Pipes(systems),
              new AnonymousFiles(systems),
              new MemFds(systems, budget),
              new Sockets(systems, new TaskIdentity()));
      NamelessFileSystem pipes = services.pipes().fileSystem();
      TaskJobs jobs = new TaskJobs();
      standardFiles = new StandardFiles(lock, config.clock(), pipes, jobs, config.stdio());
      DeviceFiles devices =
          new DeviceFiles(
              systems,
              budget,
              config.random(),
              jobs,
              Credentials.of(0, 0, mounts.userNamespace()),
              standardFiles.terminal());
      FileDescriptors files = new FileDescriptors();
      kernel =
          new Kernel(
              new KernelParts(
                  abi,
                  lock,
                  config.clock(),
                  config.random(),
                  new AddressSpaces(abi, budget),
                  config.engine(),
                  new SyscallDispatcher(
                      SyscallTables.of(
                          abi, config.release() == MachineConfig.Release.V6_18, services),
                      config.observer()),
                  TaskEvents.both(config.events(), flightRecords),
                  config.coreDumper(),
                  new NamelessFileSystem(systems, "pidfs", PIDFS_MAGIC),
                  workQueue,
                  new NamespaceFiles(systems),
                  new UtsName(
                      "Linux",
                      "forklift",
                      config.release().text(),
                      "#1 SMP",
                      abi.unameMachine(),
                      "(none)"),
                  mounts,
                  config.maximumTasks()),
              files,
              new FsContext(root, root, 022),
              threads,
              new Hooks());
      BootMounts.mount(kernel, systems, budget, mounts);
      config.root().populate(kernel.idle(), systems, budget, mounts);
      devices.mount(kernel.idle(), mounts);
      standardFiles.open(kernel.idle(), files);
    } catch (Errno e) {
      throw new IOException("cannot set up the root: " + e.text(), e);
    } finally {
      lock.release();
    }
  }

  public Kernel kernel() {
    return kernel;
  }

  /// What its guests hold, and held.
  public FrameBudget memory() {
    return budget;
  }

  /// Boots and runs a program to its end.
  public Outcome run(ProgramSpec program) {
    start(program);
    return await();
  }

  /// Boots: pid 1, which starts the program, and pid 2.
  public void start(ProgramSpec program) {
    Start start = new Start(this, program);
    boot(program.asInit() ? start : new Init(this, start));
  }

  /// Boots with this as pid 1, which is to become a user process or to end.
  void boot(Runnable first) {
    lock.acquire();
    try {
      int init = KernelClone.clone(kernel.idle(), KernelCloneArgs.userModeThread(first, "init"));
      if (init != 1) {
        throw new IllegalStateException("init is pid " + init);
      }
      // Kernel threads have no descriptors; only init has taken those that were opened for it.
      kernel.idle().files().closeRange(0, Integer.MAX_VALUE);
      KernelThreads own = KernelThreads.start(kernel);
      kernelThreads = own;
      kernel.workQueue().begin();
      own.create("kworker/0:0-events", () -> kernel.workQueue().serve(kernel.current()));
      own.create(
          "ksoftirqd/0", () -> kernel.clocks().timers().run(kernel.current(), kernel::isDown));
      standardFiles.start();
    } catch (Errno e) {
      throw new IllegalStateException("boot", e);
    } finally {
      lock.release();
    }
  }

  /// Waits until the program has ended and the machine is off.
  public Outcome await() {
    boolean interrupted = false;
    while (true) {
      try {
        down.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    lock.acquire();
    try {
      kernel.shutDown();
    } finally {
      lock.release();
    }
    try {
      if (!threads.end(10, TimeUnit.SECONDS)) {
        System.getLogger(Machine.class.getName())
            .log(System.Logger.Level.WARNING, "some tasks did not end");
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    standardFiles.end();
    flightRecords.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return new Outcome(status, notStarted);
  }

  /// Sends a signal to the program, as the kernel does when a terminal's key is pressed.
  ///
  /// @param wholeGroup whether all processes of its group get it
  public void signalProgram(int signal, boolean wholeGroup) {
    lock.acquire();
    try {
      Task task = program;
      if (task == null || kernel.isDown()) {
        return;
      }
      ProcessGroup group = task.group().processGroup();
      if (wholeGroup && group != null) {
        Signals.sendToProcessGroup(group, SigInfo.kernel(signal));
      } else {
        Signals.sendToGroup(task.group(), SigInfo.kernel(signal));
      }
    } finally {
      lock.release();
    }
  }

  /// The host's terminal has a new size.
  public void resizeTerminal(WindowSize size) {
    lock.acquire();
    try {
      Terminal terminal = standardFiles.terminal();
      if (terminal != null) {
        terminal.resize(size);
      }
    } finally {
      lock.release();
    }
  }

  /// Waits for the kernel's own threads, so that the program's pid is the same each time.
  void awaitKernelThreads(Task init) throws Errno {
    KernelThreads own = kernelThreads;
    if (own != null) {
      own.awaitMade(init);
    }
  }

  /// From its first instruction on, the program will be controlled by a debugger. Called before it
  /// is started.
  public void traceProgram(Tracer by) {
    tracer = by;
  }

  void attachTracer(Task task) {
    if (tracer != null) {
      task.trace().attach(tracer);
    }
  }

  /// The program's task is there.
  void programIs(Task task) {
    program = task;
  }

  /// The program has ended; the machine goes down with it.
  void programEnded(int waitStatus) {
    status = waitStatus;
    down.countDown();
  }

  /// The program could not be executed.
  void notStarted(Errno errno) {
    notStarted = errno;
  }

  /// Makes the console the controlling terminal of the program's session, if there is a console.
  void takeTerminal(Task task) {
    Terminal terminal = standardFiles.terminal();
    if (terminal != null) {
      terminal.control(
          new TaskJobs.TaskSession(task.group().session()),
          new TaskJobs.TaskGroup(task.group().processGroup()));
    }
  }

  private final class Hooks implements ExitHooks {
    @Override
    public void sessionLeaderEnded(Session session) {
      if (session.terminal() instanceof Terminal terminal) {
        terminal.leaveSession(true);
      }
    }

    @Override
    public void initEnded(Task init) {
      if (init.group().pid().global() == 1 && down.getCount() > 0) {
        programEnded(init.group().isExiting() ? init.group().exitCode() : init.exitStatus());
      }
    }
  }
}
