package io.imageshare.memory.internal.cloud;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import io.imageshare.BackendException;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.Unknowns;
import io.imageshare.memory.Unknowns.Listing;
import io.imageshare.memory.Unknowns.Naming;
import io.imageshare.memory.Unknowns.Telling;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The service behind the calls: images, members and jobs. Not safe for use by several threads.
 *
 * <p>Nothing happens in it by itself: before each use, {@link #advanceTo} ends the jobs that are
 * due, in the order of their ends.
 */
final class Cloud {
  private static final String OTHER_OWNER = "other-project";
  private static final Duration LATE = Duration.ofMinutes(1);
  private static final HexFormat HEX = HexFormat.of();

  private final ImageStore store;
  private final ServiceRules rules;
  private final Unknowns unknowns;
  private final boolean mixedNaming;
  private final Function<RandomGenerator, Duration> jobsTake;
  private final FaultQueue faults;
  private final Random random;
  private final Map<String, SimulatedJob> jobs = new LinkedHashMap<>();

  // Jobs that end at the same time end in the order they began, which is that of their numbers.
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparing(Due::end).thenComparing(Due::number));

  private record Due(Instant end, int number, SimulatedJob job) {}

  Cloud(CloudSettings settings, FaultQueue faults, Random random) {
    store = new ImageStore(settings.images, settings.anyImage);
    rules = new ServiceRules(store, settings);
    unknowns = settings.unknowns;
    mixedNaming = settings.chaos.mixedNaming();
    jobsTake = settings.jobsTake;
    this.faults = faults;
    this.random = random;
    settings.members.forEach(
        (member, status) -> store.add(member.image(), member.recipient(), status, Instant.MIN));
  }

  void advanceTo(Instant now) {
    for (Due next = due.peek(); next != null && !next.end.isAfter(now); next = due.peek()) {
      due.remove();
      finish(next.job);
    }
  }

  SimulatedJob submit(Operation operation, Instant now) {
    reject(rules.callRejection(operation));
    SimulatedJob job = new SimulatedJob(plan(operation, now));
    jobs.put(job.plan().id(), job);
    if (job.ends()) {
      due.add(new Due(job.end(), jobs.size(), job));
    }
    advanceTo(now);
    return job;
  }

  private SimulatedJob.Plan plan(Operation operation, Instant now) {
    String id = HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong());
    Duration duration = jobsTake.apply(random);
    checkArgument(!duration.isNegative(), "jobsTake: %s is negative", duration);
    Fault jobFault = faults.next(Call.Kind.SUBMIT, Fault.Part.JOB);
    Fault results = faults.next(Call.Kind.SUBMIT, Fault.Part.RESULTS);
    Fault listing = faults.next(Call.Kind.SUBMIT, Fault.Part.LISTING);
    boolean leavesPairs =
        jobFault instanceof Fault.PartialFail || jobFault instanceof Fault.HollowSuccess;
    return new SimulatedJob.Plan(
        id,
        operation,
        now,
        jobFault instanceof Fault.SlowJob slow ? duration.plus(slow.extra()) : duration,
        naming(),
        results instanceof Fault.Results struck ? struck.detail() : unknowns.results(),
        listing instanceof Fault.ListLag struck ? struck.lag() : unknowns.listLag(),
        jobFault,
        leavesPairs ? part(operation.pairs()) : new BitSet(),
        Stream.of(jobFault, results, listing).filter(Objects::nonNull).toList());
  }

  /** Some of the pairs, at least one, and not all of two or more. */
  private BitSet part(int pairs) {
    BitSet part = new BitSet(pairs);
    for (int pair = 0; pair < pairs; pair++) {
      part.set(pair, random.nextBoolean());
    }
    int kept = random.nextInt(pairs);
    part.clear(kept);
    if (part.isEmpty()) {
      part.set((kept + 1) % pairs);
    }
    return part;
  }

  private void reject(@Nullable Rejection rejection) {
    if (rejection != null) {
      throw new BackendException(rejection.reason(naming()));
    }
  }

  private Naming naming() {
    Naming[] all = Naming.values();
    return mixedNaming ? all[random.nextInt(all.length)] : unknowns.naming();
  }

  private void finish(SimulatedJob job) {
    SimulatedJob.Plan plan = job.plan();
    Operation operation = plan.operation();
    JobEnd end = JobEnd.of(plan, rules.pairRejections(operation), unknowns);
    int pair = 0;
    for (String image : operation.images()) {
      store.freezeListing(image, job.end(), plan.listLag());
      for (Recipient recipient : operation.recipients()) {
        if (end.done().get(pair++)) {
          operation.apply(store, image, recipient, job.end());
        }
      }
    }
    job.finish(end.job(plan, job.end()));
    if (plan.jobFault() instanceof Fault.DeletedImage) {
      store.delete(operation.images().iterator().next());
    }
  }

  /** Changes one pair at once; false: it was as asked already, which the native calls reject. */
  boolean change(Operation pair, Instant now) {
    String image = pair.images().iterator().next();
    Recipient recipient = pair.recipients().iterator().next();
    if (!rules.isFull(pair, image) && rules.isRepetition(pair, image, recipient)) {
      return false;
    }
    reject(rules.nativeRejection(pair, image));
    pair.apply(store, image, recipient, now);
    return true;
  }

  Job job(String id, Instant now) {
    SimulatedJob job = jobs.get(id);
    if (job == null || isForgotten(job, now)) {
      throw unknownJob(id);
    }
    return job.poll(now);
  }

  /** A poll by one project, to which the jobs of others are unknown. */
  Job job(String id, Recipient caller, Instant now) {
    SimulatedJob job = jobs.get(id);
    if (job != null && !job.plan().operation().caller(rules.owner()).equals(caller)) {
      throw unknownJob(id);
    }
    return job(id, now);
  }

  private static BackendException unknownJob(String id) {
    return new BackendException(
        new Reason(Reason.Kind.INVALID, "IMG.0023", "Failed to query the task: " + id + "."));
  }

  private boolean isForgotten(SimulatedJob job, Instant now) {
    return job.ends() && Duration.between(job.end(), now).compareTo(unknowns.jobsKept()) > 0;
  }

  Map<Recipient, MemberStatus> members(String image, Instant now) {
    if (unknowns.listing() == Listing.UNSUPPORTED) {
      throw new BackendException(
          new Reason(Reason.Kind.UNSUPPORTED, "", "members cannot be listed here"));
    }
    if (!store.knows(image) && unknowns.listing() == Listing.REFUSES_UNKNOWN) {
      reject(Rejection.image(image));
    }
    return store.listing(image, now);
  }

  /** An image as a project sees it; null: it does not. */
  @Nullable ImageView image(String id, Recipient caller, Instant now) {
    boolean owned = caller.equals(rules.owner());
    MemberStatus status = owned ? null : store.listedStatus(id, caller, now);
    boolean visible = store.knows(id) && (owned || status != null);
    return visible ? new ImageView(id, description(id, now), status) : null;
  }

  /** The registered images that a project sees, whatever its status. */
  List<ImageView> visibleImages(Recipient caller, Instant now) {
    return store.ids().stream().flatMap(id -> Stream.ofNullable(image(id, caller, now))).toList();
  }

  private Image description(String id, Instant now) {
    Image.Obstacle obstacle = rules.obstacle(id);
    return new Image(
        id,
        obstacle == Image.Obstacle.FOREIGN ? OTHER_OWNER : rules.owner().id(),
        obstacle == Image.Obstacle.UNREADY ? "saving" : "active",
        rules.isWhole(id),
        sharing(id, obstacle, now),
        obstacle);
  }

  private Image.Sharing sharing(String id, Image.Obstacle obstacle, Instant now) {
    if (unknowns.telling() == Telling.NEVER || obstacle == Image.Obstacle.PUBLIC) {
      return Image.Sharing.UNKNOWN;
    }
    Instant told = unknowns.telling() == Telling.LATE ? now.minus(LATE) : now;
    boolean shared = obstacle == Image.Obstacle.FOREIGN || store.wasShared(id, told);
    return shared ? Image.Sharing.SHARED : Image.Sharing.UNSHARED;
  }

  /** Descriptions of the images that are known. */
  Map<String, Image> describe(Set<String> images, Instant now) {
    return new LinkedHashMap<>(
        Maps.asMap(Sets.filter(images, store::knows), id -> description(id, now)));
  }

  /** The images of others to which a project has a status. */
  Set<String> images(Recipient caller, MemberStatus status, Instant now) {
    return store.images(caller, status, now);
  }

  Set<Member> snapshot() {
    return store.snapshot();
  }

  List<Job> jobs(Instant now) {
    return jobs.values().stream().map(job -> job.poll(now)).toList();
  }
}
