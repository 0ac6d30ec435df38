package io.imageshare;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.engine.Settings;
import io.imageshare.internal.engine.Workflow;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.time.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs requests over a backend and reports the outcome of every pair.
 *
 * <p>A workflow serves any number of runs at the same time, from any thread. Its {@link FlowPolicy}
 * and what it learns about the service (rate limits, job durations) cover all of them, so use one
 * workflow per account. Nothing that it starts outlives {@link #close()}.
 *
 * <p>Runs do all their work on one thread, the {@link Timekeeper}'s; listeners are called on it
 * too.
 */
public final class ShareWorkflow implements AutoCloseable {
  private final Workflow workflow;
  private final Random ids;

  private ShareWorkflow(Builder builder) {
    Random random = new Random(builder.seed == null ? new Random().nextLong() : builder.seed);
    ids = new Random(random.nextLong());
    workflow = new Workflow(builder.settings(random));
  }

  /**
   * A workflow with all defaults.
   *
   * @param backend the backend; the caller closes it
   * @return the workflow
   */
  public static ShareWorkflow over(MemberBackend backend) {
    return builder(backend).build();
  }

  /**
   * A builder of workflows.
   *
   * @param backend the backend; the caller closes it
   * @return a builder with all defaults
   */
  public static Builder builder(MemberBackend backend) {
    return new Builder(backend);
  }

  /**
   * Runs a request and waits for the report.
   *
   * <p>If the waiting thread is interrupted, the run is cancelled, its report is awaited and
   * returned, and the thread's interrupt flag is restored.
   *
   * @param request the request
   * @return the outcome of every pair; failures of the service throw nothing
   * @throws IllegalStateException if the workflow is closed, or if called from a listener or task
   */
  public ShareReport run(ShareRequest request) {
    return run(List.of(request));
  }

  /**
   * Runs several requests of one action as one run, and waits for the report.
   *
   * @param requests the requests; a pair that is in several counts once
   * @return the outcome of every pair
   * @throws IllegalArgumentException if the list is empty or mixes actions
   * @throws IllegalStateException if the workflow is closed, or if called from a listener or task
   */
  public ShareReport run(List<ShareRequest> requests) {
    workflow.requireOutsideTasks();
    return workflow.await(start(requests));
  }

  /**
   * A dry run: reads what a run of this request would read, and returns what it would do. Nothing
   * is changed.
   *
   * @param request the request
   * @return the pairs that are already as asked, those that cannot work, and the submits for the
   *     rest
   * @throws IllegalStateException if the workflow is closed, or if called from a listener or task
   */
  public SharePlan plan(ShareRequest request) {
    return plan(List.of(request));
  }

  /**
   * A dry run of several requests as one run. Nothing is changed.
   *
   * @param requests the requests; a pair that is in several counts once
   * @return the pairs that are already as asked, those that cannot work, and the submits for the
   *     rest
   * @throws IllegalArgumentException if the list is empty or mixes actions or vaults
   * @throws IllegalStateException if the workflow is closed, or if called from a listener or task
   */
  public SharePlan plan(List<ShareRequest> requests) {
    workflow.requireOutsideTasks();
    return new SharePlan(workflow.dryRun(nextId(), requests));
  }

  /**
   * Compares the present members of images with those wanted, and returns the requests that remove
   * the difference. Nothing is changed.
   *
   * @param wanted the recipients that each image should have
   * @return what to share and what to unshare
   * @throws IllegalStateException if more would be removed than {@link WantedState#maxRemovals}
   *     allows, if the members of an image cannot be read, if the workflow is closed, or if called
   *     from a listener or task
   */
  public WantedState.Changes changes(WantedState wanted) {
    workflow.requireOutsideTasks();
    WantedState.Present present = new WantedState.Present();
    ShareRequest all = wanted.reading();
    RunResult survey = workflow.survey(nextId(), List.of(all), present::take);
    return wanted.from(present.all(all.images(), new ShareReport(survey)));
  }

  /**
   * Starts a run of a request and returns at once.
   *
   * @param request the request
   * @return the run
   * @throws IllegalStateException if the workflow is closed
   */
  public ShareRun start(ShareRequest request) {
    return start(List.of(request));
  }

  /**
   * Starts several requests of one action as one run and returns at once.
   *
   * @param requests the requests; a pair that is in several counts once
   * @return the run
   * @throws IllegalArgumentException if the list is empty or mixes actions
   * @throws IllegalStateException if the workflow is closed
   */
  public ShareRun start(List<ShareRequest> requests) {
    return workflow.start(nextId(), requests);
  }

  private String nextId() {
    return "%016x".formatted(ids.nextLong());
  }

  /**
   * Starts a run with an id chosen by the caller, and returns once the journal is read. If a run
   * with this id is under way in this workflow or unfinished in the journal, that run is continued,
   * so starting it twice changes nothing.
   *
   * @param id the id of the run; it may be used again once the run is finished
   * @param request the request
   * @return the run
   * @throws IllegalArgumentException if the id is not 1 to 100 letters, digits, dots, underscores
   *     and hyphens, or belongs to an unfinished run of another request
   * @throws IllegalStateException if the workflow is closed, if another process has this run, if
   *     its journal cannot be read, or if called from a listener or task
   */
  public ShareRun start(String id, ShareRequest request) {
    if (!id.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")) {
      throw new IllegalArgumentException(
          "id: \"%s\"; it must be 1 to 100 letters, digits, dots, underscores or hyphens"
              .formatted(id));
    }
    return workflow.startOrResume(id, request);
  }

  /**
   * Continues every run of the journal that is not finished and that no other process has; returns
   * once the journal is read. Known jobs are polled, never submitted again; a submit without a
   * known answer is settled by reading the members; the rest is planned anew with the limits and
   * policies of this workflow. The deadline of a run does not change.
   *
   * <p>A run that was cancelled or reached its deadline is finished; one that was closed or stopped
   * is not. A run that was cancelled, but whose process ended first, makes its last polls and reads
   * and no submit.
   *
   * @return the runs, which are under way
   * @throws IllegalStateException without a journal, if the journal of a run is damaged or of a
   *     newer version (then no run is resumed), if the workflow is closed, or if called from a
   *     listener or task
   */
  public List<ShareRun> resume() {
    return workflow.resume();
  }

  /**
   * Ends all runs. No further call starts; answers to submits under way are awaited for at most
   * {@link Builder#closeTimeout}; then every report completes as {@link ShareReport.Ending#CLOSED}.
   * The backend stays open. Closing again has no effect.
   *
   * <p>If the waiting thread is interrupted, it stops waiting. Called from a listener or task, it
   * does not wait.
   */
  @Override
  public void close() {
    workflow.close();
  }

  /** Builds workflows. Not thread-safe. */
  public static final class Builder {
    private final MemberBackend backend;
    private @Nullable Timekeeper time;
    private BatchLimits limits =
        new BatchLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
    private int membersPerImage = Integer.MAX_VALUE;
    private RetryPolicy retry = RetryPolicy.defaults();
    private PollPolicy poll = PollPolicy.adaptive();
    private FlowPolicy flow = FlowPolicy.defaults();
    private Consumer<ShareEvent> listener = event -> {};
    private Duration deadline = Duration.ofHours(24);
    private Duration closeTimeout = Duration.ofSeconds(5);
    private @Nullable Journal journal;
    private @Nullable Long seed;

    private Builder(MemberBackend backend) {
      this.backend = requireNonNull(backend, "backend");
    }

    /**
     * The clock and scheduler.
     *
     * @param time the timekeeper; by default the backend's
     * @return this
     */
    public Builder time(Timekeeper time) {
      this.time = requireNonNull(time, "time");
      return this;
    }

    /**
     * How much fits into one submit. The backend's limits hold as well.
     *
     * @param limits the limits; by default only those of the backend
     * @return this
     */
    public Builder limits(BatchLimits limits) {
      this.limits = requireNonNull(limits, "limits");
      return this;
    }

    /**
     * The most recipients that one image may have. The backend's limit holds as well.
     *
     * @param members the limit; by default only that of the backend
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder membersPerImage(int members) {
      if (members < 1) {
        throw new IllegalArgumentException(
            "membersPerImage: " + members + "; it must be at least 1");
      }
      this.membersPerImage = members;
      return this;
    }

    /**
     * How calls are repeated.
     *
     * @param retry the policy; by default {@link RetryPolicy#defaults()}
     * @return this
     */
    public Builder retry(RetryPolicy retry) {
      this.retry = requireNonNull(retry, "retry");
      return this;
    }

    /**
     * How jobs are polled.
     *
     * @param poll the policy; by default {@link PollPolicy#adaptive()}
     * @return this
     */
    public Builder poll(PollPolicy poll) {
      this.poll = requireNonNull(poll, "poll");
      return this;
    }

    /**
     * The rate limit, the calls under way and the open jobs.
     *
     * @param flow the policy; by default {@link FlowPolicy#defaults()}
     * @return this
     */
    public Builder flow(FlowPolicy flow) {
      this.flow = requireNonNull(flow, "flow");
      return this;
    }

    /**
     * Where runs store their state, so that {@link ShareWorkflow#resume()} can continue them.
     *
     * @param journal the journal; by default none. Without one, run the request again after a
     *     crash: the new run reads first and asks only for what is missing
     * @return this
     */
    public Builder journal(Journal journal) {
      this.journal = requireNonNull(journal, "journal");
      return this;
    }

    /**
     * Receives events. It is called on the timekeeper's thread and must return soon. An exception
     * that it throws is logged once per run and has no other effect.
     *
     * @param listener takes each event; by default events are ignored
     * @return this
     */
    public Builder listener(Consumer<ShareEvent> listener) {
      this.listener = requireNonNull(listener, "listener");
      return this;
    }

    /**
     * How long one run may take. After that it submits nothing: each open job is polled once and
     * each image with open pairs is read once, within 30 s, and pairs that are still open are
     * Unknown.
     *
     * @param deadline the time from the start of a run; by default 24 h, long enough for the
     *     largest runs and short enough that a forgotten one ends
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder deadline(Duration deadline) {
      this.deadline = Durations.positive("deadline", deadline);
      return this;
    }

    /**
     * How long {@link ShareWorkflow#close()} waits for answers to submits under way.
     *
     * @param closeTimeout the time; by default 5 s, many times the usual latency
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder closeTimeout(Duration closeTimeout) {
      this.closeTimeout = Durations.positive("closeTimeout", closeTimeout);
      return this;
    }

    /**
     * The seed of all random numbers (jitter, run ids).
     *
     * @param seed the seed; by default a random one for each workflow
     * @return this
     */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * Builds the workflow.
     *
     * @return the workflow
     * @throws IllegalArgumentException if the backend's limits, members per image or timekeeper are
     *     missing or out of range
     */
    public ShareWorkflow build() {
      return new ShareWorkflow(this);
    }

    private Settings settings(Random random) {
      int members = Math.min(backend.membersPerImage(), membersPerImage);
      if (members < 1) {
        throw new IllegalArgumentException(
            "membersPerImage() of the backend is " + members + "; it must be at least 1");
      }
      return new Settings(
          backend,
          time == null ? offered(backend.time(), "time()") : time,
          offered(backend.limits(), "limits()").and(limits),
          members,
          retry,
          poll,
          flow,
          deadline,
          closeTimeout,
          random,
          journal,
          listener,
          ShareReport::new);
    }

    private static <T> T offered(@Nullable T value, String method) {
      if (value == null) {
        throw new IllegalArgumentException(
            method + " of the backend returned null; is it a mock without an answer?");
      }
      return value;
    }
  }
}
