package dev.forklift.board.share;

import static dev.forklift.board.share.ShareClient.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostError;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A shared folder as the protocol shows it. Beside it lies a file that nobody must reach.
final class SessionTest {
  private static final int READ = 0;
  private static final int WRITE = 1;
  private static final int READ_WRITE = 2;

  @TempDir Path temp;
  private Path folder;
  private SharedFile root;
  private Session session;
  private ShareClient client;

  @BeforeEach
  void share() throws Exception {
    assumeThat(HostCalls.areAvailable()).as("a Linux host").isTrue();
    folder = Files.createDirectory(temp.resolve("shared"));
    Files.createDirectory(folder.resolve("sub"));
    Files.writeString(folder.resolve("file"), "contents");
    Files.writeString(folder.resolve("sub/inner"), "inside");
    Files.writeString(temp.resolve("secret"), "secret");
    Files.createSymbolicLink(folder.resolve("out"), temp.resolve("secret"));
    Files.createSymbolicLink(folder.resolve("up"), Path.of(".."));
    open(false);
  }

  private void open(boolean readOnly) throws HostError {
    root = SharedFile.root(folder.toString());
    session = new Session(root, readOnly, Owners.ofThisProcess());
    client = new ShareClient(session);
  }

  @AfterEach
  void close() {
    if (root != null) {
      session.reset();
      root.drop();
    }
  }

  private static void fails(int errno, ThrowingCallable asking) {
    assertThatThrownBy(asking)
        .isInstanceOfSatisfying(
            HostError.class, error -> assertThat(error.number()).isEqualTo(errno));
  }

  private static int openDescriptors() {
    String[] names = new File("/proc/self/fd").list();
    return names == null ? 0 : names.length;
  }

  @Nested
  class OfFiles {
    @Test
    void areReadFromAnywhere() throws HostError {
      assertThat(client.walk(ROOT, 1, "file")).isEqualTo(1);
      client.open(1, READ);
      assertThat(client.read(1, 0, 100)).isEqualTo("contents");
      assertThat(client.read(1, 3, 2)).isEqualTo("te");
      assertThat(client.read(1, 8, 10)).isEmpty();
      fails(Errors.EINVAL, () -> client.read(1, -1, 10));
    }

    @Test
    void areMadeAndWritten() throws Exception {
      client.walk(ROOT, 1, "sub");
      client.create(1, "new", READ_WRITE, 0640);
      assertThat(client.write(1, 2, "text")).isEqualTo(4);
      assertThat(client.read(1, 0, 10)).isEqualTo("\0\0text");
      assertThat(Files.readString(folder.resolve("sub/new"))).isEqualTo("\0\0text");
      client.ask(50, m -> m.put32(1).put32(0));
    }

    @Test
    void thatAreThereAreOpenedByCreateUnlessItIsExclusive() throws HostError {
      client.walk(ROOT, 1);
      client.create(1, "file", READ, 0600);
      assertThat(client.read(1, 0, 100)).isEqualTo("contents");
      client.walk(ROOT, 2);
      fails(Errors.EEXIST, () -> client.create(2, "file", 0200, 0600));
    }

    @Test
    void staySameWhenTheyAreRenamedAndGone() throws Exception {
      client.walk(ROOT, 1, "file");
      client.walk(ROOT, 2, "sub");
      client.ask(74, m -> m.put32(ROOT).putText("file").put32(2).putText("moved"));
      Files.writeString(folder.resolve("file"), "another");
      client.open(1, READ);
      Files.delete(folder.resolve("sub/moved"));
      assertThat(client.read(1, 0, 100)).isEqualTo("contents");
    }

