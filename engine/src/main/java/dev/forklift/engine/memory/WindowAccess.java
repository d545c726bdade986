package dev.forklift.engine.memory;

/// What compiled code with addresses of 32 bits needs for loads and stores through the window of an
/// [AddressSpace], with [jdk.internal.misc.Unsafe].
///
/// The byte for a page at [#LOADS] or [#STORES] from [AddressSpace#window], indexed by the number
/// of the page, is 1 if the page may be loaded from, or stored to, at its address from there;
/// otherwise it is 0, and [TableAccess] may still find the page. What has been found holds until
/// the next safe point.
public final class WindowAccess {
  /// Where it says for each page whether loads may go there.
  public static final long LOADS = Window.LOADS;

  /// The same for stores.
  public static final long STORES = Window.STORES;

  private WindowAccess() {}
}
