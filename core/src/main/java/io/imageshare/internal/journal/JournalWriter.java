package io.imageshare.internal.journal;

import static java.util.Objects.requireNonNull;

import io.imageshare.Journal;
import io.imageshare.Reason;
import io.imageshare.Timekeeper;
import io.imageshare.internal.time.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one run writes to the journal, from the engine's thread. Without a journal nothing is
 * written, and what waits for an entry continues at once.
 */
public final class JournalWriter {
  /** A finished run waits no longer than this for its journal: as long as close() waits. */
  private static final Duration ENDING = Duration.ofSeconds(5);

  private final @Nullable Journal journal;
  private final Timekeeper time;
  private final Duration limit;
  private final String run;
  private final Consumer<Reason> broke;

  /**
   * What waits for the append under way. One follows the other only when it was answered: when
   * somebody else has taken the run, the first is refused, but the next number may be free.
   */
  private final List<Entry> waiting = new ArrayList<>();

  private long next;
  private boolean busy;
  private boolean broken;
  private @Nullable Runnable ending;
  private boolean quiet = true;

  private record Entry(String text, Runnable then) {}

  /**
   * @param limit how long an append may take
   * @param next the number of the next line
   * @param broke called once, when the journal fails
   */
  public JournalWriter(
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

  public boolean isOn() {
    return journal != null;
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
    if (journal == null || broken) {
      then.run();
      return;
    }
    quiet = false;
    waiting.add(new Entry(entry.text(), then));
    append(journal);
  }

  private void append(Journal journal) {
    if (busy) {
      return;
    }
    if (!waiting.isEmpty()) {
      List<Entry> entries = List.copyOf(waiting);
      waiting.clear();
      long first = next;
      next += entries.size();
      busy = true;
      List<String> lines = entries.stream().map(Entry::text).toList();
      ask(
          () -> journal.append(run, first, lines),
          new Answer(limit, () -> appended(journal, entries)));
    } else if (ending != null) {
      Runnable end = ending;
      ending = null;
      end.run();
    }
  }

  private void appended(Journal journal, List<Entry> entries) {
    busy = false;
    List<Entry> free = new ArrayList<>(entries);
    if (broken) {
      free.addAll(waiting);
      waiting.clear();
    }
    free.forEach(entry -> entry.then().run());
    append(journal);
  }

  /** Ends the journal of the run: it is finished, or left for others to resume. */
  public void end(boolean finished, Runnable then) {
    if (journal == null) {
      then.run();
      return;
    }
    Journal last = journal;
    Answer answer = new Answer(ENDING, then);
    ending = () -> ask(() -> finished && !broken ? last.finish(run) : last.release(run), answer);
    append(journal);
  }

  private void ask(Supplier<CompletionStage<Void>> call, Answer answer) {
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
                "the journal failed, so nothing more was sent: " + Failures.unwrap(failure)));
      }
      then.run();
    }
  }
}
