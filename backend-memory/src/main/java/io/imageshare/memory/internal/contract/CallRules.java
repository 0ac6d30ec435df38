package io.imageshare.memory;

import static io.imageshare.Reason.Kind.INVALID;
import static io.imageshare.Reason.Kind.INVALID_IMAGE;
import static io.imageshare.Reason.Kind.INVALID_RECIPIENT;
import static io.imageshare.Reason.Kind.UNSUPPORTED;
import static io.imageshare.memory.Caller.breach;

import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.memory.Caller.Answer;
import io.imageshare.memory.Caller.Area;
import io.imageshare.memory.Caller.Skipped;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** How each rule of {@link BackendContract} is checked. */
final class ContractChecks {
  private static final int ALL = Integer.MAX_VALUE;
  private static final Duration AT_ONCE = Duration.ofMillis(100);

  /** In the form of the service's own ids, and never one of them. */
  private static final String UNKNOWN_JOB = "0".repeat(32);

  /** What a client that does not encode ids takes for a part of the address, or refuses. */
  private static final List<String> ODD = List.of("?x=1", "#x", "/x", "%\"<^>\\");

  private static final String SHARED = "state that one call leaves for another";

  private ContractChecks() {}

  // C: calls

  static void returnsAtOnce(Caller caller) {
    Area pair = caller.area(1, 1);
    String image = pair.images().get(0);
    Answer<Job> job = atOnce(caller, "submit", () -> caller.backend().submit(pair.share()));
    if (job.refusal() == null) {
      caller.watch(job.given());
    }
    atOnce(caller, "job", () -> caller.backend().job(UNKNOWN_JOB));
    atOnce(caller, "members", () -> caller.backend().members(image));
  }

  /** Makes the call on this thread and not in a task, so that virtual time can move in it. */
  private static <T> Answer<T> atOnce(
      Caller caller, String call, Supplier<CompletionStage<T>> made) {
    Duration held = AT_ONCE;
    // A call that blocks does so each time; one that waits for the machine does not.
    for (int tries = 0; tries < 3; tries++) {
      long before = caller.time().nanoTime();
      CompletionStage<T> stage = made.get();
      held = Duration.ofNanos(caller.time().nanoTime() - before);
      Answer<T> answer = caller.await(caller.ask(call, () -> stage));
      if (held.compareTo(AT_ONCE) < 0) {
        return answer;
      }
    }
    throw breach(
        call + " to return in less than " + AT_ONCE,
        held + ", three times in a row",
        "what it waits for before it returns; let the stage wait for that");
  }

  static void isAnswered(Caller caller) {
    Area pair = caller.area(1, 1);
    caller.done(pair.share());
    caller.list(pair.images().get(0));
    failures(caller, pair);
  }

  static void failsInItsStage(Caller caller) {
    failures(caller, caller.area(1, 1));
  }

  /** Makes calls that must fail; that each is answered, and how, every call is checked for. */
  private static void failures(Caller caller, Area pair) {
    caller.look(UNKNOWN_JOB);
    String unknown = caller.unknownImage();
    caller.list(unknown);
    caller.submit(new Area(List.of(unknown), pair.recipients()).share());
  }

  static void ownAnswer(Caller caller) {
    Area area = caller.area(2, 2);
    if (area.images().size() < 2 || area.recipients().size() < 2) {
      throw new Skipped("needs two images and two recipients of the subject");
    }
    ShareRequest first = area.pair(0, 0).share();
    ShareRequest second = area.pair(1, 1).share();
    List<Job> jobs =
        together(
            caller,
            "submit",
            () -> caller.backend().submit(first),
            () -> caller.backend().submit(second));
    if (jobs.get(0).id().equals(jobs.get(1).id()) && !jobs.get(0).ended()) {
      throw breach("a job of its own for each slice", jobs.toString(), SHARED);
    }
    caller.succeeds(first, jobs.get(0));
    caller.succeeds(second, jobs.get(1));
    Predicate<Member> shared = pair -> area.pair(0, 0).has(pair) || area.pair(1, 1).has(pair);
    caller.shows(area, shared, SHARED);
    List<Map<Recipient, MemberStatus>> listings =
        together(
            caller,
            "members",
            () -> caller.backend().members(area.images().get(0)),
            () -> caller.backend().members(area.images().get(1)));
    for (int i = 0; i < 2; i++) {
      Set<Recipient> expected = area.pair(i, i).recipients(r -> true);
      Set<Recipient> seen = area.recipients(listings.get(i).keySet()::contains);
      if (!seen.equals(expected)) {
        throw breach(expected + " for " + area.images().get(i), seen.toString(), SHARED);
      }
    }
  }

