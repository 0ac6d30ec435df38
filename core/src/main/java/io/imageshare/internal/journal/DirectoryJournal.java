package io.imageshare.internal.journal;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.imageshare.Journal;
import io.imageshare.Timekeeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private record Append(String run, long first, List<String> lines, CompletableFuture<Void> done) {}

  private final Path path;
  private final Executor executor;
  private final Timekeeper time;
  private final ConcurrentLinkedQueue<Append> appends = new ConcurrentLinkedQueue<>();
  // Changed by the executor only.
  private final Map<String, RunFile> owned = new HashMap<>();

  public DirectoryJournal(Path path) {
    this(path, writer(), Timekeeper.system());
  }

  private DirectoryJournal(Path path, Executor executor, Timekeeper time) {
    this.path = path;
    this.executor = executor;
    this.time = time;
  }

  /** The same journal in virtual time, where there is no other thread: written on the caller's. */
  public DirectoryJournal onCallingThread(Timekeeper virtual) {
    return new DirectoryJournal(path, Runnable::run, virtual);
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
  public CompletionStage<List<Unfinished>> unfinished() {
    return inOrder(
        () -> {
          List<Unfinished> unfinished = new ArrayList<>();
          for (String run : runs()) {
            String owner = RunLock.owner(path, run);
            Instant written =
                owner.isEmpty()
                    ? Files.getLastModifiedTime(RunFile.path(path, run)).toInstant()
                    : time.now(); // the lock is a sign of life
            unfinished.add(new Unfinished(run, owner, written));
          }
          return unfinished;
        });
  }

  private List<String> runs() throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(RunFile.SUFFIX))
          .map(name -> name.substring(0, name.length() - RunFile.SUFFIX.length()))
          .sorted()
          .toList();
    }
  }

  @Override
  public CompletionStage<List<String>> read(String run) {
    return inOrder(() -> RunFile.read(RunFile.path(path, run)));
  }

  @Override
  public CompletionStage<Void> append(String run, long first, List<String> lines) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    appends.add(new Append(run, first, List.copyOf(lines), done));
    executor.execute(this::flush);
    return done;
  }

  /** Writes all appends that wait, and flushes each file once. */
  private void flush() {
    Map<RunFile, List<CompletableFuture<Void>>> written = new LinkedHashMap<>();
    for (Append append = appends.poll(); append != null; append = appends.poll()) {
      try {
        RunFile file = write(append);
        written.computeIfAbsent(file, f -> new ArrayList<>()).add(append.done());
      } catch (IOException | RuntimeException e) {
        append.done().completeExceptionally(e);
      }
    }
    written.forEach(DirectoryJournal::force);
  }

  private static void force(RunFile file, List<CompletableFuture<Void>> written) {
    try {
      file.force();
      written.forEach(done -> done.complete(null));
    } catch (IOException | RuntimeException e) {
      written.forEach(done -> done.completeExceptionally(e));
    }
  }

  /** A run whose first write is refused is not kept. */
  private RunFile write(Append append) throws IOException {
    RunFile own = owned.get(append.run());
    RunFile file = own == null ? RunFile.own(path, append.run(), time.now()) : own;
    try {
      file.write(append.first(), append.lines());
      owned.put(append.run(), file);
      return file;
    } finally {
      if (!owned.containsKey(append.run())) {
        file.close();
      }
    }
  }

  @Override
  public CompletionStage<Void> finish(String run) {
    return inOrder(
        () -> {
          RunFile own = owned.remove(run);
          (own == null ? RunFile.own(path, run, time.now()) : own).delete();
          return null;
        });
  }

  @Override
  public CompletionStage<Void> release(String run) {
    return inOrder(
        () -> {
          RunFile file = owned.remove(run);
          if (file != null) {
            file.close();
          }
          return null;
        });
  }

  @Override
  public String toString() {
    return "journal in " + path;
  }
}
