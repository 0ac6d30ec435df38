package io.imageshare.memory;

import static io.imageshare.memory.BackendContractTest.RECIPIENTS;
import static io.imageshare.memory.BackendContractTest.UNKNOWN_IMAGE;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import com.google.common.collect.Maps;
import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.Timekeeper;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Backends that each break one rule of the contract, as an implementer easily does. */
final class BrokenBackends {
  private static final Reason GONE = new Reason(Kind.INTERNAL, "", "gone");

  /** A rule, how a good backend is made to break it, and a part of what the rule must say. */
  record Broken(String rule, UnaryOperator<MemberBackend> breaking, String says) {}

  static final List<Broken> ALL =
      List.of(
          new Broken("C1", good -> unknownJob(good, id -> blocks(good)), "job to return in less"),
          new Broken("C1", good -> unknownJob(good, id -> thrown()), "it throws java.lang.Illegal"),
          new Broken("C1", BrokenBackends::blocksToList, "members to return in less"),
          new Broken(
              "C1", good -> decided(good, (who, how) -> blocks(good)), "images to return in less"),
          new Broken(
              "C1", good -> described(good, asked -> blocks(good)), "describe to return in less"),
          new Broken("C2", good -> unknownJob(good, id -> never()), "an answer to job(000"),
          new Broken("C2", good -> unknownImage(good, image -> never()), "an answer to members("),
          new Broken("C2", good -> decided(good, (who, how) -> never()), "an answer to images("),
          new Broken("C2", good -> described(good, asked -> never()), "an answer to describe("),
          new Broken("C3", good -> unknownJob(good, id -> thrown()), "it throws java.lang.Illegal"),
          new Broken("C3", good -> unknownJob(good, id -> nothing()), "a stage from job(000"),
          new Broken("C3", good -> unknownJob(good, id -> empty()), "seen: the value null"),
          new Broken("C3", good -> unknownJob(good, id -> reset()), "java.io.IOException: reset"),
          new Broken("C3", good -> unknownJob(good, id -> wordless()), "BrokenBackends$"),
          new Broken(
              "C3", BrokenBackends::noRecipient, "no null in the answer to members(image-1)"),
          new Broken(
              "C3",
              good -> decided(good, (who, how) -> holey()),
              "no null in the answer to images("),
          new Broken(
              "C3",
              good -> described(good, asked -> holeyDescriptions()),
              "no null in the answer to describe("),
          new Broken("C3", good -> unknownJob(good, id -> refused(Kind.NOT_SENT)), "NOT_SENT"),
          new Broken(
              "C4",
              good -> submits(good, oneAtATime(good::submit)),
              "a job of its own for each slice"),
          new Broken(
              "C4", good -> lists(good, oneAtATime(good::members)), "[project-2] for image-2"),
          new Broken("S1", BrokenBackends::sharesFirstImage, "seen: []"),
          new Broken("S1", good -> everyone(good, Action.SHARE), "project-2, project-3]; look"),
          new Broken("S1", good -> limited(good, () -> nothing()), "limits"),
          new Broken(
              "S1", BrokenBackends::counts, "java.lang.IllegalStateException: not connected"),
          new Broken("S2", good -> everyone(good, Action.UNSHARE), "seen: []"),
          new Broken("S3", good -> failsAgain(good, Action.SHARE), "SHARE to succeed"),
          new Broken("S3", good -> failsAgain(good, Action.UNSHARE), "UNSHARE to succeed"),
          new Broken("S3", BrokenBackends::missesWhatIsGone, "UNSHARE to succeed"),
          new Broken(
              "S4",
              good -> ifSlice(good, b -> b.images().size() > 2, b -> refused(Kind.INVALID)),
              "submit to succeed"),
          new Broken("S5", BrokenBackends::fullIsInvalid, "refused as QUOTA"),
          new Broken("S5", BrokenBackends::makesRoom, "to have [project-1, project-2,"),
          new Broken("S6", BrokenBackends::sharesUntilRefused, "check first"),
          new Broken("J1", good -> polls(good, poll -> Job.succeeded("job-x")), "a poll of job"),
          new Broken("J1", good -> results(good, "image-x", RECIPIENTS.get(0)), "image-x"),
          new Broken("J1", good -> results(good, "image-1", RECIPIENTS.get(4)), "project-5"),
          new Broken("J2", good -> polls(good, poll -> Job.running(poll.id())), "within PT1M"),
          new Broken("J3", BrokenBackends::runsAgain, "to stay SUCCESS"),
          new Broken("J4", BrokenBackends::submitsToLook, "polls or listings that send a write"),
          new Broken("M1", BrokenBackends::refusesEmptyListing, "members(image-1) to succeed"),
          new Broken("M1", good -> inTurns(good, () -> nothing()), "inTurns"),
          new Broken("M2", BrokenBackends::firstPageOnly, "how the pages of a listing are read"),
          new Broken(
              "M2",
              good -> inTurns(good, () -> firstPageOnly(good)),
              "how the pages of a listing are read"),
          new Broken("M2", BrokenBackends::noStatus, "no null in the answer to members(image-1)"),
          new Broken("M2", BrokenBackends::readsLater, "it throws java.lang.IllegalState"),
          new Broken("M3", BrokenBackends::cachedListing, "after it was removed from an earlier"),
          new Broken("M3", BrokenBackends::liveListing, "after later calls"),
          new Broken("I1", good -> unknownImage(good, image -> nobody()), "members(image-unknown)"),
          new Broken(
              "I1",
              good -> ifSlice(good, b -> b.images().contains(UNKNOWN_IMAGE), b -> succeeded()),
              "SHARE of image-unknown"),
          new Broken("I1", good -> takesUnknown(good, Action.UNSHARE), "UNSHARE of image-unknown"),
          new Broken("I1", good -> takesUnknown(good, Action.REJECT), "REJECT of image-unknown"),
          new Broken(
              "I1",
              good -> unknownImage(good, image -> refused(Kind.FORBIDDEN)),
              "members(image-unknown)"),
          new Broken("I2", good -> unknownJob(good, id -> refused(Kind.LOST)), "refused, LOST"),
          new Broken("I2", good -> unknownJob(good, id -> failed(id)), "FAIL"),
          new Broken("I3", good -> finds(good, id -> good.job(sent(id))), "?x=1"),
          new Broken("I3", good -> lists(good, image -> good.members(sent(image))), "?x=1"),
          new Broken(
              "I3",
              good -> lists(good, image -> good.members(URI.create(image).toString())),
              "it throws java.lang.IllegalArgument"),
          new Broken("I3", BrokenBackends::unsharesWhatIsSent, "UNSHARE of image-1?x=1"),
          new Broken("I3", BrokenBackends::unsharesFromWhatIsSent, "to have [project-1]"),
          new Broken("B1", BrokenBackends::takesNobody, "membersPerImage() of at least 1"),
          new Broken("B1", BrokenBackends::learnsLimits, "the same limits each time"),
          new Broken("B1", BrokenBackends::learnsLimitsByUse, "the same limits each time"),
          new Broken("B1", good -> limited(good, () -> nothing()), "limits()"),
          new Broken("B1", BrokenBackends::hasNoEndpoint, "endpoint()"),
          new Broken("B1", BrokenBackends::hasNoAccount, "account()"),
          new Broken("B1", BrokenBackends::hasNoTime, "time()"),
          new Broken("B2", BrokenBackends::closesOnce, "no exception from close()"));

