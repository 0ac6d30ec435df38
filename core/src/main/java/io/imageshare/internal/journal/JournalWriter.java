package io.imageshare.internal.journal;

import static java.util.Objects.requireNonNull;

import io.imageshare.Journal;
import io.imageshare.Reason;
import io.imageshare.RunBusyException;
import io.imageshare.Timekeeper;
import io.imageshare.internal.time.Backoff;
import io.imageshare.internal.time.TimerScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one run writes to the journal, from the engine's thread. Without a journal nothing is
 * written, and what waits for an entry continues at once.
 *
 * <p>The run is this process's for sure while the last write that the journal confirmed began less
 * than half the silence ago: nobody can have claimed it since, however long an answer or this
 * process itself was on its way.
 */
public final class JournalWriter {
  /** A finished run waits no longer than this for its journal: as long as close() waits. */
  private static final Duration ENDING = Duration.ofSeconds(5);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** What is told of the journal. */
  public interface Listener {
    /** Nothing can be written any more, and the run is still this process's or nobody's. */
    void failed(Reason reason);

    /** The run is another's. */
    void lost(Reason reason);

    /** Somebody asked to cancel the run. */
    void cancelled();
  }

  private final @Nullable Journal journal;
  private final Timekeeper time;
  private final Duration silence;
  private final String run;
  private final Listener listener;

  /** What waits for the write under way: one follows the other only when it was answered. */
  private final List<Entry> waiting = new ArrayList<>();

  private final TimerScope timers;
  private List<Entry> sending = List.of();

  /** Its claim; null while it is not claimed yet, and when it is another's. */
  private @Nullable Held held;

  private boolean busy;
  private boolean broken;
  private @Nullable Runnable ending;
  private boolean quiet = true;

  private record Entry(String text, Runnable then) {}

  /**
   * The claim of a run.
   *
   * @param next the number of the next entry
   * @param seen when the last write began that the journal confirmed, the claim or a later one, by
   *     the monotonic clock
   */
  public record Held(long epoch, long next, long seen) {}

  /**
   * @param silence after which others may claim the run
   * @param held the claim of the run; null: it is new, and not claimed yet
   */
  public JournalWriter(
      @Nullable Journal journal,
      Timekeeper time,
      Duration silence,
      String run,
      @Nullable Held held,
      Listener listener) {
    this.journal = journal;
    this.time = time;
    this.silence = silence;
    this.run = run;
    this.held = held;
    this.listener = listener;
    timers = new TimerScope(time);
  }

  public boolean isOn() {
    return journal != null;
  }

  /** Whether a write to the service may go now: no other process can have the run. */
  public boolean mayWrite() {
    return journal == null
        || (!broken && held != null && time.nanoTime() - held.seen() < silence.toNanos() / 2);
  }

  /** Whether it takes nothing any more. */
  public boolean isBroken() {
    return broken;
  }

  /** Whether nothing was written since this was last asked. */
  public boolean wasQuiet() {
    boolean was = quiet;
    quiet = true;
    return was;
  }

  /** Writes an entry that nothing waits for: those after it are not safe before it is. */
  public void note(JournalEntry entry) {
    write(entry, () -> {});
  }

  /** Writes an entry; continues when it is safe, or when the journal has failed. */
  public void write(JournalEntry entry, Runnable then) {
    add(entry::text, then);
  }

  /** Shows that this process is alive; continues when the journal has seen it, or has failed. */
  public void signOfLife(Runnable then) {
    add(() -> "", then);
  }

  private void add(Supplier<String> text, Runnable then) {
    if (journal == null || broken) {
      then.run();
      return;
    }
    quiet = false;
    waiting.add(new Entry(text.get(), then));
    advance(journal);
  }

  private void advance(Journal journal) {
    if (busy) {
      return;
    }
    Held own = held;
    if (!waiting.isEmpty() && !broken) {
      busy = true;
      if (own == null) {
        new Step<>(
                silence,
                () -> JournalCall.required("claim", journal.claim(run, silence)),
                this::claimed)
            .attempt();
      } else {
        sending = List.copyOf(waiting);
        waiting.clear();
        List<String> texts =
            sending.stream().map(Entry::text).filter(text -> !text.isEmpty()).toList();
        new Step<>(
                silence,
                () -> journal.append(run, own.epoch(), own.next(), texts),
                (cancelled, began) -> appended(own, texts.size(), cancelled, began))
            .attempt();
      }
    } else if (ending != null) {
      Runnable end = ending;
      ending = null;
      end.run();
    }
  }

