package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.PROT_NONE;
import static dev.forklift.kernel.abi.Mman.PROT_READ;
import static dev.forklift.kernel.mm.MmWorld.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class UserMemoryTest {
  private static final long AT = 0x4000_0000;
  private static final long END = AT + 2 * PAGE;

  private final MmWorld world = new MmWorld();
  private final UserMemory user = world.mm.user();

  @BeforeEach
  void map() throws Errno {
    var _ = world.map(AT, 2 * PAGE);
  }

  @AfterEach
  void end() {
    world.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void numbersAreInTheGuestsByteOrder() throws Errno {
    user.putLong(AT, 0x8182_8384_8586_8788L);
    assertThat(user.getByte(AT)).isEqualTo(0x88);
    assertThat(user.getShort(AT)).isEqualTo(0x8788);
    assertThat(user.getInt(AT)).isEqualTo(0x8586_8788);
    assertThat(user.getWord(AT)).isEqualTo(0x8586_8788L);
    assertThat(user.getSignedWord(AT)).isEqualTo(0x8586_8788);
    assertThat(user.getLong(AT)).isEqualTo(0x8182_8384_8586_8788L);
    user.putWord(AT, 0x1_0000_0002L);
    assertThat(user.getLong(AT)).isEqualTo(0x8182_8384_0000_0002L);
    user.putShort(AT, 0x1234);
    user.putByte(AT, 0x56);
    assertThat(user.getInt(AT)).isEqualTo(0x1256);
    try (MmWorld large = new MmWorld(TestAbi.large())) {
      UserMemory other = large.mm.user();
      long at = large.map(0x10_0000_0000L, 8192);
      other.putLong(at, 0x8182_8384_8586_8788L);
      assertThat(other.getByte(at)).isEqualTo(0x81);
      assertThat(other.getShort(at)).isEqualTo(0x8182);
      assertThat(other.getInt(at)).isEqualTo(0x8182_8384);
      assertThat(other.getWord(at)).isEqualTo(0x8182_8384_8586_8788L);
    }
  }

  @Test
  void numbersMayBeMisalignedAndCrossPages() throws Errno {
    user.putInt(AT + PAGE - 1, 0x1234_5678);
    assertThat(user.getInt(AT + PAGE - 1)).isEqualTo(0x1234_5678);
    assertThatThrownBy(() -> user.getInt(END - 3)).isSameAs(Errno.EFAULT);
    assertThatThrownBy(() -> user.putInt(END - 3, 1)).isSameAs(Errno.EFAULT);
  }

  @Test
  void whatTheProgramMayNotDoIsAFault() {
    assertThat(world.mprotect(AT, PAGE, PROT_READ)).isEqualTo("0");
    assertThatThrownBy(() -> user.putInt(AT, 1)).isSameAs(Errno.EFAULT);
    assertThatThrownBy(() -> user.compareExchangeInt(AT, 0, 1)).isSameAs(Errno.EFAULT);
    assertThat(world.mprotect(AT, PAGE, PROT_NONE)).isEqualTo("0");
    assertThatThrownBy(() -> user.getInt(AT)).isSameAs(Errno.EFAULT);
    assertThatThrownBy(() -> user.getInt(0)).isSameAs(Errno.EFAULT);
    assertThatThrownBy(() -> user.getInt(0xffff_fffeL)).isSameAs(Errno.EFAULT);
    assertThatThrownBy(() -> user.getInt(-1)).isSameAs(Errno.EFAULT);
  }

  @Test
  void copiesSayHowFarTheyCame() throws Errno {
    byte[] ten = bytes("0123456789");
    assertThat(user.writeUpTo(END - 4, ten, 0, 10)).isEqualTo(4);
    byte[] back = new byte[10];
    assertThat(user.readUpTo(END - 4, back, 0, 10)).isEqualTo(4);
    assertThat(back).startsWith(bytes("0123")).endsWith(0, 0);
    assertThatThrownBy(() -> user.write(END - 4, ten)).isSameAs(Errno.EFAULT);
    assertThat(user.readUpTo(END, back, 0, 10)).isZero();
    user.clear(AT, 2 * PAGE);
    assertThat(user.getInt(END - 4)).isZero();
  }

  @Test
  void comparingAndExchangingAnswersWhatWasThere() throws Errno {
    assertThat(user.compareExchangeInt(AT, 0, 5)).isZero();
    assertThat(user.compareExchangeInt(AT, 0, 6)).isEqualTo(5);
    assertThat(user.getInt(AT)).isEqualTo(5);
  }

  @Nested
  class Strings {
    @Test
    void theyEndWithAZeroByteWithinTheirMaximum() throws Errno {
      user.write(AT + PAGE - 3, bytes("hello\0"));
      assertThat(user.readString(AT + PAGE - 3, 6)).isEqualTo("hello");
      assertThatThrownBy(() -> user.readString(AT + PAGE - 3, 5)).isSameAs(Errno.ENAMETOOLONG);
      assertThat(user.readStringUpTo(AT + PAGE - 3, 3)).isEqualTo("hel");
      assertThat(user.readString(AT, 1)).isEmpty();
    }

    @Test
    void theyMayEndAtTheVeryEndOfMemoryButNotBehindIt() throws Errno {
      user.write(END - 3, bytes("ab\0"));
      assertThat(user.readString(END - 3, 4096)).isEqualTo("ab");
      user.write(END - 3, bytes("abc"));
      assertThatThrownBy(() -> user.readString(END - 3, 4096)).isSameAs(Errno.EFAULT);
      assertThatThrownBy(() -> user.readString(0, 4096)).isSameAs(Errno.EFAULT);
    }

    @Test
    void longOnesAndAllBytesSurvive() throws Errno {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 6000; i++) {
        all.append((char) (i % 255 + 1));
      }
      user.write(AT, bytes(all + "\0"));
      assertThat(user.readString(AT, 8192)).isEqualTo(all.toString());
    }

    @Test
    void arraysOfPointersEndWithANullPointer() throws Errno {
      user.write(AT + 100, bytes("one\0two\0"));
      user.putInt(AT, (int) AT + 100);
      user.putInt(AT + 4, (int) AT + 104);
      assertThat(user.readStrings(AT, 100, 1000)).containsExactly("one", "two");
      assertThat(user.readStrings(0, 100, 1000)).isEmpty();
      assertThat(user.readStrings(AT, 4, 16)).isEqualTo(List.of("one", "two"));
      assertThatThrownBy(() -> user.readStrings(AT, 3, 1000)).isSameAs(Errno.E2BIG);
      assertThatThrownBy(() -> user.readStrings(AT, 4, 15)).isSameAs(Errno.E2BIG);
      user.putInt(END - 4, (int) AT + 100);
      assertThatThrownBy(() -> user.readStrings(END - 4, 100, 1000)).isSameAs(Errno.EFAULT);
      user.putInt(END - 4, 0x1234);
      assertThatThrownBy(() -> user.readStrings(END - 4, 100, 1000)).isSameAs(Errno.EFAULT);
    }
  }

  @Nested
  class Buffers {
    private final byte[] room = new byte[100];

    @Test
    void oneBufferIsTakenUpToWhatCannotBeAccessed() throws Errno {
      user.write(END - 6, bytes("abcdef"));
      UserBuffer buffer = UserBuffer.of(user, END - 6, 10);
      assertThat(buffer.get(room, 0, 4)).isEqualTo(4);
      assertThat(buffer.remaining()).isEqualTo(6);
      assertThat(buffer.get(room, 4, 100)).isEqualTo(2);
      assertThat(room).startsWith(bytes("abcdef"));
      assertThatThrownBy(() -> buffer.get(room, 0, 1)).isSameAs(Errno.EFAULT);
    }

    @Test
    void aVectorIsOneBufferAfterTheOther() throws Errno {
      vector(AT + 100, 2, 0, 0, AT + 200, 3);
      UserBuffer buffer = UserBuffer.ofVector(user, AT, 3);
      assertThat(buffer.remaining()).isEqualTo(5);
      assertThat(buffer.put(bytes("12345678"), 1, 7)).isEqualTo(5);
      assertThat(user.readStringUpTo(AT + 100, 10)).isEqualTo("23");
      assertThat(user.readStringUpTo(AT + 200, 10)).isEqualTo("456");
      assertThat(buffer.put(room, 0, 10)).isZero();
    }

    @Test
    void aVectorEndsWhereMemoryDoes() throws Errno {
      vector(AT + 100, 2, 0x5000_0000, 4, AT + 200, 3);
      UserBuffer buffer = UserBuffer.ofVector(user, AT, 3);
      assertThat(buffer.put(room, 0, 9)).isEqualTo(2);
      assertThatThrownBy(() -> buffer.put(room, 0, 9)).isSameAs(Errno.EFAULT);
    }

    @Test
    void refusalsComeInLinuxsOrder() throws Errno {
      assertThatThrownBy(() -> UserBuffer.of(user, AT, 0x8000_0000L)).isSameAs(Errno.EINVAL);
      assertThatThrownBy(() -> UserBuffer.of(user, 0x7fff_0000L, 1)).isSameAs(Errno.EFAULT);
      assertThat(UserBuffer.of(user, 0x7fff_0000L, 0).remaining()).isZero();
      assertThatThrownBy(() -> UserBuffer.ofVector(user, AT, 1025)).isSameAs(Errno.EINVAL);
      assertThatThrownBy(() -> UserBuffer.ofVector(user, 16, 1)).isSameAs(Errno.EFAULT);
      vector(0x9000_0000L, 4, AT, 0xffff_ffffL);
      assertThatThrownBy(() -> UserBuffer.ofVector(user, AT, 2)).isSameAs(Errno.EINVAL);
      assertThatThrownBy(() -> UserBuffer.ofVector(user, AT, 1)).isSameAs(Errno.EFAULT);
    }

    @Test
    void noCallTransfersMoreThanTwoGibibytesLessAPage() throws Errno {
      assertThat(UserBuffer.of(user, 0, 0x7fff_0000L).remaining()).isEqualTo(0x7fff_0000L);
      vector(0, 0x7000_0000L, 0, 0x7000_0000L);
      assertThat(UserBuffer.ofVector(user, AT, 2).remaining()).isEqualTo(UserBuffer.MAX_BYTES);
    }

    private void vector(long... words) throws Errno {
      for (int i = 0; i < words.length; i++) {
        user.putWord(AT + 4L * i, words[i]);
      }
    }
  }

  @Test
  void copyingBetweenProcessesStopsWhereEitherEnds() throws Errno {
    user.write(END - 8, bytes("abcdefgh"));
    Mm other = Mm.create(world.spaces, world.limits, world.who.userNamespace());
    long there = other.mmap(MmapRequest.anonymous(PAGE, MmWorld.RW), null, world.who);
    UserBuffer from = UserBuffer.of(user, END - 8, 16);
    UserBuffer to = UserBuffer.of(other.user(), there, 16);
    assertThat(ProcessVm.copy(from, to)).isEqualTo(8);
    assertThat(other.user().readStringUpTo(there, 16)).isEqualTo("abcdefgh");
    UserBuffer bad = UserBuffer.of(other.user(), 0x100, 16);
    assertThatThrownBy(() -> ProcessVm.copy(UserBuffer.of(user, AT, 8), bad))
        .isSameAs(Errno.EFAULT);
    other.release();
  }
}
