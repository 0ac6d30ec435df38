package io.imageshare.internal.engine;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.internal.flow.Call;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * One read of a listing. {@link OutcomeRules#note} sees the listing before {@link #listed} is
 * called; {@link #finished} comes last in any case.
 */
class ListingRead implements Call<Object> {
  private final RunLoop run;
  private final int listing;
  private final boolean isLast;
  private boolean ended;

  /**
   * @param isLast whether it is the one read while the run winds down
   */
  ListingRead(RunLoop run, int listing, boolean isLast) {
    this.run = run;
    this.listing = listing;
    this.isLast = isLast;
  }

  final int listing() {
    return listing;
  }

  void listed(Map<?, MemberStatus> listed) {}

  /** The read failed after all repeats, or listings cannot be read at all. */
  void refused(Reason reason) {}

  /** The read is over, and so is what follows from it. */
  void finished() {}

  @Override
  public final Kind kind() {
    return Kind.READ;
  }

  @Override
  public final String subject() {
    return run.listings().subject(listing);
  }

  @Override
  public final RunLoop owner() {
    return run;
  }

  @Override
  public final boolean isWanted() {
    return !ended && (isLast ? run.isWindingDown() : run.isRunning());
  }

  @Override
  public final boolean isRepeatable() {
    return !isLast;
  }

  @Override
  public final CompletionStage<Object> make() {
    return run.listings().read(run.context().backend(), listing);
  }

  @Override
  public final void answered(Object answer) {
    if (isWanted()) {
      end();
      Map<?, MemberStatus> listed = run.listings().listed(answer);
      run.rules().note(listing, listed);
      listed(listed);
      finished();
    }
  }

  @Override
  public final void failed(Reason reason, Duration retryAfter) {
    if (isWanted()) {
      end();
      if (reason.kind() == Reason.Kind.UNSUPPORTED || reason.kind() == Reason.Kind.FORBIDDEN) {
        run.cannotList(reason);
      }
      refused(reason);
      finished();
    }
  }

  private void end() {
    ended = true;
    run.readFinished(this);
  }
}
