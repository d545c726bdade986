package dev.forklift.kernel.mm;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.Protection;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.LinuxAbi.MemoryLayout;
import dev.forklift.kernel.arch.LinuxAbi.SignalCause;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The memory of a process (`mm_struct`), which CLONE_VM shares and fork copies.
public final class Mm {
  /// How many regions a space may have (vm.max_map_count).
  public static final int MAX_MAP_COUNT = 65530;

  private static final int SEGV_MAPERR = 1;
  private static final int SEGV_ACCERR = 2;
  private static final int BUS_ADRALN = 1;
  private static final int BUS_ADRERR = 2;

  private final AddressSpaces spaces;
  private final MemoryLayout layout;
  private final VmaMap map;
  private final UserMemory user;
  private ResourceLimits limits;
  private int users = 1;

  private ImageLayout image = ImageLayout.NONE;
  private long[] auxv = {};
  private MemoryPolicy policy = new MemoryPolicy();
  private long brk;
  private int futureLocks;
  private int barrierRegistrations;
  private long peakPages;
  private long peakResidentPages;
  private boolean outOfMemory;
  private @Nullable OpenFile executable;
  private final UserNamespace userNamespace;

  private Mm(AddressSpaces spaces, VmaMap map, ResourceLimits limits, UserNamespace userNamespace) {
    this.userNamespace = userNamespace;
    this.spaces = spaces;
    this.layout = spaces.layout();
    this.map = map;
    this.limits = limits;
    this.user =
        new UserMemory(map.space(), spaces.abi().dataModel(), layout.taskSize(), this::resolve);
  }

  /// An empty space.
  ///
  /// @param userNamespace that of who executes a program in it
  /// @throws Errno ENOMEM if the memory of all guests is used up
  public static Mm create(AddressSpaces spaces, ResourceLimits limits, UserNamespace userNamespace)
      throws Errno {
    return new Mm(spaces, new VmaMap(spaces.create()), limits, userNamespace);
  }

  /// Puts the kernel's own pages where every program finds them.
  ///
  /// @throws Errno ENOMEM if something else is there
  public void mapKuserPages() throws Errno {
    spaces.mapKuserPages(map);
    notePeak();
  }

  // Who uses it.

  /// The user namespace whose privileged may look into it though it is not dumpable.
  public UserNamespace userNamespace() {
    return userNamespace;
  }

  /// Another task uses it too (CLONE_VM).
  public Mm share() {
    users++;
    return this;
  }

  /// A copy for a child: private memory is its own from now on.
  ///
  /// @throws Errno ENOMEM if the memory of all guests is used up
  public Mm fork() throws Errno {
    AddressSpace copy;
    try {
      copy = map.space().fork();
    } catch (GuestFault refused) {
      throw Errno.ENOMEM;
    }
    Mm child = new Mm(spaces, new VmaMap(map, copy), limits, userNamespace);
    child.image = image;
    child.auxv = auxv;
    child.policy = policy.inherited();
    child.brk = brk;
    child.barrierRegistrations = barrierRegistrations;
    if (executable != null) {
      child.setExecutable(executable);
    }
    for (Region region : map.space().regions()) {
      Vma vma = VmaMap.vma(region);
      if (vma.has(Vma.DONT_COPY)) {
        child.map.unmap(region.start(), region.length());
        continue;
      }
      if (vma.has(Vma.WIPE_ON_FORK)) {
        copy.discard(region.start(), region.length());
      }
      if (vma.has(Vma.LOCKED)) {
        child.map.retag(
            region.start(), region.end(), v -> v.without(Vma.LOCKED | Vma.LOCK_ON_FAULT));
      }
    }
    child.notePeak();
    return child;
  }

  /// A task uses it no more. The last one gives everything back.
  public void release() {
    users--;
    if (users < 0) {
      throw new IllegalStateException("released more often than shared");
    }
    if (users == 0) {
      map.release();
      map.space().release();
      dropExecutable();
    }
  }

  /// How many tasks use it.
  public int users() {
    return users;
  }

  /// The limits that calls on it and the growth of its stack obey: those of a process that uses it.
  public ResourceLimits limits() {
    return limits;
  }

  public void setLimits(ResourceLimits limits) {
    this.limits = limits;
  }

  // What it is made of.

  public AddressSpace space() {
    return map.space();
  }