    @Test
    void haveAttributes() throws Exception {
      client.walk(ROOT, 1, "file");
      client.setattr(1, 1, 06751, 0, 0);
      client.setattr(1, 8, 0, 0, 3);
      client.setattr(1, 0x1b0, 0, 0, 0);
      Path file = folder.resolve("file");
      assertThat(Files.readString(file)).isEqualTo("con");
      assertThat(Files.getAttribute(file, "unix:mode")).as("no set-uid").isEqualTo(0100751);
      assertThat(Files.getLastModifiedTime(file))
          .isEqualTo(FileTime.from(Instant.ofEpochSecond(2000, 8)));
      Message answer = client.ask(24, m -> m.put32(1).put64(-1));
      assertThat(answer.get64()).isEqualTo(0x7ff);
      assertThat(answer.get8()).isZero();
      answer.get32();
      answer.get64();
      assertThat(answer.get32()).isEqualTo(0100751);
      assertThat(answer.get32()).as("the user is root there").isZero();
    }

    @Test
    void areLinkedAndRemoved() throws Exception {
      client.walk(ROOT, 1, "file");
      client.walk(ROOT, 2, "sub");
      client.ask(70, m -> m.put32(2).put32(1).putText("second"));
      assertThat(Files.readString(folder.resolve("sub/second"))).isEqualTo("contents");
      client.ask(76, m -> m.put32(2).putText("second").put32(0));
      assertThat(folder.resolve("sub/second")).doesNotExist();
    }

    @Test
    void areLockedByWhoeverAsks() throws HostError {
      client.walk(ROOT, 1, "file");
      assertThat(
              client
                  .ask(
                      52, m -> m.put32(1).put8(1).put32(0).put64(0).put64(0).put32(9).putText("me"))
                  .get8())
          .isZero();
      Message answer =
          client.ask(54, m -> m.put32(1).put8(1).put64(5).put64(6).put32(9).putText("me"));
      assertThat(answer.get8()).isEqualTo(2);
      assertThat(answer.get64()).isEqualTo(5);
    }

    @Test
    void canBeNoDevices() throws Exception {
      fails(
          Errors.EPERM,
          () ->
              client.ask(
                  18, m -> m.put32(ROOT).putText("null").put32(020666).put32(1).put32(3).put32(0)));
      client.ask(18, m -> m.put32(ROOT).putText("fifo").put32(010600).put32(0).put32(0).put32(0));
      client.walk(ROOT, 1, "fifo");
      fails(Errors.EPERM, () -> client.open(1, READ));
    }
  }

  @Nested
  class Folders {
    private List<String> names(int count) throws HostError {
      List<String> names = new ArrayList<>();
      long from = 0;
      while (true) {
        long start = from;
        Message answer = client.ask(40, m -> m.put32(1).put64(start).put32(count));
        int end = answer.get32() + answer.position();
        if (answer.position() == end) {
          return names;
        }
        while (answer.position() < end) {
          answer.get8();
          answer.get32();
          answer.get64();
          from = answer.get64();
          answer.get8();
          names.add(answer.getText());
        }
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 8000})
    void areListedInPieces(int count) throws Exception {
      for (int i = 0; i < 300; i++) {
        Files.createFile(folder.resolve("sub/f" + i));
      }
      client.walk(ROOT, 1, "sub");
      client.open(1, READ);
      assertThat(names(count)).hasSize(303).doesNotHaveDuplicates().contains("f299", "inner");
    }

    @Test
    void areMadeAndRemoved() throws HostError {
      client.ask(72, m -> m.put32(ROOT).putText("made").put32(0700).put32(0));
      assertThat(folder.resolve("made")).isDirectory();
      fails(21, () -> client.ask(76, m -> m.put32(ROOT).putText("made").put32(0)));
      client.ask(76, m -> m.put32(ROOT).putText("made").put32(0x200));
      assertThat(folder.resolve("made")).doesNotExist();
    }

    @Test
    void areNotWrittenTo() throws HostError {
      client.walk(ROOT, 1, "sub");
      fails(Errors.EISDIR, () -> client.open(1, WRITE));
    }

    @Test
    void sayAsMuchAsThereIsOfAWay() throws HostError {
      assertThat(client.walk(ROOT, 1, "sub", "none", "more")).isEqualTo(1);
      fails(Errors.EBADF, () -> client.clunk(1));
      fails(Errors.ENOENT, () -> client.walk(ROOT, 1, "none"));
    }