  private static <T> List<T> together(
      Caller caller,
      String call,
      Supplier<CompletionStage<T>> one,
      Supplier<CompletionStage<T>> other) {
    CompletableFuture<Answer<T>> first = caller.ask(call, one);
    CompletableFuture<Answer<T>> second = caller.ask(call, other);
    List<Answer<T>> answers = List.of(caller.await(first), caller.await(second));
    if (answers.stream().anyMatch(answer -> answer.refused(Reason.Kind.THROTTLED))) {
      throw new Skipped("the service does not take two calls at the same time");
    }
    return answers.stream().map(Answer::given).toList();
  }

  // S: slices

  static void share(Caller caller) {
    Area area = caller.area(3, 3);
    Area asked = area.part(2, 2).slice(caller.backend().limits());
    caller.done(asked.share());
    caller.shows(area, asked::has, "how the slice is sent: all of its images with all recipients");
  }

  static void unshare(Caller caller) {
    Area area = caller.area(3, 3);
    Area asked = area.part(2, 2).slice(caller.backend().limits());
    caller.shareAll(area);
    caller.done(asked.unshare());
    caller.shows(
        area,
        pair -> !asked.has(pair),
        "how the slice is sent: only its images, with only its recipients");
  }

  static void alreadySo(Caller caller) {
    Area pair = caller.area(1, 1);
    caller.done(pair.unshare());
    caller.done(pair.share());
    caller.done(pair.share());
    caller.shows(pair, pair::has, "what becomes of a member that is shared with again");
  }

  static void limits(Caller caller) {
    BatchLimits limits = caller.backend().limits();
    Area slice = caller.area(limits.images(), limits.recipients()).slice(limits);
    caller.done(slice.share());
    caller.shows(slice, slice::has, "limits(), or how a slice is sent that is as large as it");
  }

  // J: jobs

  static void ownJob(Caller caller) {
    Area area = caller.area(2, 2).slice(caller.backend().limits());
    for (ShareRequest slice : List.of(area.share(), area.unshare())) {
      List<Job> looks = caller.done(slice);
      looks.forEach(look -> own(look, looks.get(0).id(), slice));
    }
  }

  private static void own(Job look, String id, ShareRequest slice) {
    if (!look.id().equals(id)) {
      throw breach("a look at job " + id, look.toString(), "which id job puts into its answer");
    }
    for (Job.Result result : look.results()) {
      Recipient recipient = result.recipient();
      if (!slice.images().contains(result.image())
          || (recipient != null && !slice.recipients().contains(recipient))) {
        throw breach(
            "results for " + slice.images() + " with " + slice.recipients(),
            result.toString(),
            "how the results of a job are read; one without recipient has null there");
      }
    }
  }

  static void jobEnds(Caller caller) {
    Area pair = caller.area(1, 1);
    caller.watch(caller.submit(pair.share()).given());
    caller.watch(caller.submit(pair.unshare()).given());
  }

  static void jobStaysEnded(Caller caller) {
    List<Job> looks = caller.done(caller.area(1, 1).share());
    Job end = last(looks);
    if (looks.size() == 1) {
      throw new Skipped("jobs end in submit's answer, so that nobody looks at them");
    }
    for (int i = 0; i < 3; i++) {
      Answer<Job> later = caller.look(end.id());
      // A service may forget a job that has ended.
      if (!later.refused(INVALID, INVALID_IMAGE, INVALID_RECIPIENT)
          && later.given().status() != end.status()) {
        throw breach(
            "job " + end.id() + " to stay " + end.status(),
            later.seen(),
            "where job takes the status from, such as one of several servers");
      }
    }
  }

  private static Job last(List<Job> looks) {
    return looks.get(looks.size() - 1);
  }

  static void looksChangeNothing(Caller caller) {
    Area pair = caller.area(1, 1);
    long before = caller.time().nanoTime();
    List<Job> looks = caller.done(pair.share());
    Duration took = Duration.ofNanos(caller.time().nanoTime() - before);
    caller.done(pair.unshare());
    for (int i = 0; i < 3; i++) {
      if (looks.size() > 1) {
        caller.look(looks.get(0).id());
      }
      caller.list(pair.images().get(0));
    }
    // What a look should have started takes as long as the share that it repeats.
    caller.sleep(took.multipliedBy(2));
    caller.shows(pair, none -> false, "looks or listings that send a write again");
  }

  // M: listings of members

  static void nobody(Caller caller) {
    Area area = caller.area(1, ALL);
    caller.shows(area, none -> false, "how a listing without entries is read");
  }

