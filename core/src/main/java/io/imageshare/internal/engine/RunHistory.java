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

/** What the journal of a run tells of its life in other processes. */
final class RunHistory {
  private static final Reason UNLISTED =
      new Reason(Reason.Kind.LOST, "", "asked by several processes, yet the listing lacks it");

  /** What became of one slice. */
  static final class RecordedSubmission {
    final JournalEntry.Intent intent;

    /** Which process sent it; they are numbered from 0. */
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

    /** What it counts as: its process and round. */
    List<Integer> ask() {
      return List.of(process, intent.round());
    }

    /** Whether it may have been sent. */
    boolean wasSent() {
      return refused == null || refused.kind() != Reason.Kind.NOT_SENT;
    }

    String job() {
      return submitted == null ? "" : submitted.job();
    }

    /** Whether its job or its answer is still out. */
    boolean isOpen() {
      return ended == null && settled == null && refused == null;
    }

    /** What its pairs come to unless they are listed; null if they may be asked again. */
    @Nullable Verdict verdict() {
      if (settled != null) {
        return settled.again() ? null : new Verdict.Unknown(settled.reason(), job());
      }
      return refused == null
          ? null
          : switch (refused.kind()) {
            // Of a job that failed so, others of its pairs may be done and not listed yet.
            case FORBIDDEN, UNSUPPORTED -> submitted == null ? new Verdict.Failed(refused) : null;
            case INTERNAL -> new Verdict.Unknown(refused, job());
            default -> null;
          };
    }

    /** Whether it was refused for a reason that is none of its ids' fault. */
    boolean isDenied() {
      return refused != null
          && switch (refused.kind()) {
            case QUOTA, FORBIDDEN, UNSUPPORTED -> true;
            default -> false;
          };
    }

    /** What there is to say of its pairs if nothing else says more. */
    Reason outcome() {
      return refused == null ? UNLISTED : refused;
    }

    /** Whether its job ended in this round, the run's last, so that what it did may be unread. */
    boolean endedUnread(int round) {
      return ended != null && refused == null && intent.round() == round;
    }

    /** Its job as it was last seen. */
    Job seen() {
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
  private boolean over;

  /** Reads the lines of a run, of which there is at least one. */
  RunHistory(List<JournalEntry> lines) {
    begun = (JournalEntry.Begun) lines.get(0);
    lines.forEach(this::take);
  }

  private void take(JournalEntry line) {
    if (line instanceof JournalEntry.Intent intent) {
      RecordedSubmission recorded = new RecordedSubmission(intent, processes);
      submissions.put(intent.submission(), recorded);
      asks.add(recorded.ask());
      rounds = Math.max(rounds, intent.round());
    } else if (line instanceof JournalEntry.Submitted submitted) {
      recorded(submitted.submission()).submitted = submitted;
    } else if (line instanceof JournalEntry.Ended ended) {
      recorded(ended.submission()).ended = ended;
    } else if (line instanceof JournalEntry.Lost lost) {
      recorded(lost.submission()).lost = lost.reason();
    } else if (line instanceof JournalEntry.Refused refused) {
      recorded(refused.submission()).refused = refused.reason();
    } else if (line instanceof JournalEntry.Settled settled) {
      recorded(settled.submission()).settled = settled;
    } else if (line instanceof JournalEntry.BadId
        || line instanceof JournalEntry.BadPair
        || line instanceof JournalEntry.Served) {
      findings.add(line);
    } else if (line instanceof JournalEntry.Owned) {
      processes++;
    } else if (line instanceof JournalEntry.Cancelled) {
      cancelled = true;
    } else if (line instanceof JournalEntry.Over) {
      over = true;
    }
  }

  private RecordedSubmission recorded(int submission) {
    RecordedSubmission recorded = submissions.get(submission);
    if (recorded == null) {
      throw new IllegalStateException(
          "journal: a line of slice %d, which was never sent".formatted(submission));
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

  boolean isOver() {
    return over;
  }

  /** The rounds begun. */
  int rounds() {
    return rounds;
  }

  /** The slices that were sent or about to be, in that order. */
  List<RecordedSubmission> submissions() {
    return List.copyOf(submissions.values());
  }

  /**
   * Whether a pair has been asked as often as may be: it counts once in each round of each process.
   *
   * @param rounds in how many rounds this process has asked it
   */
  boolean isSpent(int image, int recipient, int rounds) {
    if (asks.size() + rounds < OutcomeRules.ASKS) {
      return false; // no pair can be
    }
    List<RecordedSubmission> with =
        submissions.values().stream()
            .filter(
                recorded ->
                    recorded.wasSent() && recorded.intent.slice().contains(image, recipient))
            .toList();
    long before = with.stream().map(RecordedSubmission::ask).distinct().count();
    return before + rounds >= OutcomeRules.ASKS;
  }

  int nextSubmission() {
    return submissions.isEmpty() ? 0 : submissions.lastKey() + 1;
  }

  Slice slice(int submission) {
    return recorded(submission).intent.slice();
  }

  /** What was found out of ids and pairs, and what jobs' words settled. */
  List<JournalEntry> findings() {
    return findings;
  }
}
