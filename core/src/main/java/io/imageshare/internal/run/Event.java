package io.imageshare.internal.run;

import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.ShareReport.Ending;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happens to a run. Submissions, listings and principals are named by number. */
public sealed interface Event {

  /** The run begins, or is resumed. */
  record Begin() implements Event {}

  /** What the service says of images; nothing where it does not. */
  record Described(Map<String, Image> images) implements Event {}

  record Listed(int listing, Map<?, MemberStatus> listed) implements Event {}

  /** A read failed, after its repeats. */
  record ReadFailed(int listing, Reason reason) implements Event {}

  /** A read failed without harm and is made again. */
  record ReadDelayed(int listing) implements Event {}

  /** A queued read goes out now. */
  record Reading(int listing, int number) implements Event {}

  /** A write may go as soon as its intent is written down. */
  record Preparing(int submission) implements Event {}

  /** The intent of a write is where no crash can take it. */
  record Prepared(int submission) implements Event {}

  /** A write is sent now. */
  record Sending(int submission) implements Event {}

  /** A write had no effect, and is sent again. */
  record Requeued(int submission, Reason reason) implements Event {}

  record Submitted(int submission, Job job) implements Event {}

  record SubmitFailed(int submission, Reason reason) implements Event {}

  /** The id of a job is where no crash can take it. */
  record Saved(int submission) implements Event {}

  /** A poll that was asked at a time was answered. */
  record Polled(int submission, Job job, long asked) implements Event {}

  record PollFailed(int submission, Reason reason, Duration retryAfter) implements Event {}

  /** A time has come. */
  record Due(Timer timer) implements Event {}

  /** The journal takes nothing any more. */
  record JournalFailed(Reason reason) implements Event {}

  /** The credentials of a principal were refused. */
  record Unauthenticated(int principal, Reason reason) implements Event {}

  /** Not one call of the workflow was ever answered. */
  record Unreachable(Reason reason) implements Event {}

  /** Somebody wants the run to end, after so long at the latest. */
  record EndRequested(Ending ending, @Nullable Reason reason, Duration within) implements Event {}

  /** What a time is waited for. */
  record Timer(Purpose purpose, int number) {
    enum Purpose {
      /** A poll of a submission's job is due, or may be worth its call. */
      POLL,
      /** What became of a submission is to be read. */
      READ_BACK,
      /** A listing is to be read again. */
      REREAD,
      /** Open pairs have waited long enough for others. */
      PLAN,
      /** The survey has waited long enough for slow reads. */
      SURVEY,
      DEADLINE,
      /** The run has wound down for long enough. */
      WIND_DOWN
    }
  }
}
