package io.imageshare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.internal.engine.DryRun;
import io.imageshare.internal.report.RequestDocument;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a run would do, as far as reading tells: made by {@link ShareWorkflow#plan(ShareRequest)},
 * without one write. What the service says only to a write, that an id is unknown to it, say, is
 * not in it; and until the run begins, others may change things. Immutable and safe to use from any
 * thread.
 */
public final class SharePlan {
  private static final int VERSION = 1;
  private static final int SHOWN = 10;

  private final List<ShareReport> surveys;
  private final List<ShareRequest> slices;
  private final int listings;

  SharePlan(DryRun dryRun) {
    surveys = dryRun.surveys().stream().map(ShareReport::new).toList();
    slices = List.copyOf(dryRun.slices());
    listings = dryRun.listings();
  }

  /**
   * The writes, in their order.
   *
   * @return what each call asks for; empty when there is nothing to do
   */
  public List<ShareRequest> slices() {
    return slices;
  }

  /**
   * The pairs that are as asked already.
   *
   * @return them, image by image in the request's order
   */
  public Stream<Outcome.Done> already() {
    return of(Outcome.Done.class);
  }

  /**
   * The pairs that cannot become as asked.
   *
   * @return them, each with the reason, image by image in the request's order
   */
  public Stream<Outcome.Failed> refused() {
    return of(Outcome.Failed.class);
  }

  private <T extends Outcome> Stream<T> of(Class<T> kind) {
    return surveys.stream().flatMap(ShareReport::outcomes).filter(kind::isInstance).map(kind::cast);
  }

  /**
   * How many listings would be read after the writes, to see what they did. Before them, as many
   * are read as for this plan, and images to be shared are described in one call; and each job is
   * looked at once at least.
   *
   * @return the number
   */
  public int listings() {
    return listings;
  }

  /**
   * Why it is no whole plan: the reading was cut short.
   *
   * @return the reason, that the credentials were refused, say; empty when all was read
   */
  public Optional<Reason> reason() {
    return surveys.stream().flatMap(survey -> survey.reason().stream()).findFirst();
  }

  /**
   * Writes the plan as JSON, with the fields {@code version} (1), {@code calls} ({@code submits}
   * and {@code listings}), {@code slices} (each as {@link ShareRequest#toJson}), {@code already} (a
   * number), {@code refused} (each {@code image}, {@code recipient}, {@code kind}, {@code code} and
   * {@code message}), and {@code reason} when the plan is not whole. Others may be added.
   *
   * @return the document
   */
  public String toJson() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("version", VERSION);
    root.putObject("calls").put("submits", slices.size()).put("listings", listings);
    ArrayNode all = root.putArray("slices");
    slices.forEach(slice -> all.add(RequestDocument.tree(slice)));
    root.put("already", already().count());
    ArrayNode failed = root.putArray("refused");
    refused()
        .forEach(
            f -> {
              ObjectNode pair = failed.addObject();
              pair.put("image", f.member().image());
              pair.put("recipient", f.member().recipient().id());
              reason(f.reason(), pair);
            });
    reason().ifPresent(why -> reason(why, root.putObject("reason")));
    return root.toString();
  }

  private static void reason(Reason reason, ObjectNode to) {
    to.put("kind", reason.kind().name());
    to.put("code", reason.code()).put("message", reason.message());
  }

  /** For people: the figures, the slices and why pairs are refused, the first ten of each. */
  @Override
  public String toString() {
    long pairs = slices.stream().mapToLong(ShareRequest::pairs).sum();
    Map<Reason, Long> reasons =
        refused().collect(Collectors.groupingBy(Outcome.Failed::reason, Collectors.counting()));
    return "plan: %d pairs to do by %d writes and %d listings, %d as asked already, %d refused%s%s%s"
        .formatted(
            pairs,
            slices.size(),
            listings,
            already().count(),
            refused().count(),
            reason().map(why -> "; cut short: " + why).orElse(""),
            lines(slices, SharePlan::line),
            lines(
                reasons.entrySet().stream()
                    .map(reason -> "refused, " + reason.getValue() + " pairs: " + reason.getKey())
                    .sorted()
                    .toList(),
                line -> line));
  }

  private static String line(ShareRequest slice) {
    return "%s %d images with %d recipients: %s ..."
        .formatted(
            slice.action(),
            slice.images().size(),
            slice.recipients().size(),
            slice.images().iterator().next());
  }

  private static <T> String lines(List<T> all, Function<T, String> line) {
    String more = all.size() > SHOWN ? "\n  and " + (all.size() - SHOWN) + " more" : "";
    return all.stream()
            .limit(SHOWN)
            .map(one -> "\n  " + line.apply(one))
            .collect(Collectors.joining())
        + more;
  }
}
