package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.math.IntMath;
import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.Unknowns.Listing;
import io.imageshare.memory.Unknowns.Naming;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad ids among good ones: few of many, or many of one side. */
class BadIdsTest {
  private static final List<String> IMAGES = ids("image-", 500);
  private static final List<String> PROJECTS = ids("project-", 200);
  private static final Set<String> BAD_IMAGES = Set.of("image-3", "image-249", "image-480");
  private static final Set<String> BAD_PROJECTS = Set.of("project-17", "project-120");

  private record Setting(int concurrent, Naming naming, Listing listing) {}

  static Stream<Setting> settings() {
    return Stream.of(1, 16)
        .flatMap(
            concurrent ->
                Stream.of(Naming.SIDE_ONLY, Naming.NOTHING)
                    .flatMap(
                        naming ->
                            Stream.of(Listing.REFUSES_UNKNOWN, Listing.EMPTY_FOR_UNKNOWN)
                                .map(listing -> new Setting(concurrent, naming, listing))));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void sinkNoOtherPairAndCostFewCalls(Setting setting) {
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.virtual())
            .images(IMAGES.stream().filter(image -> !BAD_IMAGES.contains(image)).toList())
            .badProjects(BAD_PROJECTS)
            .membersPerImage(1000)
            .latency(Duration.ofMillis(40))
            .unknowns(Unknowns.defaults().naming(setting.naming()).listing(setting.listing()))
            .seed(1)
            .build();
    FlowPolicy flow =
        FlowPolicy.defaults()
            .callsPerSecond(1000)
            .concurrentCalls(setting.concurrent())
            .openJobs(setting.concurrent());
    ShareReport report =
        ShareWorkflow.builder(cloud)
            .limits(new BatchLimits(50, 100, 1000))
            .flow(flow)
            .seed(1)
            .build()
            .run(ShareRequest.share(IMAGES, PROJECTS));

    System.out.println(setting + ": " + report.stats().submits() + " submits");
    assertTrue(report.stats().submits() <= 199, setting + ": " + report.stats());
    assertEquals(497 * 198, report.counts().done());
    assertEquals(497 * 198, cloud.members().size());
    report.failed().forEach(BadIdsTest::assertBad);
  }

