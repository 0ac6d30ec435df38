package io.imageshare;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One line of a run's journal: what it says, and its text. */
sealed interface Line {
  /** The run, always the first line. */
  record Begun(Instant at, Instant deadline, BatchLimits limits, List<ShareRequest> requests)
      implements Line {}

  /** Somebody else goes on with the run. */
  record Owned(String owner, Instant at) implements Line {}

  /** A slice is about to be sent. */
  record Intent(int flight, int round, Slice slice, Instant at) implements Line {}

  record Submitted(int flight, String job, Instant at) implements Line {}

  record Ended(int flight, Job.Status status, @Nullable Reason reason) implements Line {}

  /** The answer to the write was lost, or could not be read. */
  record Lost(int flight, Reason reason) implements Line {}

  /** The service took nothing of it, or nothing more than is listed. */
  record Refused(int flight, Reason reason) implements Line {}

  /** Readings have shown what became of it; what is missing may be asked again, or is Unknown. */
  record Settled(int flight, Reason reason, boolean again) implements Line {}

  /** Its job's word must do, and it vouches for all of the slice but this. */
  record Served(int flight, List<Slice> except) implements Line {}

  record BadId(Side side, int id, Reason reason) implements Line {}

  record BadPair(int image, int recipient, Reason reason) implements Line {}

  /** Whoever goes on with the run makes its last calls only. */
  record Cancelled(Instant at) implements Line {}

  /** A joint run is over; what is left of its parts in the journal is left over. */
  record Over() implements Line {}

  /** Nothing happened for a while, and the run is alive. */
  record Alive(Instant at) implements Line {}

  /** The line as text: a JSON object. */
  default String text() {
    return LineText.write(this);
  }

  /**
   * The lines of a run, each of which must be whole.
   *
   * @throws IllegalStateException naming the line that is damaged or of a newer version
   */
  static List<Line> all(String run, List<String> texts) {
    List<Line> lines = new ArrayList<>();
    for (String text : texts) {
      try {
        lines.add(LineText.read(text));
      } catch (IllegalStateException e) {
        throw wrong(run, lines.size(), e.getMessage());
      }
      if (!(lines.get(0) instanceof Begun)) {
        throw wrong(run, 0, "it does not begin a run");
      }
    }
    return lines;
  }

  private static IllegalStateException wrong(String run, int line, @Nullable String what) {
    return new IllegalStateException(
        "journal of run %s, line %d: %s".formatted(run, line + 1, what));
  }
}
