package dev.forklift.board.share;

/// Numbers of errors that the server itself answers with, as errno(3) of Linux has them. Those of
/// the host are passed on.
final class Errors {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EBADF = 9;
  static final int EEXIST = 17;
  static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  static final int EINVAL = 22;
  static final int ENFILE = 23;
  static final int EROFS = 30;
  static final int ENAMETOOLONG = 36;
  static final int ELOOP = 40;
  static final int EOPNOTSUPP = 95;

  private Errors() {}
}
