package dev.forklift.kernel.fs.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The hash of an image's bytes. To read them all takes long at each start, so the answer is kept,
/// for as long as the host says that the file is the same and unchanged: nobody but the host sets
/// the time of a file's last change.
final class ImageHash {
  private static final String ATTRIBUTES = "unix:dev,ino,size,lastModifiedTime,ctime";

  /// A change so soon after another may leave the time as it is.
  private static final Duration CLOCK_STEP = Duration.ofSeconds(2);

  private static final int HASH_LENGTH = 64;

  private final Path folder;

  /// @param folder where answers are kept
  ImageHash(Path folder) {
    this.folder = folder;
  }

  String of(Path image) throws IOException {
    Map<String, Object> status = status(image);
    if (status == null) {
      return read(image);
    }
    String state = state(status);
    Path note = folder.resolve(status.get("dev") + "-" + status.get("ino") + ".hash");
    String noted = noted(note, state);
    if (noted != null) {
      return noted;
    }
    boolean settled = changed(status).isBefore(Instant.now().minus(CLOCK_STEP));
    String hash = read(image);
    if (settled && state.equals(state(status(image)))) {
      keep(note, state + hash);
    }
    return hash;
  }

  /// What the host says of a file; null on a host that says something else.
  private static @Nullable Map<String, Object> status(Path image) throws IOException {
    try {
      return Files.readAttributes(image, ATTRIBUTES);
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return null;
    }
  }

  private static String state(@Nullable Map<String, Object> status) {
    return status == null
        ? ""
        : status.get("size")
            + " "
            + nanos(status.get("lastModifiedTime"))
            + " "
            + nanos(status.get("ctime"))
            + " ";
  }

  private static String nanos(@Nullable Object time) {
    Instant instant = time instanceof FileTime known ? known.toInstant() : Instant.EPOCH;
    return instant.getEpochSecond() + "." + instant.getNano();
  }

  private static Instant changed(Map<String, Object> status) {
    return status.get("ctime") instanceof FileTime time ? time.toInstant() : Instant.MAX;
  }

  private static @Nullable String noted(Path note, String state) {
    try {
      String text = Files.readString(note, StandardCharsets.ISO_8859_1);
      return text.length() == state.length() + HASH_LENGTH && text.startsWith(state)
          ? text.substring(state.length())
          : null;
    } catch (IOException e) {
      return null;
    }
  }

  private void keep(Path note, String text) {
    try {
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, ImageCache.UNFINISHED, ".hash");
      Files.writeString(part, text, StandardCharsets.ISO_8859_1);
      Files.move(part, note, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // Then it is read again.
    }
  }

  private static String read(Path image) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = new DigestInputStream(Files.newInputStream(image), digest)) {
      while (in.read(buffer) >= 0) {
        // The digest sees what passes.
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
