package io.imageshare.internal.engine;

import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What earlier processes did in a run, folded from the entries of its journal. */
final class RunHistory {
  private static final Reason UNLISTED =
      new Reason(
          Reason.Kind.LOST, "", "asked by several processes, but the listing does not show it");

  /** What the journal says of one submitted slice. */
  static final class RecordedSubmission {
    final JournalEntry.Intent intent;

    /** The number of the process that sent it, from 0. */
    final int process;

    JournalEntry.@Nullable Submitted submitted;
    JournalEntry.@Nullable Ended ended;
    JournalEntry.@Nullable Settled settled;
    Reason lost = new Reason(Reason.Kind.LOST, "", "the process ended before an answer was seen");
    @Nullable Reason refused;

    private RecordedSubmission(JournalEntry.Intent intent, int process) {
      this.intent = intent;
      this.process = process;
    }

    /** The process and round in which it asks; asks are counted by these. */
    List<Integer> askedIn() {
      return List.of(process, intent.round());
    }

    /** Whether it may have been sent. */
    boolean wasSent() {
      return refused == null || refused.kind() != Reason.Kind.NOT_SENT;
    }

    String job() {
      return submitted == null ? "" : submitted.job();
    }

    /** Whether the job or the answer is still outstanding. */
    boolean isOpen() {
      return ended == null && settled == null && refused == null;
    }

    /** The verdict on its pairs unless they are listed; null if they may be asked again. */
    @Nullable Verdict verdict() {
      if (settled != null) {
        return settled.again() ? null : new Verdict.Unknown(settled.reason(), job());
      }
      return refused == null
          ? null
          : switch (refused.kind()) {
            // Where a job failed for this reason, some pairs may be done and not listed yet.
            case FORBIDDEN, UNSUPPORTED -> submitted == null ? new Verdict.Failed(refused) : null;
            case INTERNAL -> new Verdict.Unknown(refused, job());
            default -> null;
          };
    }

    /** Whether it was refused for a reason that no id explains. */
    boolean isUnexplainedRefusal() {
      return refused != null
          && switch (refused.kind()) {
            case QUOTA, FORBIDDEN, UNSUPPORTED -> true;
            default -> false;
          };
    }

    /** The reason for its pairs where nothing is known that is more specific. */
    Reason outcome() {
      return refused == null ? UNLISTED : refused;
    }

    /**
     * Whether its job ended in the given round, the last, so that reads after it may be missing.
     */
    boolean endedUnread(int round) {
      return ended != null && refused == null && intent.round() == round;
    }

    /** The job as the last poll saw it. */
    Job lastKnownJob() {
      if (ended == null) {
        return Job.running(job());
      }
      return ended.reason() == null ? Job.succeeded(job()) : Job.failed(job(), ended.reason());
    }
  }

  private final JournalEntry.Begun begun;
  private final TreeMap<Integer, RecordedSubmission> submissions = new TreeMap<>();
  private final List<JournalEntry> findings = new ArrayList<>();
  private final Set<List<Integer>> asks = new HashSet<>();
  private int processes;
  private int rounds;
  private boolean cancelled;
  private boolean finished;

  /** Folds the entries of a run, of which there is at least one. */
  RunHistory(List<JournalEntry> entries) {
    begun = (JournalEntry.Begun) entries.get(0);
    entries.forEach(this::add);
  }

  private void add(JournalEntry entry) {
    if (entry instanceof JournalEntry.Intent intent) {
      RecordedSubmission recorded = new RecordedSubmission(intent, processes);
      submissions.put(intent.submission(), recorded);
      asks.add(recorded.askedIn());
      rounds = Math.max(rounds, intent.round());
    } else if (entry instanceof JournalEntry.Submitted submitted) {
      recorded(submitted.submission()).submitted = submitted;
    } else if (entry instanceof JournalEntry.Ended ended) {
      recorded(ended.submission()).ended = ended;
    } else if (entry instanceof JournalEntry.Lost lost) {
      recorded(lost.submission()).lost = lost.reason();
    } else if (entry instanceof JournalEntry.Refused refused) {
      recorded(refused.submission()).refused = refused.reason();
    } else if (entry instanceof JournalEntry.Settled settled) {
      recorded(settled.submission()).settled = settled;
    } else if (entry instanceof JournalEntry.BadId
        || entry instanceof JournalEntry.BadPair
        || entry instanceof JournalEntry.Served) {
      findings.add(entry);
    } else if (entry instanceof JournalEntry.Owned) {
      processes++;
    } else if (entry instanceof JournalEntry.Cancelled) {
      cancelled = true;
    } else if (entry instanceof JournalEntry.Over) {
      finished = true;
    }
  }

  private RecordedSubmission recorded(int submission) {
    RecordedSubmission recorded = submissions.get(submission);
    if (recorded == null) {
      throw new IllegalStateException(
          "journal: an entry about slice %d, which was never sent".formatted(submission));
    }
    return recorded;
  }

  List<ShareRequest> requests() {
    return begun.requests();
  }

  Instant deadline() {
    return begun.deadline();
  }

  boolean wasCancelled() {
    return cancelled;
  }

  boolean isFinished() {
    return finished;
  }

  /** The number of rounds begun. */
  int rounds() {
    return rounds;
  }

  /** The slices that were sent or about to be sent, in that order. */
  List<RecordedSubmission> submissions() {
    return List.copyOf(submissions.values());
  }

  /**
   * Whether a pair has been asked as often as it may be, counting once for each round of each
   * process.
   *
   * @param rounds the rounds in which this process has asked for it
   */
  boolean isExhausted(int image, int recipient, int rounds) {
    if (asks.size() + rounds < OutcomeRules.MAX_ASKS) {
      return false; // no pair can have been asked that often
    }
    List<RecordedSubmission> with =
        submissions.values().stream()
            .filter(
                recorded ->
                    recorded.wasSent() && recorded.intent.slice().contains(image, recipient))
            .toList();
    long before = with.stream().map(RecordedSubmission::askedIn).distinct().count();
    return before + rounds >= OutcomeRules.MAX_ASKS;
  }

  int nextSubmission() {
    return submissions.isEmpty() ? 0 : submissions.lastKey() + 1;
  }

  Slice slice(int submission) {
    return recorded(submission).intent.slice();
  }

  /** The entries about bad ids, bad pairs and pairs settled by their jobs. */
  List<JournalEntry> findings() {
    return findings;
  }
}
