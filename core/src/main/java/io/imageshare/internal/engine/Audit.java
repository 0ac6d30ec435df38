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

/**
 * The read of a listing after all submissions of its pairs: a pair is done if it is as asked there.
 */
final class Audit extends ListingRead {
  /** Listings lag behind jobs: a pair that a job confirms is read again after these waits. */
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
              if (reread < WAITS.size() && submission.confirms(image, recipient)) {
                waiting = true;
              } else {
                submission.unlisted(image, recipient);
              }
            });
  }

  /** Calls the action for each asked pair of the listing, with the last submission of the pair. */
  private void forEachAsked(Function<Submission, Slice.Pair> action) {
    BitSet done = new BitSet();
    List<Submission> submissions = round.submissions(listing());
    for (int n = submissions.size() - 1; n >= 0; n--) {
      Submission submission = submissions.get(n);
      Slice.Pair pairAction = action.apply(submission);
      submission.forEachAsked(
          listing(),
          (image, recipient) -> {
            // A listing has one image or one recipient, so the sum of the two indices is unique.
            int pair = image + recipient;
            if (!done.get(pair)) {
              done.set(pair);
              pairAction.accept(image, recipient);
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
                submission.settleByJob(image, recipient);
              }
            });
  }

  @Override
  void finished() {
    if (waiting) {
      run.schedule(WAITS.get(reread), () -> run.read(new Audit(run, round, listing(), reread + 1)));
    } else {
      round.audited(listing());
    }
  }
}