  static void allPages(Caller caller) {
    Area area = caller.area(1, ALL);
    caller.shareAll(area);
    caller.shows(area, area::has, "how the pages of a listing are read, to the last one");
    Map<Recipient, MemberStatus> listing = caller.members(area.images().get(0));
    listing.forEach(
        (recipient, status) -> {
          if (recipient == null || status == null) {
            throw breach(
                "a recipient and a status in each entry",
                listing.toString(),
                "entries that the service leaves incomplete; UNKNOWN is a status");
          }
        });
  }

  static void snapshot(Caller caller) {
    Area pair = caller.area(1, 1);
    String image = pair.images().get(0);
    Recipient recipient = pair.recipients().get(0);
    caller.done(pair.share());
    caller.shows(pair, pair::has, "how a listing is read");
    try {
      caller.members(image).remove(recipient);
    } catch (UnsupportedOperationException e) {
      // A map that cannot be changed is a snapshot, too.
    }
    Map<Recipient, MemberStatus> listing = caller.members(image);
    listed(listing, recipient, "after it was removed from an earlier answer");
    caller.done(pair.unshare());
    caller.shows(pair, none -> false, "how a listing is read");
    listed(listing, recipient, "after it was unshared later");
  }

  private static void listed(
      Map<Recipient, MemberStatus> listing, Recipient recipient, String when) {
    if (!listing.containsKey(recipient)) {
      throw breach(
          "the listing to have " + recipient + " " + when,
          listing.toString(),
          "a map of the backend's own that is handed out instead of a copy");
    }
  }

  // I: ids

  static void unknownImage(Caller caller) {
    String unknown = caller.unknownImage();
    Area pair = new Area(List.of(unknown), caller.area(1, 1).recipients());
    Answer<Job> submitted = caller.submit(pair.share());
    boolean refused = submitted.refused(INVALID, INVALID_IMAGE);
    String seen = submitted.seen();
    if (submitted.refusal() == null) {
      Job end = last(caller.watch(submitted.given()));
      refused = reasons(end).anyMatch(kind -> kind == INVALID || kind == INVALID_IMAGE);
      seen = end.toString();
    }
    if (!refused) {
      throw unrefused("submit of " + unknown, seen);
    }
    unlisted(caller, unknown);
  }

  private static Stream<Reason.Kind> reasons(Job end) {
    return Stream.concat(
            Stream.ofNullable(end.reason()),
            end.results().stream().flatMap(result -> Stream.ofNullable(result.reason())))
        .map(Reason::kind);
  }

  private static void unlisted(Caller caller, String image) {
    Answer<?> answer = caller.list(image);
    if (answer.cannotList()) {
      throw new Skipped("members cannot be listed: " + answer.seen());
    }
    if (!answer.refused(INVALID, INVALID_IMAGE)) {
      throw unrefused("members(" + image + ")", answer.seen());
    }
  }

  private static AssertionError unrefused(String call, String seen) {
    return breach(
        call + " to be refused as INVALID or INVALID_IMAGE",
        seen,
        "how the service's codes become kinds, and ids part of an address");
  }

  static void unknownJob(Caller caller) {
    unseen(caller, UNKNOWN_JOB);
  }

  private static void unseen(Caller caller, String job) {
    Answer<Job> answer = caller.look(job);
    if (!answer.refused(
        INVALID, INVALID_IMAGE, INVALID_RECIPIENT, UNSUPPORTED, Reason.Kind.UNAVAILABLE)) {
      throw breach(
          "job(" + job + ") to be refused as INVALID, UNSUPPORTED or UNAVAILABLE",
          answer.seen(),
          "how the service's codes become kinds, and ids part of an address");
    }
  }

  static void opaqueIds(Caller caller) {
    Area pair = caller.area(1, 1);
    String image = pair.images().get(0);
    List<Job> looks = caller.done(pair.share());
    if (looks.size() > 1) {
      ODD.forEach(odd -> unseen(caller, looks.get(0).id() + odd));
    }
    caller.unknownImage();
    ODD.forEach(odd -> unlisted(caller, image + odd));
  }

  // B: the backend itself

  static void steadyLimits(Caller caller) {
    Set<String> seen = new LinkedHashSet<>();
    for (int i = 0; i < 3; i++) {
      int members = caller.backend().membersPerImage();
      if (members < 1) {
        throw breach(
            "membersPerImage() of at least 1",
            Integer.toString(members),
            "the value for no limit, which is Integer.MAX_VALUE");
      }
      seen.add(caller.backend().limits() + ", membersPerImage " + members);
    }
    if (seen.size() > 1) {
      throw breach("the same limits each time", seen.toString(), "what the limits are taken from");
    }
  }

  static void closesAgain(Caller caller) {
    try {
      caller.backend().close();
      caller.backend().close();
    } catch (RuntimeException e) {
      throw breach("no exception from close()", e.toString(), "what is released twice", e);
    }
  }
}
