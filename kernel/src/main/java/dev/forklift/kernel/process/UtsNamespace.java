package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;

/// The names that a group of processes knows its machine by (uts_namespaces(7)).
public final class UtsNamespace extends Namespace {
  private UtsName name;

  private UtsNamespace(UserNamespace owner, UtsName name) {
    super(NamespaceKind.UTS, owner);
    this.name = name;
  }

  private UtsNamespace(UserNamespace owner, int creator, UtsName name) throws Errno {
    super(NamespaceKind.UTS, owner, creator);
    this.name = name;
  }

  /// The one that a kernel begins with.
  static UtsNamespace first(UserNamespace owner, UtsName name) {
    return new UtsNamespace(owner, name);
  }

  /// A copy, which can be named anew.
  ///
  /// @param creator the effective user id of who makes it
  UtsNamespace copy(UserNamespace owner, int creator) throws Errno {
    return new UtsNamespace(owner, creator, name);
  }

  public UtsName name() {
    return name;
  }

  public void setName(UtsName newName) {
    this.name = newName;
  }
}