  private void claimed(Journal.Claim claim, long began) {
    busy = false;
    held = new Held(claim.epoch(), claim.entries().size(), began);
    if (claim.entries().isEmpty()) {
      proceed();
    } else {
      fail(new IllegalStateException("it has an unfinished run with this id"));
    }
  }

  private void appended(Held own, int entries, @Nullable Boolean cancelled, long began) {
    held = new Held(own.epoch(), own.next() + entries, began);
    if (Boolean.TRUE.equals(cancelled)) {
      listener.cancelled(); // while it is busy: what is written now comes after what waits
    }
    busy = false;
    proceed();
  }

  /** Goes on with all that waited for the write that was answered. */
  private void proceed() {
    List<Entry> free = new ArrayList<>(sending);
    sending = List.of();
    if (broken) {
      free.addAll(waiting);
      waiting.clear();
    }
    free.forEach(entry -> entry.then().run());
    advance(requireNonNull(journal));
  }

  private void fail(Throwable failure) {
    busy = false;
    if (!broken) {
      broken = true;
      if (failure instanceof RunBusyException) {
        held = null;
        listener.lost(
            reason("this process lost the run, so it sent nothing more: " + failure.getMessage()));
      } else {
        listener.failed(reason("the journal failed, so nothing more was sent: " + failure));
      }
    }
    proceed();
  }

  private static Reason reason(String why) {
    return new Reason(Reason.Kind.UNAVAILABLE, "", why);
  }

  /**
   * Ends the journal of the run: it is finished, or left for others to resume.
   *
   * @param report of a run that is finished; null: it is left
   */
  public void end(@Nullable Supplier<String> report, Runnable then) {
    if (journal == null) {
      then.run();
      return;
    }
    Journal last = journal;
    boolean[] over = {false};
    Runnable once =
        () -> {
          if (!over[0]) {
            over[0] = true;
            timers.cancel();
            then.run();
          }
        };
    timers.after(ENDING, once); // if it takes too long
    ending = () -> end(last, report, once);
    advance(last);
  }

  private void end(Journal journal, @Nullable Supplier<String> report, Runnable then) {
    Held own = held;
    if (own == null) {
      then.run();
    } else if (report == null || broken) {
      JournalCall.make(
          time, () -> journal.release(run, own.epoch()), (nothing, failure) -> then.run());
    } else {
      busy = true;
      new Step<>(
              ENDING,
              () -> journal.finish(run, own.epoch(), report.get()),
              (nothing, began) -> then.run())
          .attempt();
      ending = () -> end(journal, null, then); // if it fails
    }
  }

  /**
   * One call that is made again until an attempt succeeds, the run turns out to be another's, or
   * the time is up. An answer to an earlier attempt counts, too: the effect is the same. It is
   * taken with the time at which its attempt began.
   */
  private final class Step<T extends @Nullable Object> {
    private final Duration within;
    private final Supplier<CompletionStage<T>> call;
    private final ObjLongConsumer<T> then;
    private final long first = time.nanoTime();
    private int attempts;
    private boolean over;

    Step(Duration within, Supplier<CompletionStage<T>> call, ObjLongConsumer<T> then) {
      this.within = within;
      this.call = call;
      this.then = then;
    }

    void attempt() {
      if (over) {
        return;
      }
      attempts++;
      long began = time.nanoTime();
      JournalCall.make(
          time,
          timers::after,
          within.dividedBy(4),
          call,
          (value, failure) -> answered(value, failure, began, false),
          (value, failure) -> answered(value, failure, began, true));
    }

    private void answered(
        @Nullable T value, @Nullable Throwable failure, long began, boolean isLate) {
      if (over) {
        return;
      }
      if (failure == null) {
        over = true;
        then.accept(value, began);
      } else if (!isLate || failure instanceof RunBusyException) {
        failed(failure); // otherwise the next attempt is made already
      }
    }

    private void failed(Throwable failure) {
      Duration pause =
          Duration.ofNanos((long) Backoff.nanos(FIRST_PAUSE, 2, LONGEST_PAUSE, attempts - 1));
      boolean isTooLate = time.nanoTime() + pause.toNanos() - first >= within.toNanos();
      if (failure instanceof RunBusyException || isTooLate) {
        over = true;
        fail(failure);
      } else {
        timers.after(pause, this::attempt);
      }
    }
  }
}
