package io.imageshare.memory;

import static io.imageshare.memory.BrokenBackends.blocks;
import static io.imageshare.memory.BrokenBackends.finds;
import static io.imageshare.memory.BrokenBackends.ifSlice;
import static io.imageshare.memory.BrokenBackends.lists;
import static io.imageshare.memory.BrokenBackends.submits;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.Timekeeper;
import io.imageshare.memory.BackendContract.Rule;
import io.imageshare.memory.BackendContract.Subject;
import io.imageshare.memory.BrokenBackends.Broken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class BackendContractTest {
  static final String UNKNOWN_IMAGE = "image-unknown";
  static final List<Recipient> RECIPIENTS =
      Stream.of("project-1", "project-2", "project-3", "project-4", "project-5")
          .map(Recipient::project)
          .toList();
  private static final List<String> IMAGES = List.of("image-1", "image-2", "image-3");

  private record Offer(
      Supplier<MemberBackend> opened,
      List<String> images,
      List<Recipient> recipients,
      String unknownImage,
      Duration patience)
      implements Subject {
    @Override
    public MemberBackend open() {
      return opened.get();
    }
  }

  private static Offer offer(Supplier<MemberBackend> opened) {
    return new Offer(opened, IMAGES, RECIPIENTS, UNKNOWN_IMAGE, Duration.ofMinutes(1));
  }

  private static MemoryBackend.Builder cloud() {
    return MemoryBackend.builder()
        .time(Timekeeper.virtual())
        .images(IMAGES)
        .membersPerImage(4)
        .latency(Duration.ofMillis(40))
        .jobsTake(Duration.ofSeconds(3));
  }

  private static Stream<DynamicTest> all(Subject subject) {
    return all(subject, "");
  }

  /** All rules on one subject, and exactly those skipped. */
  private static Stream<DynamicTest> all(Subject subject, String skipped) {
    List<String> expected = List.of(skipped.split(" "));
    return BackendContract.rules().stream()
        .map(
            rule ->
                dynamicTest(
                    rule.toString(),
                    () -> {
                      String reason = rule.check(subject).orElse("");
                      assertEquals(expected.contains(rule.id()), !reason.isEmpty(), reason);
                    }));
  }

  // Backends that keep every rule

  @TestFactory
  Stream<DynamicTest> virtualTime() {
    return all(offer(() -> cloud().build()));
  }

  @TestFactory
  Stream<DynamicTest> systemTime() {
    return all(
        offer(
            () ->
                cloud()
                    .time(Timekeeper.system())
                    .latency(Duration.ZERO)
                    .jobsTake(Duration.ofMillis(5))
                    .build()));
  }

  /** So that its id is good for nothing. */
  @TestFactory
  Stream<DynamicTest> jobsEndInTheAnswer() {
    return all(
        offer(
            () -> {
              MemberBackend good = cloud().jobsTake(Duration.ZERO).build();
              return submits(
                  good, slice -> good.submit(slice).thenApply(job -> Job.succeeded("done")));
            }),
        "J3");
  }

  @TestFactory
  Stream<DynamicTest> onePairAtATime() {
    return all(offer(() -> cloud().limits(new BatchLimits(1, 1, 1)).build()), "S6");
  }

  @TestFactory
  Stream<DynamicTest> roomForTwoMembers() {
    return all(offer(() -> cloud().membersPerImage(2).build()));
  }

  @TestFactory
  Stream<DynamicTest> cannotList() {
    Unknowns unlisted = Unknowns.defaults().listing(Unknowns.Listing.UNSUPPORTED);
    return all(
        offer(() -> cloud().unknowns(unlisted).build()),
        "C4 S1 S2 S3 S4 S5 S6 J4 M1 M2 M3 D1 D2 D3 D4 D5 I1 I3");
  }

  @TestFactory
  Stream<DynamicTest> listingsLag() {
    Unknowns slow = Unknowns.defaults().listLag(Duration.ofSeconds(15));
    return all(offer(() -> cloud().unknowns(slow).build()));
  }

  @TestFactory
  Stream<DynamicTest> descriptionsLag() {
    Unknowns late = Unknowns.defaults().telling(Unknowns.Telling.LATE);
    return all(offer(() -> cloud().unknowns(late).build()));
  }

  @TestFactory
  Stream<DynamicTest> descriptionsTellNothing() {
    Unknowns silent = Unknowns.defaults().telling(Unknowns.Telling.NEVER);
    return all(offer(() -> cloud().unknowns(silent).build()));
  }

  @TestFactory
  Stream<DynamicTest> jobsAreForgottenOnceTheyEnd() {
    return all(offer(() -> forgetting(cloud().build())));
  }

  private static MemberBackend forgetting(MemberBackend good) {
    Reason gone = new Reason(Reason.Kind.INVALID, "IMG.0023", "no such task");
    Set<String> told = new HashSet<>();
    return finds(
        good,
        id ->
            good.job(id)
                .thenApply(
                    job -> {
                      if (job.ended() && !told.add(id)) {
                        throw new BackendException(gone);
                      }
                      return job;
                    }));
  }

  @TestFactory
  Stream<DynamicTest> jobsDoTheChecks() {
    Unknowns late =
        Unknowns.defaults()
            .checks(Unknowns.Checks.IN_JOB)
            .partial(Unknowns.Partial.SUCCESS_WITH_RESULTS)
            .results(Unknowns.Detail.PER_PAIR)
            .naming(Unknowns.Naming.NOTHING);
    return all(offer(() -> cloud().unknowns(late).build()));
  }

  @TestFactory
  Stream<DynamicTest> onlyResultsTell() {
    Reason unknown = new Reason(Reason.Kind.INVALID_IMAGE, "IMG.0027", "unknown");
    Job failed =
        Job.succeeded("job").results(List.of(new Job.Result(UNKNOWN_IMAGE, null, false, unknown)));
    return all(
        offer(
            () ->
                ifSlice(
                    cloud().build(),
                    slice -> slice.images().contains(UNKNOWN_IMAGE),
                    slice -> completedFuture(failed))));
  }

  /** As a busy machine may hold it. */
  @Test
  void callHeldOnceIsNotHeldByTheBackend() {
    AtomicInteger calls = new AtomicInteger();
    Offer subject =
        offer(
            () -> {
              MemberBackend good = cloud().build();
              return finds(
                  good,
                  id ->
                      id.startsWith("000") && calls.getAndIncrement() == 0
                          ? blocks(good)
                          : good.job(id));
            });

    assertEquals(Optional.empty(), rule("C1").check(subject));
    assertEquals(2, calls.get());
  }

  @TestFactory
  Stream<DynamicTest> throttlesEveryThirdCall() {
    return all(offer(() -> throttling(cloud().build())), "C4");
  }

  private static MemberBackend throttling(MemberBackend good) {
    AtomicInteger calls = new AtomicInteger();
    BooleanSupplier third = () -> calls.incrementAndGet() % 3 == 0;
    BackendException tooFast =
        new BackendException(
            new Reason(Reason.Kind.THROTTLED, "APIGW.0308", "too fast"), Duration.ofSeconds(5));
    MemberBackend some = ifSlice(good, any -> third.getAsBoolean(), any -> failedFuture(tooFast));
    some = finds(some, id -> third.getAsBoolean() ? failedFuture(tooFast) : good.job(id));
    return lists(some, image -> third.getAsBoolean() ? failedFuture(tooFast) : good.members(image));
  }

  @TestFactory
  Stream<DynamicTest> subjectThatOffersLittle() {
    Offer little =
        new Offer(
            () -> cloud().anyImage().build(),
            IMAGES.subList(0, 1),
            RECIPIENTS.subList(0, 1),
            "",
            Duration.ofMinutes(1));
    return all(little, "C2 C3 C4 S5 S6 M4 I1 I3");
  }

  @Test
  void subjectWithoutImageIsRefused() {
    Offer none =
        new Offer(
            () -> cloud().build(), List.of(), RECIPIENTS, UNKNOWN_IMAGE, Duration.ofMinutes(1));

    Exception e = assertThrows(IllegalArgumentException.class, () -> rule("S1").check(none));

    assertTrue(e.toString().contains("offers no image"), e::toString);
  }

  // Backends that break a rule

  private static Stream<Broken> broken() {
    return Stream.of(BrokenBackends.ALL, BrokenDecisions.ALL, BrokenDescriptions.ALL)
        .flatMap(List::stream);
  }

  @TestFactory
  Stream<DynamicTest> brokenBackendIsFound() {
    return broken()
        .map(
            broken ->
                dynamicTest(
                    broken.rule() + " says: " + broken.says(),
                    () -> {
                      Offer subject = offer(() -> broken.breaking().apply(cloud().build()));
                      AssertionError breach =
                          assertThrows(
                              AssertionError.class, () -> rule(broken.rule()).check(subject));
                      String message = "" + breach.getMessage();
                      assertTrue(message.contains(broken.says()), message);
                      assertTrue(
                          message.matches(
                              "(?s)" + broken.rule() + ": expected .+; seen: .+; look at .+"),
                          message);
                    }));
  }

  @Test
  void everyRuleHasABackendThatBreaksIt() {
    assertEquals(
        ids(BackendContract.rules().stream().map(Rule::id)), ids(broken().map(Broken::rule)));
  }

  private static Set<String> ids(Stream<String> ids) {
    return ids.collect(toCollection(TreeSet::new));
  }

  private static Rule rule(String id) {
    return BackendContract.rules().stream()
        .filter(r -> r.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  // The rules themselves

  @Test
  void rulesClearUpInAnyOrder() {
    Member before = new Member("image-2", Recipient.project("project-2"));
    Member stranger = new Member("image-2", Recipient.project("project-x"));
    MemoryBackend cloud =
        cloud()
            .member(before.image(), before.recipient(), MemberStatus.ACCEPTED)
            .member(stranger.image(), stranger.recipient(), MemberStatus.REJECTED)
            .membersPerImage(128)
            .build();
    List<Rule> rules = new ArrayList<>(BackendContract.rules());
    // Nobody knows of the stranger, which takes the place of one recipient.
    rules.removeIf(rule -> rule.id().equals("S5"));
    Collections.shuffle(rules, new Random(1));

    rules.forEach(rule -> assertEquals(Optional.empty(), rule.check(offer(() -> cloud))));

    assertEquals(Set.of(stranger), cloud.members());
    Instant end = cloud.time().now();
    // Nothing is left to happen, not even a time limit.
    assertThrows(IllegalStateException.class, () -> cloud.time().await(new CompletableFuture<>()));
    assertEquals(end, cloud.time().now());
  }

  @Test
  void brokenRuleClearsUpToo() {
    MemoryBackend cloud = cloud().build();
    MemberBackend broken = lists(cloud, image -> cloud.members(image).thenApply(all -> Map.of()));

    assertThrows(AssertionError.class, () -> rule("S1").check(offer(() -> broken)));

    assertEquals(Set.of(), cloud.members());
  }

  @Test
  void interruptEndsTheCheck() {
    Thread.currentThread().interrupt();

    assertThrows(IllegalStateException.class, () -> rule("S1").check(offer(() -> cloud().build())));

    assertTrue(Thread.interrupted());
  }

  @Test
  void rulesReadAsATable() {
    List<Rule> rules = BackendContract.rules();

    assertEquals(rules.size(), rules.stream().map(Rule::id).distinct().count());
    for (Rule rule : rules) {
      assertTrue(rule.id().matches("[A-Z]\\d+"), rule.id());
      assertTrue(
          rule.sentence().matches("(?s)([A-Z]|limits\\(\\)|close\\(\\)).*[^.|]"), rule::toString);
      assertFalse(rule.sentence().contains("|"), rule::toString);
      assertEquals(rule.id() + ": " + rule.sentence(), rule.toString());
    }
  }
}
