package io.imageshare.internal.journal;

import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One line of a run's journal: what it says, and its text. */
public sealed interface JournalEntry {
  /** The run, always the first line. */
  record Begun(Instant at, Instant deadline, BatchLimits limits, List<ShareRequest> requests)
      implements JournalEntry {}

  /** Somebody else goes on with the run. */
  record Owned(String owner, Instant at) implements JournalEntry {

    /** This process goes on with it. */
    public static Owned byThisProcess(Instant at) {
      return new Owned(RunLock.self(), at);
    }
  }

  /** A slice is about to be sent. */
  record Intent(int submission, int round, Slice slice, Instant at) implements JournalEntry {}

  record Submitted(int submission, String job, Instant at) implements JournalEntry {}

  record Ended(int submission, Job.Status status, @Nullable Reason reason)
      implements JournalEntry {}

  /** The answer to the write was lost, or could not be read. */
  record Lost(int submission, Reason reason) implements JournalEntry {}

  /** The service took nothing of it, or nothing more than is listed. */
  record Refused(int submission, Reason reason) implements JournalEntry {}

  /** Readings have shown what became of it; what is missing may be asked again, or is Unknown. */
  record Settled(int submission, Reason reason, boolean again) implements JournalEntry {}

  /** Its job's word must do, and it vouches for all of the slice but this. */
  record Served(int submission, List<Slice> except) implements JournalEntry {}

  record BadId(Side side, int id, Reason reason) implements JournalEntry {}

  record BadPair(int image, int recipient, Reason reason) implements JournalEntry {}

  /** Whoever goes on with the run makes its last calls only. */
  record Cancelled(Instant at) implements JournalEntry {}

  /** A joint run is over; what is left of its parts in the journal is left over. */
  record Over() implements JournalEntry {}

  /** Nothing happened for a while, and the run is alive. */
  record Alive(Instant at) implements JournalEntry {}

  /** The line as text: a JSON object. */
  default String text() {
    return JournalCodec.write(this);
  }

  /**
   * The lines of a run, each of which must be whole.
   *
   * @throws IllegalStateException naming the line that is damaged or of a newer version
   */
  static List<JournalEntry> all(String run, List<String> texts) {
    List<JournalEntry> lines = new ArrayList<>();
    for (String text : texts) {
      try {
        lines.add(JournalCodec.read(text));
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
