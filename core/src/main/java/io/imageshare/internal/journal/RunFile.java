package io.imageshare.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The file of one run while this process owns it: lines that end with a line feed. Each owner
 * begins with a line that names its epoch and itself; the others are the entries.
 */
final class RunFile {
  static final String SUFFIX = ".jsonl";
  private static final String ENTRY = "{\"sum\":\"";

  private final Path path;
  private final RunLock lock;
  private final FileChannel channel;
  private final List<String> entries;
  private final long epoch;
  private long next;
  private long end;
  private boolean named;

  private RunFile(
      Path path, RunLock lock, FileChannel channel, List<String> lines, long end, long epoch) {
    this.path = path;
    this.lock = lock;
    this.channel = channel;
    this.end = end;
    this.epoch = epoch;
    entries = lines.stream().filter(line -> !line.startsWith(OwnFiles.EPOCH)).toList();
    next = entries.size();
  }

  /**
   * Locks a run, and opens its file as far as it is whole.
   *
   * @param finished the epoch of the run with this id that was finished last; 0: none was
   */
  static RunFile own(Path directory, String run, Duration silent, Instant now, long finished)
      throws IOException {
    RunLock lock = RunLock.take(directory, run, silent, now);
    FileChannel channel = null;
    try {
      Path path = directory.resolve(run + SUFFIX);
      channel = OwnFiles.open(path);
      OwnFiles.requireOurs(path, channel, OwnFiles.EPOCH, ENTRY);
      byte[] bytes = OwnFiles.read(channel);
      int end = Bytes.lastIndexOf(bytes, (byte) '\n') + 1; // what follows was cut off by a crash
      List<String> lines = new String(bytes, 0, end, UTF_8).lines().toList();
      long last = lines.stream().mapToLong(OwnFiles::epoch).max().orElse(0);
      if (finished > 0 && last <= finished) {
        end = 0; // it was finished, and died before it had deleted this
        lines = List.of();
      }
      channel.truncate(end);
      OwnFiles.forceName(directory);
      long epoch = Math.max(now.toEpochMilli(), Math.max(last, finished) + 1);
      return new RunFile(path, lock, channel, lines, end, epoch);
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      lock.close();
      throw e;
    }
  }

  long epoch() {
    return epoch;
  }

  /** The entries that were there when it was opened. */
  List<String> entries() {
    return entries;
  }

  /**
   * Writes entries after the last one, all or none, unless they are there; they are safe after
   * {@link #force}.
   */
  void write(long first, List<String> added) throws IOException {
    if (first >= entries.size() && first + added.size() <= next) {
      return; // an earlier try has written them
    }
    if (first != next) {
      throw new IllegalStateException("%s: entry %d is next, not %d".formatted(path, next, first));
    }
    StringBuilder lines = new StringBuilder();
    if (!named) {
      lines.append(OwnFiles.epochLine(epoch)).append('\n');
    }
    added.forEach(line -> lines.append(line).append('\n'));
    byte[] bytes = lines.toString().getBytes(UTF_8);
    try {
      Channels.newOutputStream(channel.position(end)).write(bytes);
    } catch (IOException e) {
      channel.truncate(end);
      throw e;
    }
    named = true;
    end += bytes.length;
    next += added.size();
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

  /** Leaves the run to others; one that has no entries is none. */
  void close() throws IOException {
    if (next == 0) {
      delete();
      return;
    }
    channel.close();
    lock.close();
  }
}
