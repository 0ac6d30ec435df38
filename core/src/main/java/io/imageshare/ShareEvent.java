package io.imageshare;

import java.time.Duration;

/**
 * What a run does, as data: for progress bars, logs and metrics. Events come on the timekeeper's
 * thread, in the order things happened; a listener that takes long holds the run up.
 */
public sealed interface ShareEvent {

  /**
   * The run this is about.
   *
   * @return its id
   */
  String run();

  /**
   * The survey is over: what was there already is known.
   *
   * @param run the run's id
   * @param images images read
   * @param already pairs found as asked
   * @param refused pairs that cannot work, found without a write
   */
  record Surveyed(String run, int images, long already, long refused) implements ShareEvent {}

  /**
   * A slice was taken by the service.
   *
   * @param run the run's id
   * @param slice what was asked
   * @param job the first look at its job
   */
  record Submitted(String run, ShareRequest slice, Job job) implements ShareEvent {}

  /**
   * A job was looked at.
   *
   * @param run the run's id
   * @param job what was seen
   */
  record Polled(String run, Job job) implements ShareEvent {}

  /**
   * A call went wrong and will be made again.
   *
   * @param run the run's id
   * @param call {@code submit}, {@code job} or {@code members}
   * @param reason what went wrong
   * @param delay how long it waits at least
   */
  record Retrying(String run, String call, Reason reason, Duration delay) implements ShareEvent {}

  /**
   * A slice was refused, and is taken apart to find out why.
   *
   * @param run the run's id
   * @param slice what was refused
   * @param reason the service's reason
   */
  record Split(String run, ShareRequest slice, Reason reason) implements ShareEvent {}

  /**
   * Every pair of an image has its outcome.
   *
   * @param run the run's id
   * @param image the image
   * @param done its pairs that are as asked
   * @param failed its pairs that are not
   * @param unknown its pairs nobody can say anything of
   */
  record ImageCompleted(String run, String image, long done, long failed, long unknown)
      implements ShareEvent {}

  /**
   * The run is over.
   *
   * @param run the run's id
   * @param report its report
   */
  record Finished(String run, ShareReport report) implements ShareEvent {}
}
