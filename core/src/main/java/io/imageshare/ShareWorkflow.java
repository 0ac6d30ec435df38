package io.imageshare;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.engine.Settings;
import io.imageshare.internal.engine.Workflow;
import io.imageshare.internal.report.RunResult;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Shares images: takes requests, drives a backend, and reports what became of every pair.
 *
 * <p>A workflow serves any number of runs at once, from any thread. What it learns of the service
 * (how fast, how much at once, whether the credentials are taken) holds over all of them; so use
 * one workflow for one account. Nothing it starts outlives {@link #close()}.
 *
 * <p>Everything of a run happens on one thread, the {@link Timekeeper}'s; listeners are called on
 * it too.
 */
public final class ShareWorkflow implements AutoCloseable {
  private final Workflow workflow;
  private final @Nullable Journal journal;
  private final Random ids;

  private ShareWorkflow(Builder builder) {
    Random random = new Random(builder.seed == null ? new Random().nextLong() : builder.seed);
    ids = new Random(random.nextLong());
    journal = builder.journal;
    workflow = new Workflow(builder.settings(random));
  }

  /**
   * A workflow with all defaults.
   *
   * @param backend what it drives; stays the caller's to close
   * @return the workflow
   */
  public static ShareWorkflow over(MemberBackend backend) {
    return builder(backend).build();
  }

  /**
   * A builder of workflows.
   *
   * @param backend what it drives; stays the caller's to close
   * @return a builder with all defaults
   */
  public static Builder builder(MemberBackend backend) {
    return new Builder(backend);
  }

  /**
   * Does what a request asks, and waits for the report.
   *
   * <p>If the waiting thread is interrupted, the run is cancelled, its report awaited and returned,
   * and the thread's flag set again.
   *
   * @param request what to do
   * @return what became of every pair; nothing is thrown for what the service did
   * @throws IllegalStateException if the workflow is closed, or if called from a listener or task
   */
  public ShareReport run(ShareRequest request) {
    return run(List.of(request));
  }

  /**
   * Does what several requests of one action ask, as one run, and waits for the report.
   *
   * @param requests what to do; a pair asked for twice counts once
   * @return what became of every pair
   * @throws IllegalArgumentException if the list is empty or mixes actions
   * @throws IllegalStateException if the workflow is closed, or if called from a listener or task
   */
  public ShareReport run(List<ShareRequest> requests) {
    workflow.refuseInsideATask();
    return workflow.await(start(requests));
  }

  /**
   * Reads what a run of this request would find, and says what it would do; nothing is written.
   *
   * @param request what to do
   * @return what is as asked already, what cannot be, and the calls for the rest
   * @throws IllegalStateException if the workflow is closed, or if called from a listener or task
   */
  public SharePlan plan(ShareRequest request) {
    return plan(List.of(request));
  }

  /**
   * Reads what one run of several requests would find, and says what it would do; nothing is
   * written.
   *
   * @param requests what to do; a pair asked for twice counts once
   * @return what is as asked already, what cannot be, and the calls for the rest
   * @throws IllegalArgumentException if the list is empty or mixes actions or vaults
   * @throws IllegalStateException if the workflow is closed, or if called from a listener or task
   */
  public SharePlan plan(List<ShareRequest> requests) {
    workflow.refuseInsideATask();
    return new SharePlan(workflow.dryRun(nextId(), requests));
  }

  /**
   * Reads who has the images now, and says what is to be done so that each has whom it should have,
   * and nobody else; nothing is written.
   *
   * @param wanted whom each image should have
   * @return what to share and what to take back
   * @throws IllegalStateException if more would be taken back than {@link WantedState#maxRemovals},
   *     if the members of an image cannot be read, if the workflow is closed, or if called from a
   *     listener or task
   */
  public WantedState.Changes changes(WantedState wanted) {
    workflow.refuseInsideATask();
    WantedState.Present present = new WantedState.Present();
    ShareRequest all = wanted.reading();
    RunResult survey = workflow.survey(nextId(), List.of(all), present::take).get(0);
    return wanted.from(present.all(all.images(), new ShareReport(survey)));
  }

  /**
   * Begins to do what a request asks, and returns at once.
   *
   * @param request what to do
   * @return the run
   * @throws IllegalStateException if the workflow is closed
   */
  public ShareRun start(ShareRequest request) {
    return start(List.of(request));
  }

  /**
   * Begins to do what several requests of one action ask, as one run, and returns at once.
   *
   * @param requests what to do; a pair asked for twice counts once
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
   * Begins to do what a request asks, under an id of the caller's own, and returns as soon as the
   * journal is read. If a run of this id is under way in this workflow, or unfinished in the
   * journal, that run is continued: asking twice does nothing twice.
   *
   * @param id the run's id; once the run is finished it may be used again
   * @param request what to do
   * @return the run
   * @throws IllegalArgumentException if the id is not made of 1 to 100 letters, digits, dots,
   *     underscores and hyphens, or belongs to an unfinished run with another request
   * @throws IllegalStateException if the workflow is closed, if another process is at this run, if
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
   * Goes on with every run of the journal that is not finished and that nobody else is at; returns
   * as soon as the journal is read. Jobs that are known are looked at, never submitted again; a
   * write of which no answer is known is settled by reading; what is left is planned anew, under
   * this workflow's limits and policies. The deadline of a run stays what it was. A run that was
   * cancelled or reached its deadline is finished; one that was closed or stopped is not. One that
   * was cancelled, and whose process ended before it did, gets its last looks and readings, and no
   * write.
   *
   * @return the runs, now under way
   * @throws IllegalStateException without a journal, if a run's journal is damaged or of a newer
   *     version (then none is resumed), if the workflow is closed, or if called from a listener or
   *     task
   */
  public List<ShareRun> resume() {
    if (journal == null) {
      throw new IllegalStateException(
          "resume() needs a journal: ShareWorkflow.builder(backend).journal(...)");
    }
    return workflow.resume(journal);
  }

  /**
   * Ends everything this workflow started. No call starts any more; answers to writes under way are
   * waited for, at most for the builder's {@code closeTimeout}; then every report is completed as
   * {@link ShareReport.Ending#CLOSED}. The backend stays open. Closing again does nothing.
   *
   * <p>If the waiting thread is interrupted, it stops waiting. From a listener or task it does not
   * wait at all.
   */
  @Override
  public void close() {
    workflow.close();
  }

  /** Builds workflows. Not safe for use by several threads. */
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
     * The time the workflow lives in.
     *
     * @param time clock and scheduler; by default the backend's
     * @return this
     */
    public Builder time(Timekeeper time) {
      this.time = requireNonNull(time, "time");
      return this;
    }

    /**
     * How much fits into one call. The backend's limits hold as well.
     *
     * @param limits the limits; by default the backend's alone
     * @return this
     */
    public Builder limits(BatchLimits limits) {
      this.limits = requireNonNull(limits, "limits");
      return this;
    }

    /**
     * How many recipients one image may have. The backend's number holds as well.
     *
     * @param members the number; by default the backend's alone
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
     * How jobs are watched.
     *
     * @param poll the policy; by default {@link PollPolicy#adaptive()}
     * @return this
     */
    public Builder poll(PollPolicy poll) {
      this.poll = requireNonNull(poll, "poll");
      return this;
    }

    /**
     * How fast and how much at once.
     *
     * @param flow the policy; by default {@link FlowPolicy#defaults()}
     * @return this
     */
    public Builder flow(FlowPolicy flow) {
      this.flow = requireNonNull(flow, "flow");
      return this;
    }

    /**
     * Where runs write what must survive the process, for {@link ShareWorkflow#resume()}.
     *
     * @param journal the journal; by default none: after a crash, run the request again, which
     *     reads first and asks for what is missing
     * @return this
     */
    public Builder journal(Journal journal) {
      this.journal = requireNonNull(journal, "journal");
      return this;
    }

    /**
     * Who hears of events. It is called on the timekeeper's thread and must return soon; what it
     * throws is logged once a run and changes nothing.
     *
     * @param listener takes each event; by default nobody does
     * @return this
     */
    public Builder listener(Consumer<ShareEvent> listener) {
      this.listener = requireNonNull(listener, "listener");
      return this;
    }

    /**
     * How long one run may take. Then nothing is written any more: each open job gets one last look
     * and each image with open pairs one reading, within 30 s, and what is not known by then is
     * reported as Unknown.
     *
     * @param deadline the time from the start of a run; by default 24 h, long enough for any run
     *     that still moves, short enough that a forgotten one ends
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder deadline(Duration deadline) {
      this.deadline = positive("deadline", deadline);
      return this;
    }

    /**
     * How long {@link ShareWorkflow#close()} waits for answers to writes under way.
     *
     * @param closeTimeout the time; by default 5 s, many times what an answer takes
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder closeTimeout(Duration closeTimeout) {
      this.closeTimeout = positive("closeTimeout", closeTimeout);
      return this;
    }

    /**
     * What all chance (jitter, run ids) is drawn from.
     *
     * @param seed the seed; by default one is drawn for each workflow
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
     * @throws IllegalArgumentException if the backend's limits, members per image or time are
     *     missing or out of range
     */
    public ShareWorkflow build() {
      return new ShareWorkflow(this);
    }

    private Settings settings(Random random) {
      int members = Math.min(backend.membersPerImage(), membersPerImage);
      if (members < 1) {
        throw new IllegalArgumentException(
            "membersPerImage() of the backend is " + members + ", not at least 1");
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
            method + " of the backend gave null; is it a mock without an answer?");
      }
      return value;
    }

    private static Duration positive(String what, Duration duration) {
      if (duration.isNegative() || duration.isZero()) {
        throw new IllegalArgumentException(what + ": " + duration + "; it must be positive");
      }
      return duration;
    }
  }
}