  /// The kernel's access to it.
  public UserMemory user() {
    return user;
  }

  public MemoryLayout layout() {
    return layout;
  }

  FrameBudget budget() {
    return spaces.budget();
  }

  AddressSpaces spaces() {
    return spaces;
  }

  VmaMap map() {
    return map;
  }

  public ImageLayout image() {
    return image;
  }

  /// Takes note of what has been loaded; the break starts where the image ends.
  public void setImage(ImageLayout image) {
    this.image = image;
    if (brk < image.startBrk()) {
      brk = image.startBrk();
    }
  }

  /// Changes what is known about the image, and where the break is, without mapping anything
  /// (PR_SET_MM).
  public void changeImage(ImageLayout image, long brk) {
    this.image = image;
    this.brk = brk;
  }

  /// What the process has asked of its memory.
  public MemoryPolicy policy() {
    return policy;
  }

  /// Takes over what the program before has asked for.
  public void inheritPolicy(Mm before) {
    policy = before.policy.inherited();
  }

  /// The auxiliary vector as the program got it: types and values in turn.
  public long[] auxv() {
    return auxv.clone();
  }

  public void setAuxv(long[] auxv) {
    this.auxv = auxv.clone();
  }

  /// The program's file, which nobody can write to meanwhile.
  public @Nullable OpenFile executable() {
    return executable;
  }

  /// Says which file the program came from; nobody can write to it from now on.
  ///
  /// @throws Errno ETXTBSY if somebody can write to it
  public void setExecutable(OpenFile file) throws Errno {
    file.inode().denyWriters();
    dropExecutable();
    executable = file.retain();
  }

  private void dropExecutable() {
    if (executable != null) {
      executable.inode().allowWriters();
      executable.release();
      executable = null;
    }
  }

  // Faults.

  /// What a fault means to the task that made it: a signal, or null if the access is to be tried
  /// again because the stack has grown.
  public @Nullable SignalCause fault(GuestFault fault) {
    return switch (fault.kind()) {
      case UNMAPPED ->
          growStack(fault.address()) ? null : new SignalCause(Signal.SIGSEGV, SEGV_MAPERR);
      case PROTECTED -> new SignalCause(Signal.SIGSEGV, SEGV_ACCERR);
      case PAST_END_OF_FILE -> new SignalCause(Signal.SIGBUS, BUS_ADRERR);
      case MISALIGNED -> new SignalCause(Signal.SIGBUS, BUS_ADRALN);
      case OUT_OF_MEMORY -> new SignalCause(Signal.SIGKILL, 0);
    };
  }

  /// The kernel itself met a fault.
  private boolean resolve(GuestFault fault) {
    if (fault.kind() == GuestFault.Kind.OUT_OF_MEMORY) {
      outOfMemory = true;
    }
    return fault.kind() == GuestFault.Kind.UNMAPPED && growStack(fault.address());
  }

  /// Says whether the kernel has met an access that the memory of all guests did not suffice for,
  /// and forgets it. The process has to die then.
  public boolean takeOutOfMemory() {
    boolean was = outOfMemory;
    outOfMemory = false;
    return was;
  }

  private boolean growStack(long address) {
    Region stack = map.find(address);
    if (stack == null || !VmaMap.vma(stack).has(Vma.GROWS_DOWN) || stack.start() <= address) {
      return false;
    }
    long start = pageStart(address);
    if (start < layout.mmapMinimum()) {
      return false;
    }
    // A guard gap keeps the stack away from what lies below, unless that is a guard itself.
    long gap = (long) VmaMap.GUARD_GAP_PAGES << layout.pageShift();
    for (Region below : map.within(Math.max(0, start - gap), start)) {
      if (VmaMap.isAccessible(below) && !VmaMap.vma(below).has(Vma.GROWS_DOWN)) {
        return false;
      }
    }
    long growth = stack.start() - start;
    Vma vma = VmaMap.vma(stack);
    if (stack.end() - start > limits.soft(ResourceLimits.RLIMIT_STACK)
        || !mayExpand(pages(growth), stack.protection(), false, vma)
        || (vma.has(Vma.LOCKED) && !mayLock(growth, null))) {
      return false;
    }
    map.map(start, growth, stack.protection(), null, 0, false, vma);
    notePeak();
    return true;
  }

  // Limits.

