package io.imageshare.benchmarks;

import io.imageshare.BackendException;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.PollingCost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Jobs that last as long as they are told to, and count the looks at them. Calls take no time. */
final class JobYard implements MemberBackend {
  private final Timekeeper time;
  private final double[] seconds;
  private final boolean tells;
  private final List<Started> jobs = new ArrayList<>();

  /**
   * A yard.
   *
   * @param seconds how long the jobs last, in the order they are submitted; the last holds for all
   *     that follow
   * @param tells whether a look says when the job began and ended
   */
  JobYard(Timekeeper time, double[] seconds, boolean tells) {
    this.time = time;
    this.seconds = seconds;
    this.tells = tells;
  }

  private static final class Started {
    private final Instant begin;
    private final Instant end;
    private int looks;
    private double lag = Double.NaN;

    Started(Instant begin, Instant end) {
      this.begin = begin;
      this.end = end;
    }
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    double lasts = seconds[Math.min(jobs.size(), seconds.length - 1)];
    Instant now = time.now();
    jobs.add(new Started(now, now.plusNanos(Math.round(lasts * 1e9))));
    return CompletableFuture.completedFuture(
        Job.running("job-" + jobs.size()).begin(tells ? now : null));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    Started job = jobs.get(Integer.parseInt(id.substring("job-".length())) - 1);
    job.looks++;
    Instant now = time.now();
    Job look;
    if (now.isBefore(job.end)) {
      look = Job.running(id);
    } else {
      job.lag = Duration.between(job.end, now).toNanos() / 1e9;
      look = Job.succeeded(id).end(tells ? job.end : null);
    }
    return CompletableFuture.completedFuture(look.begin(tells ? job.begin : null));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return CompletableFuture.failedFuture(
        new BackendException(new Reason(Reason.Kind.UNSUPPORTED, "", "there are only jobs here")));
  }

  @Override
  public Timekeeper time() {
    return time;
  }

  /** What watching the jobs of the numbers given has cost. */
  PollingCost watched(int from, int to) {
    List<Started> counted = jobs.subList(from, to);
    return new PollingCost(
        counted.stream().mapToInt(job -> job.looks).average().orElseThrow(),
        counted.stream().mapToDouble(job -> job.lag).average().orElseThrow(),
        0);
  }
}
