package io.imageshare.internal.run;

import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The service as a small state, and what a run was told of it. Sets of pairs are bits; a pair that
 * is in {@link #done} is as asked.
 */
final class ModelCloud {

  /** A write that the service took: it takes effect whenever a listing or a poll wants to know. */
  static final class Work {
    final String job;
    final int pairs;
    boolean hasActed;

    /** Whether the run knows of it. */
    boolean isKnown;

    @Nullable Job end;

    Work(String job, int pairs) {
      this.job = job;
      this.pairs = pairs;
    }

    void acts(ModelCloud cloud) {
      hasActed = true;
      cloud.done |= pairs;
    }
  }

  /** An image or a recipient that is refused from now on. */
  record Bad(boolean isImage, int id, Kind kind) {}

  final List<Work> works = new ArrayList<>();
  final List<Bad> bad = new ArrayList<>();
  int done;

  /** What a listing has shown: no later one lacks it. */
  int shown;

  /** What the last answered read of each listing showed. */
  int listed;

  /** What a job said is done. */
  int vouched;

  /** The pairs whose listing was refused when it was read last. */
  int unlistable;

  /** The pairs whose listing was ever refused. */
  int wasUnlistable;

  /** The pairs whose last write was lost, and that no read begun since has answered for. */
  int unread;

  /** The pairs of writes that were taken or lost. */
  int touched;

  /** The pairs whose ids the service has taken for good: these never turn bad. */
  int taken;

  /** The pairs of writes that were taken, as the run knows. */
  int accepted;

  /** The pairs of writes that were lost. */
  int lost;

  /** The pairs that a listing ever lacked although they were done, or that could not be listed. */
  int hidden;

  /** The pairs that a failed job did all the same. */
  int misreported;

  /** The pairs that may come out Failed or Unknown, for what went wrong with them. */
  int excused;

  Work take(String job, int pairs) {
    Work work = new Work(job, pairs);
    works.add(work);
    taken |= pairs;
    touched |= pairs;
    return work;
  }

  void lose(int pairs) {
    unread |= pairs;
    touched |= pairs;
    suspectLoss(pairs);
  }

  void suspectLoss(int pairs) {
    lost |= pairs;
    excused |= wasUnlistable & pairs;
  }

  /** The works that a listing of these pairs may show already or not yet. */
  List<Work> undecided(int pairs) {
    return works.stream()
        .filter(work -> !work.hasActed && work.end == null && (work.pairs & pairs) != 0)
        .toList();
  }

  void hide(int pairs) {
    hidden |= pairs;
    excused |= (pairs & misreported) != 0 ? -1 : 0;
  }

  void answer(int listing, int asDone, int covered) {
    shown |= asDone;
    listed = (listed & ~listing) | asDone;
    unread &= ~covered;
    unlistable &= ~listing;
  }

  void refuseListing(int listing) {
    unlistable |= listing;
    wasUnlistable |= listing;
    excused |= listing & lost;
    hide(listing);
  }

  static Reason reason(Kind kind) {
    return new Reason(kind, "", "");
  }
}
