package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.IdKind;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PidNamespace;
import dev.forklift.kernel.process.PtraceAccess;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What is in the folder of a process (/proc/PID) or of a thread (/proc/PID/task/TID).
final class TaskFiles {
  /// A file about a task.
  @FunctionalInterface
  private interface TaskText {
    String read(Task reader, Task task) throws Errno;
  }

  @FunctionalInterface
  private interface TaskSetting {
    void write(Task writer, Task task, String text) throws Errno;
  }

  private final ProcFileSystem proc;
  private final Pid pid;
  private final ProcDirectory directory;

  private TaskFiles(ProcFileSystem proc, Pid pid, ProcDirectory directory) {
    this.proc = proc;
    this.pid = pid;
    this.directory = directory;
  }

  /// /proc/PID.
  static ProcInode ofProcess(ProcFileSystem proc, Pid pid) {
    TaskFiles files = new TaskFiles(proc, pid, new ProcessDirectory(proc, pid));
    files.directory.add("task", new ThreadsDirectory(proc, pid));
    files.fill(true);
    files.text("coredump_filter", 0644, (reader, task) -> "00000033\n");
    files.text("timers", 0444, (reader, task) -> "");
    files.text("timerslack_ns", 0666, (reader, task) -> task.scheduling().timerSlackNanos() + "\n");
    return files.directory;
  }

  /// /proc/PID/task/TID.
  static ProcInode ofThread(ProcFileSystem proc, Pid pid) {
    TaskFiles files = new TaskFiles(proc, pid, new ProcDirectory(proc, pid, 0555));
    files.fill(false);
    files.text("children", 0444, files::children);
    return files.directory;
  }

  private void fill(boolean process) {
    TaskStat stat = new TaskStat(proc, process);
    // spotless:off
    directory.add("fd", new DescriptorsDirectory(proc, pid, false));
    if (process) {
      directory.add("map_files", new MapFilesDirectory(proc, pid));
    }
    directory.add("fdinfo", new DescriptorsDirectory(proc, pid, true));
    directory.add("ns", namespaces());
    directory.add("net", NetFiles.of(proc, pid));
    start("environ", ProgramText::environment);
    start("auxv",    ProgramText::auxiliaryVector);
    directory.add("status", ProcFile.naming(proc, pid, (_, opener) ->
        new TaskStatus(proc, task(), opener.userNamespace()).text()));
    secret("personality", 0400, (reader, task) ->
        String.format("%08x\n", task.settings().personality()));
    text("limits",    0444, (reader, task) -> LimitsText.of(task.group().limits()));
    directory.add("comm", comm());
    secret("syscall", 0400, (reader, task) -> SyscallText.of(reader, task));
    text("cmdline",   0444, (reader, task) -> ProgramText.commandLine(task));
    text("stat",      0444, (reader, task) -> stat.text(reader, task));
    text("statm",     0444, (reader, task) -> TaskStat.memory(task));
    secret("maps",    0444, (reader, task) -> MapsText.maps(reader, task));
    secret("smaps",   0444, (reader, task) -> MapsText.smaps(reader, task));
    directory.add("mem", new MemoryInode(proc, pid));
    magic("cwd",  task -> living(task).fs().cwd());
    magic("root", task -> living(task).fs().root());
    magic("exe",  TaskFiles::executable);
    mounts("mounts",    MountsText::mounts);
    mounts("mountinfo", MountsText::mountinfo);
    text("wchan",        0444, (reader, task) -> "0");
    text("cgroup",       0444, CgroupsText::ofTask);
    text("oom_score",    0444, (reader, task) -> OomScore.score(task) + "\n");
    setting("oom_adj",       (reader, task) -> OomScore.oldAdjustment(task) + "\n",
        OomScore::setOldAdjustment);
    setting("oom_score_adj", (reader, task) -> task.group().oomScoreAdjustment() + "\n",
        OomScore::setAdjustment);
    directory.add("uid_map",    IdMapInode.map(proc, pid, IdKind.USER));
    directory.add("gid_map",    IdMapInode.map(proc, pid, IdKind.GROUP));
    directory.add("projid_map", IdMapInode.map(proc, pid, IdKind.PROJECT));
    directory.add("setgroups",  IdMapInode.setgroups(proc, pid));
    // spotless:on
  }

  private void text(String name, int permissions, TaskText text) {
    directory.add(name, file(permissions, text, null, opener -> {}));
  }