  /// Says whether RLIMIT_AS and RLIMIT_DATA allow that many pages more.
  boolean mayExpand(long pages, int protection, boolean shared, Vma vma) {
    if (map.totalPages() + pages > pages(limits.soft(ResourceLimits.RLIMIT_AS))) {
      return false;
    }
    return !VmaMap.isData(protection, shared, vma) || mayHaveData(pages);
  }

  /// Says whether RLIMIT_DATA allows that many pages of data more.
  boolean mayHaveData(long pages) {
    return map.dataPages() + pages <= pages(limits.soft(ResourceLimits.RLIMIT_DATA));
  }

  /// Says whether there could ever be memory enough for that much more. Whether there is when it is
  /// touched is another matter, as everywhere with Linux's default of overcommitting.
  boolean mayCommit(long bytes) {
    return bytes <= spaces.budget().limit();
  }

  /// Says whether RLIMIT_MEMLOCK allows to lock that many bytes more.
  ///
  /// @param who may have a capability to pass the limit; null for nobody
  boolean mayLock(long bytes, @Nullable Credentials who) {
    return MemoryLock.mayPassLimit(who)
        || pages(bytes) + map.lockedPages() <= pages(limits.soft(ResourceLimits.RLIMIT_MEMLOCK));
  }

  // Arithmetic on addresses and lengths as the guest gave them.

  long pageBytes() {
    return 1L << layout.pageShift();
  }

  boolean isPageAligned(long address) {
    return (address & (pageBytes() - 1)) == 0;
  }

  long pageStart(long address) {
    return address & -pageBytes();
  }

  /// Rounds up to pages; what does not fit into a word of the guest's becomes 0 there, and here
  /// negative or beyond every limit.
  long pageAlign(long length) {
    long aligned = (length + pageBytes() - 1) & -pageBytes();
    return spaces.abi().dataModel().is64Bit() ? aligned : aligned & 0xffff_ffffL;
  }

  long pages(long bytes) {
    return bytes >>> layout.pageShift();
  }

  boolean isInUserSpace(long address, long length) {
    return address >= 0
        && length >= 0
        && length <= layout.taskSize()
        && address <= layout.taskSize() - length;
  }

  // The program break.

  public long brk() {
    return brk;
  }

  /// Moves the break (brk(2)), and answers where it is then.
  public long brk(long wanted) {
    long oldEnd = pageAlign(brk);
    if (wanted < image.startBrk() || wanted > layout.taskSize()) {
      return brk;
    }
    long size = wanted - image.startBrk() + image.endData() - image.startData();
    if (size > limits.soft(ResourceLimits.RLIMIT_DATA)) {
      return brk;
    }
    long newEnd = pageAlign(wanted);
    if (newEnd < oldEnd) {
      map.unmap(newEnd, oldEnd - newEnd);
    } else if (newEnd > oldEnd && !growHeap(oldEnd, newEnd)) {
      return brk;
    }
    brk = wanted;
    return brk;
  }

  private boolean growHeap(long from, long to) {
    Region next = map.find(from);
    if ((next != null && to + pageBytes() > map.gapStart(next)) || to > layout.taskSize()) {
      return false;
    }
    long length = to - from;
    Vma vma = new Vma(Vma.MAY_ALL | Vma.HEAP | futureLocks, null, null);
    int protection = Protection.READ | Protection.WRITE;
    if (map.count() > MAX_MAP_COUNT
        || !mayExpand(pages(length), protection, false, vma)
        || !mayCommit(length)
        || (futureLocks != 0 && !mayLock(length, null))) {
      return false;
    }
    map.map(from, length, protection, null, 0, false, vma);
    notePeak();
    if ((futureLocks & Vma.LOCK_ON_FAULT) == 0 && futureLocks != 0) {
      MemoryLock.populate(this, from, to);
    }
    return true;
  }

  /// Maps zeroed data where a program's image wants it, replacing what is there (`vm_brk_flags`).
  public void mapZeros(long start, long length, boolean executable, Credentials who) throws Errno {
    long aligned = pageAlign(length);
    if (Long.compareUnsigned(aligned, length) < 0) {
      throw Errno.ENOMEM;
    }
    if (aligned == 0) {
      return;
    }
    long at = new Placement(this, who).fixed(start, aligned);
    int protection = Protection.READ | Protection.WRITE | (executable ? Protection.EXECUTE : 0);
    map.unmap(at, aligned);
    if (!mayExpand(pages(aligned), protection, false, Vma.ANONYMOUS)
        || map.count() > MAX_MAP_COUNT
        || !mayCommit(aligned)) {
      throw Errno.ENOMEM;
    }
    map.map(at, aligned, protection, null, 0, false, Vma.ANONYMOUS);
    notePeak();
  }

