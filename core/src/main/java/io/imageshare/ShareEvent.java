package io.imageshare;

import java.time.Duration;
import java.util.List;

/**
 * What happens in a run, for progress bars, logs and metrics. Events are delivered on the
 * timekeeper's thread, in order; a slow listener delays the run.
 */
public sealed interface ShareEvent {

  /** {@return the id of the run} */
  String run();

  /**
   * The survey has finished: what is already as asked is known.
   *
   * @param run the run's id
   * @param images the images whose members were read; not those described as unshared
   * @param already the pairs that are already as asked
   * @param refused the pairs that failed without a submit
   */
  record Surveyed(String run, int images, long already, long refused) implements ShareEvent {}

  /**
   * The service accepted a slice.
   *
   * @param run the run's id
   * @param slice the slice
   * @param job its job as the service reported it at first
   */
  record Submitted(String run, ShareRequest slice, Job job) implements ShareEvent {}

  /**
   * A poll of a job was answered.
   *
   * @param run the run's id
   * @param job the job as the poll saw it
   */
  record Polled(String run, Job job) implements ShareEvent {}

  /**
   * A call failed and will be repeated.
   *
   * @param run the run's id
   * @param call {@code submit}, {@code job} or {@code members}
   * @param reason why it failed
   * @param delay the time before the repeat; after a refusal as too fast the wait that the service
   *     asks for, which ends early once a later call of its kind was taken
   */
  record Retrying(String run, String call, Reason reason, Duration delay) implements ShareEvent {}

  /**
   * A slice was refused, and is split to find the bad id.
   *
   * @param run the run's id
   * @param slice the refused slice
   * @param reason the service's reason
   */
  record Split(String run, ShareRequest slice, Reason reason) implements ShareEvent {}

  /**
   * Every pair of an image has its outcome.
   *
   * @param run the run's id
   * @param image the image
   * @param done the number of its pairs that are as asked
   * @param failed the number of its pairs that failed
   * @param unknown the number of its pairs whose outcome is unknown
   * @param notDone the first ten of those that are not done, {@link Outcome.Failed} and {@link
   *     Outcome.Unknown}, with their reasons
   */
  record ImageCompleted(
      String run, String image, long done, long failed, long unknown, List<Outcome> notDone)
      implements ShareEvent {

    /** Copies. */
    public ImageCompleted {
      notDone = List.copyOf(notDone);
    }

    /** {@return how many pairs are not done besides those in {@link #notDone}} */
    public long more() {
      return failed + unknown - notDone.size();
    }
  }

  /**
   * The run has ended.
   *
   * @param run the run's id
   * @param report its report
   */
  record Finished(String run, ShareReport report) implements ShareEvent {}
}
