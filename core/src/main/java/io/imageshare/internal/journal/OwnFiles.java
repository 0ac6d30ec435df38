package io.imageshare.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
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

  /**
   * Refuses a file that begins like none of this library, as far as it was written.
   *
   * @param begins how such files begin
   */
  static void requireOurs(Path path, FileChannel channel, String... begins) throws IOException {
    String found = begin(channel);
    if (Arrays.stream(begins).noneMatch(b -> found.startsWith(b) || b.startsWith(found))) {
      throw new IOException(
          path + " is no journal file of this library; move it away, or name another directory");
    }
  }

  private static String begin(FileChannel channel) throws IOException {
    ByteBuffer begin = ByteBuffer.allocate(64);
    channel.read(begin, 0);
    return UTF_8.decode(begin.flip()).toString();
  }

  static byte[] read(FileChannel channel) throws IOException {
    return Channels.newInputStream(channel.position(0)).readAllBytes();
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
      Channels.newOutputStream(channel).write(text.getBytes(UTF_8));
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

  /** The epoch that the first line of a file names; 0: none, or there is no file. */
  static long epoch(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, READ)) {
      return begin(channel).lines().findFirst().map(OwnFiles::epoch).orElse(0L);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** The epoch that a line names; 0: none. */
  static long epoch(String line) {
    return line.startsWith(EPOCH) && line.endsWith("}")
        ? Long.parseLong(line, EPOCH.length(), line.length() - 1, 10)
        : 0;
  }
}
