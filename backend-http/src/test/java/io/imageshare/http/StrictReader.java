package io.imageshare.http;

import io.imageshare.Job;
import io.imageshare.Recipient;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads documents strictly, to compare with what the backend read. */
final class StrictReader {
  private StrictReader() {}

  /** The projects that a document lists for an image, or null when it is no listing of it. */
  static @Nullable Set<String> members(byte[] document, String image) {
    Set<String> projects = new HashSet<>();
    if (!(field(StrictJson.read(document), "members") instanceof List<?> members)) {
      return null;
    }
    for (Object member : members) {
      String id = text(member, "member_id");
      String of = text(member, "image_id");
      String type = text(member, "member_type");
      if (id.isEmpty() || !(of.isEmpty() || same(of).equalsIgnoreCase(same(image)))) {
        return null;
      }
      if (type.isEmpty() || type.equalsIgnoreCase("project")) {
        projects.add(id);
      }
    }
    return projects;
  }

  /** Whether a document lists these projects for an image, and no others. */
  static boolean lists(byte[] document, String image, Set<String> projects) {
    Set<String> members = members(document, image);
    return members != null
        && members.stream()
            .map(StrictReader::same)
            .collect(Collectors.toSet())
            .equals(projects.stream().map(StrictReader::same).collect(Collectors.toSet()));
  }

  /** Whether a document is about a job of this id. */
  static boolean names(byte[] document, String id) {
    return same(text(StrictJson.read(document), "job_id")).equals(same(id));
  }

  /** Whether a document of a job says of its end and of its pairs what was made of it. */
  static boolean shows(byte[] document, Job job) {
    Object root = StrictJson.read(document);
    String status = text(root, "status");
    boolean about = text(root, "job_id").isEmpty() || names(document, job.id());
    boolean failed = status.equalsIgnoreCase("fail") || status.equalsIgnoreCase("failed");
    boolean unknown =
        !failed && !Set.of("SUCCESS", "INIT", "RUNNING").contains(status.toUpperCase(Locale.ROOT));
    boolean mayHaveEnded = unknown && !text(root, "end_time").isEmpty();
    return about
        && !status.isEmpty()
        && (job.status() == Job.Status.SUCCESS) == status.equalsIgnoreCase("success")
        && (job.status() == Job.Status.FAIL ? failed || mayHaveEnded : !failed)
        && job.results().stream()
            .filter(Job.Result::succeeded)
            .allMatch(result -> succeeded(field(field(root, "entities"), "results"), result));
  }

  /** A result without a recipient that can be read is about no pair. */
  private static boolean succeeded(@Nullable Object results, Job.Result result) {
    Recipient recipient = result.recipient();
    return results instanceof List<?> list
        && list.stream()
            .filter(one -> same(text(one, "image_id")).equals(same(result.image())))
            .filter(one -> text(one, "status").equalsIgnoreCase("success"))
            .map(one -> same(text(one, "project_id")))
            .anyMatch(project -> recipient == null || project.equals(same(recipient.id())));
  }

  private static @Nullable Object field(@Nullable Object object, String name) {
    return object instanceof Map<?, ?> map ? map.get(name) : null;
  }

  private static String text(@Nullable Object object, String name) {
    Object value = field(object, name);
    if (value instanceof StrictJson.Figure number) {
      return number.text();
    }
    return value instanceof String || value instanceof Boolean ? value.toString().strip() : "";
  }

  /** One spelling for all of a number: 1e2 is 100, and 32 hexadecimal digits are one. */
  private static String same(String text) {
    String digits = text.replace("-", "").toLowerCase(Locale.ROOT);
    if (digits.matches("[0-9a-f]{32}")) {
      return digits;
    }
    try {
      return Double.toString(Double.parseDouble(text) + 0.0);
    } catch (NumberFormatException e) {
      return text;
    }
  }
}
