package io.imageshare.memory;

import static java.util.Objects.requireNonNull;

import io.imageshare.Journal;
import io.imageshare.RunBusyException;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A journal in memory, as several processes that may die see it. */
final class SharedJournal {
  private static final Duration FLUSH = Duration.ofMillis(5);

  private static final class Kept {
    final List<String> entries = new ArrayList<>();
    long epoch;
    String owner = "";
    KillSwitch life = KillSwitch.never();
    Instant written = Instant.MIN;
    boolean cancelled;
  }

  private final Timekeeper time;
  private final Map<String, Kept> runs = new TreeMap<>();
  private final Map<String, String> reports = new HashMap<>();
  private final Map<String, Long> finished = new HashMap<>();
  private long epochs;
  private boolean locks = true;

  SharedJournal(Timekeeper time) {
    this.time = time;
  }

  /** One that cannot know whether an owner is alive. */
  SharedJournal withoutLocks() {
    locks = false;
    return this;
  }

  /** The entries of a run. */
  List<String> lines(String run) {
    Kept kept = runs.get(run);
    return kept == null ? List.of() : List.copyOf(kept.entries);
  }

  /** Of the latest claim of a run. */
  long epoch(String run) {
    return requireNonNull(runs.get(run)).epoch;
  }

  Instant written(String run) {
    Kept kept = runs.get(run);
    return kept == null ? Instant.MIN : kept.written;
  }

  /** Who writes a run; empty if nobody does. */
  String owner(String run) {
    Kept kept = runs.get(run);
    return kept == null ? "" : kept.owner;
  }

  /** How many unfinished runs somebody writes. */
  long owned(String owner) {
    return runs.values().stream().filter(kept -> kept.owner.equals(owner)).count();
  }

  /** Its owner loses the run, and nobody has it. */
  void abandon(String run) {
    takeAway(run);
    requireNonNull(runs.get(run)).owner = "";
  }

  /** Somebody else takes the run. */
  void takeAway(String run) {
    Kept kept = requireNonNull(runs.get(run));
    kept.epoch = ++epochs;
    kept.owner = "another process";
    kept.written = time.now();
  }

  /** Whether no run is unfinished. */
  boolean isEmpty() {
    return runs.values().stream().allMatch(kept -> kept.entries.isEmpty());
  }

  @Nullable String report(String run) {
    return reports.get(run);
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

    private <T extends @Nullable Object> CompletionStage<T> flush(Supplier<T> effect) {
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
    public CompletionStage<List<Unfinished>> unfinished(Duration silent, int atMost) {
      return CompletableFuture.completedFuture(
          runs.entrySet().stream()
              .filter(e -> !e.getValue().entries.isEmpty() && isFree(e.getValue(), silent))
              .map(e -> new Unfinished(e.getKey(), owner(e.getValue()), silent(e.getValue())))
              .limit(atMost)
              .toList());
    }

    private String owner(Kept kept) {
      return locks && kept.life.isDead() ? "" : kept.owner;
    }

    private Duration silent(Kept kept) {
      return Duration.between(kept.written, time.now());
    }

    private boolean isFree(Kept kept, Duration silent) {
      return owner(kept).isEmpty() || silent(kept).compareTo(silent) >= 0;
    }

    @Override
    public CompletionStage<Claim> claim(String run, Duration silent) {
      if (life.isDead()) {
        return new CompletableFuture<>();
      }
      Kept kept = runs.computeIfAbsent(run, id -> new Kept());
      if (!isFree(kept, silent)) {
        return CompletableFuture.failedFuture(
            new RunBusyException(run, kept.owner, silent.minus(silent(kept))));
      }
      own(kept);
      kept.epoch = ++epochs;
      return CompletableFuture.completedFuture(new Claim(kept.epoch, List.copyOf(kept.entries)));
    }

    private void own(Kept kept) {
      kept.owner = process;
      kept.life = life;
      kept.written = time.now();
    }

    private Kept held(String run, long epoch) {
      Kept kept = runs.get(run);
      if (kept == null || kept.epoch != epoch) {
        throw new RunBusyException(run, kept == null ? "" : kept.owner, Duration.ZERO);
      }
      return kept;
    }

    @Override
    public CompletionStage<Boolean> append(String run, long epoch, long first, List<String> added) {
      return flush(
          () -> {
            Kept kept = held(run, epoch);
            if (kept.entries.size() < first) {
              throw new IllegalStateException("entry " + first + " of " + run + " is too far");
            }
            own(kept);
            if (kept.entries.size() == first) {
              kept.entries.addAll(added);
            }
            return kept.cancelled;
          });
    }

    @Override
    public CompletionStage<@Nullable Void> finish(String run, long epoch, String report) {
      return flush(
          () -> {
            if (finished.getOrDefault(run, 0L) != epoch) {
              held(run, epoch);
              runs.remove(run);
              reports.put(run, report);
              finished.put(run, epoch);
            }
            return null;
          });
    }

    @Override
    public CompletionStage<Optional<String>> report(String run) {
      return CompletableFuture.completedFuture(Optional.ofNullable(reports.get(run)));
    }

    @Override
    public CompletionStage<@Nullable Void> release(String run, long epoch) {
      return flush(
          () -> {
            Kept kept = runs.get(run);
            if (kept != null && kept.epoch == epoch) {
              kept.owner = "";
            }
            return null;
          });
    }

    @Override
    public CompletionStage<Boolean> cancel(String run) {
      Kept kept = runs.get(run);
      if (kept == null || kept.entries.isEmpty()) {
        return CompletableFuture.completedFuture(false);
      }
      kept.cancelled = true;
      return CompletableFuture.completedFuture(true);
    }
  }
}