  /// A file that is open only to those who may look into the process.
  private void secret(String name, int permissions, TaskText text) {
    directory.add(name, file(permissions, text, null, this::requireAccess));
  }

  /// A secret file that is empty once the process is gone: it is about the memory that was there
  /// when it was opened.
  private void start(String name, Function<Task, String> text) {
    ProcFile.Text contents =
        reader -> {
          Task task = pid.task();
          return task == null ? "" : text.apply(task);
        };
    directory.add(name, new ProcFile(proc, pid, 0400, contents, null, this::requireAccess));
  }

  /// A file about the mounts that the task sees, which it does as long as it lives.
  private void mounts(String name, Function<Task, String> text) {
    ProcFile.Gate gate =
        opener -> {
          Task task = pid.task();
          if (task == null || task.nsproxy() == null) {
            throw Errno.EINVAL;
          }
        };
    directory.add(name, file(0444, (reader, task) -> text.apply(living(task)), null, gate));
  }

  private void setting(String name, TaskText text, TaskSetting setting) {
    directory.add(name, file(0644, text, setting, opener -> {}));
  }

  private void magic(String name, ProcLink.Place place) {
    directory.add(name, ProcLink.magic(proc, pid, place));
  }

  private ProcFile file(
      int permissions, TaskText text, @Nullable TaskSetting setting, ProcFile.Gate gate) {
    return new ProcFile(
        proc,
        pid,
        permissions,
        reader -> text.read(reader, task()),
        setting == null ? null : (writer, value) -> setting.write(writer, task(), value),
        gate);
  }

  private Task task() throws Errno {
    Task task = pid.task();
    if (task == null) {
      throw Errno.ESRCH;
    }
    return task;
  }

  private void requireAccess(Task opener) throws Errno {
    if (!PtraceAccess.byFileSystemIds(opener, task())) {
      throw Errno.EACCES;
    }
  }

  /// A task that has not ended: files and folders are there.
  private static Task living(Task task) throws Errno {
    if (task.nsproxy() == null) {
      throw Errno.ENOENT;
    }
    return task;
  }

  private static VfsPath executable(Task task) throws Errno {
    VfsPath executable = task.mm() == null ? null : task.executable();
    if (executable == null) {
      throw Errno.ENOENT;
    }
    return executable;
  }

  private ProcFile comm() {
    return file(
        0644,
        (reader, task) -> task.name() + "\n",
        (writer, task, text) -> {
          if (writer.group() != task.group()) {
            throw Errno.EINVAL;
          }
          int end = text.indexOf('\0');
          task.setName(end < 0 ? text : text.substring(0, end));
        },
        opener -> {});
  }

  private String children(Task reader, Task task) {
    StringBuilder numbers = new StringBuilder();
    for (Task child : task.group().children()) {
      if (child.realParent() == task) {
        numbers.append(proc.number(child.pid())).append(' ');
      }
    }
    return numbers.toString();
  }

  private ProcDirectory namespaces() {
    ProcDirectory folder = new ProcDirectory(proc, pid, 0511);
    // spotless:off
    namespace(folder, "net",              task -> living(task).namespaces().net());
    namespace(folder, "uts",              task -> living(task).namespaces().uts());
    namespace(folder, "ipc",              task -> living(task).namespaces().ipc());
    namespace(folder, "pid",              Task::pidNamespace);
    namespace(folder, "pid_for_children", TaskFiles::pidForChildren);
    namespace(folder, "user",             task -> task.credentials().userNamespace());
    namespace(folder, "mnt",              task -> living(task).namespaces().mnt());
    namespace(folder, "cgroup",           task -> living(task).namespaces().cgroup());
    // spotless:on
    return folder;
  }

  /// Where its children will be, once the first one is there.
  private static PidNamespace pidForChildren(Task task) throws Errno {
    PidNamespace namespace = living(task).namespaces().pidForChildren();
    if (namespace.init() == null) {
      throw Errno.ENOENT;
    }
    return namespace;
  }

  private void namespace(ProcDirectory folder, String name, NamespaceOf namespace) {
    ProcLink.Place place = task -> proc.kernel().namespaceFiles().path(namespace.of(task));
    folder.add(name, ProcLink.magic(proc, pid, place));
  }

  /// One of the namespaces that a task is in.
  @FunctionalInterface
  private interface NamespaceOf {
    Namespace of(Task task) throws Errno;
  }
}
