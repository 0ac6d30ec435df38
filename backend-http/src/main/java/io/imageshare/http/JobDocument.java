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

/**
 * A job as either query shows it ({@code ims-api.md} section 2), read so that nothing breaks it.
 */
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
   * The look, or null when this is no document of this job.
   *
   * @param hide takes secrets out of texts
   */
  static @Nullable Job read(byte[] body, String id, UnaryOperator<String> hide) {
    JsonNode root = Wire.object(body);
    String told = Wire.text(root, Wire.JOB_ID);
    boolean same = told.isEmpty() || told.equals(id);
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
          // A word not known here is one for a job that has not ended.
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
    double told = Wire.number(entities, Wire.PERCENT);
    // Documented as 0 to 1; what calls itself a percentage may one day be one.
    double part = told > 1 ? told / 100 : told;
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
            "the job failed without a word");
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
      String word = Wire.text(entry, Wire.STATUS);
      // Without both it says nothing of any pair.
      if (!image.isEmpty() && !word.isEmpty()) {
        // No other word than "success" was ever seen.
        boolean succeeded = word.equalsIgnoreCase("success");
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
