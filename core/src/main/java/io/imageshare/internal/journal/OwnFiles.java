package io.imageshare.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that nobody but their owner may read, opened without following links. */
final class OwnFiles {
  /** How a line begins that names an epoch. */
  static final String EPOCH = "{\"epoch\":";

  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private static final Set<OpenOption> READ_AND_WRITE =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);

  private OwnFiles() {}

  private static FileAttribute<?>[] only(Path path, String permissions) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  static void createDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory, only(directory, "rwx------"));
    }
  }

  static FileChannel open(Path path) throws IOException {
    return FileChannel.open(path, READ_AND_WRITE, only(path, "rw-------"));
  }

  /** The first line of a file, or the first 64 bytes of it. */
  static String firstLine(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, READ)) {
      ByteBuffer begin = ByteBuffer.allocate(64);
      channel.read(begin, 0);
      return UTF_8.decode(begin.flip()).toString().lines().findFirst().orElse("");
    }
  }

  static byte[] read(FileChannel channel) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    channel.position(0);
    Channels.newInputStream(channel).transferTo(bytes);
    return bytes.toByteArray();
  }

  static String read(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, READ)) {
      return new String(read(channel), UTF_8);
    }
  }

  /** Puts a text in place of what a file contained, all or none of it. */
  static void replace(Path path, String text) throws IOException {
    Path next = path.resolveSibling(path.getFileName() + ".new");
    Files.deleteIfExists(next);
    try (FileChannel channel = open(next)) {
      ByteBuffer left = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceName(path.resolveSibling("."));
  }

  /** A new file is not safe before its directory is; not every system can do this. */
  static void forceName(Path directory) {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    } catch (IOException e) {
      // Windows cannot do this and does not need it.
    }
  }

  static String epochLine(long epoch) {
    return EPOCH + epoch + "}";
  }

  /** The epoch that a line names; 0: none. */
  static long epoch(String line) {
    return line.startsWith(EPOCH) && line.endsWith("}")
        ? Long.parseLong(line, EPOCH.length(), line.length() - 1, 10)
        : 0;
  }
}
