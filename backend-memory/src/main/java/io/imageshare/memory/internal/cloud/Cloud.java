package io.imageshare.memory;

import io.imageshare.BackendException;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.Unknowns.Listing;
import io.imageshare.memory.Unknowns.Naming;
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
 * <p>Nothing happens in it by itself: before anything is asked of it at some time, {@link #settle}
 * ends the jobs whose end has come by then, in the order of their ends.
 */
final class Cloud {
  private static final String OTHER_OWNER = "other-project";
  private static final HexFormat HEX = HexFormat.of();

  private final Catalog catalog;
  private final Rules rules;
  private final Unknowns unknowns;
  private final boolean mixedNaming;
  private final Function<RandomGenerator, Duration> jobsTake;
  private final FaultQueue faults;
  private final Random random;
  private final Map<String, SimulatedJob> jobs = new LinkedHashMap<>();

  // Jobs that end at the same time end in the order they began: their number is their place.
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparing(Due::end).thenComparing(Due::number));

  private record Due(Instant end, int number, SimulatedJob job) {}

  Cloud(Settings settings, FaultQueue faults, Random random) {
    catalog = new Catalog(settings.images, settings.anyImage);
    rules = new Rules(catalog, settings);
    unknowns = settings.unknowns;
    mixedNaming = settings.chaos.mixedNaming();
    jobsTake = settings.jobsTake;
    this.faults = faults;
    this.random = random;
    settings.members.forEach(
        (member, status) -> catalog.add(member.image(), member.recipient(), status));
  }

  void settle(Instant now) {
    for (Due next = due.peek(); next != null && !next.end.isAfter(now); next = due.peek()) {
      due.remove();
      finish(next.job);
    }
  }

  SimulatedJob submit(Work work, Instant now) {
    Flaw flaw = rules.ofCall(work);
    if (flaw != null) {
      throw new BackendException(flaw.in(naming()));
    }
    SimulatedJob job = new SimulatedJob(plan(work, now));
    jobs.put(job.plan().id(), job);
    if (job.ends()) {
      due.add(new Due(job.end(), jobs.size(), job));
    }
    settle(now);
    return job;
  }

  private SimulatedJob.Plan plan(Work work, Instant now) {
    String id = HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong());
    Duration takes = Settings.time("jobsTake", jobsTake.apply(random));
    Fault fate = faults.strike(Call.Kind.SUBMIT, Fault.Part.JOB);
    Fault results = faults.strike(Call.Kind.SUBMIT, Fault.Part.RESULTS);
    Fault listing = faults.strike(Call.Kind.SUBMIT, Fault.Part.LISTING);
    boolean spoils = fate instanceof Fault.PartialFail || fate instanceof Fault.HollowSuccess;
    return new SimulatedJob.Plan(
        id,
        work,
        now,
        fate instanceof Fault.SlowJob slow ? takes.plus(slow.extra()) : takes,
        naming(),
        results instanceof Fault.Results struck ? struck.detail() : unknowns.results(),
        listing instanceof Fault.ListLag struck ? struck.lag() : unknowns.listLag(),
        fate,
        spoils ? part(work.pairs()) : new BitSet(),
        Stream.of(fate, results, listing).filter(Objects::nonNull).toList());
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

  private Naming naming() {
    Naming[] all = Naming.values();
    return mixedNaming ? all[random.nextInt(all.length)] : unknowns.naming();
  }

  private void finish(SimulatedJob job) {
    SimulatedJob.Plan plan = job.plan();
    Work work = plan.work();
    Ending ending = Ending.of(plan, rules.ofPairs(work), unknowns);
    int pair = 0;
    for (String image : work.images()) {
      catalog.hold(image, job.end(), plan.listLag());
      for (Recipient recipient : work.recipients()) {
        if (ending.done().get(pair++)) {
          work.apply(catalog, image, recipient);
        }
      }
    }
    job.ended(ending.look(plan, job.end()));
  }

  /** Does one pair at once; false: it was so already, which the native calls refuse. */
  boolean change(Work pair) {
    String image = pair.images().iterator().next();
    Recipient recipient = pair.recipients().iterator().next();
    if (rules.repeats(pair, image, recipient)) {
      return false;
    }
    Flaw flaw = rules.ofPairs(pair).get(0);
    if (flaw != null) {
      throw new BackendException(flaw.in(naming()));
    }
    pair.apply(catalog, image, recipient);
    return true;
  }

  Job job(String id, Instant now) {
    SimulatedJob job = jobs.get(id);
    if (job == null || forgotten(job, now)) {
      throw unknownJob(id);
    }
    return job.look(now);
  }

  /** A look by one project, to which another's job is unknown. */
  Job job(String id, Recipient by, Instant now) {
    SimulatedJob job = jobs.get(id);
    if (job != null && !job.plan().work().by(owner()).equals(by)) {
      throw unknownJob(id);
    }
    return job(id, now);
  }

  private static BackendException unknownJob(String id) {
    return new BackendException(
        new Reason(Reason.Kind.INVALID, "IMG.0023", "Failed to query the task: " + id + "."));
  }

  private boolean forgotten(SimulatedJob job, Instant now) {
    return job.ends() && Duration.between(job.end(), now).compareTo(unknowns.jobsKept()) > 0;
  }

  Map<Recipient, MemberStatus> members(String image, Instant now) {
    if (unknowns.listing() == Listing.UNSUPPORTED) {
      throw new BackendException(
          new Reason(Reason.Kind.UNSUPPORTED, "", "members cannot be listed here"));
    }
    if (!catalog.knows(image) && unknowns.listing() == Listing.REFUSES_UNKNOWN) {
      throw new BackendException(Flaw.image(image).in(naming()));
    }
    return catalog.listing(image, now);
  }

  /**
   * What the service tells a project of an image besides its members.
   *
   * @param shared whether anybody has it
   * @param status what the project has said to it; null: nothing, and nobody asked it
   * @param told the rest
   */
  record Sight(String id, boolean shared, @Nullable MemberStatus status, Image told) {}

  /** An image as a project sees it; null: it does not. */
  @Nullable Sight image(String id, Recipient by, Instant now) {
    MemberStatus status = by.equals(owner()) ? null : catalog.status(id, by, now);
    boolean seen = catalog.knows(id) && (status != null || by.equals(owner()));
    return seen ? new Sight(id, catalog.size(id) > 0, status, told(id)) : null;
  }

  private Image told(String id) {
    Image.Obstacle obstacle = rules.obstacle(id);
    return new Image(
        id,
        obstacle == Image.Obstacle.FOREIGN ? OTHER_OWNER : owner().id(),
        obstacle == Image.Obstacle.UNREADY ? "saving" : "active",
        rules.whole(id),
        obstacle);
  }

  /** What the owner is told of images, as far as they are known. */
  Map<String, Image> describe(Set<String> images) {
    Map<String, Image> told = new LinkedHashMap<>();
    images.stream().filter(catalog::knows).forEach(id -> told.put(id, told(id)));
    return told;
  }

  /** The images of others that a project said this to. */
  Set<String> images(Recipient by, MemberStatus status, Instant now) {
    return catalog.shown(by, status, now);
  }

  /** The registered images that a project sees, whatever it has said to them. */
  List<Sight> images(Recipient by, Instant now) {
    return catalog.ids().stream().flatMap(id -> Stream.ofNullable(image(id, by, now))).toList();
  }

  Recipient owner() {
    return rules.owner();
  }

  Set<Member> holdings() {
    return catalog.holdings();
  }

  List<Job> jobs(Instant now) {
    return jobs.values().stream().map(job -> job.look(now)).toList();
  }
}
