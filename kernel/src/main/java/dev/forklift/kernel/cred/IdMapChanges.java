package dev.forklift.kernel.cred;

import dev.forklift.kernel.abi.Errno;
import java.util.ArrayList;
import java.util.List;

/// What writing to /proc/PID/uid_map, gid_map, projid_map and setgroups does to a user namespace
/// (user_namespaces(7), "Defining user and group ID mappings").
///
/// Two are asked for their rights: who opened the file and who writes to it.
public record IdMapChanges(UserNamespace namespace, Credentials opener, Credentials writer) {
  /// Checks that the file was opened inside the namespace or right above it. That is so before one
  /// looks at what is written.
  ///
  /// @throws Errno EPERM
  public void requireNeighbour() throws Errno {
    UserNamespace from = opener.userNamespace();
    if (namespace.isInitial() || (from != namespace && from != namespace.parent())) {
      throw Errno.EPERM;
    }
  }

  /// Gives the namespace its map of one kind of ids.
  ///
  /// @throws Errno EPERM if it has one already, or for lack of rights; EINVAL if the text is no map
  public void setMap(IdKind kind, String text) throws Errno {
    requireNeighbour();
    UserNamespace parent = namespace.parent();
    if (parent == null || !namespace.map(kind).isEmpty()) {
      throw Errno.EPERM;
    }
    if (kind != IdKind.PROJECT && !opener.hasIn(namespace, Capability.SYS_ADMIN)) {
      throw Errno.EPERM;
    }
    List<IdMap.Extent> extents = IdMapText.parse(text);
    if (!mayMap(kind, extents, parent)) {
      throw Errno.EPERM;
    }
    List<IdMap.Extent> ofKernel = new ArrayList<>(extents.size());
    for (IdMap.Extent extent : extents) {
      int outside = parent.map(kind).down(extent.outside(), extent.count());
      if (outside == IdMap.NONE) {
        throw Errno.EPERM;
      }
      ofKernel.add(new IdMap.Extent(extent.inside(), outside, extent.count()));
    }
    namespace.setMap(kind, IdMap.of(ofKernel));
  }

  private boolean mayMap(IdKind kind, List<IdMap.Extent> extents, UserNamespace parent) {
    return switch (kind) {
      case USER ->
          mayMapRoot(extents, parent)
              && (isOwnId(extents, IdKind.USER, opener.euid(), parent)
                  || mayMapAny(parent, Capability.SETUID));
      // Who gives up groups may gain rights: so the unprivileged give up setgroups first.
      case GROUP ->
          (!namespace.isSetgroupsAllowed() && isOwnId(extents, IdKind.GROUP, opener.egid(), parent))
              || mayMapAny(parent, Capability.SETGID);
      case PROJECT -> true;
    };
  }

  /// Says whether a map's only id is the one that its owner has anyway.
  private boolean isOwnId(List<IdMap.Extent> extents, IdKind kind, int own, UserNamespace parent) {
    return extents.size() == 1
        && extents.getFirst().count() == 1
        && namespace.owner() == opener.euid()
        && parent.map(kind).down(extents.getFirst().outside()) == own;
  }

  private boolean mayMapAny(UserNamespace parent, Capability capability) {
    return writer.hasIn(parent, capability) && opener.hasIn(parent, capability);
  }

  /// Whoever is the parent's root inside could give files capabilities that count in the parent.
  private boolean mayMapRoot(List<IdMap.Extent> extents, UserNamespace parent) {
    if (extents.stream().noneMatch(extent -> extent.outside() == 0)) {
      return true;
    }
    return opener.userNamespace() == namespace
        ? namespace.parentCouldSetfcap()
        : opener.hasIn(parent, Capability.SETFCAP);
  }

  /// Allows or forbids setgroups(2) in the namespace.
  ///
  /// @throws Errno EINVAL if the text is neither "allow" nor "deny"; EPERM if it comes too late
  public void setSetgroups(String text) throws Errno {
    int end = text.indexOf('\0');
    String written = end < 0 ? text : text.substring(0, end);
    boolean allow = written.startsWith("allow");
    if (!allow && !written.startsWith("deny")) {
      throw Errno.EINVAL;
    }
    String rest = written.substring(allow ? "allow".length() : "deny".length());
    if (!rest.chars().allMatch(c -> IdMapText.isSpace((char) c))) {
      throw Errno.EINVAL;
    }
    if (allow ? !namespace.isSetgroupsAllowed() : !namespace.map(IdKind.GROUP).isEmpty()) {
      throw Errno.EPERM;
    }
    if (!allow) {
      namespace.denySetgroups();
    }
  }
}
