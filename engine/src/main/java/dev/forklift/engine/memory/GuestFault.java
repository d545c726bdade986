package dev.forklift.engine.memory;

/// A guest's access to memory that cannot be done.
///
/// Unchecked and without a stack trace: thrown from inside translated code and bulk copies, caught
/// only by the run loop (which turns it into a precise exit) and by user memory access (which turns
/// it into EFAULT). Nothing of the access has happened when it is thrown by a load or a store.
public final class GuestFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Why an access failed.
  public enum Kind {
    /// Nothing is mapped there (SEGV_MAPERR).
    UNMAPPED,
    /// Something is mapped there and does not allow the access (SEGV_ACCERR).
    PROTECTED,
    /// The page lies past the end of the file mapped there (BUS_ADRERR).
    PAST_END_OF_FILE,
    /// The address is not a multiple of the size, for an access that must be (BUS_ADRALN).
    MISALIGNED,
    /// The memory given to all guests together is used up: the task is to be killed.
    OUT_OF_MEMORY
  }

  private final Kind kind;
  private final long address;
  private final Access access;
  private final boolean unaligned;

  public GuestFault(Kind kind, long address, Access access) {
    this(kind, address, access, false);
  }

  private GuestFault(Kind kind, long address, Access access, boolean unaligned) {
    super(null, null, false, false);
    this.kind = kind;
    this.address = address;
    this.access = access;
    this.unaligned = unaligned;
  }

  /// The same for a load or store whose address was no multiple of its size.
  GuestFault ofUnaligned() {
    return new GuestFault(kind, address, access, true);
  }

  public Kind kind() {
    return kind;
  }

  /// The first guest address that could not be accessed.
  public long address() {
    return address;
  }

  public Access access() {
    return access;
  }

  /// Says whether the address of the whole load or store was no multiple of its size, though that
  /// is not why it failed: some kernels have to complete such an access themselves, and report it
  /// otherwise.
  public boolean isUnaligned() {
    return unaligned;
  }

  @Override
  public String getMessage() {
    return kind + " at 0x" + Long.toHexString(address) + " on " + access;
  }
}
