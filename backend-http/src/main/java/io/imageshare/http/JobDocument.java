package io.imageshare.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import java.time.Instant;
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
  private final List<Job.Result> results = new ArrayList<>();

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
    boolean same = other.isEmpty() || Wire.same(other, id);
    return same && !Wire.text(root, Wire.STATUS).isEmpty()
        ? new JobDocument(root, hide).job(id)
        : null;
  }

  private Job job(String id) {
    Job.Status status = status(root);
    addResults(root);
    return new Job(
        id,
        hide.apply(Wire.id(root, Wire.JOB_TYPE)),
        status,
        Wire.time(root, Wire.BEGIN),
        Wire.time(root, Wire.END),
        progress(),
        status == Job.Status.FAIL ? reason() : null,
        results);
  }

  /** An unknown word is that of a job that has not ended, unless the job says when it did. */
  private static Job.Status status(JsonNode job) {
    return switch (word(job)) {
      case "SUCCESS" -> Job.Status.SUCCESS;
      case "FAIL", "FAILED" -> Job.Status.FAIL;
      case "INIT" -> Job.Status.INIT;
      case "RUNNING" -> Job.Status.RUNNING;
      default -> hasEnded(job) ? Job.Status.FAIL : Job.Status.RUNNING;
    };
  }

  private static String word(JsonNode job) {
    return Wire.text(job, Wire.STATUS).toUpperCase(Locale.ROOT);
  }

  private static boolean hasEnded(JsonNode job) {
    Instant begin = Wire.time(job, Wire.BEGIN);
    Instant end = Wire.time(job, Wire.END);
    return end != null && (begin == null || !end.isBefore(begin));
  }

  private double progress() {
    double percent = Wire.number(entities, Wire.PERCENT);
    // Documented as 0 to 1, under a name that says percent.
    double part = percent > 1 ? percent / 100 : percent;
    return part >= 0 && part <= 1 ? part : Double.NaN;
  }

  private Reason reason() {
    String code = first(code(root), code(entities));
    String message = first(message(root), message(entities));
    if (code.isEmpty() && message.isEmpty()) {
      for (JsonNode part : entities.path(Wire.PARTS)) {
        code = first(code, code(part));
        message = first(message, message(part));
      }
    }
    String told = first(message, "the job failed without a reason");
    if (word(root).startsWith("FAIL") || ErrorCodes.kind(code) != null) {
      return reason(ErrorTranslation.ofJob(code), code, told);
    }
    // Nobody knows what such a word says of the pairs: a listing does, and what it lacks is asked
    // again.
    String status = Wire.text(root, Wire.STATUS);
    return reason(Kind.LOST, code, "the job ended as \"%s\": %s".formatted(status, told));
  }

  private Reason reason(Kind kind, String code, String message) {
    return new Reason(kind, clean(code), clean(message));
  }

  private String clean(String text) {
    return Wire.visible(ErrorBody.clean(hide.apply(text)));
  }

  private static String code(JsonNode node) {
    JsonNode error = node.path(Wire.ERROR);
    return first(
        Wire.text(node, Wire.ERROR_CODE),
        Wire.text(error, Wire.CODE),
        Wire.text(error, Wire.ERROR_CODE),
        Wire.text(node, Wire.MORE_CODE));
  }

  private static String message(JsonNode node) {
    JsonNode error = node.path(Wire.ERROR);
    return first(
        Wire.text(node, Wire.FAIL_REASON),
        Wire.text(node, Wire.ERROR_MSG),
        Wire.text(error, Wire.MESSAGE),
        Wire.text(error, Wire.ERROR_MSG),
        Wire.text(node, Wire.MORE_MSG),
        Wire.text(node, Wire.ERROR));
  }

  /** What a job, and every part of it that has ended, says of single images and pairs. */
  private void addResults(JsonNode job) {
    JsonNode details = job.path(Wire.ENTITIES);
    for (JsonNode result : details.path(Wire.RESULTS)) {
      // No other status than "success" was ever seen.
      add(result, result, !word(result).isEmpty(), word(result).equals("SUCCESS"));
    }
    for (JsonNode part : details.path(Wire.PARTS)) {
      Job.Status status = status(part);
      boolean ended = status == Job.Status.SUCCESS || status == Job.Status.FAIL;
      add(part.path(Wire.ENTITIES), part, ended, status == Job.Status.SUCCESS);
      addResults(part);
    }
  }

  /**
   * Adds a result, unless it is about no image.
   *
   * @param ids what names the image and the recipient
   * @param why what says why it failed
   */
  private void add(JsonNode ids, JsonNode why, boolean isTold, boolean succeeded) {
    String image = Wire.id(ids, Wire.IMAGE_ID);
    if (!image.isEmpty() && isTold) {
      results.add(
          new Job.Result(image, recipient(ids), succeeded, succeeded ? null : reasonOf(why)));
    }
  }

  private static @Nullable Recipient recipient(JsonNode ids) {
    try {
      return Recipient.project(Wire.id(ids, Wire.PROJECT_ID));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private @Nullable Reason reasonOf(JsonNode failed) {
    String code = code(failed);
    String message = message(failed);
    return code.isEmpty() && message.isEmpty()
        ? null
        : reason(ErrorTranslation.ofJob(code), code, message);
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
