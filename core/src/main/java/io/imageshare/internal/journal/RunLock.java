package io.imageshare.internal.journal;

import io.imageshare.RunBusyException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lock of one run, in a file beside the run's own that names its owner. The operating system
 * releases it when the process ends, in whatever way.
 */
final class RunLock implements Closeable {
  /**
   * The locks of this JVM. On POSIX systems closing any channel of a file drops all locks the
   * process has on it, so a lock file must never be opened twice here.
   */
  private static final Map<Path, String> HELD = new HashMap<>();

  /** Far from the text, which others must be able to read where locks are mandatory. */
  private static final long POSITION = Long.MAX_VALUE - 1;

  private static final String PROCESS = "process ";

  private final Path path;
  private final FileChannel channel;

  private RunLock(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  private static Path path(Path directory, String run) throws IOException {
    return directory.toRealPath().resolve(run + ".lock");
  }

  /** The name of this process in lock files. */
  static String self() {
    return PROCESS + ProcessHandle.current().pid();
  }

  /**
   * Takes the lock of a run.
   *
   * @param silent what a claimant takes for abandoned, were there no lock
   * @throws RunBusyException if somebody else has it, naming who and since when
   */
  static RunLock take(Path directory, String run, Duration silent, Instant now) throws IOException {
    Path path = path(directory, run);
    synchronized (HELD) {
      String holder = HELD.get(path);
      FileChannel channel = holder == null ? locked(path) : null;
      if (channel == null) {
        throw new RunBusyException(run, holder == null ? OwnFiles.read(path) : holder, silent);
      }
      String self = self() + " since " + now.truncatedTo(ChronoUnit.SECONDS);
      try {
        OwnFiles.requireOurs(path, channel, PROCESS);
        channel.truncate(0).write(ByteBuffer.wrap(self.getBytes(StandardCharsets.UTF_8)), 0);
      } catch (IOException e) {
        channel.close(); // a full disk must not leave a lock that nobody can release
        throw e;
      }
      HELD.put(path, self);
      return new RunLock(path, channel);
    }
  }

  /** The channel that has the lock; null if another process has. */
  private static @Nullable FileChannel locked(Path path) throws IOException {
    FileChannel channel = OwnFiles.open(path);
    FileLock lock = null;
    try {
      lock = channel.tryLock(POSITION, 1, false);
      return lock == null ? null : channel;
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
  }

  /** Who holds the lock of a run, and since when; empty if nobody does. */
  static String owner(Path directory, String run) throws IOException {
    Path path = path(directory, run);
    synchronized (HELD) {
      String here = HELD.get(path);
      if (here != null || !Files.exists(path)) {
        return here == null ? "" : here;
      }
      try (FileChannel channel = locked(path)) {
        return channel == null ? OwnFiles.read(path) : "";
      }
    }
  }

  /** Removes the file, while the lock is still held. */
  void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      HELD.remove(path);
      channel.close();
    }
  }
}
