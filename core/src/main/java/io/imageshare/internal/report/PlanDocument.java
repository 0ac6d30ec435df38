package io.imageshare.internal.report;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.SharePlan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A dry run as a JSON document, in the order of its fields. */
public record PlanDocument(
    int version,
    Calls calls,
    List<JsonNode> slices,
    long already,
    List<Refused> refused,
    @Nullable Reason reason) {

  record Calls(int submits, int listings) {}

  record Refused(String image, String recipient, @JsonUnwrapped Reason reason) {
    static Refused of(Outcome.Failed failed) {
      return new Refused(
          failed.member().image(), failed.member().recipient().id(), failed.reason());
    }
  }

  public static String write(SharePlan plan) {
    PlanDocument document =
        new PlanDocument(
            1,
            new Calls(plan.slices().size(), plan.listings()),
            plan.slices().stream().<JsonNode>map(RequestDocument::tree).toList(),
            plan.already().count(),
            plan.refused().map(Refused::of).toList(),
            plan.reason().orElse(null));
    return JsonBinding.line(document);
  }
}
