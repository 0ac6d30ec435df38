package io.imageshare.internal.journal;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.Nulls;
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

/**
 * One entry of a run's journal, a line of its text. On disk each kind has the name given here, and
 * a submission is a "flight": names that journals were written with stay.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(name = "Begun", value = JournalEntry.Begun.class),
  @JsonSubTypes.Type(name = "Intent", value = JournalEntry.Intent.class),
  @JsonSubTypes.Type(name = "Submitted", value = JournalEntry.Submitted.class),
  @JsonSubTypes.Type(name = "Ended", value = JournalEntry.Ended.class),
  @JsonSubTypes.Type(name = "Lost", value = JournalEntry.Lost.class),
  @JsonSubTypes.Type(name = "Refused", value = JournalEntry.Refused.class),
  @JsonSubTypes.Type(name = "Settled", value = JournalEntry.Settled.class),
  @JsonSubTypes.Type(name = "Served", value = JournalEntry.Served.class),
  @JsonSubTypes.Type(name = "BadId", value = JournalEntry.BadId.class),
  @JsonSubTypes.Type(name = "BadPair", value = JournalEntry.BadPair.class),
  @JsonSubTypes.Type(name = "Cancelled", value = JournalEntry.Cancelled.class),
})
public sealed interface JournalEntry {
  /**
   * The run, always the first line.
   *
   * @param account whose run it is; empty if the backend cannot tell
   */
  @JsonPropertyOrder({"version", "account"})
  record Begun(
      String account, Instant at, Instant deadline, BatchLimits limits, List<ShareRequest> requests)
      implements JournalEntry {

    /** Of the journal's format. */
    @JsonProperty
    int version() {
      return JournalCodec.VERSION;
    }
  }

  /** A slice is about to be sent. */
  @JsonPropertyOrder({"flight", "at", "slice"})
  record Intent(@JsonProperty("flight") int submission, @JsonUnwrapped Slice slice, Instant at)
      implements JournalEntry {}

  record Submitted(@JsonProperty("flight") int submission, String job, Instant at)
      implements JournalEntry {}

  record Ended(
      @JsonProperty("flight") int submission,
      Job.Status status,
      @JsonSetter(nulls = Nulls.SET) @Nullable Reason reason)
      implements JournalEntry {}

  /** The answer to the write was lost, or could not be read. */
  record Lost(@JsonProperty("flight") int submission, Reason reason) implements JournalEntry {}

  /** The service did nothing of it, or nothing more than is listed. */
  record Refused(@JsonProperty("flight") int submission, Reason reason) implements JournalEntry {}

  /**
   * Reading members has shown what became of it; what is missing may be asked again, or is Unknown.
   */
  @JsonPropertyOrder({"flight", "again", "reason"})
  record Settled(@JsonProperty("flight") int submission, Reason reason, boolean again)
      implements JournalEntry {}

  /** What its job reports must do; it reports success for all of the slice but this. */
  record Served(@JsonProperty("flight") int submission, List<Slice> except)
      implements JournalEntry {}

  /** An id is bad to one who acts in the run. */
  record BadId(int principal, Side side, int id, Reason reason) implements JournalEntry {}

  record BadPair(int image, int recipient, Reason reason) implements JournalEntry {}

  /** Whoever resumes the run makes its last calls only. */
  record Cancelled(Instant at) implements JournalEntry {}

  /** The line as text: a JSON object. */
  default String text() {
    return JournalCodec.write(this);
  }

  /**
   * The entries of a run, each of which must be whole.
   *
   * @throws IllegalStateException naming the line that is damaged or of a newer version
   */
  static List<JournalEntry> all(String run, List<String> texts) {
    List<JournalEntry> entries = new ArrayList<>();
    for (String text : texts) {
      try {
        entries.add(JournalCodec.read(text));
      } catch (IllegalStateException e) {
        throw wrong(run, entries.size(), e.getMessage());
      }
      if (!(entries.get(0) instanceof Begun)) {
        throw wrong(run, 0, "it does not begin a run");
      }
    }
    return entries;
  }

  private static IllegalStateException wrong(String run, int line, @Nullable String what) {
    return new IllegalStateException(
        "journal of run %s, line %d: %s".formatted(run, line + 1, what));
  }
}
