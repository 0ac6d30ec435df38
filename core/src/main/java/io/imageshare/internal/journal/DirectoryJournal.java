package io.imageshare.internal.journal;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.imageshare.Journal;
import io.imageshare.RunBusyException;
import io.imageshare.Timekeeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A journal in a directory. All its work is done in order, on one thread or on the caller's. */
public final class DirectoryJournal implements Journal {
  private static final String REPORT = ".report";
  private static final String CANCEL = ".cancel";

  private record Append(
      String run, long epoch, long first, List<String> entries, CompletableFuture<Boolean> done) {}

  private final Path path;
  private final Duration keepReports;
  private final Executor executor;
  private final Timekeeper time;
  private final ConcurrentLinkedQueue<Append> appends = new ConcurrentLinkedQueue<>();
  // Changed by the executor only.
  private final Map<String, RunFile> owned = new HashMap<>();
  private Instant lookedForOldReports = Instant.MIN;

  public DirectoryJournal(Path path, Duration keepReports) {
    this(requireNonNull(path, "path"), keepReports, writer(), Timekeeper.system());
    checkArgument(
        !Files.exists(path) || Files.isDirectory(path),
        "path: %s is no directory; name one, or a place where one can be made",
        path);
    checkArgument(
        !keepReports.isNegative(), "keepReports: %s; it must not be negative", keepReports);
  }

  private DirectoryJournal(Path path, Duration keepReports, Executor executor, Timekeeper time) {
    this.path = path;
    this.keepReports = keepReports;
    this.executor = executor;
    this.time = time;
  }

  /** The same journal in virtual time, where there is no other thread: written on the caller's. */
  public DirectoryJournal onCallingThread(Timekeeper virtual) {
    return new DirectoryJournal(path, keepReports, Runnable::run, virtual);
  }

  private static Executor writer() {
    ThreadPoolExecutor writer =
        new ThreadPoolExecutor(
            1,
            1,
            100,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            new ThreadFactoryBuilder().setNameFormat("imageshare-journal").setDaemon(true).build());
    writer.allowCoreThreadTimeOut(true);
    return writer;
  }

  private <T> CompletionStage<T> inOrder(Callable<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    executor.execute(
        () -> {
          flush(); // earlier appends take effect first
          try {
            done.complete(work.call());
          } catch (Exception e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  @Override
  public CompletionStage<List<Unfinished>> unfinished(Duration silent, int atMost) {
    return inOrder(
        () -> {
          List<Unfinished> unfinished = new ArrayList<>();
          for (String run : ids(RunFile.SUFFIX)) {
            // A lock is a sign of life: who has one is not silent.
            if (unfinished.size() < atMost
                && isUnfinished(run)
                && RunLock.owner(path, run).isEmpty()) {
              unfinished.add(new Unfinished(run, "", age(file(run, RunFile.SUFFIX))));
            }
          }
          return unfinished;
        });
  }

  private boolean isUnfinished(String run) throws IOException {
    Path file = file(run, RunFile.SUFFIX);
    return exists(file) && Files.size(file) > 0;
  }

  private static boolean exists(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  private Duration age(Path file) throws IOException {
    Instant written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
    Duration age = Duration.between(written, time.now());
    return age.isNegative() ? Duration.ZERO : age;
  }

  private List<String> ids(String suffix) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .map(name -> name.substring(0, name.length() - suffix.length()))
          .sorted()
          .toList();
    }
  }

  @Override
  public CompletionStage<Claim> claim(String run, Duration silent) {
    return inOrder(
        () -> {
          OwnFiles.createDirectory(path);
          RunFile file = RunFile.own(path, run, silent, time.now(), finishedEpoch(run));
          owned.put(run, file);
          if (file.entries().isEmpty()) {
            Files.deleteIfExists(file(run, CANCEL)); // of an earlier run
          }
          return new Claim(file.epoch(), file.entries());
        });
  }

  @Override
  public CompletionStage<Boolean> append(String run, long epoch, long first, List<String> entries) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    appends.add(new Append(run, epoch, first, List.copyOf(entries), done));
    executor.execute(this::flush);
    return done;
  }

  /** Writes all appends that wait, and flushes each file once. */
  private void flush() {
    Map<RunFile, List<Append>> written = new LinkedHashMap<>();
    for (Append append = appends.poll(); append != null; append = appends.poll()) {
      try {
        RunFile file = owned(append.run(), append.epoch());
        file.write(append.first(), append.entries());
        written.computeIfAbsent(file, f -> new ArrayList<>()).add(append);
      } catch (IOException | RuntimeException e) {
        append.done().completeExceptionally(e);
      }
    }
    written.forEach(this::force);
  }

  private RunFile owned(String run, long epoch) throws IOException {
    RunFile file = owned.get(run);
    if (file == null || file.epoch() != epoch) {
      throw new RunBusyException(run, RunLock.owner(path, run), Duration.ZERO);
    }
    return file;
  }

  private void force(RunFile file, List<Append> written) {
    try {
      file.force();
      written.forEach(append -> append.done().complete(exists(file(append.run(), CANCEL))));
    } catch (IOException | RuntimeException e) {
      written.forEach(append -> append.done().completeExceptionally(e));
    }
  }

  @Override
  public CompletionStage<Void> finish(String run, long epoch, String report) {
    return inOrder(
        () -> {
          RunFile file = owned.get(run);
          if (file == null && finishedEpoch(run) == epoch) {
            return null; // an earlier try has finished it
          }
          file = owned(run, epoch);
          OwnFiles.replace(file(run, REPORT), OwnFiles.epochLine(epoch) + "\n" + report);
          owned.remove(run);
          file.delete();
          Files.deleteIfExists(file(run, CANCEL));
          deleteOldReports();
          return null;
        });
  }

  private void deleteOldReports() throws IOException {
    if (lookedForOldReports.isAfter(time.now().minus(Duration.ofHours(1)))) {
      return; // there may be many files
    }
    lookedForOldReports = time.now();
    for (String run : ids(REPORT)) {
      Path file = file(run, REPORT);
      if (exists(file) && age(file).compareTo(keepReports) > 0 && finishedEpoch(run) > 0) {
        Files.deleteIfExists(file);
      }
    }
  }

  private Path file(String run, String suffix) {
    return path.resolve(run + suffix);
  }

  /** The epoch of the run with this id that was finished last; 0: none was, or it is forgotten. */
  private long finishedEpoch(String run) throws IOException {
    return OwnFiles.epoch(file(run, REPORT));
  }

  @Override
  public CompletionStage<Optional<String>> report(String run) {
    return inOrder(
        () -> {
          if (finishedEpoch(run) == 0) {
            return Optional.empty();
          }
          String text = OwnFiles.read(file(run, REPORT));
          return Optional.of(text.substring(text.indexOf('\n') + 1));
        });
  }

  @Override
  public CompletionStage<Void> release(String run, long epoch) {
    return inOrder(
        () -> {
          RunFile file = owned.get(run);
          if (file != null && file.epoch() == epoch) {
            owned.remove(run);
            file.close();
          }
          return null;
        });
  }

  @Override
  public CompletionStage<Boolean> cancel(String run) {
    return inOrder(
        () -> {
          boolean unfinished = isUnfinished(run);
          if (unfinished) {
            OwnFiles.open(file(run, CANCEL)).close();
          }
          return unfinished;
        });
  }

  @Override
  public String toString() {
    return "journal in " + path;
  }
}
