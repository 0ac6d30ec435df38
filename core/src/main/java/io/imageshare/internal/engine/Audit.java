package io.imageshare.internal.engine;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads a listing when its flights are over: a pair is done when the listing shows it. */
final class Audit extends ListingRead {
  /** Listings lag: a pair that a job vouches for is looked for again after these waits. */
  private static final List<Duration> WAITS =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(4),
          Duration.ofSeconds(8));

  private final RunLoop run;
  private final Round round;
  private final int reread;
  private boolean waiting;

  Audit(RunLoop run, Round round, int listing, int reread) {
    super(run, listing, false);
    this.run = run;
    this.round = round;
    this.reread = reread;
  }

  @Override
  void listed(Map<?, MemberStatus> listed) {
    forEachAsked(
        submission ->
            (image, recipient) -> {
              if (reread < WAITS.size() && submission.vouches(image, recipient)) {
                waiting = true;
              } else {
                submission.unlisted(image, recipient);
              }
            });
  }

  /** Each asked pair of the listing with the last flight that asked it. */
  private void forEachAsked(Function<Submission, Slice.Pair> action) {
    BitSet seen = new BitSet();
    List<Submission> submissions = round.submissions(listing());
    for (int f = submissions.size() - 1; f >= 0; f--) {
      Submission submission = submissions.get(f);
      Slice.Pair take = action.apply(submission);
      submission.forEachAsked(
          listing(),
          (image, recipient) -> {
            // Of an image and a recipient, the listing has one, and so here one is always the same.
            int pair = image + recipient;
            if (!seen.get(pair)) {
              seen.set(pair);
              take.accept(image, recipient);
            }
          });
    }
  }

  @Override
  void refused(Reason reason) {
    forEachAsked(
        submission ->
            (image, recipient) -> {
              if (run.canList()) {
                run.rules().settle(image, recipient, new Verdict.Unknown(reason, submission.id()));
              } else {
                submission.byWord(image, recipient);
              }
            });
  }

  @Override
  void over() {
    if (waiting) {
      run.schedule(WAITS.get(reread), () -> run.read(new Audit(run, round, listing(), reread + 1)));
    } else {
      round.audited(listing());
    }
  }
}
