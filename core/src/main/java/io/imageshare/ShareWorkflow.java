package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import io.imageshare.internal.engine.Settings;
import io.imageshare.internal.engine.Workflow;
import io.imageshare.internal.report.MembersDocument;
import io.imageshare.internal.time.Durations;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
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
    Random random = builder.seed == null ? new Random() : new Random(builder.seed);
    ids = new Random(random.nextLong());
    workflow = new Workflow(builder.settings(random));
  }

  /**
   * {@return a workflow with all defaults}
   *
   * @param backend the backend; the caller closes it
   */
  public static ShareWorkflow over(MemberBackend backend) {
    return builder(backend).build();
  }

  /**
   * {@return a builder with all defaults}
   *
   * @param backend the backend; the caller closes it
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
    return run(List.of(requireNonNull(request, "request")));
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
    return plan(List.of(requireNonNull(request, "request")));
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
    return new SharePlan(workflow.dryRun(nextId(), requireNonNull(requests, "requests")));
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
    return changes(wanted, Set.of());
  }

  /**
   * The same, and tells which of other images are shared though they are not on the list: those
   * that were dropped from it. They are left as they are. To unshare them, put them on the list
   * with no recipients.
   *
   * @param wanted the recipients that each image should have
   * @param images all images that should be on the list, such as those of an earlier list, or all
   *     of the account; those that are no longer there are passed over
   * @return what to share and what to unshare, and what is not on the list
   * @throws IllegalArgumentException if an id is not one id
   * @throws IllegalStateException as {@link #changes(WantedState)}
   */
  public WantedState.Changes changes(WantedState wanted, Collection<String> images) {
    workflow.requireOutsideTasks();
    Set<String> listed = requireNonNull(wanted, "wanted").recipients().keySet();
    List<String> given = new ArrayList<>(listed); // first: an image is spelled as on the list
    if (!requireNonNull(images, "images").isEmpty()) {
      given.addAll(Workflow.reading(images).images());
    }
    Set<String> all = Workflow.reading(given).images();
    Map<String, Set<Recipient>> present = new LinkedHashMap<>();
    for (ImageMembers image : workflow.members(nextId(), all)) {
      if (image.reason() == null) {
        present.put(image.image(), image.members().keySet());
      } else if (listed.contains(image.image()) || !isGone(image.reason())) {
        throw new IllegalStateException(
            "image %s: its members cannot be read, so nobody can say what is to be done: %s"
                .formatted(image.image(), image.reason()));
      }
    }
    return wanted.from(present);
  }

  /** Whether an image is not there, or no longer. */
  private static boolean isGone(Reason reason) {
    return reason.kind() == Reason.Kind.INVALID_IMAGE || reason.kind() == Reason.Kind.INVALID;
  }

  /**
   * Makes changes: one run for what is to be shared, then one for what is to be unshared. Nobody
   * loses an image whose successor may not have come: the second run is made only if the first has
   * {@link ShareReport.Ending#FINISHED}, though perhaps with failed pairs.
   *
   * @param changes the changes, as {@link #changes} returns them
   * @return the reports of the runs that were made; none if there is nothing to do
   * @throws IllegalStateException if the workflow is closed, or if called from a listener or task
   */
  public List<ShareReport> run(WantedState.Changes changes) {
    List<ShareReport> reports = new ArrayList<>();
    if (!requireNonNull(changes, "changes").shares().isEmpty()) {
      reports.add(run(changes.shares()));
    }
    if (!changes.unshares().isEmpty()
        && reports.stream().allMatch(shared -> shared.ending() == ShareReport.Ending.FINISHED)) {
      reports.add(run(changes.unshares()));
    }
    return List.copyOf(reports);
  }

  /**
   * Waits until recipients have accepted what was shared with them. It reads who has the images,
   * soon at first and then after a quarter of the time that it has waited, after five minutes at
   * most.
   *
   * <p>In the report, a pair that is accepted is Done. One that is rejected, that is not shared, or
   * whose image cannot be read at all is Failed. One that nobody has decided about is Unknown. The
   * ending is FINISHED once nothing is undecided, DEADLINE when the time is over, CANCELLED if the
   * waiting thread is interrupted (its interrupt flag is restored), CLOSED if the workflow is
   * closed, and STOPPED if the credentials are refused. {@link ShareReport#remaining} can be waited
   * for again.
   *
   * @param request what was shared
   * @param within how long to wait at most
   * @return what became of every pair
   * @throws IllegalArgumentException if the request is not to share, or the time is not positive
   * @throws IllegalStateException if the workflow is closed, or if called from a listener or task
   */
  public ShareReport awaitAccepted(ShareRequest request, Duration within) {
    checkArgument(
        requireNonNull(request, "request").action() == ShareRequest.Action.SHARE,
        "request: %s; what is waited for was shared, so give a request to share",
        request.action());
    workflow.requireOutsideTasks();
    return new ShareReport(
        workflow.awaitAccepted(this::nextId, request, Durations.positive("within", within)));
  }

  /**
   * {@return who has some images} Nothing is read until the result is, and then some images at a
   * time, so that it takes little memory however many they are.
   *
   * @param images the images' ids
   * @throws IllegalArgumentException if there are none, or an id is not one id
   */
  public Memberships members(Collection<String> images) {
    return new Memberships(this, images);
  }

  /**
   * Who has one image.
   *
   * @param image the image's id
   * @param members all that it is shared with, by type and id
   * @param reason why its members cannot be read; null if they were
   */
  public record ImageMembers(
      String image, Map<Recipient, MemberStatus> members, @Nullable Reason reason) {

    /** Copies. */
    public ImageMembers {
      members = ImmutableMap.copyOf(members);
    }
  }

  /**
   * Who has some images. Each method reads anew, through the rate limit of the workflow, and throws
   * an IllegalStateException if that is closed, or if called from a listener or task. Safe to use
   * from any thread.
   */
  public static final class Memberships {
    /** So many images are read, and held, at a time. */
    private static final int CHUNK = 50;

    private final ShareWorkflow workflow;
    private final List<String> images;

    private Memberships(ShareWorkflow workflow, Collection<String> images) {
      this.workflow = workflow;
      this.images = ImmutableList.copyOf(Workflow.reading(images).images());
    }

    /**
     * {@return the images with their members, in the given order, each read when it is reached} An
     * image whose members cannot be read has a reason; the others are read all the same.
     */
    public Stream<ImageMembers> stream() {
      return Lists.partition(images, CHUNK).stream().flatMap(workflow::read);
    }

    /**
     * Writes a table, which {@link WantedState#read} reads: {@code image,type,recipient,status,
     * reason}, with a row for each member, and one without a recipient for an image that has none.
     * What a spreadsheet would take for a formula has an apostrophe before it, and what is not seen
     * is escaped as in {@link Reason#toString}; such a row is not read as another member.
     *
     * @param to where to; stays open, and is flushed
     * @throws IOException if writing fails
     */
    public void toCsv(Writer to) throws IOException {
      MembersDocument.csv(stream().iterator(), to);
    }

    /**
     * Writes an array of objects with {@code image}, {@code members} (each an object of {@code
     * project}, {@code domain} or {@code organization} with the id, and {@code status}), and {@code
     * reason} if they cannot be read ({@code kind}, {@code code} and {@code message}). Fields may
     * be added.
     *
     * @param to where to; stays open, and is flushed
     * @throws IOException if writing fails
     */
    public void toJson(Writer to) throws IOException {
      MembersDocument.json(stream().iterator(), to);
    }
  }

  private Stream<ImageMembers> read(List<String> images) {
    workflow.requireOutsideTasks();
    return workflow.members(nextId(), new LinkedHashSet<>(images)).stream();
  }

  /**
   * Starts a run of a request and returns at once.
   *
   * @param request the request
   * @return the run
   * @throws IllegalStateException if the workflow is closed
   */
  public ShareRun start(ShareRequest request) {
    return start(List.of(requireNonNull(request, "request")));
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
    return workflow.start(nextId(), requireNonNull(requests, "requests"));
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
   * @throws RunBusyException if another process has this run
   * @throws IllegalStateException if the workflow is closed, if its journal cannot be read or is of
   *     another account, or if called from a listener or task
   */
  public ShareRun start(String id, ShareRequest request) {
    requireNonNull(request, "request");
    checkArgument(
        requireNonNull(id, "id").matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}"),
        "id: \"%s\"; it must be 1 to 100 letters, digits, dots, underscores or hyphens",
        id);
    return workflow.startOrResume(id, request);
  }

  /**
   * Continues every run of the journal that is not finished and that no other process has; returns
   * once the journal is read. A run whose journal is damaged, of a newer or older version, or of
   * another account, or is not read in time, is left as it is and named in a warning; the others
   * are continued. Known jobs are polled, never submitted again; a submit without a known answer is
   * settled by reading the members; the rest is planned anew with the limits and policies of this
   * workflow. The deadline of a run does not change.
   *
   * <p>A run that was cancelled, reached its deadline, or stopped for its failed pairs is finished;
   * one that was closed or stopped for another reason is not. A run that was cancelled, but whose
   * process ended first, makes its last polls and reads and no submit.
   *
   * @return the runs, which are under way
   * @throws IllegalStateException without a journal, if it cannot be read, if the workflow is
   *     closed, or if called from a listener or task
   */
  public List<ShareRun> resume() {
    return workflow.resume();
  }

  /**
   * {@return the report of the last run of this journal with an id that is finished, whichever
   * process ran it; empty if there is none, or its report is kept no longer}
   *
   * @param id the id of the run
   * @throws IllegalStateException without a journal, if it cannot be read, or if called from a
   *     listener or task
   * @throws IllegalArgumentException if what the journal kept is no report
   */
  public Optional<ShareReport> report(String id) {
    return workflow.report(id).map(ShareWorkflow::read);
  }

  private static ShareReport read(String report) {
    try {
      return ShareReport.read(new StringReader(report));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is read but memory
    }
  }

  /**
   * Cancels a run of this journal, whichever process runs it, as {@link ShareRun#cancel()} does.
   * Another process sees this when it next writes to the journal, which it does within a third of
   * the {@link Builder#silence}; a run that nobody writes sees it when it is resumed. Returns once
   * the journal has noted it.
   *
   * @param id the id of the run
   * @return whether there is such a run that is not finished
   * @throws IllegalStateException without a journal, if it cannot be written, or if called from a
   *     listener or task
   */
  public boolean cancel(String id) {
    return workflow.cancel(id);
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
    private long stopAfterFailures = Long.MAX_VALUE;
    private @Nullable Journal journal;
    private Duration silence = Duration.ofMinutes(1);
    private Settings.@Nullable TakeOver takeOver;
    private @Nullable Pacer pacer;
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
      checkArgument(members >= 1, "membersPerImage: %s; it must be at least 1", members);
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
     * Shares the rate limit and the number of open jobs with the workflows of other processes, so
     * that the policy of {@link #flow} holds for all of them together.
     *
     * @param pacer the pacer, of the same account and endpoint; by default none: the policy holds
     *     for this workflow alone
     * @return this
     */
    public Builder pacer(Pacer pacer) {
      this.pacer = requireNonNull(pacer, "pacer");
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
     * How long a run's process must have written nothing to the journal before another may claim
     * the run. A run writes a sign of life three times as often, and sends no write to the service
     * if the last one began longer ago than half of it. All processes on one journal need the same
     * value.
     *
     * @param silence the time; by default 60 s: long enough for a database that is restarted, short
     *     enough for a run that waits for another process
     * @return this
     * @throws IllegalArgumentException if it is below a second
     */
    public Builder silence(Duration silence) {
      checkArgument(silence.toSeconds() >= 1, "silence: %s; it must be at least 1 s", silence);
      this.silence = Durations.positive("silence", silence);
      return this;
    }

    /**
     * Looks for abandoned runs of the journal, at once and from then on until the workflow is
     * closed, and continues them as {@link ShareWorkflow#resume()} does. By default nothing is
     * taken over unless {@code resume()} is called.
     *
     * @param every the time between one look and the next, such as 20 s
     * @param atMost how many runs that were taken over may be under way here at a time, so that
     *     other processes get theirs
     * @return this
     * @throws IllegalArgumentException if the time is not positive or the number is below 1
     */
    public Builder takeOver(Duration every, int atMost) {
      checkArgument(atMost >= 1, "atMost: %s; it must be at least 1", atMost);
      this.takeOver = new Settings.TakeOver(Durations.positive("every", every), atMost);
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
     * How many pairs of a run may fail before it stops. Then nothing more is sent; what is under
     * way is watched to its end; all other pairs fail as {@link Reason.Kind#NOT_SENT}; and the run
     * ends as {@link ShareReport.Ending#STOPPED}, with the last failure as its reason.
     *
     * @param failures the number; by default a run never stops for failed pairs
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder stopAfterFailures(long failures) {
      checkArgument(failures >= 1, "stopAfterFailures: %s; it must be at least 1", failures);
      this.stopAfterFailures = failures;
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
     * {@return the workflow}
     *
     * @throws IllegalArgumentException if the backend's account, endpoint, limits, members per
     *     image or timekeeper are missing or out of range, or if runs are to be taken over without
     *     a journal
     */
    public ShareWorkflow build() {
      return new ShareWorkflow(this);
    }

    private Settings settings(Random random) {
      checkArgument(
          takeOver == null || journal != null,
          "takeOver() needs a journal: ShareWorkflow.builder(backend).journal(...)");
      offered(backend.account(), "account()");
      offered(backend.endpoint(), "endpoint()");
      int members = Math.min(backend.membersPerImage(), membersPerImage);
      checkArgument(
          members >= 1, "membersPerImage() of the backend is %s; it must be at least 1", members);
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
          stopAfterFailures,
          random,
          journal,
          silence,
          takeOver,
          pacer,
          listener,
          ShareReport::new);
    }

    private static <T> T offered(@Nullable T value, String method) {
      checkArgument(
          value != null,
          "%s of the backend returned null; is it a mock without an answer?",
          method);
      return value;
    }
  }
}
