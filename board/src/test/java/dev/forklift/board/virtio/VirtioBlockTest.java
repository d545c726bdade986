package dev.forklift.board.virtio;

import static dev.forklift.board.virtio.VirtioDriver.CONFIG;
import static dev.forklift.board.virtio.VirtioDriver.VERSION_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.board.BadInputException;
import dev.forklift.board.virtio.VirtioDriver.Piece;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A disk of 200 sectors, and what a driver can ask of it.
final class VirtioBlockTest {
  private static final int SECTORS = 200;
  private static final int IN = 0;
  private static final int OUT = 1;
  private static final int FLUSH = 4;
  private static final int GET_ID = 8;

  private static final int OK = 0;
  private static final int ERROR = 1;
  private static final int UNSUPPORTED = 2;

  @TempDir Path folder;
  private Path file;
  private DiskImage image;
  private VirtioDriver driver;

  @BeforeEach
  void attach() throws IOException {
    file = folder.resolve("disk");
    byte[] contents = new byte[SECTORS * 512 + 100];
    for (int sector = 0; sector < SECTORS; sector++) {
      Arrays.fill(contents, sector * 512, (sector + 1) * 512, (byte) sector);
    }
    Files.write(file, contents);
    open(false);
  }

  private void open(boolean readOnly) throws IOException {
    image = DiskImage.open(file, readOnly);
    driver = new VirtioDriver(new VirtioBlock(image, "disk7")).begin(VERSION_1, 1);
  }

  @AfterEach
  void close() throws IOException {
    image.close();
  }

  private Piece header(int type, long sector) {
    ByteBuffer header = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    return driver.input(header.putInt(type).putInt(0).putLong(sector).array());
  }

  private int status(Piece... pieces) {
    driver.request(0, pieces);
    return driver.bytes(pieces[pieces.length - 1])[0];
  }

  private byte[] sector(int value) {
    byte[] bytes = new byte[512];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void itsConfigSaysHowLargeItIs() {
    assertThat(driver.get(CONFIG)).isEqualTo(SECTORS);
    assertThat(driver.get(CONFIG + 4)).isZero();
    assertThat(driver.get(CONFIG + 20)).isEqualTo(512);
  }

  @Test
  void sectorsAreRead() {
    Piece first = driver.room(512);
    Piece second = driver.room(512);
    assertThat(driver.request(0, header(IN, 7), first, second, driver.room(1))).isEqualTo(1025);
    assertThat(driver.bytes(first)).isEqualTo(sector(7));
    assertThat(driver.bytes(second)).isEqualTo(sector(8));
  }

  @Test
  void muchIsReadAtOnce() {
    Piece all = driver.room(SECTORS * 512);
    assertThat(status(header(IN, 0), all, driver.room(1))).isEqualTo(OK);
    assertThat(driver.bytes(all)).startsWith(sector(0)).endsWith(sector(SECTORS - 1));
  }

  @Test
  void whatIsWrittenIsInTheFile() throws IOException {
    Piece data = driver.input(sector(99));
    assertThat(status(header(OUT, 3), data, driver.room(1))).isEqualTo(OK);
    assertThat(status(header(FLUSH, 0), driver.room(1))).isEqualTo(OK);
    byte[] contents = Files.readAllBytes(file);
    assertThat(Arrays.copyOfRange(contents, 3 * 512, 4 * 512)).isEqualTo(sector(99));
    assertThat(contents[4 * 512]).isEqualTo((byte) 4);
  }

  @ParameterizedTest
  @CsvSource({
    "200, 512", // the part of a sector at the end of the file is none
    "199, 1024",
    "0, 100",
    "-1, 512",
    "9223372036854775807, 512",
    "36028797018963968, 512", // whose offset in bytes would be 0 again
  })
  void whatIsNotThereIsAnError(long sector, int length) throws IOException {
    byte[] before = Files.readAllBytes(file);
    assertThat(status(header(IN, sector), driver.room(length), driver.room(1))).isEqualTo(ERROR);
    Piece data = driver.input(new byte[length]);
    assertThat(status(header(OUT, sector), data, driver.room(1))).isEqualTo(ERROR);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void itHasAName() {
    Piece name = driver.room(20);
    assertThat(status(header(GET_ID, 0), name, driver.room(1))).isEqualTo(OK);
    assertThat(new String(driver.bytes(name), StandardCharsets.US_ASCII))
        .isEqualTo("disk7" + "\0".repeat(15));
  }

  @Test
  void otherRequestsAreNotSupported() {
    assertThat(status(header(11, 0), driver.room(1))).isEqualTo(UNSUPPORTED);
    assertThat(status(header(-1, 0), driver.room(1))).isEqualTo(UNSUPPORTED);
  }

  @Test
  void aReadOnlyDiskStaysAsItIs() throws IOException {
    image.close();
    file.toFile().setWritable(false);
    open(true);
    assertThat(driver.offered() & (1 << 5)).isNotZero();
    Piece data = driver.input(sector(99));
    assertThat(status(header(OUT, 3), data, driver.room(1))).isEqualTo(ERROR);
    assertThat(status(header(IN, 3), driver.room(512), driver.room(1))).isEqualTo(OK);
    assertThat(Files.readAllBytes(file)[3 * 512]).isEqualTo((byte) 3);
  }

  @Test
  void aFileThatSomebodyCutsOffGivesErrors() throws IOException {
    try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
      other.setLength(512);
    }
    assertThat(status(header(IN, 0), driver.room(512), driver.room(1))).isEqualTo(OK);
    assertThat(status(header(IN, 1), driver.room(512), driver.room(1))).isEqualTo(ERROR);
  }

  @Test
  void aFileThatIsClosedGivesErrors() throws IOException {
    image.close();
    assertThat(status(header(IN, 0), driver.room(512), driver.room(1))).isEqualTo(ERROR);
    assertThat(status(header(FLUSH, 0), driver.room(1))).isEqualTo(ERROR);
  }

  @Test
  void twoDisksCannotWriteToOneFile() {
    assertThatThrownBy(() -> DiskImage.open(file, false))
        .isInstanceOf(BadInputException.class)
        .hasMessage(file + ": in use as another disk");
  }

  @Test
  void aFolderIsNoDisk() {
    assertThatThrownBy(() -> DiskImage.open(folder, true))
        .isInstanceOf(BadInputException.class)
        .hasMessage(folder + ": a disk has to be a regular file");
  }
}
