package io.imageshare.memory.internal.cloud;

import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import java.time.Instant;
import java.util.Set;

/** One action asked for every pair of a slice. */
record Operation(ShareRequest slice) {

  Action action() {
    return slice.action();
  }

  Set<String> images() {
    return slice.images();
  }

  Set<Recipient> recipients() {
    return slice.recipients();
  }

  int pairs() {
    return Math.toIntExact(slice.pairs());
  }

  /** Whether recipients ask it, each for itself. */
  boolean isDecision() {
    return action() == Action.ACCEPT || action() == Action.REJECT;
  }

  /** The project that asks it. */
  Recipient caller(Recipient owner) {
    return isDecision() ? slice.recipients().iterator().next() : owner;
  }

  /** The service's type of a job that does this. */
  String jobType() {
    return switch (action()) {
      case SHARE -> "imsAddImageMembersJob";
      case UNSHARE -> "imsDelImageMembersJob";
      case ACCEPT, REJECT -> "imsUpdateImageMembersJob";
    };
  }

  /** Whether a job reports a result for each image: the vendor's sample of a removal has none. */
  boolean reportsImages() {
    return action() != Action.UNSHARE;
  }

  /** Does it for one pair. */
  void apply(ImageStore store, String image, Recipient recipient, Instant now) {
    switch (action()) {
      case SHARE -> store.add(image, recipient, initialStatus(recipient), now);
      case UNSHARE -> store.remove(image, recipient);
      case ACCEPT -> store.updateStatus(image, recipient, MemberStatus.ACCEPTED);
      case REJECT -> store.updateStatus(image, recipient, MemberStatus.REJECTED);
    }
  }

  /** In the vendor's sample an organization is a member at once. */
  private static MemberStatus initialStatus(Recipient recipient) {
    return recipient.type() == Recipient.Type.ORGANIZATION
        ? MemberStatus.ACCEPTED
        : MemberStatus.PENDING;
  }
}
