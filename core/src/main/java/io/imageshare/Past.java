package io.imageshare;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the journal of a run tells of its life in other processes. */
final class Past {

  /** What became of one slice. */
  static final class Trip {
    final Line.Intent intent;
    Line.@Nullable Submitted submitted;
    Line.@Nullable Ended ended;
    Line.@Nullable Settled settled;
    Reason lost = new Reason(Reason.Kind.LOST, "", "the process ended before an answer was seen");
    boolean refused;

    private Trip(Line.Intent intent) {
      this.intent = intent;
    }

    String job() {
      return submitted == null ? "" : submitted.job();
    }

    /** Whether its job or its answer is still out. */
    boolean isOpen() {
      return ended == null && settled == null && !refused;
    }

    /** Whether its pairs are Unknown unless they are listed: they must not be asked again. */
    boolean isUnknown() {
      return settled != null && !settled.again();
    }

    Line.Settled settled() {
      return requireNonNull(settled);
    }

    /** Whether its job ended in this round, the run's last, so that what it did may be unread. */
    boolean endedUnread(int round) {
      return ended != null && !refused && intent.round() == round;
    }

    /** Its job as it was last seen. */
    Job seen() {
      if (ended == null) {
        return Job.running(job());
      }
      return ended.reason() == null ? Job.succeeded(job()) : Job.failed(job(), ended.reason());
    }
  }

  private final Line.Begun begun;
  private final TreeMap<Integer, Trip> trips = new TreeMap<>();
  private final List<Line> findings = new ArrayList<>();
  private int rounds;

  /** Reads the lines of a run, of which there is at least one. */
  Past(List<Line> lines) {
    begun = (Line.Begun) lines.get(0);
    lines.forEach(this::take);
  }

  private void take(Line line) {
    if (line instanceof Line.Intent intent) {
      trips.put(intent.flight(), new Trip(intent));
      rounds = Math.max(rounds, intent.round());
    } else if (line instanceof Line.Submitted submitted) {
      trip(submitted.flight()).submitted = submitted;
    } else if (line instanceof Line.Ended ended) {
      trip(ended.flight()).ended = ended;
    } else if (line instanceof Line.Lost lost) {
      trip(lost.flight()).lost = lost.reason();
    } else if (line instanceof Line.Refused refused) {
      trip(refused.flight()).refused = true;
    } else if (line instanceof Line.Settled settled) {
      trip(settled.flight()).settled = settled;
    } else if (line instanceof Line.BadId
        || line instanceof Line.BadPair
        || line instanceof Line.Served) {
      findings.add(line);
    }
  }

  private Trip trip(int flight) {
    Trip trip = trips.get(flight);
    if (trip == null) {
      throw new IllegalStateException(
          "journal: a line of slice %d, which was never sent".formatted(flight));
    }
    return trip;
  }

  List<ShareRequest> requests() {
    return begun.requests();
  }

  Instant deadline() {
    return begun.deadline();
  }

  /** The rounds begun. */
  int rounds() {
    return rounds;
  }

  /** The slices that were sent or about to be, in that order. */
  List<Trip> trips() {
    return List.copyOf(trips.values());
  }

  int nextFlight() {
    return trips.isEmpty() ? 0 : trips.lastKey() + 1;
  }

  Slice slice(int flight) {
    return trip(flight).intent.slice();
  }

  /** What was found out of ids and pairs, and what jobs' words settled. */
  List<Line> findings() {
    return findings;
  }
}