    @Test
    void haveAFileSystem() throws HostError {
      Message answer = client.ask(8, m -> m.put32(ROOT));
      assertThat(answer.get32()).isEqualTo(0x01021997);
      assertThat(answer.get32()).isPositive();
      assertThat(answer.get64()).isPositive();
    }
  }

  @Nested
  class NothingLeadsOut {
    @Test
    void theRootsParentIsTheRoot() throws HostError {
      assertThat(client.walk(ROOT, 1, "..", "..", "sub", "..", "..", "..", "file")).isEqualTo(7);
      client.open(1, READ);
      assertThat(client.read(1, 0, 100)).isEqualTo("contents");
    }

    @Test
    void aFolderThatIsMovedOutLeadsBack() throws Exception {
      client.walk(ROOT, 1, "sub");
      Files.move(folder.resolve("sub"), temp.resolve("outside"));
      client.walk(1, 2, "..", "file");
      client.open(2, READ);
      assertThat(client.read(2, 0, 100)).isEqualTo("contents");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "../secret", "sub/inner", "/etc/passwd", "a\0b"})
    void namesAreJustNames(String name) throws HostError {
      fails(Errors.ENOENT, () -> client.walk(ROOT, 1, name));
      client.walk(ROOT, 2);
      fails(Errors.ENOENT, () -> client.create(2, name, WRITE, 0600));
      fails(Errors.ENOENT, () -> client.ask(76, m -> m.put32(ROOT).putText(name).put32(0)));
    }

    @Test
    void theParentIsNoNameToMakeOrRemove() throws HostError {
      client.walk(ROOT, 1, "sub");
      fails(
          Errors.ENOENT,
          () -> client.ask(74, m -> m.put32(1).putText("inner").put32(ROOT).putText("..")));
      fails(Errors.ENOENT, () -> client.ask(76, m -> m.put32(1).putText("..").put32(0x200)));
      fails(Errors.ENOENT, () -> client.create(1, "..", WRITE, 0600));
    }

    @Test
    void linksAreOnlyRead() throws Exception {
      assertThat(client.walk(ROOT, 1, "out")).isEqualTo(1);
      Message answer = client.ask(22, m -> m.put32(1));
      assertThat(answer.getText()).isEqualTo(temp.resolve("secret").toString());
      fails(Errors.ELOOP, () -> client.open(1, READ));
      fails(Errors.ELOOP, () -> client.setattr(1, 8, 0, 0, 0));
      fails(Errors.EOPNOTSUPP, () -> client.setattr(1, 1, 0777, 0, 0));
      client.setattr(1, 0x1b0, 0, 0, 0);
      fails(20, () -> client.walk(1, 2, "x"));
      assertThat(client.walk(ROOT, 2, "up", "secret")).isEqualTo(1);
      client.walk(ROOT, 3);
      fails(Errors.ELOOP, () -> client.create(3, "out", WRITE, 0600));
      assertThat(Files.readString(temp.resolve("secret"))).isEqualTo("secret");
      assertThat(Files.getLastModifiedTime(folder.resolve("out"), LinkOption.NOFOLLOW_LINKS))
          .isEqualTo(FileTime.from(Instant.ofEpochSecond(2000, 8)));
    }

