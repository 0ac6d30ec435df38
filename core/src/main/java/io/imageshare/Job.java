package io.imageshare;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One look at the service's job. A snapshot: a later look is another value.
 *
 * @param id the service's id for it; opaque
 * @param type the service's word for what the job does; empty when not told
 * @param status how far it is
 * @param begin when the service began it, by the service's clock, or null when not told
 * @param end when the service ended it, by the service's clock, or null when not told
 * @param progress the part done, 0 to 1; {@code NaN} when not told
 * @param reason why it failed, or null
 * @param results what the job says of single pairs; empty says nothing of any pair
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

  /** How far a job is ({@code ims-api.md} section 2). */
  public enum Status {
    /** Taken, not begun. */
    INIT,
    /** Under way. */
    RUNNING,
    /** Ended well; single pairs may have failed all the same. */
    SUCCESS,
    /** Ended badly; single pairs may have succeeded all the same. */
    FAIL
  }

  /**
   * What a job says of one image with one recipient.
   *
   * @param image the image's id
   * @param recipient the recipient, or null when the service does not say: then the result proves
   *     nothing of any single pair
   * @param succeeded whether the service calls it a success
   * @param reason why not, or null
   */
  public record Result(
      String image, @Nullable Recipient recipient, boolean succeeded, @Nullable Reason reason) {

    /** Checks that the image is there. */
    public Result {
      requireNonNull(image, "image");
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
    if (id.isBlank()) {
      throw new IllegalArgumentException("job: its id is blank; a job is found again only by id");
    }
    if (status == Status.FAIL && reason == null) {
      throw new IllegalArgumentException("job " + id + ": it failed, so it needs a reason");
    }
  }

  /**
   * A job under way.
   *
   * @param id its id
   * @return the look
   */
  public static Job running(String id) {
    return of(id, Status.RUNNING, null);
  }

  /**
   * A job that ended well.
   *
   * @param id its id
   * @return the look
   */
  public static Job succeeded(String id) {
    return of(id, Status.SUCCESS, null);
  }

  /**
   * A job that ended badly.
   *
   * @param id its id
   * @param reason why
   * @return the look
   */
  public static Job failed(String id, Reason reason) {
    return of(id, Status.FAIL, requireNonNull(reason, "reason"));
  }

  private static Job of(String id, Status status, @Nullable Reason reason) {
    return new Job(id, "", status, null, null, Double.NaN, reason, List.of());
  }

  /**
   * The same look with another type.
   *
   * @param type the service's word for what the job does
   * @return a changed copy
   */
  public Job type(String type) {
    return new Job(id, type, status, begin, end, progress, reason, results);
  }

  /**
   * The same look with the time the job began.
   *
   * @param begin when the service began it, or null
   * @return a changed copy
   */
  public Job begin(@Nullable Instant begin) {
    return new Job(id, type, status, begin, end, progress, reason, results);
  }

  /**
   * The same look with the time the job ended.
   *
   * @param end when the service ended it, or null
   * @return a changed copy
   */
  public Job end(@Nullable Instant end) {
    return new Job(id, type, status, begin, end, progress, reason, results);
  }

  /**
   * The same look with the part done.
   *
   * @param progress 0 to 1, or {@code NaN}
   * @return a changed copy
   */
  public Job progress(double progress) {
    return new Job(id, type, status, begin, end, progress, reason, results);
  }

  /**
   * The same look with results.
   *
   * @param results what the job says of single pairs
   * @return a changed copy
   */
  public Job results(List<Result> results) {
    return new Job(id, type, status, begin, end, progress, reason, results);
  }

  /**
   * Whether the job has come to its end, well or badly.
   *
   * @return true for SUCCESS and FAIL
   */
  public boolean ended() {
    return status == Status.SUCCESS || status == Status.FAIL;
  }
}
