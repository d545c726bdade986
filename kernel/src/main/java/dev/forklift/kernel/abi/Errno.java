package dev.forklift.kernel.abi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An error that a system call answers with (errno(3)), with the numbers of Linux's asm-generic
/// headers.
///
/// Checked, because the error belongs into the signature; without a stack trace and preallocated,
/// because errors are ordinary answers. Compare with `==`. The four restart codes never reach a
/// guest: they tell the way back to user mode what to do when a signal cut a call short.
@SuppressWarnings("StaticAssignmentOfThrowable") // preallocated on purpose: no stack trace is kept
public final class Errno extends Exception {
  private static final long serialVersionUID = 1L;
  private static final Map<Integer, Errno> BY_NUMBER = new LinkedHashMap<>();

  // spotless:off
  public static final Errno EPERM = new Errno(1, "EPERM", "Operation not permitted");
  public static final Errno ENOENT = new Errno(2, "ENOENT", "No such file or directory");
  public static final Errno ESRCH = new Errno(3, "ESRCH", "No such process");
  public static final Errno EINTR = new Errno(4, "EINTR", "Interrupted system call");
  public static final Errno EIO = new Errno(5, "EIO", "Input/output error");
  public static final Errno ENXIO = new Errno(6, "ENXIO", "No such device or address");
  public static final Errno E2BIG = new Errno(7, "E2BIG", "Argument list too long");
  public static final Errno ENOEXEC = new Errno(8, "ENOEXEC", "Exec format error");
  public static final Errno EBADF = new Errno(9, "EBADF", "Bad file descriptor");
  public static final Errno ECHILD = new Errno(10, "ECHILD", "No child processes");
  public static final Errno EAGAIN = new Errno(11, "EAGAIN", "Resource temporarily unavailable");
  public static final Errno ENOMEM = new Errno(12, "ENOMEM", "Cannot allocate memory");
  public static final Errno EACCES = new Errno(13, "EACCES", "Permission denied");
  public static final Errno EFAULT = new Errno(14, "EFAULT", "Bad address");
  public static final Errno ENOTBLK = new Errno(15, "ENOTBLK", "Block device required");
  public static final Errno EBUSY = new Errno(16, "EBUSY", "Device or resource busy");
  public static final Errno EEXIST = new Errno(17, "EEXIST", "File exists");
  public static final Errno EXDEV = new Errno(18, "EXDEV", "Invalid cross-device link");
  public static final Errno ENODEV = new Errno(19, "ENODEV", "No such device");
  public static final Errno ENOTDIR = new Errno(20, "ENOTDIR", "Not a directory");
  public static final Errno EISDIR = new Errno(21, "EISDIR", "Is a directory");
  public static final Errno EINVAL = new Errno(22, "EINVAL", "Invalid argument");
  public static final Errno ENFILE = new Errno(23, "ENFILE", "Too many open files in system");
  public static final Errno EMFILE = new Errno(24, "EMFILE", "Too many open files");
  public static final Errno ENOTTY = new Errno(25, "ENOTTY", "Inappropriate ioctl for device");
  public static final Errno ETXTBSY = new Errno(26, "ETXTBSY", "Text file busy");
  public static final Errno EFBIG = new Errno(27, "EFBIG", "File too large");
  public static final Errno ENOSPC = new Errno(28, "ENOSPC", "No space left on device");
  public static final Errno ESPIPE = new Errno(29, "ESPIPE", "Illegal seek");
  public static final Errno EROFS = new Errno(30, "EROFS", "Read-only file system");
  public static final Errno EMLINK = new Errno(31, "EMLINK", "Too many links");
  public static final Errno EPIPE = new Errno(32, "EPIPE", "Broken pipe");
  public static final Errno EDOM = new Errno(33, "EDOM", "Numerical argument out of domain");
  public static final Errno ERANGE = new Errno(34, "ERANGE", "Numerical result out of range");
  public static final Errno EDEADLK = new Errno(35, "EDEADLK", "Resource deadlock avoided");
  public static final Errno ENAMETOOLONG = new Errno(36, "ENAMETOOLONG", "File name too long");
  public static final Errno ENOLCK = new Errno(37, "ENOLCK", "No locks available");
  public static final Errno ENOSYS = new Errno(38, "ENOSYS", "Function not implemented");
  public static final Errno ENOTEMPTY = new Errno(39, "ENOTEMPTY", "Directory not empty");
  public static final Errno ELOOP = new Errno(40, "ELOOP", "Too many levels of symbolic links");
  public static final Errno ENOMSG = new Errno(42, "ENOMSG", "No message of desired type");
  public static final Errno EIDRM = new Errno(43, "EIDRM", "Identifier removed");
  public static final Errno ENODATA = new Errno(61, "ENODATA", "No data available");
  public static final Errno ETIME = new Errno(62, "ETIME", "Timer expired");
  public static final Errno EPROTO = new Errno(71, "EPROTO", "Protocol error");
  public static final Errno EOVERFLOW = new Errno(75, "EOVERFLOW", "Value too large for defined data type");
  public static final Errno ELIBBAD = new Errno(80, "ELIBBAD", "Accessing a corrupted shared library");
  public static final Errno EILSEQ = new Errno(84, "EILSEQ", "Invalid or incomplete multibyte or wide character");
  public static final Errno EUSERS = new Errno(87, "EUSERS", "Too many users");
  public static final Errno ENOTSOCK = new Errno(88, "ENOTSOCK", "Socket operation on non-socket");
  public static final Errno EDESTADDRREQ = new Errno(89, "EDESTADDRREQ", "Destination address required");
  public static final Errno EMSGSIZE = new Errno(90, "EMSGSIZE", "Message too long");
  public static final Errno EPROTOTYPE = new Errno(91, "EPROTOTYPE", "Protocol wrong type for socket");
  public static final Errno ENOPROTOOPT = new Errno(92, "ENOPROTOOPT", "Protocol not available");
  public static final Errno EPROTONOSUPPORT = new Errno(93, "EPROTONOSUPPORT", "Protocol not supported");
  public static final Errno ESOCKTNOSUPPORT = new Errno(94, "ESOCKTNOSUPPORT", "Socket type not supported");
  public static final Errno EOPNOTSUPP = new Errno(95, "EOPNOTSUPP", "Operation not supported");
  public static final Errno EAFNOSUPPORT = new Errno(97, "EAFNOSUPPORT", "Address family not supported by protocol");
  public static final Errno EADDRINUSE = new Errno(98, "EADDRINUSE", "Address already in use");
  public static final Errno EADDRNOTAVAIL = new Errno(99, "EADDRNOTAVAIL", "Cannot assign requested address");
  public static final Errno ENETDOWN = new Errno(100, "ENETDOWN", "Network is down");
  public static final Errno ENETUNREACH = new Errno(101, "ENETUNREACH", "Network is unreachable");
  public static final Errno ECONNABORTED = new Errno(103, "ECONNABORTED", "Software caused connection abort");
  public static final Errno ECONNRESET = new Errno(104, "ECONNRESET", "Connection reset by peer");
  public static final Errno ENOBUFS = new Errno(105, "ENOBUFS", "No buffer space available");
  public static final Errno EISCONN = new Errno(106, "EISCONN", "Transport endpoint is already connected");
  public static final Errno ENOTCONN = new Errno(107, "ENOTCONN", "Transport endpoint is not connected");
  public static final Errno ETIMEDOUT = new Errno(110, "ETIMEDOUT", "Connection timed out");
  public static final Errno ECONNREFUSED = new Errno(111, "ECONNREFUSED", "Connection refused");
  public static final Errno EHOSTDOWN = new Errno(112, "EHOSTDOWN", "Host is down");
  public static final Errno EHOSTUNREACH = new Errno(113, "EHOSTUNREACH", "No route to host");
  public static final Errno EALREADY = new Errno(114, "EALREADY", "Operation already in progress");
  public static final Errno EINPROGRESS = new Errno(115, "EINPROGRESS", "Operation now in progress");
  public static final Errno ESTALE = new Errno(116, "ESTALE", "Stale file handle");
  public static final Errno EDQUOT = new Errno(122, "EDQUOT", "Disk quota exceeded");
  public static final Errno ECANCELED = new Errno(125, "ECANCELED", "Operation canceled");
  public static final Errno EOWNERDEAD = new Errno(130, "EOWNERDEAD", "Owner died");
  public static final Errno ENOTRECOVERABLE = new Errno(131, "ENOTRECOVERABLE", "State not recoverable");

