package io.imageshare.memory.internal.contract;

import static io.imageshare.memory.internal.contract.ContractClient.violation;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** C: calls. */
final class CallRules {
  private static final Duration AT_ONCE = Duration.ofMillis(100);
  private static final String SHARED_STATE = "state that one call leaves for another";

  static final List<ContractRule> ALL =
      List.of(
          new ContractRule(
              "C1",
              "A call returns at once: it holds its caller for less than 100 ms",
              CallRules::returnsAtOnce),
          new ContractRule("C2", "Every call is answered, within patience", CallRules::isAnswered),
          new ContractRule(
              "C3",
              "What goes wrong completes the stage with a BackendException, of any kind but"
                  + " NOT_SENT; nothing is thrown; no stage, no value and nothing in it is null",
              CallRules::isAnswered),
          new ContractRule(
              "C4",
              "Calls made at the same time each get their own answer",
              CallRules::getsItsOwnAnswer));

  private CallRules() {}

  private static void returnsAtOnce(ContractClient client) {
    Grid pair = client.grid(1, 1);
    String image = pair.images().get(0);
    CallResult<Job> job = atOnce(client, "submit", () -> client.backend().submit(pair.share()));
    if (job.refusal() == null) {
      client.pollToEnd(job.required());
    }
    atOnce(client, "job", () -> client.backend().job(IdRules.UNKNOWN_JOB));
    atOnce(client, "members", () -> client.inTurns().members(image));
    Recipient recipient = pair.recipients().get(0);
    atOnce(client, "images", () -> client.inTurns().images(recipient, MemberStatus.ACCEPTED));
    atOnce(client, "describe", () -> client.inTurns().describe(Set.of(image)));
  }

  /** Makes the call on this thread and not in a task, so that virtual time can move in it. */
  private static <T> CallResult<T> atOnce(
      ContractClient client, String name, Supplier<CompletionStage<T>> call) {
    Duration held = AT_ONCE;
    // A call that blocks does so each time; one delayed by a busy machine does not.
    for (int tries = 0; tries < 3; tries++) {
      long before = client.time().nanoTime();
      CompletableFuture<CallResult<T>> answer = client.start(name, call, Runnable::run);
      held = Duration.ofNanos(client.time().nanoTime() - before);
      CallResult<T> result = client.await(answer);
      if (held.compareTo(AT_ONCE) < 0) {
        return result;
      }
    }
    throw violation(
        name + " to return in less than " + AT_ONCE,
        held + ", three times in a row",
        "what it waits for before it returns; let the stage wait for that");
  }

  /** The client checks of every call that it is answered, and how. */
  private static void isAnswered(ContractClient client) {
    Grid pair = client.grid(1, 1);
    String image = pair.images().get(0);
    client.run(pair.share());
    client.list(image);
    client.images(pair.recipients().get(0), MemberStatus.ACCEPTED);
    client.describe(Set.of(image));
    client.poll(IdRules.UNKNOWN_JOB);
    String unknown = client.unknownImage();
    client.list(unknown);
    client.submit(new Grid(List.of(unknown), pair.recipients()).share());
  }

  private static void getsItsOwnAnswer(ContractClient client) {
    Grid grid = client.grid(2, 2);
    if (grid.images().size() < 2 || grid.recipients().size() < 2) {
      throw new RuleSkippedException("needs two images and two recipients of the subject");
    }
    ShareRequest first = grid.pair(0, 0).share();
    ShareRequest second = grid.pair(1, 1).share();
    List<Job> jobs =
        together(
            client,
            "submit",
            () -> client.backend().submit(first),
            () -> client.backend().submit(second));
    if (jobs.get(0).id().equals(jobs.get(1).id()) && !jobs.get(0).ended()) {
      throw violation("a job of its own for each slice", jobs.toString(), SHARED_STATE);
    }
    client.requireSuccess(first, jobs.get(0));
    client.requireSuccess(second, jobs.get(1));
    Predicate<Member> shared =
        pair -> grid.pair(0, 0).contains(pair) || grid.pair(1, 1).contains(pair);
    client.requireListed(grid, shared, SHARED_STATE);
    List<Map<Recipient, MemberStatus>> listings =
        together(
            client,
            "members",
            () -> client.inTurns().members(grid.images().get(0)),
            () -> client.inTurns().members(grid.images().get(1)));
    for (int i = 0; i < 2; i++) {
      Set<Recipient> expected = grid.pair(i, i).recipients(r -> true);
      Set<Recipient> seen = grid.recipients(listings.get(i).keySet()::contains);
      if (!seen.equals(expected)) {
        throw violation(expected + " for " + grid.images().get(i), seen.toString(), SHARED_STATE);
      }
    }
  }

  private static <T> List<T> together(
      ContractClient client,
      String name,
      Supplier<CompletionStage<T>> one,
      Supplier<CompletionStage<T>> other) {
    CompletableFuture<CallResult<T>> first = client.start(name, one);
    CompletableFuture<CallResult<T>> second = client.start(name, other);
    List<CallResult<T>> results = List.of(client.await(first), client.await(second));
    if (results.stream().anyMatch(result -> result.refused(Reason.Kind.THROTTLED))) {
      throw new RuleSkippedException("the service does not take two calls at the same time");
    }
    return results.stream().map(CallResult::required).toList();
  }
}
