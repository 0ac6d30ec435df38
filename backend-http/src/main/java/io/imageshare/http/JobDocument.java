package io.imageshare.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A job as either query returns it ({@code ims-api.md} section 2), read leniently. */
final class JobDocument {
  private final JsonNode root;
  private final JsonNode entities;
  private final UnaryOperator<String> hide;

  private JobDocument(JsonNode root, UnaryOperator<String> hide) {
    this.root = root;
    this.entities = root.path(Wire.ENTITIES);
    this.hide = hide;
  }

  /**
   * The job, or null when this is not a document of this job.
   *
   * @param hide hides secrets in text
   */
  static @Nullable Job read(byte[] body, String id, UnaryOperator<String> hide) {
    JsonNode root = Wire.object(body);
    String other = Wire.text(root, Wire.JOB_ID);
    boolean same = other.isEmpty() || other.equals(id);
    return same && !Wire.text(root, Wire.STATUS).isEmpty()
        ? new JobDocument(root, hide).job(id)
        : null;
  }

  private Job job(String id) {
    Job.Status status =
        switch (Wire.text(root, Wire.STATUS).toUpperCase(Locale.ROOT)) {
          case "SUCCESS" -> Job.Status.SUCCESS;
          case "FAIL", "FAILED" -> Job.Status.FAIL;
          case "INIT" -> Job.Status.INIT;
          // An unknown status is one of a job that has not ended.
          default -> Job.Status.RUNNING;
        };
    return new Job(
        id,
        hide.apply(Wire.text(root, Wire.JOB_TYPE)),
        status,
        Wire.time(root, Wire.BEGIN),
        Wire.time(root, Wire.END),
        progress(),
        status == Job.Status.FAIL ? reason() : null,
        results());
  }

  private double progress() {
    double percent = Wire.number(entities, Wire.PERCENT);
    // Documented as 0 to 1, under a name that says percent.
    double part = percent > 1 ? percent / 100 : percent;
    return part >= 0 && part <= 1 ? part : Double.NaN;
  }

  private Reason reason() {
    String code =
        first(
            Wire.text(root, Wire.ERROR_CODE),
            Wire.text(entities, Wire.ERROR_CODE),
            Wire.text(entities, Wire.MORE_CODE));
    String message =
        first(
            Wire.text(root, Wire.FAIL_REASON),
            Wire.text(entities, Wire.MORE_MSG),
            Wire.text(entities, Wire.FAIL_REASON),
            Wire.text(entities, Wire.ERROR),
            "the job failed without a reason");
    return reason(code, message);
  }

  private Reason reason(String code, String message) {
    return new Reason(
        ErrorTranslation.ofJob(code),
        ErrorBody.clean(hide.apply(code)),
        ErrorBody.clean(hide.apply(message)));
  }

  private List<Job.Result> results() {
    List<Job.Result> results = new ArrayList<>();
    for (JsonNode entry : entities.path(Wire.RESULTS)) {
      String image = Wire.text(entry, Wire.IMAGE_ID);
      String status = Wire.text(entry, Wire.STATUS);
      // Without both it is about no pair.
      if (!image.isEmpty() && !status.isEmpty()) {
        // No other status than "success" was ever seen.
        boolean succeeded = status.equalsIgnoreCase("success");
        results.add(
            new Job.Result(image, recipient(entry), succeeded, succeeded ? null : reasonOf(entry)));
      }
    }
    return results;
  }

  private static @Nullable Recipient recipient(JsonNode entry) {
    try {
      return Recipient.project(Wire.text(entry, Wire.PROJECT_ID));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private @Nullable Reason reasonOf(JsonNode entry) {
    String code = Wire.text(entry, Wire.ERROR_CODE);
    String message = first(Wire.text(entry, Wire.FAIL_REASON), Wire.text(entry, Wire.ERROR_MSG));
    return code.isEmpty() && message.isEmpty() ? null : reason(code, message);
  }

  private static String first(String... texts) {
    for (String text : texts) {
      if (!text.isEmpty()) {
        return text;
      }
    }
    return "";
  }
}
