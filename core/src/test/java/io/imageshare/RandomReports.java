package io.imageshare;

import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.SubmittedSlice;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reports as runs may leave them, from a seed. */
final class RandomReports {
  private RandomReports() {}

  static ShareReport given(int seed) {
    List<Outcome> outcomes = new ArrayList<>(of(seed).outcomes().toList());
    Collections.shuffle(outcomes, new Random(seed));
    return ShareReport.of(outcomes);
  }

  /** A report of random requests that overlap or leave gaps, each pair settled somehow. */
  static ShareReport of(int seed) {
    Random random = new Random(seed);
    Action action = pick(random, Action.values());
    String vault = action == Action.ACCEPT && random.nextBoolean() ? "vault-1" : "";
    List<ShareRequest> requests =
        Stream.generate(() -> request(random, action, vault)).limit(1 + random.nextInt(4)).toList();
    PairTable table = new PairTable(requests);
    List<Verdict> verdicts =
        Stream.generate(() -> verdict(random)).limit(1 + random.nextInt(6)).toList();
    boolean even = random.nextBoolean();
    table
        .all()
        .forEach(
            (i, r) ->
                table.settle(
                    i,
                    r,
                    even && random.nextInt(20) > 0
                        ? verdicts.get(0)
                        : verdicts.get(random.nextInt(verdicts.size()))));
    List<SubmittedSlice> jobs =
        Stream.generate(() -> new SubmittedSlice(job(random), slice(random, table)))
            .limit(random.nextInt(4))
            .toList();
    return new ShareReport(
        new RunResult(
            text(random),
            pick(random, Ending.values()),
            maybe(random, () -> reason(random)),
            table,
            jobs,
            new Progress(
                table.total(),
                table.done(),
                table.failed(),
                table.unknown(),
                random.nextInt(9),
                random.nextInt(1000),
                random.nextLong() >>> 1,
                random.nextInt(1000),
                maybe(random, () -> Duration.ofNanos(random.nextInt()))),
            random.nextBoolean() ? Duration.ZERO : Duration.ofNanos(random.nextLong() >>> 1),
            random.nextBoolean() ? "" : text(random)));
  }

  @SafeVarargs
  private static <T> T pick(Random random, T... from) {
    return from[random.nextInt(from.length)];
  }

  private static <T> @Nullable T maybe(Random random, Supplier<T> made) {
    return random.nextBoolean() ? made.get() : null;
  }

  private static String text(Random random) {
    return pick(random, "", "plain", "\"quoted\" \\ {[", "\u0000\n\t\u2028", "\u56fe\ud83d\ude00")
        + random.nextInt(10);
  }

  private static Reason reason(Random random) {
    return new Reason(pick(random, Reason.Kind.values()), text(random), text(random));
  }

  private static Recipient recipient(Random random, boolean project) {
    Recipient.Type type = project ? Recipient.Type.PROJECT : pick(random, Recipient.Type.values());
    return new Recipient(type, "r" + random.nextInt(12));
  }

  private static ShareRequest request(Random random, Action action, String vault) {
    ShareRequest.Builder request = ShareRequest.builder().action(action);
    for (int i = random.nextInt(8); i >= 0; i--) {
      request.images("image-" + random.nextInt(12));
    }
    for (int i = random.nextInt(8); i >= 0; i--) {
      request.recipients(List.of(recipient(random, action.isOfRecipient())));
    }
    return vault.isEmpty() ? request.build() : request.build().vault(vault);
  }

  private static Verdict verdict(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> new Verdict.Done(random.nextBoolean(), pick(random, MemberStatus.values()));
      case 1 -> new Verdict.Failed(reason(random));
      default -> new Verdict.Unknown(reason(random), text(random));
    };
  }

  private static Job job(Random random) {
    Job.Status status = pick(random, Job.Status.values());
    List<Job.Result> results =
        Stream.generate(
                () ->
                    new Job.Result(
                        text(random),
                        maybe(random, () -> recipient(random, false)),
                        random.nextBoolean(),
                        maybe(random, () -> reason(random))))
            .limit(random.nextInt(4))
            .toList();
    return new Job(
        "job-" + random.nextInt(),
        text(random),
        status,
        maybe(random, () -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000))),
        maybe(random, () -> Instant.ofEpochSecond(random.nextInt())),
        random.nextBoolean() ? Double.NaN : random.nextDouble(),
        status == Job.Status.FAIL ? reason(random) : maybe(random, () -> reason(random)),
        results);
  }

  private static Slice slice(Random random, PairTable table) {
    return new Slice(indices(random, table.images()), indices(random, table.recipients()));
  }

  private static List<Integer> indices(Random random, int size) {
    List<Integer> all = new ArrayList<>(IntStream.range(0, size).boxed().toList());
    if (random.nextInt(4) == 0) {
      Collections.shuffle(all, random);
    } else if (size > 2 && random.nextBoolean()) {
      all.remove(random.nextInt(size));
    }
    return List.copyOf(all);
  }
}
