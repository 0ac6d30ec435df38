package io.imageshare;

import io.imageshare.ShareReport.Ending;
import io.imageshare.internal.engine.DryRun;
import io.imageshare.internal.report.PlanDocument;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a run would do, as far as it can be known without a write: made by {@link
 * ShareWorkflow#plan(ShareRequest)}, which only reads. What the service reports only in answer to a
 * write, such as an unknown id, is not in it; and others may change things before the run begins.
 * Immutable and safe to use from any thread.
 */
public final class SharePlan {
  private static final int SHOWN = 10;

  private final ShareReport survey;
  private final List<ShareRequest> slices;
  private final int listings;

  SharePlan(DryRun dryRun) {
    survey = new ShareReport(dryRun.survey());
    slices = List.copyOf(dryRun.slices());
    listings = dryRun.listings();
  }

  /**
   * {@return the writes in their order, each as what it asks for; empty when there is nothing to
   * do}
   */
  public List<ShareRequest> slices() {
    return slices;
  }

  /** {@return the pairs that already are as asked, image by image in the request's order} */
  public Stream<Outcome.Done> already() {
    return survey.outcomes().filter(Outcome.Done.class::isInstance).map(Outcome.Done.class::cast);
  }

  /**
   * {@return the pairs that cannot become as asked, each with the reason, image by image in the
   * request's order}
   */
  public Stream<Outcome.Failed> refused() {
    return survey.failed();
  }

  /**
   * {@return how many listings a run reads after its writes} Before them it reads as many as this
   * dry run did, describes images to be shared in one call, and polls each job at least once.
   */
  public int listings() {
    return listings;
  }

  /**
   * {@return why the dry run is incomplete, such as refused credentials or a deadline; empty when
   * all was read}
   */
  public Optional<Reason> reason() {
    return survey.ending() == Ending.FINISHED ? survey.reason() : Optional.of(cutShort());
  }

  private Reason cutShort() {
    String why = "the dry run ended before all was read: " + survey.ending();
    return survey.reason().orElseGet(() -> new Reason(Reason.Kind.NOT_SENT, "", why));
  }

  /**
   * Writes the dry run as JSON, with the fields {@code version} (1), {@code calls} ({@code submits}
   * and {@code listings}), {@code slices} (each as {@link ShareRequest#toJson}), {@code already} (a
   * number), {@code refused} (each {@code image}, {@code recipient}, {@code kind}, {@code code} and
   * {@code message}), and {@code reason} when it is incomplete. Others may be added.
   *
   * @return the document
   */
  public String toJson() {
    return PlanDocument.write(this);
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
