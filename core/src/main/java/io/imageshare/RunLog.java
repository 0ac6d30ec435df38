package io.imageshare;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one run writes to the journal, from the engine's thread. Without a journal nothing is
 * written, and what waits for a line goes on at once.
 */
final class RunLog {
  /**
   * A run that is over is not held up by its journal longer than this, as long as close() waits.
   */
  private static final Duration ENDING = Duration.ofSeconds(5);

  private final @Nullable Journal journal;
  private final Timekeeper time;
  private final Duration limit;
  private final String run;
  private final Consumer<Reason> broke;
  private long next;
  private boolean broken;
  private boolean quiet = true;

  /**
   * @param limit how long an append may take
   * @param next the number of the next line
   * @param broke told once, when the journal fails
   */
  RunLog(
      @Nullable Journal journal,
      Timekeeper time,
      Duration limit,
      String run,
      long next,
      Consumer<Reason> broke) {
    this.journal = journal;
    this.time = time;
    this.limit = limit;
    this.run = run;
    this.next = next;
    this.broke = broke;
  }

  boolean isOn() {
    return journal != null;
  }

  /** Whether nothing was written since this was last asked. */
  boolean wasQuiet() {
    boolean was = quiet;
    quiet = true;
    return was;
  }

  /** Writes a line that nothing waits for: those after it are not safe before it. */
  void note(Line line) {
    write(line, () -> {});
  }

  /** Writes a line; goes on when it is safe, or when it is known that the journal is broken. */
  void write(Line line, Runnable then) {
    if (journal == null || broken) {
      then.run();
      return;
    }
    quiet = false;
    long number = next++;
    answer(() -> journal.append(run, number, List.of(line.text())), limit, then);
  }

  /** Ends the journal of the run: it is over, or left for others to resume. */
  void end(boolean over, Runnable then) {
    if (journal == null) {
      then.run();
    } else {
      answer(() -> over && !broken ? journal.finish(run) : journal.release(run), ENDING, then);
    }
  }

  private void answer(Supplier<CompletionStage<Void>> call, Duration within, Runnable then) {
    Answer answer = new Answer(within, then);
    try {
      requireNonNull(call.get(), "the journal returned no stage")
          .whenComplete((nothing, e) -> time.schedule(Duration.ZERO, () -> answer.take(e)));
    } catch (Throwable e) {
      time.schedule(Duration.ZERO, () -> answer.take(e));
    }
  }

  /** The answer of the journal to one call; the first counts. */
  private final class Answer {
    private final Runnable then;
    private final Timekeeper.Scheduled tooLate;
    private boolean taken;

    Answer(Duration within, Runnable then) {
      this.then = then;
      tooLate =
          time.schedule(
              within,
              () ->
                  take(
                      new IllegalStateException(
                          "no answer for %d s".formatted(within.toSeconds()))));
    }

    void take(@Nullable Throwable failure) {
      if (taken) {
        return;
      }
      taken = true;
      tooLate.cancel();
      if (failure != null && !broken) {
        broken = true;
        broke.accept(
            new Reason(
                Reason.Kind.UNAVAILABLE,
                "",
                "the journal failed, so nothing more was sent: " + Calls.unwrap(failure)));
      }
      then.run();
    }
  }
}
