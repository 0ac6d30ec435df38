package io.imageshare;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the journal of a run tells of its life in other processes. */
final class Past {
  private static final Reason UNLISTED =
      new Reason(Reason.Kind.LOST, "", "asked by several processes, yet the listing lacks it");

  /** What became of one slice. */
  static final class Trip {
    final Line.Intent intent;

    /** Which process sent it; they are numbered from 0. */
    final int process;

    Line.@Nullable Submitted submitted;
    Line.@Nullable Ended ended;
    Line.@Nullable Settled settled;
    Reason lost = new Reason(Reason.Kind.LOST, "", "the process ended before an answer was seen");
    @Nullable Reason refused;

    private Trip(Line.Intent intent, int process) {
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

  private final Line.Begun begun;
  private final TreeMap<Integer, Trip> trips = new TreeMap<>();
  private final List<Line> findings = new ArrayList<>();
  private final Set<List<Integer>> asks = new HashSet<>();
  private int processes;
  private int rounds;
  private boolean cancelled;
  private boolean over;

  /** Reads the lines of a run, of which there is at least one. */
  Past(List<Line> lines) {
    begun = (Line.Begun) lines.get(0);
    lines.forEach(this::take);
  }

  private void take(Line line) {
    if (line instanceof Line.Intent intent) {
      Trip trip = new Trip(intent, processes);
      trips.put(intent.flight(), trip);
      asks.add(trip.ask());
      rounds = Math.max(rounds, intent.round());
    } else if (line instanceof Line.Submitted submitted) {
      trip(submitted.flight()).submitted = submitted;
    } else if (line instanceof Line.Ended ended) {
      trip(ended.flight()).ended = ended;
    } else if (line instanceof Line.Lost lost) {
      trip(lost.flight()).lost = lost.reason();
    } else if (line instanceof Line.Refused refused) {
      trip(refused.flight()).refused = refused.reason();
    } else if (line instanceof Line.Settled settled) {
      trip(settled.flight()).settled = settled;
    } else if (line instanceof Line.BadId
        || line instanceof Line.BadPair
        || line instanceof Line.Served) {
      findings.add(line);
    } else if (line instanceof Line.Owned) {
      processes++;
    } else if (line instanceof Line.Cancelled) {
      cancelled = true;
    } else if (line instanceof Line.Over) {
      over = true;
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
  List<Trip> trips() {
    return List.copyOf(trips.values());
  }

  /**
   * Whether a pair has been asked as often as may be: it counts once in each round of each process.
   *
   * @param rounds in how many rounds this process has asked it
   */
  boolean isSpent(int image, int recipient, int rounds) {
    if (asks.size() + rounds < Judge.ASKS) {
      return false; // no pair can be
    }
    List<Trip> with =
        trips.values().stream()
            .filter(trip -> trip.wasSent() && trip.intent.slice().contains(image, recipient))
            .toList();
    long before = with.stream().map(Trip::ask).distinct().count();
    return before + rounds >= Judge.ASKS;
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
