package io.imageshare.examples;

import io.imageshare.Job;
import io.imageshare.ShareReport.SubmittedJob;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/** The jobs of a report on a time axis, by the service's clock; overlapping jobs are in lanes. */
final class Timeline {
  private static final int WIDTH = 1000;
  private static final int LANE = 14;

  private Timeline() {}

  /** A job with known times. */
  private record Bar(Instant begin, Instant end, Job job, long pairs) {

    static Stream<Bar> of(SubmittedJob submitted) {
      Instant begin = submitted.job().begin();
      Instant end = submitted.job().end();
      return begin == null || end == null || end.isBefore(begin)
          ? Stream.empty()
          : Stream.of(new Bar(begin, end, submitted.job(), submitted.slice().pairs()));
    }
  }

  /** A lane with the end of its last job. */
  private record Lane(int number, Instant lastEnd) {}

  static String svg(List<SubmittedJob> jobs) {
    List<Bar> bars =
        jobs.stream().flatMap(Bar::of).sorted(Comparator.comparing(Bar::begin)).toList();
    String summary =
        Page.text(
            "<p>%d jobs; the service reported the times of %d.</p>\n", jobs.size(), bars.size());
    return bars.isEmpty() ? summary : summary + draw(bars);
  }

  private static String draw(List<Bar> bars) {
    Instant first = bars.get(0).begin();
    Instant last = bars.stream().map(Bar::end).max(Comparator.naturalOrder()).orElseThrow();
    double scale = WIDTH / (double) Math.max(1, Duration.between(first, last).toMillis());
    PriorityQueue<Lane> lanes = new PriorityQueue<>(Comparator.comparing(Lane::lastEnd));
    StringBuilder shapes = new StringBuilder();
    for (Bar bar : bars) {
      Lane lane = lanes.peek();
      int number = lanes.size();
      if (lane != null && !lane.lastEnd().isAfter(bar.begin())) {
        number = lane.number();
        lanes.remove();
      }
      lanes.add(new Lane(number, bar.end()));
      bar(shapes, bar, first, scale, number);
    }
    int height = lanes.size() * LANE;
    return Page.text(
            "<svg id=\"jobs\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\">\n",
            WIDTH, height + LANE)
        + shapes
        + Page.text("<text x=\"2\" y=\"%d\">%s</text>", height + 11, first)
        + Page.text(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%d s later</text>\n</svg>\n",
            WIDTH - 2, height + 11, Duration.between(first, last).toSeconds());
  }

  private static void bar(StringBuilder to, Bar bar, Instant first, double scale, int lane) {
    double x = Duration.between(first, bar.begin()).toMillis() * scale;
    double width = Duration.between(bar.begin(), bar.end()).toMillis() * scale;
    to.append(
        Page.text(
            "<g><rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/><title>%s</title></g>\n",
            bar.job().status() == Job.Status.FAIL ? "failed" : "done",
            x,
            lane * LANE,
            Math.max(1, width - 1),
            LANE - 2,
            Shown.html(title(bar))));
  }

  private static String title(Bar bar) {
    return Page.text(
        "%s %s: %d pairs, %d s",
        bar.job().id(),
        bar.job().status(),
        bar.pairs(),
        Duration.between(bar.begin(), bar.end()).toSeconds());
  }
}
