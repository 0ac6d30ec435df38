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
    KillSwitch life = KillSwitch.never();
    Instant written = Instant.MIN;
  }

  private final Timekeeper time;
  private final Map<String, Kept> runs = new TreeMap<>();
  private boolean locks = true;

  SharedJournal(Timekeeper time) {
    this.time = time;
  }

  /** One that cannot know whether an owner is alive. */
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
          kept.lines.add("of another process");
          return kept;
        });
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  Journal seenBy(String process, KillSwitch life) {
    return new View(process, life);
  }

  private final class View implements Journal {
    private final String process;
    private final KillSwitch life;

    View(String process, KillSwitch life) {
      this.process = process;
      this.life = life;
    }

    private <T> CompletionStage<T> flush(Supplier<T> effect) {
      CompletableFuture<T> done = new CompletableFuture<>();
      if (life.pass()) {
        try {
          T value = effect.get();
          if (life.pass()) {
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
      return locks && kept.life.isDead() ? "" : kept.owner;
    }

    @Override
    public CompletionStage<List<String>> read(String run) {
      return CompletableFuture.completedFuture(lines(run));
    }

    @Override
    public CompletionStage<Void> append(String run, long first, List<String> added) {
      return flush(
          () -> {
            Kept kept = runs.computeIfAbsent(run, id -> new Kept());
            if (kept.lines.size() != first) {
              throw new IllegalStateException("line " + first + " of " + run + " exists");
            }
            kept.lines.addAll(added);
            kept.owner = process;
            kept.life = life;
            kept.written = time.now();
            return null;
          });
    }

    @Override
    public CompletionStage<Void> finish(String run) {
      return flush(
          () -> {
            runs.remove(run);
            return null;
          });
    }

    @Override
    public CompletionStage<Void> release(String run) {
      return flush(
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
