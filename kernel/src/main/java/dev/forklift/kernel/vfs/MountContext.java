package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// A mount in the making (fsopen(2)): a type, what is said about it one parameter at a time, then
/// the file system, then a mount that is in no tree yet. Or only what is said about a file system
/// that is there (fspick(2)).
public final class MountContext extends OpenFile {
  private final String typeName;
  private final FileSystems.@Nullable Type type;
  private StringJoiner options = new StringJoiner(",");
  private @Nullable String source;
  private @Nullable Boolean readOnly;
  private @Nullable FileSystem made;
  private boolean mounted;

  public MountContext(VfsPath path, String typeName, FileSystems.Type type) throws Errno {
    super(path, OpenFlags.O_RDWR);
    this.typeName = typeName;
    this.type = type;
  }

  /// One for changing a file system (fspick(2)).
  ///
  /// @param path the place of the context itself
  public MountContext(VfsPath path, FileSystem changed) throws Errno {
    super(path, OpenFlags.O_RDWR);
    this.typeName = changed.type();
    this.type = null;
    this.made = changed;
    this.mounted = true;
  }

  @Override
  protected boolean isSeekable() {
    return false;
  }

  /// There is nothing to be told: errors have their numbers.
  @Override
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    throw Errno.ENODATA;
  }

  /// FSCONFIG_SET_FLAG: a parameter without a value.
  public void setFlag(Caller caller, String key) throws Errno {
    requireSettable();
    switch (key) {
      case "ro" -> readOnly = true;
      case "rw" -> readOnly = false;
      case "async", "dirsync", "lazytime", "mand", "nolazytime", "nomand", "sync" -> {}
      default -> set(caller, key, key);
    }
  }

  /// FSCONFIG_SET_STRING.
  public void setString(Caller caller, String key, String value) throws Errno {
    requireSettable();
    if (!key.equals("source")) {
      set(caller, key, key + "=" + value);
    } else if (source != null) {
      throw Errno.EINVAL;
    } else {
      source = value;
    }
  }

  /// A value of a kind that no type here takes.
  public void setOther() throws Errno {
    requireSettable();
    throw Errno.EINVAL;
  }

  private void set(Caller caller, String key, String option) throws Errno {
    // A comma would be the end of the option for whoever takes the text apart.
    if (key.isEmpty() || option.indexOf(',') >= 0) {
      throw Errno.EINVAL;
    }
    path().inode().fileSystem().systems().checkOption(caller, typeName, option);
    options.add(option);
  }

  private void requireSettable() throws Errno {
    if (made != null && !mounted) {
      throw Errno.EBUSY;
    }
  }

  /// FSCONFIG_CMD_CREATE: makes the file system.
  public void create(Caller caller) throws Errno {
    if (made != null || type == null) {
      throw Errno.EBUSY;
    }
    FileSystems systems = path().inode().fileSystem().systems();
    made = systems.create(caller, typeName, type, shownSource(), options.toString());
    options = new StringJoiner(",");
    if (made.isUnused()) {
      applyReadOnly(made);
    }
  }

  /// FSCONFIG_CMD_RECONFIGURE: gives it new options, once there is a mount of it.
  public void reconfigure(Caller caller) throws Errno {
    FileSystem fileSystem = made;
    if (fileSystem == null || !mounted) {
      throw Errno.EBUSY;
    }
    if (!fileSystem.isAdministeredBy(caller.credentials())) {
      throw Errno.EPERM;
    }
    fileSystem.remount(options.toString());
    options = new StringJoiner(",");
    applyReadOnly(fileSystem);
  }

  /// Once it has been said that a file system is only read, that must be said each time again.
  private void applyReadOnly(FileSystem fileSystem) throws Errno {
    if (readOnly != null) {
      fileSystem.makeReadOnly(readOnly);
      readOnly = false;
    }
  }

  private String shownSource() {
    return source == null ? "none" : source;
  }

  /// fsmount(2): a mount that is in no tree yet.
  ///
  /// @param namespace that of the caller
  /// @throws Errno EINVAL if there is no file system yet, EPERM if it would show what is hidden,
  ///   EBUSY if it has been mounted
  public OpenFile mount(Caller caller, MountNamespace namespace, int flags) throws Errno {
    FileSystem fileSystem = made;
    if (fileSystem == null) {
      throw Errno.EINVAL;
    }
    if (fileSystem.isRevealing()
        && !namespace.userNamespace().isInitial()
        && !namespace.showsAll(fileSystem, flags)) {
      throw Errno.EPERM;
    }
    if (mounted) {
      throw Errno.EBUSY;
    }
    Mount mount = Mount.of(fileSystem.rootFor(caller), shownSource(), flags);
    mounted = true;
    return namespace.detached(mount);
  }
}
