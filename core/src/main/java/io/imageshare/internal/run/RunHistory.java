package io.imageshare.internal.run;

import static java.util.Objects.requireNonNull;

import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the journal of a run says of its life in other processes. */
public final class RunHistory {
  private static final Reason UNLISTED =
      new Reason(Reason.Kind.LOST, "", "asked by several processes, yet the listing lacks it");

  /** What became of one slice. */
  static final class Recorded {
    final JournalEntry.Intent intent;
    JournalEntry.@Nullable Submitted submitted;
    JournalEntry.@Nullable Ended ended;
    JournalEntry.@Nullable Settled settled;
    Reason lost = new Reason(Reason.Kind.LOST, "", "the process ended before an answer was seen");
    @Nullable Reason refused;

    /** Where its job stands among those of the report, if it has one. */
    int place;

    private Recorded(JournalEntry.Intent intent) {
      this.intent = intent;
    }

    Slice slice() {
      return intent.slice();
    }

    String job() {
      return submitted == null ? "" : submitted.job();
    }

    /** Whether its job or its answer is still out. */
    boolean isOpen() {
      return ended == null && settled == null && refused == null;
    }

    /** Whether it was taken or lost, so that its pairs were asked. */
    boolean hasAsked() {
      return refused == null || submitted != null;
    }

    /** What its pairs come to unless they are listed; null if they may be asked again. */
    @Nullable Verdict verdict() {
      if (settled != null) {
        return settled.again() ? null : new Verdict.Unknown(settled.reason(), job());
      }
      return refused != null && refused.kind() == Reason.Kind.INTERNAL
          ? new Verdict.Unknown(refused, job())
          : null;
    }

    /** What there is to say of its pairs if nothing else says more. */
    Reason outcome() {
      return refused == null ? UNLISTED : refused;
    }

    /** Its job as it was last seen. */
    Job lastSeen() {
      if (ended == null) {
        return Job.running(job());
      }
      return ended.status() == Job.Status.FAIL
          ? Job.failed(job(), requireNonNull(ended.reason()))
          : Job.succeeded(job());
    }
  }

  private final JournalEntry.Begun begun;
  private final TreeMap<Integer, Recorded> submissions = new TreeMap<>();
  private final List<JournalEntry> findings = new ArrayList<>();
  private final int images;
  private final int recipients;
  private boolean cancelled;

  /**
   * Folds the entries of a run, of which there is at least one.
   *
   * @throws IllegalStateException if one is of what was never sent or never asked
   */
  public RunHistory(List<JournalEntry> entries) {
    begun = (JournalEntry.Begun) entries.get(0);
    images = size(ShareRequest::images);
    recipients = size(ShareRequest::recipients);
    entries.forEach(this::take);
  }

  private int size(Function<ShareRequest, Set<?>> side) {
    return (int) begun.requests().stream().flatMap(r -> side.apply(r).stream()).distinct().count();
  }

  private void check(int submission, Slice slice) {
    try {
      slice.check(images, recipients);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "journal: slice %d: %s".formatted(submission, e.getMessage()), e);
    }
  }

  private void take(JournalEntry entry) {
    if (entry instanceof JournalEntry.Intent intent) {
      check(intent.submission(), intent.slice());
      submissions.put(intent.submission(), new Recorded(intent));
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
    } else if (entry instanceof JournalEntry.Served served) {
      served.except().forEach(slice -> check(served.submission(), slice));
      findings.add(entry);
    } else if (entry instanceof JournalEntry.BadId || entry instanceof JournalEntry.BadPair) {
      findings.add(entry);
    } else if (entry instanceof JournalEntry.Cancelled) {
      cancelled = true;
    }
  }

  Recorded recorded(int submission) {
    Recorded recorded = submissions.get(submission);
    if (recorded == null) {
      throw new IllegalStateException(
          "journal: an entry of slice %d, which was never sent".formatted(submission));
    }
    return recorded;
  }

  /** How it began. */
  public JournalEntry.Begun begun() {
    return begun;
  }

  boolean wasCancelled() {
    return cancelled;
  }

  /** The slices that were sent or about to be, in that order. */
  List<Recorded> submissions() {
    return List.copyOf(submissions.values());
  }

  int nextEntry() {
    return submissions.isEmpty() ? 0 : submissions.lastKey() + 1;
  }

  /** What was found out of ids and pairs, and what jobs reported where nothing can be listed. */
  List<JournalEntry> findings() {
    return findings;
  }
}
