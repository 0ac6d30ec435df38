package io.imageshare.memory.internal.contract;

import static io.imageshare.Reason.Kind.INVALID;
import static io.imageshare.Reason.Kind.INVALID_IMAGE;
import static io.imageshare.Reason.Kind.INVALID_RECIPIENT;
import static io.imageshare.memory.internal.contract.ContractClient.last;
import static io.imageshare.memory.internal.contract.ContractClient.violation;

import io.imageshare.Job;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.time.Duration;
import java.util.List;

/** J: jobs. */
final class JobRules {
  static final List<ContractRule> ALL =
      List.of(
          new ContractRule(
              "J1",
              "A poll is of the job asked for: it has its id, and its results name only images and"
                  + " recipients of its slice",
              JobRules::ownJob),
          new ContractRule("J2", "A job comes to its end, within patience", JobRules::ends),
          new ContractRule("J3", "A job that has ended stays as it ended", JobRules::staysEnded),
          new ContractRule(
              "J4", "Polls and listings change nothing", JobRules::pollsChangeNothing));

  private JobRules() {}

  private static void ownJob(ContractClient client) {
    Grid grid = client.grid(2, 2).slice(client.limits());
    for (ShareRequest slice : List.of(grid.share(), grid.unshare())) {
      List<Job> polls = client.run(slice);
      polls.forEach(poll -> requireOwn(poll, polls.get(0).id(), slice));
    }
  }

  private static void requireOwn(Job poll, String id, ShareRequest slice) {
    if (!poll.id().equals(id)) {
      throw violation("a poll of job " + id, poll.toString(), "which id job puts into its answer");
    }
    for (Job.Result result : poll.results()) {
      Recipient recipient = result.recipient();
      if (!slice.images().contains(result.image())
          || (recipient != null && !slice.recipients().contains(recipient))) {
        throw violation(
            "results for " + slice.images() + " with " + slice.recipients(),
            result.toString(),
            "how the results of a job are read; one without recipient has null there");
      }
    }
  }

  private static void ends(ContractClient client) {
    Grid pair = client.grid(1, 1);
    client.pollToEnd(client.submit(pair.share()).required());
    client.pollToEnd(client.submit(pair.unshare()).required());
  }

  private static void staysEnded(ContractClient client) {
    List<Job> polls = client.run(client.grid(1, 1).share());
    Job end = last(polls);
    if (polls.size() == 1) {
      throw new RuleSkippedException("jobs end in submit's answer, so that they are not polled");
    }
    for (int i = 0; i < 3; i++) {
      CallResult<Job> later = client.poll(end.id());
      // A service may forget a job that has ended.
      if (!later.refused(INVALID, INVALID_IMAGE, INVALID_RECIPIENT)
          && later.required().status() != end.status()) {
        throw violation(
            "job " + end.id() + " to stay " + end.status(),
            later.seen(),
            "where job takes the status from, such as one of several servers");
      }
    }
  }

  private static void pollsChangeNothing(ContractClient client) {
    Grid pair = client.grid(1, 1);
    long before = client.time().nanoTime();
    List<Job> polls = client.run(pair.share());
    Duration took = Duration.ofNanos(client.time().nanoTime() - before);
    client.run(pair.unshare());
    for (int i = 0; i < 3; i++) {
      if (polls.size() > 1) {
        client.poll(polls.get(0).id());
      }
      client.list(pair.images().get(0));
    }
    // A write that a poll started takes as long as the share that it repeats.
    client.sleep(took.multipliedBy(2));
    client.requireListed(pair, none -> false, "polls or listings that send a write again");
  }
}
