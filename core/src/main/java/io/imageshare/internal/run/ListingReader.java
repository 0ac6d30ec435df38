package io.imageshare.internal.run;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import java.util.Map;

/** Takes what a run reads that does nothing else. */
public interface ListingReader {

  /**
   * A listing was read.
   *
   * @param subject whose it is
   */
  default void listed(String subject, Map<?, MemberStatus> listed) {}

  /** A listing cannot be read. */
  default void failed(String subject, Reason reason) {}
}
