package dev.forklift.engine.memory;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Where virtual pages of a machine lead to right now, as far as that is known: a cache of what its
/// [Mmu] says, in the form of a page table.
///
/// Three tables run in parallel, as in a [PageTable], so that compiled code looks into this one in
/// the same way. User mode has roots of its own, which share the leaves of the addresses that user
/// mode may use.
final class SoftTlb {
  /// How many entries may come and go before all are forgotten.
  private static final int JOURNAL = 4096;

  private static final long[] @Nullable [] NO_WORDS = new long[PageTable.LEAF_PAGES][];
  private static final @Nullable CodePage[] NO_CODE = new CodePage[PageTable.LEAF_PAGES];

  final long[][] @Nullable [] readable;
  final long[][] @Nullable [] writable;
  final @Nullable CodePage[][] code;
  final long[][] @Nullable [] userReadable;
  final long[][] @Nullable [] userWritable;
  final @Nullable CodePage[][] userCode;

  /// A table that shows nothing.
  final long[][] @Nullable [] nothing;

  private final int userLeaves;

  // The pages that are shown until forgotten, some perhaps twice.
  private final int[] journal = new int[JOURNAL];
  private int entries;

  /// Changes whenever a page is not shown any more.
  private long mapEpoch;

  /// @param pages how many virtual pages there are
  /// @param userPages how many of them, the lowest, user mode may use
  SoftTlb(long pages, long userPages) {
    int leaves = Math.toIntExact(pages >>> PageTable.LEAF_SHIFT);
    userLeaves = Math.toIntExact(userPages >>> PageTable.LEAF_SHIFT);
    readable = words(leaves);
    writable = words(leaves);
    userReadable = words(leaves);
    userWritable = words(leaves);
    nothing = words(leaves);
    code = code(leaves);
    userCode = code(leaves);
  }

  private static long[][] @Nullable [] words(int leaves) {
    long[][] @Nullable [] table = new long[leaves][][];
    Arrays.fill(table, NO_WORDS);
    return table;
  }

  private static @Nullable CodePage[][] code(int leaves) {
    @Nullable CodePage[][] table = new CodePage[leaves][];
    Arrays.fill(table, NO_CODE);
    return table;
  }

  long mapEpoch() {
    return mapEpoch;
  }

  /// Shows where loads from a page go.
  void showReadable(long page, long[] words, boolean fixed) {
    show(readable, userReadable, page, words, fixed);
  }

  /// Shows where stores to a page go.
  void showWritable(long page, long[] words, boolean fixed) {
    show(writable, userWritable, page, words, fixed);
  }

  @SuppressWarnings("ReferenceEquality") // with the one array that stands for absent leaves
  private void show(
      long[][] @Nullable [] table,
      long[][] @Nullable [] userTable,
      long page,
      long[] words,
      boolean fixed) {
    int leaf = leaf(page);
    if (table[leaf] == NO_WORDS) {
      table[leaf] = new long[PageTable.LEAF_PAGES][];
      if (leaf < userLeaves) {
        userTable[leaf] = table[leaf];
      }
    }
    table[leaf][slot(page)] = words;
    if (!fixed) {
      enter(page);
    }
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
    if (readable[leaf][slot] != null) {
      readable[leaf][slot] = null;
      mapEpoch++;
    }
    if (writable[leaf][slot] != null) {
      writable[leaf][slot] = null;
      mapEpoch++;
    }
    if (code[leaf][slot] != null) {
      code[leaf][slot] = null;
      mapEpoch++;
    }
  }

  /// Lets no store through to a frame any more.
  void hideWritable(long[] words, long[] fixedPages) {
    for (long page : fixedPages) {
      hideWritable(page, words);
    }
    for (int i = 0; i < entries; i++) {
      hideWritable(journal[i], words);
    }
  }

  private void hideWritable(long page, long[] words) {
    long[] @Nullable [] leaf = writable[leaf(page)];
    if (leaf[slot(page)] == words) {
      leaf[slot(page)] = null;
      mapEpoch++;
    }
  }

  private static int leaf(long page) {
    return (int) (page >>> PageTable.LEAF_SHIFT);
  }

  private static int slot(long page) {
    return (int) page & PageTable.LEAF_MASK;
  }
}