  @Test
  void onceTheBadIdIsFoundTheRestIsAskedAtOnce() {
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.virtual())
            .images(IMAGES)
            .badProjects("project-50")
            .latency(Duration.ofMillis(40))
            .jobsTake(Duration.ofSeconds(10))
            .unknowns(Unknowns.defaults().naming(Naming.SIDE_ONLY))
            .build();
    ShareWorkflow.over(cloud)
        .run(ShareRequest.share(IMAGES.subList(0, 50), PROJECTS.subList(0, 100)));
    List<Call> submits = Samples.calls(cloud, Call.Kind.SUBMIT);
    Instant found =
        submits.stream()
            .filter(call -> call.reason() != null)
            .map(call -> requireNonNull(call.answered()))
            .reduce((first, last) -> last)
            .orElseThrow();
    Instant last = submits.get(submits.size() - 1).begun();
    assertTrue(last.isBefore(found.plusSeconds(1)), last + ", found at " + found);
  }

  @Test
  void slicesWithoutSuspectsGoOnWhileTheBadIdIsSearched() {
    MemoryBackend cloud =
        Samples.cloud(Timekeeper.virtual(), 4)
            .latency(Duration.ofMillis(40))
            .badProjects("project-1")
            .build();
    Samples.workflow(cloud)
        .limits(new BatchLimits(2, 3, 6))
        .flow(FlowPolicy.defaults().callsPerSecond(1000).openJobs(1))
        .build()
        .run(Samples.share(4, 6));
    List<Call> submits = Samples.calls(cloud, Call.Kind.SUBMIT);
    List<Call> refused = submits.stream().filter(call -> call.reason() != null).toList();
    Set<Recipient> suspects = requireNonNull(refused.get(0).slice()).recipients();
    Instant found = requireNonNull(refused.get(refused.size() - 1).answered());
    Set<String> images = requireNonNull(refused.get(0).slice()).images();
    boolean others = false;
    for (Call call : submits) {
      ShareRequest slice = requireNonNull(call.slice());
      if (call.begun().isBefore(found) && !Collections.disjoint(slice.recipients(), suspects)) {
        assertTrue(images.containsAll(slice.images()), "only the search asks for suspects");
      }
      others |= call.begun().isBefore(found) && Collections.disjoint(slice.recipients(), suspects);
    }
    assertTrue(others, "what holds no suspect goes on");
  }

  /** However they stand, and though no slice is without one. */
  @ParameterizedTest
  @CsvSource({"4, 2, 1", "8, 7, 20", "20, 11, 1", "20, 16, 3", "20, 16, 20"})
  void manyForbiddenImagesFailNoOther(int images, int forbidden, int recipientsAtOnce) {
    List<String> all = ids("image-", images);
    List<String> last = all.subList(images - forbidden, images);
    for (List<String> bad : List.of(all.subList(0, forbidden), last)) {
      MemoryBackend cloud =
          Samples.cloud(Timekeeper.virtual(), images)
              .forbiddenImages(bad.toArray(String[]::new))
              .build();
      ShareReport report =
          Samples.workflow(cloud)
              .limits(new BatchLimits(50, recipientsAtOnce, 1000))
              .build()
              .run(Samples.share(images, 41));
      assertEquals((images - forbidden) * 41L, report.counts().done(), report.toString());
      assertTrue(
          report.failed().allMatch(failed -> bad.contains(failed.member().image())),
          report.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 200, 400})
  void aForbiddenImageOfTenFailsNoOther(int images) {
    List<String> bad = ids("image-", images).stream().filter(image -> image.endsWith("5")).toList();
    MemoryBackend cloud =
        Samples.cloud(Timekeeper.virtual(), images)
            .forbiddenImages(bad.toArray(String[]::new))
            .build();
    ShareReport report = Samples.workflow(cloud).build().run(Samples.share(images, 100));
    assertEquals(images * 90L, report.counts().done(), report.toString());
    assertTrue(report.stats().submits() < images, report.stats().toString());
  }

  @ParameterizedTest
  @EnumSource(Naming.class)
  void manyBadProjectsInARowFailNoOther(Naming naming) {
    for (int images : List.of(2, 50)) {
      for (int bad : List.of(15, 16, 20, 40)) {
        MemoryBackend cloud =
            Samples.cloud(Timekeeper.virtual(), images)
                .unknowns(Unknowns.defaults().naming(naming))
                .badProjects(ids("project-", bad))
                .build();
        ShareReport report = Samples.workflow(cloud).build().run(Samples.share(images, 100));
        assertEquals((100L - bad) * images, report.counts().done(), report.toString());
      }
    }
  }

  /** Each reason explains what it was given for, and no more. */
  @ParameterizedTest
  @CsvSource({"8, 6, 59, 27", "5, 3, 93, 65", "7, 5, 78, 50", "8, 7, 80, 40"})
  void forbiddenImagesAndBadProjectsTogetherFailNoOther(
      int images, int forbidden, int projects, int bad) {
    List<String> all = ids("image-", images);
    for (Naming naming : Naming.values()) {
      for (List<String> some :
          List.of(all.subList(0, forbidden), all.subList(images - forbidden, images))) {
        MemoryBackend cloud =
            Samples.cloud(Timekeeper.virtual(), images)
                .unknowns(Unknowns.defaults().naming(naming))
                .forbiddenImages(some.toArray(String[]::new))
                .badProjects(ids("project-", bad))
                .build();
        ShareReport report = Samples.workflow(cloud).build().run(Samples.share(images, projects));
        assertEquals(
            (long) (images - forbidden) * (projects - bad),
            report.counts().done(),
            naming + ": " + report);
      }
    }
  }

  /** A backend that does not tell how little its service takes. */
  private static MemberBackend untold(MemoryBackend cloud) {
    return new ForwardingBackend(cloud) {
      @Override
      public BatchLimits limits() {
        return BatchLimits.defaults();
      }
    };
  }

  @ParameterizedTest
  @CsvSource({
    "1, 100, 1000",
    "10, 100, 1000",
    "50, 10, 1000",
    "50, 1, 1000",
    "7, 3, 15",
    "4, 8, 1000",
    "50, 100, 6",
    "1, 3, 1000"
  })
  void aServiceThatTakesLessPerCallThanItTellsFailsNoPair(int images, int recipients, int pairs) {
    BatchLimits taken = new BatchLimits(images, recipients, pairs);
    for (ShareRequest request :
        List.of(
            Samples.share(20, 50),
            Samples.share(40, 50),
            Samples.share(3, 100),
            Samples.share(8, 20))) {
      MemoryBackend cloud =
          Samples.cloud(Timekeeper.virtual(), 40).limits(taken).badProjects("project-17").build();
      ShareReport report = Samples.workflow(untold(cloud)).build().run(request);
      int good = request.images().size() * (request.recipients().size() - 1);
      assertEquals(good, report.counts().done(), report::toString);
      report.failed().forEach(BadIdsTest::assertBad);
      int fewest =
          IntMath.divide(request.images().size(), images, RoundingMode.CEILING)
              * IntMath.divide(request.recipients().size(), recipients, RoundingMode.CEILING);
      fewest = Math.max(fewest, IntMath.divide((int) request.pairs(), pairs, RoundingMode.CEILING));
      assertTrue(report.stats().submits() <= 5 * fewest + 160, report.stats()::toString);
    }
  }

  @Test
  void whateverAServiceTakesPerCallAndDoesNotTellOnlyBadIdsFail() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      ShareRequest request = Samples.share(1 + random.nextInt(25), 1 + random.nextInt(30));
      BatchLimits taken =
          new BatchLimits(1 + random.nextInt(8), 1 + random.nextInt(12), 1 + random.nextInt(60));
      MemoryBackend.Builder builder =
          Samples.cloud(Timekeeper.virtual(), request.images().size())
              .limits(taken)
              .latency(Duration.ofMillis(random.nextInt(200)))
              .unknowns(Unknowns.defaults().naming(Naming.NOTHING))
              .seed(seed);
      String bad = random.nextBoolean() ? "project-17" : "nobody";
      builder.badProjects(bad);
      double listed = random.nextInt(2) * random.nextDouble();
      for (String image : request.images()) {
        for (Recipient recipient : request.recipients()) {
          if (!recipient.id().equals(bad) && random.nextDouble() < listed) {
            builder.member(image, recipient, MemberStatus.PENDING);
          }
        }
      }
      ShareReport report = Samples.workflow(untold(builder.build())).build().run(request);
      long good = request.recipients().stream().filter(r -> !r.id().equals(bad)).count();
      assertEquals(
          request.images().size() * good,
          report.counts().done(),
          "seed " + seed + ": " + taken + ": " + report);
    }
  }

  @Test
  void aServiceThatFailsTheJobOfACallThatIsTooLargeFailsNoPair() {
    MemoryBackend cloud = Samples.cloud(Timekeeper.virtual(), 8).build();
    Reason odd = new Reason(Reason.Kind.INVALID, "IMG.1", "invalid parameter");
    MemberBackend backend =
        new ForwardingBackend(untold(cloud)) {
          @Override
          public CompletionStage<Job> submit(ShareRequest slice) {
            return slice.recipients().size() <= 40
                ? super.submit(slice)
                : CompletableFuture.completedFuture(Job.running("too large"));
          }

          @Override
          public CompletionStage<Job> job(String id) {
            return id.equals("too large")
                ? CompletableFuture.completedFuture(Job.failed(id, odd))
                : super.job(id);
          }
        };
    ShareReport report =
        Samples.workflow(backend)
            .limits(new BatchLimits(1, 100, 1000))
            .build()
            .run(Samples.share(8, 100));
    assertTrue(report.allDone(), report::toString);
  }

  @Test
  void onePassingRefusalDoesNotMakeCallsSmaller() {
    MemoryBackend.Builder builder =
        Samples.cloud(Timekeeper.virtual(), 40).latency(Duration.ofMillis(100));
    ShareRequest request = ShareRequest.unshare(ids("image-", 40), ids("project-", 80));
    for (String image : request.images()) {
      for (Recipient recipient : request.recipients()) {
        builder.member(image, recipient, MemberStatus.PENDING);
      }
    }
    MemoryBackend cloud = builder.build();
    cloud.inject(new Fault.Refused(new Reason(Reason.Kind.INVALID, "IMG.1", "odd")));
    ShareReport report =
        Samples.workflow(cloud).limits(new BatchLimits(10, 20, 200)).build().run(request);
    assertTrue(report.allDone(), report::toString);
    assertEquals(
        18,
        report.stats().submits(),
        "16 slices; one was refused, its id asked for alone, and it again");
  }

  @Test
  void whatWasTakenMeanwhileDoesNotBlameTheRestOfACallThatIsTooLarge() {
    MemoryBackend.Builder builder =
        Samples.cloud(Timekeeper.virtual(), 6).limits(new BatchLimits(100, 1, 1000));
    for (String image : List.of("image-1", "image-3", "image-5")) {
      builder.member(image, Recipient.project("project-1"), MemberStatus.ACCEPTED);
    }
    builder.member("image-0", Recipient.project("project-3"), MemberStatus.ACCEPTED);
    MemoryBackend cloud = builder.build();
    ShareReport report =
        Samples.workflow(untold(cloud))
            .limits(new BatchLimits(5, 20, 1000))
            .flow(FlowPolicy.defaults().concurrentCalls(1).openJobs(1))
            .build()
            .run(Samples.share(6, 4));
    assertTrue(report.allDone(), report::toString);
  }

  private static void assertBad(Outcome.Failed failed) {
    boolean image = BAD_IMAGES.contains(failed.member().image());
    assertTrue(image || BAD_PROJECTS.contains(failed.member().recipient().id()), failed::toString);
    Reason reason = failed.reason();
    String code =
        reason.kind() == Reason.Kind.INVALID_IMAGE
            ? "IMG.0027"
            : reason.kind() == Reason.Kind.INVALID_RECIPIENT ? "IMG.0108" : "IMG.0001";
    assertEquals(code, reason.code());
  }
}
