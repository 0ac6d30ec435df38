package io.imageshare;

import java.util.Map;
import java.util.Set;

/**
 * Three straight methods for an implementer who has a blocking client; {@link
 * MemberBackend#blocking} makes a backend of them. The rules of {@link MemberBackend} hold, except
 * that these may block.
 */
public interface BlockingMemberBackend extends AutoCloseable {

  /**
   * Starts the work of one slice.
   *
   * @param slice what to do
   * @return the first look at its job
   * @throws Exception a {@link BackendException} for what the service said; anything else counts as
   *     {@link Reason.Kind#INTERNAL}
   */
  Job submit(ShareRequest slice) throws Exception;

  /**
   * A later look at a job.
   *
   * @param id the job's id
   * @return how far it is now
   * @throws Exception as {@link #submit}
   */
  Job job(String id) throws Exception;

  /**
   * Who has an image now.
   *
   * @param image the image's id
   * @return every recipient with its status
   * @throws Exception as {@link #submit}
   */
  Map<Recipient, MemberStatus> members(String image) throws Exception;

  /**
   * Which of the images that were shared with a project have a status now.
   *
   * @param recipient the project
   * @param status ACCEPTED or REJECTED
   * @return the images' ids; by default it fails as {@link Reason.Kind#UNSUPPORTED}
   * @throws Exception as {@link #submit}
   */
  default Set<String> images(Recipient recipient, MemberStatus status) throws Exception {
    throw new BackendException(
        new Reason(
            Reason.Kind.UNSUPPORTED, "", "this backend cannot list the images of a project"));
  }

  /**
   * What the service tells of images besides who has them.
   *
   * @param images the images' ids
   * @return a description of each that is known; by default it fails as {@link
   *     Reason.Kind#UNSUPPORTED}, which changes nothing
   * @throws Exception as {@link #submit}
   */
  default Map<String, Image> describe(Set<String> images) throws Exception {
    throw new BackendException(
        new Reason(Reason.Kind.UNSUPPORTED, "", "this backend cannot describe images"));
  }

  /** Releases what the client holds. By default it holds nothing. */
  @Override
  default void close() {}
}