  /// Maps the first stack, from `start` up to where stacks begin. It grows by itself.
  public void mapStack(long start, boolean executable) throws Errno {
    Vma vma = new Vma(Vma.MAY_ALL | Vma.GROWS_DOWN, null, null);
    long length = layout.stackTop() - start;
    if (start < layout.mmapMinimum() || !mayExpand(pages(length), 0, false, vma)) {
      throw Errno.ENOMEM;
    }
    int protection = Protection.READ | Protection.WRITE | (executable ? Protection.EXECUTE : 0);
    map.map(start, length, protection, null, 0, false, vma);
    notePeak();
  }

  // Calls on ranges.

  /// Maps memory or a file (mmap(2)).
  ///
  /// @param file null with MAP_ANONYMOUS
  /// @return where
  public long mmap(MmapRequest request, @Nullable OpenFile file, Credentials who) throws Errno {
    return new Mmap(this, request, who).perform(file);
  }

  /// Removes what is mapped in the range (munmap(2)).
  public void munmap(long start, long length) throws Errno {
    if (!isPageAligned(start) || !isInUserSpace(start, length)) {
      throw Errno.EINVAL;
    }
    long aligned = pageAlign(length);
    if (aligned == 0) {
      throw Errno.EINVAL;
    }
    requireRoomForSplit(start, start + aligned);
    notePeakResident();
    map.unmap(start, aligned);
  }

  /// Punching a hole into a region makes two of it.
  private void requireRoomForSplit(long start, long end) throws Errno {
    Region first = map.at(start);
    if (first != null
        && first.start() < start
        && first.end() > end
        && map.count() >= MAX_MAP_COUNT) {
      throw Errno.ENOMEM;
    }
  }

  // Counters.

  /// Locks that mappings made from now on get (MCL_FUTURE).
  int futureLocks() {
    return futureLocks;
  }

  void setFutureLocks(int flags) {
    futureLocks = flags;
  }

  /// The kinds of membarrier(2) that the process has announced.
  int barrierRegistrations() {
    return barrierRegistrations;
  }

  void registerBarrier(int kind) {
    barrierRegistrations |= kind;
  }

  void notePeak() {
    peakPages = Math.max(peakPages, map.totalPages());
  }

  /// The most bytes that were in memory at once.
  public long peakResidentBytes() {
    notePeakResident();
    return peakResidentPages * pageBytes();
  }

  private void notePeakResident() {
    peakResidentPages = Math.max(peakResidentPages, map.space().residentPages());
  }

  /// What /proc/PID/status and statm show.
  public MemoryCounters counters() {
    notePeakResident();
    return new MemoryCounters(
        pageBytes(),
        Math.max(peakPages, map.totalPages()),
        map.totalPages(),
        map.lockedPages(),
        peakResidentPages,
        map.space().residentPages(),
        map.dataPages(),
        map.stackPages(),
        map.execPages(),
        pages(pageAlign(image.endCode()) - pageStart(image.startCode())));
  }

  /// All regions in order, for /proc/PID/maps and core dumps.
  public List<Region> regions() {
    return map.space().regions();
  }

  /// What Linux remembers of a region.
  public static Vma vma(Region region) {
    return VmaMap.vma(region);
  }

  /// The name of a region that shows no named file, as in /proc/PID/maps, or null.
  public @Nullable String nameOf(Region region) {
    Vma vma = VmaMap.vma(region);
    if (vma.has(Vma.SPECIAL)) {
      return vma.name();
    }
    if (vma.file() != null) {
      return null;
    }
    if (region.file() != null) {
      return vma.name() == null ? "/dev/zero (deleted)" : "[anon_shmem:" + vma.name() + "]";
    }
    if (region.start() < brk && region.end() > image.startBrk()) {
      return "[heap]";
    }
    if (region.start() <= image.startStack() && region.end() >= image.startStack()) {
      return "[stack]";
    }
    return vma.name() == null ? null : "[anon:" + vma.name() + "]";
  }
}
