package io.imageshare.internal.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;

/** The file of one run while this process owns it: lines that end with a line feed. */
final class RunFile {
  static final String SUFFIX = ".jsonl";

  private final Path path;
  private final RunLock lock;
  private final FileChannel channel;
  private long lines;
  private long end;

  private RunFile(Path path, RunLock lock, FileChannel channel) {
    this.path = path;
    this.lock = lock;
    this.channel = channel;
  }

  static Path path(Path directory, String run) {
    return directory.resolve(run + SUFFIX);
  }

  /** The whole lines of a file; a last one that does not end was cut off by a crash. */
  static List<String> read(Path path) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return lines(bytes);
  }

  private static List<String> lines(byte[] bytes) {
    return new String(bytes, 0, whole(bytes), StandardCharsets.UTF_8).lines().toList();
  }

  private static int whole(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  /** Locks a run, and opens its file as far as it is whole. */
  static RunFile own(Path directory, String run, Instant now) throws IOException {
    Files.createDirectories(directory);
    RunLock lock = RunLock.take(directory, run, now);
    FileChannel channel = null;
    try {
      Path path = path(directory, run);
      channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      RunFile file = new RunFile(path, lock, channel);
      byte[] bytes = Files.readAllBytes(path);
      file.end = whole(bytes);
      file.lines = lines(bytes).size();
      channel.truncate(file.end);
      forceName(directory);
      return file;
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      lock.close();
      throw e;
    }
  }

  /** A new file is not safe before its directory is; not every system can do this. */
  private static void forceName(Path directory) {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    } catch (IOException e) {
      // Windows cannot do this and does not need it.
    }
  }

  /** Writes lines after the last one, all or none; they are safe after {@link #force}. */
  void write(long first, List<String> added) throws IOException {
    if (first != lines) {
      throw new IllegalStateException(
          "%s: line %d is next, not %d; somebody else has written it"
              .formatted(path, lines, first));
    }
    byte[] bytes = (String.join("\n", added) + "\n").getBytes(StandardCharsets.UTF_8);
    ByteBuffer left = ByteBuffer.wrap(bytes);
    try {
      while (left.hasRemaining()) {
        channel.write(left, end + left.position());
      }
    } catch (IOException e) {
      channel.truncate(end);
      throw e;
    }
    end += bytes.length;
    lines += added.size();
  }

  void force() throws IOException {
    channel.force(false);
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString(), null, "it was deleted while it was written");
    }
  }

  /** Removes the run. Emptied first: whoever waits for the lock must not find it unfinished. */
  void delete() throws IOException {
    channel.truncate(0);
    channel.close();
    Files.deleteIfExists(path);
    lock.delete();
    lock.close();
  }

  void close() throws IOException {
    channel.close();
    lock.close();
  }
}