    @Test
    void aFileThatBecomesALinkStaysWhatItWas() throws Exception {
      client.walk(ROOT, 1, "file");
      Files.delete(folder.resolve("file"));
      Files.createSymbolicLink(folder.resolve("file"), temp.resolve("secret"));
      client.open(1, READ_WRITE);
      assertThat(client.read(1, 0, 100)).isEqualTo("contents");
      client.setattr(1, 8, 0, 0, 0);
      assertThat(Files.readString(temp.resolve("secret"))).isEqualTo("secret");
    }
  }

  @Test
  void aReadOnlyFolderStaysAsItIs() throws Exception {
    close();
    open(true);
    client.walk(ROOT, 1, "file");
    fails(Errors.EROFS, () -> client.open(1, READ_WRITE));
    fails(Errors.EROFS, () -> client.open(1, 01000));
    fails(Errors.EROFS, () -> client.setattr(1, 8, 0, 0, 0));
    fails(Errors.EROFS, () -> client.create(ROOT, "new", WRITE, 0600));
    fails(Errors.EROFS, () -> client.ask(76, m -> m.put32(ROOT).putText("file").put32(0)));
    client.open(1, READ);
    assertThat(client.read(1, 0, 100)).isEqualTo("contents");
    assertThat(folder).isDirectoryNotContaining("glob:**/new");
  }

  @Test
  void numbersThatStandForNothingAreRefused() throws HostError {
    fails(Errors.EBADF, () -> client.read(77, 0, 1));
    fails(Errors.EBADF, () -> client.clunk(77));
    client.walk(ROOT, 1, "file");
    fails(Errors.EBADF, () -> client.read(1, 0, 1));
    fails(Errors.EBADF, () -> client.walk(ROOT, 1, "sub"));
    fails(Errors.EOPNOTSUPP, () -> client.ask(30, m -> m.put32(1)));
  }

  @Test
  void repliesThatDoNotFitAreErrors() throws HostError {
    client.walk(ROOT, 1, "file");
    client.setRoom(11);
    fails(Errors.EINVAL, () -> client.ask(24, m -> m.put32(1).put64(-1)));
    fails(Errors.EINVAL, () -> client.ask(8, m -> m.put32(1)));
  }

  /// Whatever is asked, there is an answer, nothing outside is touched and nothing stays open.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  @Timeout(60)
  void nonsenseIsAnsweredAndLeavesNothingBehind(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    int before = openDescriptors();
    String[] names = {
      "file",
      "sub",
      "inner",
      "out",
      "up",
      "..",
      ".",
      "",
      "/",
      "new",
      "x/y",
      "n".repeat(300),
      "t".repeat(60_000)
    };
    // Types, and what they consist of: number of a file, name, 16, 32 and 64 bits.
    String[] shapes = {
      "8 f", "12 fi", "14 fniii", "16 fnni", "18 fniiii", "22 f", "24 fl", "26 fiiiillllll",
      "40 fli", "50 fi", "52 fbillin", "54 fbllin", "70 ffn", "72 fnii", "74 fnfn", "76 fni",
      "104 ffnni", "108 s", "110 ffs", "110 ffsn", "110 ffsnn", "116 fli", "118 fli", "120 f",
      "122 f", "20 fn", "30 f", "200 ll"
    };
    Message request = new Message(Session.MOST);
    Message reply = new Message(Session.MOST);
    int answered = 0;
    for (int i = 0; i < 5_000; i++) {
      String[] shape = shapes[random.nextInt(shapes.length)].split(" ", -1);
      request.begin(Integer.parseInt(shape[0]), i, Session.MOST);
      for (int at = 0; at < shape[1].length(); at++) {
        switch (random.nextInt(40) == 0 ? 'l' : shape[1].charAt(at)) {
          case 'f' -> request.put32(random.nextInt(5));
          case 'n' -> request.putText(names[random.nextInt(names.length)]);
          case 'b' -> request.put8(random.nextInt(4));
          case 's' -> request.put16(random.nextInt(4));
          case 'i' -> request.put32(random.nextBoolean() ? random.nextInt(2000) : random.nextInt());
          default -> request.put64(random.nextBoolean() ? random.nextInt(2000) : random.nextLong());
        }
      }
      request.received(request.end());
      int room = random.nextBoolean() ? Session.MOST : 11 + random.nextInt(200);
      assertThat(session.answer(request, reply, room)).isBetween(7, room);
      answered += reply.array()[4] == 7 ? 0 : 1;
    }
    assertThat(answered).as("requests that made sense").isGreaterThan(200);
    session.reset();
    assertThat(openDescriptors()).isEqualTo(before);
    assertThat(Files.readString(temp.resolve("secret"))).isEqualTo("secret");
    try (var left = Files.list(temp)) {
      assertThat(left).containsExactlyInAnyOrder(folder, temp.resolve("secret"));
    }
  }
}
