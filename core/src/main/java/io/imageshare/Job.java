package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.imageshare.internal.table.Visible;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job of the service as one poll saw it. Immutable: a later poll gives another value.
 *
 * @param id the service's id; opaque
 * @param type the service's own type; empty if not reported
 * @param status the state of the job
 * @param begin when the service began it, by the service's clock; null if not reported
 * @param end when the service ended it, by the service's clock; null if not reported
 * @param progress the part done, 0 to 1; {@code NaN} if not reported
 * @param reason why it failed; null if it did not
 * @param results the results of single pairs; a pair without a result may have succeeded or failed
 */
public record Job(
    String id,
    String type,
    Status status,
    @Nullable Instant begin,
    @Nullable Instant end,
    double progress,
    @Nullable Reason reason,
    List<Result> results) {

  /** The state of a job ({@code ims-api.md} section 2). */
  public enum Status {
    /** Accepted, not begun. */
    INIT,
    /** Under way. */
    RUNNING,
    /** Ended successfully; single pairs may still have failed. */
    SUCCESS,
    /** Ended with a failure; single pairs may still have succeeded. */
    FAIL
  }

  /**
   * The result of one image with one recipient.
   *
   * @param image the image's id
   * @param recipient the recipient; null if the service does not report it, and then the result
   *     proves nothing about any single pair
   * @param succeeded whether the service reports a success
   * @param reason why it failed; null if it did not, or if not reported
   */
  public record Result(
      String image, @Nullable Recipient recipient, boolean succeeded, @Nullable Reason reason) {

    /** Checks that the image is not null. */
    public Result {
      requireNonNull(image, "image");
    }

    /** Its parts; control characters and the like are escaped as in {@link Reason#toString}. */
    @Override
    public String toString() {
      return Visible.of(
          "Result[image=%s, recipient=%s, succeeded=%s, reason=%s]"
              .formatted(image, recipient, succeeded, reason));
    }
  }

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if the id is blank, or a failed job has no reason
   */
  public Job {
    requireNonNull(id, "id");
    requireNonNull(type, "type");
    requireNonNull(status, "status");
    results = List.copyOf(results);
    checkArgument(!id.isBlank(), "job: its id is blank; a job is found again only by id");
    checkArgument(
        status != Status.FAIL || reason != null, "job %s: it failed, so it needs a reason", id);
  }

  /**
   * {@return a job under way, without further details}
   *
   * @param id its id
   */
  public static Job running(String id) {
    return of(id, Status.RUNNING, null);
  }

  /**
   * {@return a job that succeeded, without further details}
   *
   * @param id its id
   */
  public static Job succeeded(String id) {
    return of(id, Status.SUCCESS, null);
  }

  /**
   * {@return a job that failed, without further details}
   *
   * @param id its id
   * @param reason why
   */
  public static Job failed(String id, Reason reason) {
    return of(id, Status.FAIL, requireNonNull(reason, "reason"));
  }

  private static Job of(String id, Status status, @Nullable Reason reason) {
    return new Job(id, "", status, null, null, Double.NaN, reason, List.of());
  }

  /**
   * {@return a copy with another type}
   *
   * @param type the service's own type
   */
  public Job type(String type) {
    return new Job(id, type, status, begin, end, progress, reason, results);
  }

  /**
   * {@return a copy with another begin}
   *
   * @param begin when the service began it, or null
   */
  public Job begin(@Nullable Instant begin) {
    return new Job(id, type, status, begin, end, progress, reason, results);
  }

  /**
   * {@return a copy with another end}
   *
   * @param end when the service ended it, or null
   */
  public Job end(@Nullable Instant end) {
    return new Job(id, type, status, begin, end, progress, reason, results);
  }

  /**
   * {@return a copy with another progress}
   *
   * @param progress 0 to 1, or {@code NaN}
   */
  public Job progress(double progress) {
    return new Job(id, type, status, begin, end, progress, reason, results);
  }

  /**
   * {@return a copy with other results}
   *
   * @param results the results of single pairs
   */
  public Job results(List<Result> results) {
    return new Job(id, type, status, begin, end, progress, reason, results);
  }

  /** {@return whether the job has ended, with or without success} */
  public boolean ended() {
    return status == Status.SUCCESS || status == Status.FAIL;
  }

  /** Its parts; control characters and the like are escaped as in {@link Reason#toString}. */
  @Override
  public String toString() {
    return Visible.of(
        "Job[id=%s, type=%s, status=%s, begin=%s, end=%s, progress=%s, reason=%s, results=%s]"
            .formatted(id, type, status, begin, end, progress, reason, results));
  }
}
