package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Where virtual pages of a machine lead to right now, as far as that is known: a cache of what its
/// [Mmu] says.
///
/// For loads and stores, a table outside of the heap has a number for each page: what has to be
/// added to an address on it for [HostMemory], or 0. That is one load for who looks, compiled code
/// or not. Code is in a table of two levels as in a [PageTable]. User mode has tables of its own,
/// which show the same where user mode may be.
final class SoftTlb {
  /// How many entries may come and go before all are forgotten.
  private static final int JOURNAL = 4096;

  private static final @Nullable CodePage[] NO_CODE = new CodePage[PageTable.LEAF_PAGES];

  /// Tables: loads, stores, loads and stores of user mode, and one that shows nothing.
  private static final int TABLES = 5;

  private final @Nullable NativeMemory tables;
  private final long tableBytes;
  private final int pageShift;
  private final long userPages;

  final @Nullable CodePage[][] code;
  final @Nullable CodePage[][] userCode;

  private final int userLeaves;

  // The pages that are shown until forgotten, some perhaps twice.
  private final int[] journal = new int[JOURNAL];
  private int entries;

  /// Changes whenever the code of a page is not shown any more.
  private long codeEpoch;

  /// @param pages how many virtual pages there are
  /// @param userPages how many of them, the lowest, user mode may use
  /// @param isNative whether the memory is outside of the heap; otherwise only code is shown
  SoftTlb(long pages, long userPages, int pageShift, boolean isNative) {
    int leaves = Math.toIntExact(pages >>> PageTable.LEAF_SHIFT);
    this.userPages = userPages;
    this.pageShift = pageShift;
    userLeaves = Math.toIntExact(userPages >>> PageTable.LEAF_SHIFT);
    tableBytes = pages * Long.BYTES;
    tables = isNative ? NativeMemory.of(TABLES * tableBytes) : null;
    code = code(leaves);
    userCode = code(leaves);
  }

  private static @Nullable CodePage[][] code(int leaves) {
    @Nullable CodePage[][] table = new CodePage[leaves][];
    Arrays.fill(table, NO_CODE);
    return table;
  }

  long codeEpoch() {
    return codeEpoch;
  }

  // The tables, by where they begin on the host; 0 if there are none.

  long loads(boolean user) {
    return table(user ? 2 : 0);
  }

  long stores(boolean user) {
    return table(user ? 3 : 1);
  }

  long nothing() {
    return table(TABLES - 1);
  }

  private long table(int number) {
    return tables == null ? 0 : tables.start() + number * tableBytes;
  }

  /// What a table shows for a page.
  static long shown(long table, long page) {
    return HOST.get64(null, table + page * Long.BYTES - HostMemory.ThroughUnsafe.BASE);
  }

  private static void set(long table, long page, long value) {
    HOST.put64(null, table + page * Long.BYTES - HostMemory.ThroughUnsafe.BASE, value);
  }

  /// Shows where loads from a page go.
  void showReadable(long page, Place place, boolean fixed) {
    show(loads(false), loads(true), page, place, fixed);
  }

  /// Shows where stores to a page go.
  void showWritable(long page, Place place, boolean fixed) {
    show(stores(false), stores(true), page, place, fixed);
  }

  private void show(long table, long userTable, long page, Place place, boolean fixed) {
    if (tables == null) {
      return;
    }
    long distance = distance(place, page);
    set(table, page, distance);
    if (page < userPages) {
      set(userTable, page, distance);
    }
    if (!fixed) {
      enter(page);
    }
  }

  private long distance(Place place, long page) {
    return place.at() - (page << pageShift);
  }

  /// Shows the code of a page.
  @SuppressWarnings("ReferenceEquality") // as above
  void showCode(long page, CodePage codePage, boolean fixed) {
    int leaf = leaf(page);
    if (code[leaf] == NO_CODE) {
      code[leaf] = new CodePage[PageTable.LEAF_PAGES];
      if (leaf < userLeaves) {
        userCode[leaf] = code[leaf];
      }
    }
    code[leaf][slot(page)] = codePage;
    if (!fixed) {
      enter(page);
    }
  }

  private void enter(long page) {
    if (entries == JOURNAL) {
      // The page itself was shown before it was entered.
      forgetAllBut((int) page);
    }
    journal[entries++] = (int) page;
  }

  private void forgetAllBut(int page) {
    for (int i = 0; i < entries; i++) {
      if (journal[i] != page) {
        forget(journal[i]);
      }
    }
    entries = 0;
  }

  /// Shows nothing at any page that does not lead somewhere for ever.
  void forgetAll() {
    for (int i = 0; i < entries; i++) {
      forget(journal[i]);
    }
    entries = 0;
  }

  /// Shows nothing at a page.
  void forget(long page) {
    int leaf = leaf(page);
    int slot = slot(page);
    if (tables != null) {
      hide(0, page);
      hide(1, page);
    }
    if (code[leaf][slot] != null) {
      code[leaf][slot] = null;
      codeEpoch++;
    }
  }

  /// Shows nothing in a table and in that of user mode. Stores only what changes: a page of tables
  /// that nobody needs is not touched.
  private void hide(int number, long page) {
    if (shown(table(number), page) != 0) {
      set(table(number), page, 0);
      if (page < userPages) {
        set(table(number + 2), page, 0);
      }
    }
  }

  /// Lets no store through to a place any more.
  void hideWritable(Place place, long[] fixedPages) {
    if (tables != null) {
      for (long page : fixedPages) {
        hideWritable(page, place);
      }
      for (int i = 0; i < entries; i++) {
        hideWritable(journal[i], place);
      }
    }
  }

  private void hideWritable(long page, Place place) {
    if (shown(stores(false), page) == distance(place, page)) {
      hide(1, page);
    }
  }

  private static int leaf(long page) {
    return (int) (page >>> PageTable.LEAF_SHIFT);
  }

  private static int slot(long page) {
    return (int) page & PageTable.LEAF_MASK;
  }
}
