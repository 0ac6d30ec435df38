package io.imageshare;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * One reading of an image's members. Whatever it shows is noted for all pairs of the image before
 * {@link #listed} is called; {@link #over} comes last in any case.
 */
class Reading implements Call<Map<Recipient, MemberStatus>> {
  private final Run run;
  private final int image;
  private final boolean last;
  private boolean ended;

  /**
   * @param last whether it is the one reading of a run that is winding down
   */
  Reading(Run run, int image, boolean last) {
    this.run = run;
    this.image = image;
    this.last = last;
  }

  final int image() {
    return image;
  }

  void listed(Map<Recipient, MemberStatus> members) {}

  /** It failed for good, or members cannot be listed at all. */
  void refused(Reason reason) {}

  void over() {}

  @Override
  public final Kind kind() {
    return Kind.READ;
  }

  @Override
  public final String subject() {
    return run.ledger().image(image);
  }

  @Override
  public final Run run() {
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
  public final CompletionStage<Map<Recipient, MemberStatus>> make() {
    return run.engine().backend().members(run.ledger().image(image));
  }

  @Override
  public final void answered(Map<Recipient, MemberStatus> members) {
    if (wanted()) {
      end();
      run.judge().note(image, members);
      listed(members);
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
