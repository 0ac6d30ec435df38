package io.imageshare.internal.engine;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.internal.flow.Call;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * One reading of a listing. Whatever it shows is noted for all of its pairs before {@link #listed}
 * is called; {@link #over} comes last in any case.
 */
class ListingRead implements Call<Object> {
  private final RunLoop run;
  private final int listing;
  private final boolean last;
  private boolean ended;

  /**
   * @param last whether it is the one reading of a run that is winding down
   */
  ListingRead(RunLoop run, int listing, boolean last) {
    this.run = run;
    this.listing = listing;
    this.last = last;
  }

  final int listing() {
    return listing;
  }

  void listed(Map<?, MemberStatus> listed) {}

  /** It failed for good, or members cannot be listed at all. */
  void refused(Reason reason) {}

  void over() {}

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
  public final boolean wanted() {
    return !ended && (last ? run.isWinding() : run.isGoing());
  }

  @Override
  public final boolean repeats() {
    return !last;
  }

  @Override
  public final CompletionStage<Object> make() {
    return run.listings().read(run.context().backend(), listing);
  }

  @Override
  public final void answered(Object answer) {
    if (wanted()) {
      end();
      Map<?, MemberStatus> listed = run.listings().listed(answer);
      run.rules().note(listing, listed);
      listed(listed);
      over();
    }
  }

  @Override
  public final void failed(Reason reason, Duration retryAfter) {
    if (wanted()) {
      end();
      if (reason.kind() == Reason.Kind.UNSUPPORTED || reason.kind() == Reason.Kind.FORBIDDEN) {
        run.cannotList(reason);
      }
      refused(reason);
      over();
    }
  }

  private void end() {
    ended = true;
    run.ended(this);
  }
}
