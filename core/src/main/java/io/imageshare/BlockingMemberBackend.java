package io.imageshare;

import java.util.Map;
import java.util.Set;

/**
 * A backend over a blocking client: {@link MemberBackend#blocking} turns it into a {@link
 * MemberBackend}. The same rules hold, except that the methods that declare an exception may block.
 */
public interface BlockingMemberBackend extends AutoCloseable {

  /**
   * Submits one slice.
   *
   * @param slice what to do
   * @return the job as the service reports it at first
   * @throws Exception a {@link BackendException} with the service's reason; any other exception
   *     counts as {@link Reason.Kind#INTERNAL}
   */
  Job submit(ShareRequest slice) throws Exception;

  /**
   * Polls a job.
   *
   * @param id the job's id
   * @return the job as it is now
   * @throws Exception as {@link #submit}
   */
  Job job(String id) throws Exception;

  /**
   * {@return every recipient that an image is shared with now, and its status}
   *
   * @param image the image's id
   * @throws Exception as {@link #submit}
   */
  Map<Recipient, MemberStatus> members(String image) throws Exception;

  /**
   * {@return the ids of the images shared with a project that have a given status now; by default
   * it fails as {@link Reason.Kind#UNSUPPORTED}}
   *
   * @param recipient the project
   * @param status ACCEPTED or REJECTED
   * @throws Exception as {@link #submit}
   */
  default Set<String> images(Recipient recipient, MemberStatus status) throws Exception {
    throw new BackendException(
        new Reason(
            Reason.Kind.UNSUPPORTED, "", "this backend cannot list the images of a project"));
  }

  /**
   * {@return a description of each image that is known; by default it fails as {@link
   * Reason.Kind#UNSUPPORTED}, and the engine continues without descriptions}
   *
   * @param images the images' ids
   * @throws Exception as {@link #submit}
   */
  default Map<String, Image> describe(Set<String> images) throws Exception {
    throw new BackendException(
        new Reason(Reason.Kind.UNSUPPORTED, "", "this backend cannot describe images"));
  }

  /** {@return whose images this backend shares, as {@link MemberBackend#account()}} */
  default String account() {
    return "";
  }

  /** {@return how much fits into one submit, as {@link MemberBackend#limits()}} */
  default BatchLimits limits() {
    return BatchLimits.defaults();
  }

  /**
   * {@return the most recipients that one image may have, as {@link
   * MemberBackend#membersPerImage()}}
   */
  default int membersPerImage() {
    return Integer.MAX_VALUE;
  }

  /** {@return the timekeeper of this backend, as {@link MemberBackend#time()}} */
  default Timekeeper time() {
    return Timekeeper.system();
  }

  /** {@return the endpoint that this backend calls, as {@link MemberBackend#endpoint()}} */
  default String endpoint() {
    return "";
  }

  /** Releases the resources of the client. By default there are none. */
  @Override
  default void close() {}
}