  private BrokenBackends() {}

  // Wrong answers

  static <T> CompletionStage<T> blocks(MemberBackend good) {
    try {
      good.time().sleep(Duration.ofMillis(100));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return refused(Kind.INVALID);
  }

  private static <T> CompletionStage<T> never() {
    return new CompletableFuture<>();
  }

  private static <T> CompletionStage<T> thrown() {
    throw new IllegalStateException("not connected");
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // as a broken backend gives it
  private static <T> T nothing() {
    return null;
  }

  private static <T> CompletionStage<T> empty() {
    return completedFuture(nothing());
  }

  private static <T> CompletionStage<T> reset() {
    return failedFuture(new IOException("reset"));
  }

  /** Says nothing of itself, not even its name. */
  private static <T> CompletionStage<T> wordless() {
    return failedFuture(
        new IOException() {
          private static final long serialVersionUID = 1L;

          @Override
          public String getMessage() {
            throw new IllegalStateException("no words");
          }
        });
  }

  private static CompletionStage<Set<String>> holey() {
    return completedFuture(new HashSet<>(Collections.singleton(nothing())));
  }

  private static CompletionStage<Map<String, Image>> holeyDescriptions() {
    return completedFuture(new HashMap<>(Collections.singletonMap("image-1", nothing())));
  }

  private static <T> CompletionStage<T> refused(Kind kind) {
    return failedFuture(new BackendException(new Reason(kind, "", "refused")));
  }

  private static CompletionStage<Map<Recipient, MemberStatus>> nobody() {
    return completedFuture(Map.of());
  }

  static CompletionStage<Job> succeeded() {
    return completedFuture(Job.succeeded("job-done"));
  }

  private static CompletionStage<Job> failed(String id) {
    return completedFuture(Job.failed(id, GONE));
  }

  // Broken methods

  /** Whoever calls while a call is under way gets its answer. */
  private static <Q, A> Function<Q, CompletionStage<A>> oneAtATime(
      Function<Q, CompletionStage<A>> call) {
    List<CompletableFuture<A>> made = new ArrayList<>();
    return asked -> {
      if (made.stream().allMatch(CompletableFuture::isDone)) {
        made.add(call.apply(asked).toCompletableFuture());
      }
      return made.get(made.size() - 1);
    };
  }

  private static MemberBackend sharesFirstImage(MemberBackend good) {
    return submits(
        good,
        slice -> {
          Set<String> first = Set.of(slice.images().iterator().next());
          boolean share = slice.action() == Action.SHARE;
          Set<String> images = share ? first : slice.images();
          return good.submit(new ShareRequest(slice.action(), images, slice.recipients()));
        });
  }

  /** As if recipients were ignored. */
  private static MemberBackend everyone(MemberBackend good, Action action) {
    Set<Recipient> all = new LinkedHashSet<>(RECIPIENTS.subList(0, 4));
    return submits(
        good,
        slice ->
            good.submit(
                slice.action() == action ? new ShareRequest(action, slice.images(), all) : slice));
  }

  private static MemberBackend failsAgain(MemberBackend good, Action action) {
    Set<ShareRequest> done = new HashSet<>();
    return submits(
        good,
        slice -> {
          boolean again = !done.add(slice);
          done.removeIf(other -> other.action() != slice.action());
          return again && slice.action() == action ? failed("job-again") : good.submit(slice);
        });
  }

  /** As over a service that answers "no such member" once it had the member. */
  private static MemberBackend missesWhatIsGone(MemberBackend good) {
    Set<Set<Recipient>> shared = new HashSet<>();
    return submits(
        good,
        slice -> {
          if (slice.action() == Action.SHARE) {
            shared.add(slice.recipients());
            return good.submit(slice);
          }
          return good.members(slice.images().iterator().next())
              .thenCompose(
                  members ->
                      shared.contains(slice.recipients())
                              && Collections.disjoint(members.keySet(), slice.recipients())
                          ? failed("job-gone")
                          : good.submit(slice));
        });
  }

  private static boolean isFull(Throwable e) {
    return e.toString().contains("QUOTA");
  }

  private static MemberBackend fullIsInvalid(MemberBackend good) {
    return submits(
        good,
        slice ->
            good.submit(slice)
                .exceptionallyCompose(
                    e -> isFull(e) ? refused(Kind.INVALID) : CompletableFuture.failedFuture(e)));
  }

  /** A full image loses its first member over the refusal. */
  private static MemberBackend makesRoom(MemberBackend good) {
    return submits(
        good,
        slice ->
            good.submit(slice)
                .exceptionallyCompose(
                    e ->
                        good.submit(
                                new ShareRequest(
                                    isFull(e) ? Action.UNSHARE : Action.SHARE,
                                    slice.images(),
                                    Set.of(RECIPIENTS.get(0))))
                            .thenCompose(job -> ended(good, job))
                            .thenCompose(job -> CompletableFuture.failedFuture(e))));
  }

  /** When the job has come to its end. */
  static CompletionStage<Job> ended(MemberBackend good, Job job) {
    CompletableFuture<Job> end = new CompletableFuture<>();
    good.time().schedule(Duration.ofSeconds(5), () -> end.complete(job));
    return end;
  }

  /** Image by image, as over a service without batches. */
  private static MemberBackend sharesUntilRefused(MemberBackend good) {
    return submits(
        good,
        slice -> {
          CompletionStage<Job> last = succeeded();
          for (String image : slice.images()) {
            ShareRequest one = new ShareRequest(slice.action(), Set.of(image), slice.recipients());
            last = last.thenCompose(job -> good.submit(one)).thenCompose(job -> ended(good, job));
          }
          return last;
        });
  }

  private static MemberBackend takesUnknown(MemberBackend good, Action action) {
    return ifSlice(
        good,
        slice -> slice.action() == action && slice.images().contains(UNKNOWN_IMAGE),
        slice -> succeeded());
  }

  private static MemberBackend unsharesWhatIsSent(MemberBackend good) {
    return ifSlice(
        good,
        slice -> slice.action() == Action.UNSHARE,
        slice -> {
          Set<String> images = new LinkedHashSet<>();
          slice.images().forEach(image -> images.add(sent(image)));
          return good.submit(new ShareRequest(Action.UNSHARE, images, slice.recipients()));
        });
  }

  private static MemberBackend unsharesFromWhatIsSent(MemberBackend good) {
    return ifSlice(
        good,
        slice -> slice.action() == Action.UNSHARE,
        slice -> {
          Set<Recipient> recipients = new LinkedHashSet<>();
          slice.recipients().forEach(r -> recipients.add(Recipient.project(sent(r.id()))));
          return good.submit(new ShareRequest(Action.UNSHARE, slice.images(), recipients));
        });
  }

  private static MemberBackend runsAgain(MemberBackend good) {
    Set<String> ended = new HashSet<>();
    return polls(
        good, poll -> poll.ended() && !ended.add(poll.id()) ? Job.running(poll.id()) : poll);
  }

  private static MemberBackend submitsToLook(MemberBackend good) {
    Map<String, ShareRequest> slices = new HashMap<>();
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Job> submit(ShareRequest slice) {
        return good.submit(slice)
            .thenApply(
                job -> {
                  slices.put(job.id(), slice);
                  return job;
                });
      }

      @Override
      public CompletionStage<Job> job(String id) {
        ShareRequest slice = slices.get(id);
        return slice == null ? good.job(id) : good.submit(slice).thenCompose(other -> good.job(id));
      }
    };
  }

  private static MemberBackend refusesEmptyListing(MemberBackend good) {
    return lists(
        good,
        image ->
            good.members(image)
                .thenCompose(
                    listing ->
                        listing.isEmpty()
                            ? refused(Kind.INVALID_IMAGE)
                            : completedFuture(listing)));
  }

  private static MemberBackend firstPageOnly(MemberBackend good) {
    return listings(
        good,
        listing -> {
          listing.keySet().removeIf(recipient -> recipient.id().compareTo("project-3") > 0);
          return listing;
        });
  }

  private static MemberBackend noStatus(MemberBackend good) {
    return listings(
        good,
        listing -> {
          listing.replaceAll((recipient, status) -> nothing());
          return listing;
        });
  }

  private static MemberBackend noRecipient(MemberBackend good) {
    return listings(
        good,
        listing -> {
          listing.put(nothing(), MemberStatus.PENDING);
          return listing;
        });
  }

  /** As one does that reads a page when it is needed. */
  private static MemberBackend readsLater(MemberBackend good) {
    return listings(good, listing -> Maps.transformValues(listing, status -> lost()));
  }

  private static MemberStatus lost() {
    throw new IllegalStateException("not connected");
  }

  /** Once something was shared: before, the rule's own cleaning would hang on it. */
  private static MemberBackend blocksToList(MemberBackend good) {
    AtomicBoolean shared = new AtomicBoolean();
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Job> submit(ShareRequest slice) {
        shared.set(slice.action() == Action.SHARE);
        return good.submit(slice);
      }

      @Override
      public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
        return shared.get() ? blocks(good) : good.members(image);
      }
    };
  }

  private static MemberBackend cachedListing(MemberBackend good) {
    Map<String, CompletionStage<Map<Recipient, MemberStatus>>> cache = new HashMap<>();
    MemberBackend copies = listings(good, listing -> listing);
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Job> job(String id) {
        cache.clear();
        return good.job(id);
      }

      @Override
      public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
        return cache.computeIfAbsent(image, copies::members);
      }
    };
  }

  private static MemberBackend liveListing(MemberBackend good) {
    Map<Recipient, MemberStatus> live = new HashMap<>();
    return listings(
        good,
        listing -> {
          live.clear();
          live.putAll(listing);
          return live;
        });
  }

  /** What is left of an id on the other side when nobody encodes it. */
  private static String sent(String id) {
    return id.replaceAll("[?#].*", "");
  }

  private static MemberBackend takesNobody(MemberBackend good) {
    return new ForwardingBackend(good) {
      @Override
      public int membersPerImage() {
        return 0;
      }
    };
  }

  private static MemberBackend learnsLimits(MemberBackend good) {
    AtomicInteger images = new AtomicInteger();
    return new ForwardingBackend(good) {
      @Override
      public BatchLimits limits() {
        return new BatchLimits(images.incrementAndGet(), 100, 1000);
      }
    };
  }

  private static MemberBackend learnsLimitsByUse(MemberBackend good) {
    AtomicInteger calls = new AtomicInteger();
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Job> submit(ShareRequest slice) {
        calls.incrementAndGet();
        return good.submit(slice);
      }

      @Override
      public BatchLimits limits() {
        return calls.get() > 0 ? new BatchLimits(1, 1, 1) : good.limits();
      }
    };
  }

  private static MemberBackend limited(MemberBackend good, Supplier<BatchLimits> limits) {
    return new ForwardingBackend(good) {
      @Override
      public BatchLimits limits() {
        return limits.get();
      }
    };
  }

  private static MemberBackend counts(MemberBackend good) {
    return limited(
        good,
        () -> {
          throw new IllegalStateException("not connected");
        });
  }

  private static MemberBackend hasNoEndpoint(MemberBackend good) {
    return new ForwardingBackend(good) {
      @Override
      public String endpoint() {
        return nothing();
      }
    };
  }

  private static MemberBackend hasNoAccount(MemberBackend good) {
    return new ForwardingBackend(good) {
      @Override
      public String account() {
        return nothing();
      }
    };
  }

  private static MemberBackend hasNoTime(MemberBackend good) {
    return new ForwardingBackend(good) {
      @Override
      public Timekeeper time() {
        return nothing();
      }
    };
  }

  private static MemberBackend closesOnce(MemberBackend good) {
    AtomicInteger closed = new AtomicInteger();
    return new ForwardingBackend(good) {
      @Override
      public void close() {
        if (closed.getAndIncrement() > 0) {
          throw new IllegalStateException("closed");
        }
        good.close();
      }
    };
  }

  // A good backend with one method replaced

  static MemberBackend submits(
      MemberBackend good, Function<ShareRequest, CompletionStage<Job>> submit) {
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Job> submit(ShareRequest slice) {
        return submit.apply(slice);
      }
    };
  }

  static MemberBackend ifSlice(
      MemberBackend good,
      Predicate<ShareRequest> wrong,
      Function<ShareRequest, CompletionStage<Job>> submit) {
    return submits(good, slice -> wrong.test(slice) ? submit.apply(slice) : good.submit(slice));
  }

  static MemberBackend finds(MemberBackend good, Function<String, CompletionStage<Job>> job) {
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Job> job(String id) {
        return job.apply(id);
      }
    };
  }

  static MemberBackend lists(
      MemberBackend good, Function<String, CompletionStage<Map<Recipient, MemberStatus>>> members) {
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
        return members.apply(image);
      }
    };
  }

  static MemberBackend decided(
      MemberBackend good,
      BiFunction<Recipient, MemberStatus, CompletionStage<Set<String>>> images) {
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
        return images.apply(recipient, status);
      }
    };
  }

  static MemberBackend described(
      MemberBackend good, Function<Set<String>, CompletionStage<Map<String, Image>>> describe) {
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Map<String, Image>> describe(Set<String> images) {
        return describe.apply(images);
      }
    };
  }

  /** Whoever reads through it, as the engine does, gets another backend. */
  static MemberBackend inTurns(MemberBackend good, Supplier<MemberBackend> other) {
    return new ForwardingBackend(good) {
      @Override
      public MemberBackend inTurns(Supplier<CompletionStage<Void>> turn) {
        return other.get();
      }
    };
  }

  private static MemberBackend unknownJob(
      MemberBackend good, Function<String, CompletionStage<Job>> job) {
    return finds(good, id -> id.startsWith("000") ? job.apply(id) : good.job(id));
  }

  private static MemberBackend unknownImage(
      MemberBackend good, Function<String, CompletionStage<Map<Recipient, MemberStatus>>> members) {
    return lists(
        good, image -> image.equals(UNKNOWN_IMAGE) ? members.apply(image) : good.members(image));
  }

  private static MemberBackend polls(MemberBackend good, UnaryOperator<Job> change) {
    return finds(good, id -> good.job(id).thenApply(change));
  }

  private static MemberBackend results(MemberBackend good, String image, Recipient recipient) {
    Job.Result result = new Job.Result(image, recipient, true, null);
    return polls(good, poll -> poll.results(List.of(result)));
  }

  private static MemberBackend listings(
      MemberBackend good, UnaryOperator<Map<Recipient, MemberStatus>> change) {
    return lists(good, image -> good.members(image).thenApply(HashMap::new).thenApply(change));
  }
}
