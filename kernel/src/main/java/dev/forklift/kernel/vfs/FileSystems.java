package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.wait.KernelClock;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What all file systems of one kernel have in common: the clock, the numbers they are told apart
/// by, the types that mount(2) knows, and what opens devices, FIFOs and sockets.
public final class FileSystems {
  /// Opens files that are not the file system's own.
  @FunctionalInterface
  public interface Driver {
    OpenFile open(Caller caller, VfsPath path, int flags) throws Errno;
  }

  /// Makes file systems of one type.
  @FunctionalInterface
  public interface Type {
    /// Makes one for mount(2).
    ///
    /// @param source the first argument of mount(2)
    /// @param options the last one, `key=value` separated by commas
    FileSystem create(Caller caller, String source, String options) throws Errno;
  }

  /// Looks at options of one type.
  @FunctionalInterface
  public interface OptionCheck {
    void check(Caller caller, String option) throws Errno;
  }

  private final KernelClock clock;
  private final int blockSize;
  private final Map<String, Type> types = new LinkedHashMap<>();
  private final Map<String, Function<Caller, UserNamespace>> administrators = new HashMap<>();
  private final Map<String, OptionCheck> optionChecks = new HashMap<>();
  private final Map<Long, Driver> characterDevices = new HashMap<>();
  private final Map<Integer, Driver> characterMajors = new HashMap<>();
  private final LockWaits lockWaits = new LockWaits();
  private DeferredWork deferred = DeferredWork.AT_ONCE;
  private @Nullable Driver fifos;
  private int anonymousDevices;
  private int mounts;
  private long mountNamespaces;
  private final BitSet peerGroups = new BitSet();
  private int cookies;

  /// @param pageSize the page size, which is also the block size of what lives in memory
  public FileSystems(KernelClock clock, int pageSize) {
    this.clock = clock;
    this.blockSize = pageSize;
  }

  /// Makes a type known to mount(2).
  public void register(String name, Type type) {
    types.put(name, type);
  }

  /// Makes a type known to mount(2) that user namespaces can mount, too.
  ///
  /// @param owner the user namespace that a caller would mount it for
  public void register(String name, Function<Caller, UserNamespace> owner, Type type) {
    register(name, type);
    administrators.put(name, owner);
  }

  /// Makes a file system of a type.
  ///
  /// @throws Errno EPERM if the caller may not mount such; or why it cannot be made
  public FileSystem create(Caller caller, String name, Type type, String source, String options)
      throws Errno {
    Function<Caller, UserNamespace> owners = administrators.get(name);
    Credentials who = caller.credentials();
    if (owners == null) {
      if (!who.has(Capability.SYS_ADMIN)) {
        throw Errno.EPERM;
      }
      return type.create(caller, source, options);
    }
    UserNamespace owner = owners.apply(caller);
    if (!who.hasIn(owner, Capability.SYS_ADMIN)) {
      throw Errno.EPERM;
    }
    FileSystem made = type.create(caller, source, options);
    made.setUserNamespace(owner);
    return made;
  }

  /// Says how an option of a type is looked at before there is a file system.
  public void registerOptions(String name, OptionCheck check) {
    optionChecks.put(name, check);
  }

  /// Looks at one option, `key=value` or `key`.
  ///
  /// @throws Errno EINVAL if the type has no such option
  void checkOption(Caller caller, String name, String option) throws Errno {
    OptionCheck check = optionChecks.get(name);
    if (check == null) {
      throw Errno.EINVAL;
    }
    check.check(caller, option);
  }

  public @Nullable Type type(String name) {
    return types.get(name);
  }

  /// The names of all types.
  public Collection<String> typeNames() {
    return Collections.unmodifiableCollection(types.keySet());
  }

  /// Says who opens a character device.
  public void registerCharacterDevice(int major, int minor, Driver driver) {
    characterDevices.put(DeviceNumber.of(major, minor), driver);
  }

  /// Says who opens all character devices of a major number that nobody else opens.
  public void registerCharacterDevices(int major, Driver driver) {
    characterMajors.put(major, driver);
  }

  /// Says who opens FIFOs.
  public void registerFifos(Driver driver) {
    fifos = driver;
  }

  /// Says who does what can be done later.
  public void deferTo(DeferredWork deferred) {
    this.deferred = deferred;
  }

  /// What can be done later is left to this.
  public DeferredWork deferred() {
    return deferred;
  }

  /// Opens a file that is neither a directory nor a regular file.
  OpenFile openSpecial(Caller caller, VfsPath path, int flags) throws Errno {
    Inode inode = path.inode();
    Driver driver =
        switch (inode.mode() & FileMode.S_IFMT) {
          case FileMode.S_IFCHR -> {
            Driver own = characterDevices.get(inode.rdev());
            yield own != null ? own : characterMajors.get(DeviceNumber.major(inode.rdev()));
          }
          case FileMode.S_IFIFO -> fifos;
          default -> null;
        };
    if (driver == null) {
      throw Errno.ENXIO;
    }
    return driver.open(caller, path, flags);
  }

  KernelClock clock() {
    return clock;
  }

  /// The page size.
  public int blockSize() {
    return blockSize;
  }

  LockWaits lockWaits() {
    return lockWaits;
  }

  /// A device number for a file system without a device.
  long newDevice() {
    return DeviceNumber.of(0, ++anonymousDevices);
  }

  int newMountId() {
    return ++mounts;
  }

  long newMountNamespaceId() {
    return ++mountNamespaces;
  }

  /// The lowest number that no peer group has.
  int newPeerGroupId() {
    int free = peerGroups.nextClearBit(1);
    peerGroups.set(free);
    return free;
  }

  void freePeerGroupId(int id) {
    peerGroups.clear(id);
  }

  /// What ties the two events of a rename together.
  int newCookie() {
    return ++cookies;
  }
}