  // Not seen by guests.
  public static final Errno ERESTARTSYS = new Errno(512, "ERESTARTSYS", "restart if SA_RESTART");
  public static final Errno ERESTARTNOINTR = new Errno(513, "ERESTARTNOINTR", "restart always");
  public static final Errno ERESTARTNOHAND = new Errno(514, "ERESTARTNOHAND", "restart if no handler ran");
  public static final Errno ERESTART_RESTARTBLOCK = new Errno(516, "ERESTART_RESTARTBLOCK", "restart through restart_syscall");
  // spotless:on

  private final int number;
  private final String text;
  private final String symbol;

  private Errno(int number, String symbol, String text) {
    super(symbol + " (" + text + ")", null, false, false);
    this.text = text;
    this.number = number;
    this.symbol = symbol;
    BY_NUMBER.put(number, this);
  }

  /// The positive number.
  public int number() {
    return number;
  }

  /// The name, such as `ENOENT`.
  public String symbol() {
    return symbol;
  }

  /// Says whether this is one of the restart codes, which no guest may see.
  public boolean isRestart() {
    return number >= 512;
  }

  /// The error with this number, or null.
  public static @Nullable Errno of(int number) {
    return BY_NUMBER.get(number);
  }

  /// All errors, restart codes included, by number.
  public static Map<Integer, Errno> all() {
    return Collections.unmodifiableMap(BY_NUMBER);
  }

  /// What strerror(3) says, such as `No such file or directory`.
  public String text() {
    return text;
  }
}
