package io.imageshare.memory;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElseGet;

import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.internal.cloud.CallPipeline;
import io.imageshare.memory.internal.cloud.CloudSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The simulated cloud: it behaves like the service, not like a stub.
 *
 * <p>Images are registered and unknown ones are refused, jobs go through INIT and RUNNING and
 * change the members when they end, a fresh share is PENDING, and limits hold. Where the real
 * behaviour is not known, {@link Unknowns} chooses. Nothing goes wrong unless {@link #inject} or
 * {@link Builder#chaos} makes it.
 *
 * <p>The cloud has no thread. Calls without latency are answered before they return, the others on
 * its {@link Timekeeper}. With the same seed, virtual time and one driving thread, everything
 * happens again in the same way. Any thread may use it. Closing it does nothing: its jobs run on.
 */
public final class MemoryBackend implements MemberBackend {
  private final BatchLimits limits;
  final CallPipeline pipeline;

  private MemoryBackend(CloudSettings settings) {
    limits = requireNonNullElseGet(settings.limits, BatchLimits::defaults);
    pipeline = new CallPipeline(settings);
  }

  /**
   * {@return a new builder, of a cloud without images, in {@linkplain Timekeeper#virtual() virtual
   * time}}
   */
  public static Builder virtual() {
    return builder().time(Timekeeper.virtual());
  }

  /** {@return a new builder, of a cloud without images, on real time} */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * One call, as far as it is known by now.
   *
   * @param kind what was called
   * @param slice what was submitted, or null
   * @param id the job, image, recipient or images that were asked about; empty for a submit
   * @param begun when it came
   * @param answered when it was answered, or null: not yet, or never
   * @param job the id of the job it made, even if its answer was lost; empty: it made none
   * @param reason what it failed with, or null
   * @param faults the faults that struck it or its job; usually none
   */
  public record Call(
      Kind kind,
      @Nullable ShareRequest slice,
      String id,
      Instant begun,
      @Nullable Instant answered,
      String job,
      @Nullable Reason reason,
      List<Fault> faults) {

    /** The methods of a backend. */
    public enum Kind {
      /** {@link MemberBackend#submit}. */
      SUBMIT,
      /** {@link MemberBackend#job}. */
      JOB,
      /** {@link MemberBackend#members}. */
      MEMBERS,
      /** {@link MemberBackend#images}. */
      IMAGES,
      /** {@link MemberBackend#describe}. */
      DESCRIBE
    }

    /** Copies the faults. */
    public Call {
      faults = List.copyOf(faults);
    }
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    return pipeline.submit(requireNonNull(slice, "slice"));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return pipeline.job(requireNonNull(id, "id"));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return pipeline.members(requireNonNull(image, "image"));
  }

  @Override
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return pipeline.images(
        requireNonNull(recipient, "recipient"), requireNonNull(status, "status"));
  }

  @Override
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return pipeline.describe(new LinkedHashSet<>(images));
  }

  @Override
  public BatchLimits limits() {
    return limits;
  }

  @Override
  public int membersPerImage() {
    return pipeline.membersPerImage();
  }

  /** The project that owns the images. */
  @Override
  public String account() {
    return "memory " + pipeline.owner().id();
  }

  @Override
  public Timekeeper time() {
    return pipeline.time();
  }

  /**
   * Makes one thing go wrong: the fault strikes the next call it can strike.
   *
   * @param fault what goes wrong
   */
  public void inject(Fault fault) {
    inject(fault, 1);
  }

  /**
   * Makes one thing go wrong several times: the fault strikes the next calls it can strike. Faults
   * strike in the order they were injected.
   *
   * @param fault what goes wrong
   * @param times how often, at least 1
   * @throws IllegalArgumentException if {@code times} is below 1
   */
  public void inject(Fault fault, int times) {
    requireNonNull(fault, "fault");
    checkArgument(times >= 1, "times: %s; it must be at least 1", times);
    pipeline.inject(fault, times);
  }

  /**
   * {@return who has what now, whatever listings show: by image in the order of registration, then
   * in the order they were added; a value that changes no more}
   */
  public Set<Member> members() {
    return pipeline.members();
  }

  /** {@return every call so far, in the order they came; a value that changes no more} */
  public List<Call> calls() {
    return pipeline.calls();
  }

  /**
   * Every job so far, also those whose submit lost its answer. The {@link #calls call} that made a
   * job has its slice and the faults that struck it.
   *
   * @return each as it is now, in the order they began
   */
  public List<Job> jobs() {
    return pipeline.jobs();
  }

  /** Puts a cloud together. Not safe for use by several threads. */
  public static final class Builder {
    private final CloudSettings settings = new CloudSettings();

    private Builder() {}

    /** As a request takes its ids, so that one list serves both. */
    private static List<String> stripped(Collection<String> ids) {
      return ids.stream().map(String::strip).toList();
    }

    /**
     * The time the cloud lives in; a {@link Timekeeper#system()} of its own unless named.
     *
     * @param time the time
     * @return this
     */
    public Builder time(Timekeeper time) {
      settings.time = requireNonNull(time, "time");
      return this;
    }

    /**
     * The project that owns the images, {@code owner-project} unless named; sharing with it is
     * refused ({@code IMG.0076}).
     *
     * @param project the project's id
     * @return this
     */
    public Builder owner(String project) {
      settings.owner = Recipient.project(project);
      return this;
    }

    /**
     * Registers images.
     *
     * @param ids the images' ids
     * @return this
     */
    public Builder images(String... ids) {
      return images(List.of(ids));
    }

    /**
     * {@return this, which registers images as {@link #images(String...)} does}
     *
     * @param ids the images' ids
     */
    public Builder images(Collection<String> ids) {
      settings.images.addAll(stripped(ids));
      return this;
    }

    /** {@return this, which takes every id for a registered image} */
    public Builder anyImage() {
      settings.anyImage = true;
      return this;
    }

    /**
     * Registers full-server images: each takes 10 members, and to be accepted it needs a vault.
     *
     * @param ids the images' ids
     * @return this
     */
    public Builder wholeImages(String... ids) {
      settings.wholeImages.addAll(stripped(List.of(ids)));
      return images(ids);
    }

    /**
     * Registers images that cannot be shared.
     *
     * @param obstacle what stands in the way
     * @param ids the images' ids
     * @return this
     */
    public Builder obstacle(Image.Obstacle obstacle, String... ids) {
      stripped(List.of(ids)).forEach(id -> settings.obstacles.put(id, obstacle));
      return images(ids);
    }

    /**
     * Registers images whose members the caller may not change: a write that names one is refused
     * ({@code IMG.0026}).
     *
     * @param ids the images' ids
     * @return this
     */
    public Builder forbiddenImages(String... ids) {
      settings.forbiddenImages.addAll(stripped(List.of(ids)));
      return images(ids);
    }

    /**
     * Shares an image beforehand.
     *
     * @param image the image's id; it must be registered by the time the cloud is built
     * @param recipient who has it
     * @param status the recipient's status
     * @return this
     */
    public Builder member(String image, Recipient recipient, MemberStatus status) {
      settings.members.put(new Member(image.strip(), recipient), requireNonNull(status, "status"));
      return this;
    }

    /**
     * Names projects of another region: asking for one is refused ({@code IMG.0108}).
     *
     * @param ids the projects' ids
     * @return this
     */
    public Builder badProjects(String... ids) {
      return badProjects(List.of(ids));
    }

    /**
     * {@return this, which names projects as {@link #badProjects(String...)} does}
     *
     * @param ids the projects' ids
     */
    public Builder badProjects(Collection<String> ids) {
      ids.forEach(id -> settings.badRecipients.add(Recipient.project(id)));
      return this;
    }

    /**
     * How long every call takes; zero unless named. It takes effect after half of it.
     *
     * @param latency the time from call to answer
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public Builder latency(Duration latency) {
      checkArgument(!latency.isNegative(), "latency: %s is negative", latency);
      settings.latency = latency;
      return this;
    }

    /**
     * How long every job takes.
     *
     * @param duration the time from its beginning to its end; zero: it ends in the submit's answer
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public Builder jobsTake(Duration duration) {
      checkArgument(!duration.isNegative(), "jobsTake: %s is negative", duration);
      return jobsTake(random -> duration);
    }

    /**
     * How long each job takes, INIT and RUNNING together. INIT takes 300 ms of it, but at most the
     * half. Unless named, a job takes 300 ms and then 0.5 to 2.5 s ({@code ims-api.md} section 7).
     *
     * @param durations draws a time from the cloud's seed
     * @return this
     */
    public Builder jobsTake(Function<RandomGenerator, Duration> durations) {
      settings.jobsTake = requireNonNull(durations, "durations");
      return this;
    }

    /**
     * How many members of any status an image takes, a full-server image aside; 128 unless named
     * ({@code ims-api.md} section 4). Of two jobs that fit only one by one, the later fails.
     *
     * @param members the number, at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder membersPerImage(int members) {
      checkArgument(members >= 1, "membersPerImage: %s; it must be at least 1", members);
      settings.membersPerImage = members;
      return this;
    }

    /**
     * How much fits into one call; a bigger one is refused. Unless named, the cloud declares the
     * defaults but accepts everything, as no limit is documented ({@code ims-api.md} section 1.1).
     *
     * @param limits the limits
     * @return this
     */
    public Builder limits(BatchLimits limits) {
      settings.limits = requireNonNull(limits, "limits");
      return this;
    }

    /**
     * How the cloud behaves where the service's behavior is not known.
     *
     * @param unknowns the choices; {@link Unknowns#defaults()} unless named
     * @return this
     */
    public Builder unknowns(Unknowns unknowns) {
      settings.unknowns = requireNonNull(unknowns, "unknowns");
      return this;
    }

    /**
     * What goes wrong by chance.
     *
     * @param chaos the chances; {@link Chaos#none()} unless named
     * @return this
     */
    public Builder chaos(Chaos chaos) {
      settings.chaos = requireNonNull(chaos, "chaos");
      return this;
    }

    /**
     * What all chances are drawn from: ids and times of jobs, and what goes wrong.
     *
     * @param seed the seed; 0 unless named
     * @return this
     */
    public Builder seed(long seed) {
      settings.seed = seed;
      return this;
    }

    /**
     * Builds the cloud.
     *
     * @return the cloud
     * @throws IllegalArgumentException if an image has members and is not registered
     */
    public MemoryBackend build() {
      settings.check();
      return new MemoryBackend(settings);
    }
  }
}
