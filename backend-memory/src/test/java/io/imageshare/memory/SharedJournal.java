package io.imageshare.memory;

import io.imageshare.Journal;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A journal in memory, as several processes that may die see it. */
final class SharedJournal {
  private static final Duration FLUSH = Duration.ofMillis(5);

  private static final class Kept {
    final List<String> lines = new ArrayList<>();
    String owner = "";
    KillSwitch life = KillSwitch.none();
    Instant written = Instant.MIN;
  }

  private final Timekeeper time;
  private final Map<String, Kept> runs = new TreeMap<>();
  private boolean locks = true;

  SharedJournal(Timekeeper time) {
    this.time = time;
  }

  /** It cannot tell whether an owner is alive. */
  SharedJournal withoutLocks() {
    locks = false;
    return this;
  }

  List<String> lines(String run) {
    Kept kept = runs.get(run);
    return kept == null ? List.of() : List.copyOf(kept.lines);
  }

  /** The lines of a run and of its parts. */
  List<String> allLines(String run) {
    return runs.entrySet().stream()
        .filter(entry -> entry.getKey().equals(run) || entry.getKey().startsWith(run + "~"))
        .flatMap(entry -> entry.getValue().lines.stream())
        .toList();
  }

  Instant written(String run) {
    Kept kept = runs.get(run);
    return kept == null ? Instant.MIN : kept.written;
  }

  /** Somebody else writes a line. */
  void append(String run) {
    runs.computeIfPresent(
        run,
        (id, kept) -> {
          kept.lines.add("another's");
          return kept;
        });
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  Journal seenBy(String process, KillSwitch fuse) {
    return new View(process, fuse);
  }

  private final class View implements Journal {
    private final String process;
    private final KillSwitch fuse;

    View(String process, KillSwitch fuse) {
      this.process = process;
      this.fuse = fuse;
    }

    private <T> CompletionStage<T> later(Supplier<T> effect) {
      CompletableFuture<T> done = new CompletableFuture<>();
      if (fuse.pass()) {
        try {
          T value = effect.get();
          if (fuse.pass()) {
            time.schedule(FLUSH, () -> done.complete(value));
          }
        } catch (IllegalStateException e) {
          done.completeExceptionally(e);
        }
      }
      return done;
    }

    @Override
    public CompletionStage<List<Unfinished>> unfinished() {
      return CompletableFuture.completedFuture(
          runs.entrySet().stream()
              .map(e -> new Unfinished(e.getKey(), owner(e.getValue()), e.getValue().written))
              .toList());
    }

    private String owner(Kept kept) {
      return locks && kept.life.isBlown() ? "" : kept.owner;
    }

    @Override
    public CompletionStage<List<String>> read(String run) {
      return CompletableFuture.completedFuture(lines(run));
    }

    @Override
    public CompletionStage<Void> append(String run, long first, List<String> added) {
      return later(
          () -> {
            Kept kept = runs.computeIfAbsent(run, id -> new Kept());
            if (kept.lines.size() != first) {
              throw new IllegalStateException("line " + first + " of " + run + " exists");
            }
            kept.lines.addAll(added);
            kept.owner = process;
            kept.life = fuse;
            kept.written = time.now();
            return null;
          });
    }

    @Override
    public CompletionStage<Void> finish(String run) {
      return later(
          () -> {
            runs.remove(run);
            return null;
          });
    }

    @Override
    public CompletionStage<Void> release(String run) {
      return later(
          () -> {
            runs.computeIfPresent(
                run,
                (id, kept) -> {
                  kept.owner = "";
                  return kept;
                });
            return null;
          });
    }
  }
}
