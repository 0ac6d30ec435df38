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

/** A backend with jobs of given durations that counts polls. Calls take no time. */
final class SimulatedJobs implements MemberBackend {
  private final Timekeeper time;
  private final double[] seconds;
  private final boolean reportsTimes;
  private final List<Started> jobs = new ArrayList<>();

  /**
   * Creates the backend.
   *
   * @param seconds the durations of the jobs in the order of their submits; the last one holds for
   *     all that follow
   * @param reportsTimes whether polls report when the job began and ended
   */
  SimulatedJobs(Timekeeper time, double[] seconds, boolean reportsTimes) {
    this.time = time;
    this.seconds = seconds;
    this.reportsTimes = reportsTimes;
  }

  private static final class Started {
    private final Instant begin;
    private final Instant end;
    private int polls;
    private double lag = Double.NaN;

    Started(Instant begin, Instant end) {
      this.begin = begin;
      this.end = end;
    }
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    double duration = seconds[Math.min(jobs.size(), seconds.length - 1)];
    Instant now = time.now();
    jobs.add(new Started(now, now.plusNanos(Math.round(duration * 1e9))));
    return CompletableFuture.completedFuture(
        Job.running("job-" + jobs.size()).begin(reportsTimes ? now : null));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    Started job = jobs.get(Integer.parseInt(id.substring("job-".length())) - 1);
    job.polls++;
    Instant now = time.now();
    Job poll;
    if (now.isBefore(job.end)) {
      poll = Job.running(id);
    } else {
      job.lag = Duration.between(job.end, now).toNanos() / 1e9;
      poll = Job.succeeded(id).end(reportsTimes ? job.end : null);
    }
    return CompletableFuture.completedFuture(poll.begin(reportsTimes ? job.begin : null));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return CompletableFuture.failedFuture(
        new BackendException(
            new Reason(Reason.Kind.UNSUPPORTED, "", "this backend cannot list members")));
  }

  @Override
  public Timekeeper time() {
    return time;
  }

  /** The cost of polling the jobs with these numbers. */
  PollingCost cost(int from, int to) {
    List<Started> measured = jobs.subList(from, to);
    return new PollingCost(
        measured.stream().mapToInt(job -> job.polls).average().orElseThrow(),
        measured.stream().mapToDouble(job -> job.lag).average().orElseThrow(),
        0);
  }
}
