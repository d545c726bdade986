package dev.forklift.kernel.futex;

import static dev.forklift.kernel.futex.FakeKernel.LIMIT;
import static dev.forklift.kernel.futex.FakeKernel.PAGE;
import static dev.forklift.kernel.futex.FakeKernel.READ_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.engine.memory.Protection;
import dev.forklift.kernel.abi.Errno;
import org.junit.jupiter.api.Test;

class FutexKeyTest {
  private static final long OTHER = 0x0050_0000;

  private final FakeKernel kernel = new FakeKernel();
  private final MemoryFile file = new MemoryFile(kernel.budget, 12, null, 8192);

  /// The key as one sees it in `space`, or the error.
  private static Object key(AddressSpace space, long address, boolean shared, boolean forWriting) {
    try {
      return FutexMemory.of(space, 4).key(new Futex(address, shared), forWriting);
    } catch (Errno e) {
      return e;
    }
  }

  private Object shared(long address) {
    return key(kernel.space, address, true, false);
  }

  private void map(long at, int protection, MemoryFile what, long offset, boolean shared) {
    kernel.space.map(at, 4096, protection, what, offset, shared, null);
  }

  @Test
  void ofAMisalignedAddressThereIsNone() {
    assertThat(shared(PAGE + 1)).isEqualTo(Errno.EINVAL);
    assertThat(shared(PAGE + 2)).isEqualTo(Errno.EINVAL);
    assertThat(key(kernel.space, LIMIT + 1, false, false)).isEqualTo(Errno.EINVAL);
  }

  @Test
  void ofAPrivateFutexNeedsNoMemory() {
    assertThat(key(kernel.space, 0, false, false)).isInstanceOf(FutexKey.class);
    assertThat(key(kernel.space, OTHER, false, false)).isInstanceOf(FutexKey.class);
  }

  @Test
  void endsWhereUserSpaceEnds() {
    assertThat(key(kernel.space, LIMIT - 4, false, false)).isInstanceOf(FutexKey.class);
    assertThat(key(kernel.space, LIMIT, false, false)).isEqualTo(Errno.EFAULT);
    assertThat(key(kernel.space, 0xffff_fffcL, false, false)).isEqualTo(Errno.EFAULT);
  }

  @Test
  void ofASharedFutexNeedsMemoryThatCanChange() {
    assertThat(shared(OTHER)).isEqualTo(Errno.EFAULT);
    map(OTHER, Protection.NONE, null, 0, false);
    assertThat(shared(OTHER)).isEqualTo(Errno.EFAULT);
    map(OTHER, Protection.READ, null, 0, false);
    assertThat(shared(OTHER)).isEqualTo(Errno.EFAULT);
    map(OTHER, Protection.READ, file, 0, true);
    assertThat(shared(OTHER)).isInstanceOf(FutexKey.class);
    map(OTHER, READ_WRITE, file, 8192, true);
    assertThat(shared(OTHER)).isEqualTo(Errno.EFAULT);
  }

  @Test
  void forWritingNeedsWritableMemoryIfShared() {
    map(OTHER, Protection.READ, file, 0, true);
    assertThat(key(kernel.space, OTHER, true, true)).isEqualTo(Errno.EFAULT);
    assertThat(key(kernel.space, OTHER, false, true)).isInstanceOf(FutexKey.class);
  }

  @Test
  void isTheSameWhereverAFileIsMapped() {
    map(OTHER, READ_WRITE, file, 4096, true);
    AddressSpace child = kernel.space.fork();
    child.map(PAGE, 4096, Protection.READ, file, 4096, true, null);
    assertThat(key(child, PAGE + 8, true, false)).isEqualTo(shared(OTHER + 8));
    assertThat(key(child, PAGE + 8, true, false)).isNotEqualTo(shared(OTHER + 12));
  }

  @Test
  void ofPrivateMemoryIsAnotherInEveryProcess() {
    AddressSpace child = kernel.space.fork();
    assertThat(key(child, PAGE, true, false)).isNotEqualTo(shared(PAGE));
    map(OTHER, READ_WRITE, file, 0, false);
    assertThat(shared(OTHER)).isEqualTo(new FutexKey(kernel.space, OTHER, true));
  }
}
