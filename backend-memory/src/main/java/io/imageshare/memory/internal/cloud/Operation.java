package io.imageshare.memory;

import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import java.util.Set;

/** What a call asks for every pair of its images and recipients. */
record Work(ShareRequest slice) {

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

  /** Whether a recipient asks it, of itself. */
  boolean isDecision() {
    return action() == Action.ACCEPT || action() == Action.REJECT;
  }

  /** Who asks it, in a cloud of this owner's. */
  Recipient by(Recipient owner) {
    return isDecision() ? slice.recipients().iterator().next() : owner;
  }

  /** The service's word for a job that does this. */
  String jobType() {
    return switch (action()) {
      case SHARE -> "imsAddImageMembersJob";
      case UNSHARE -> "imsDelImageMembersJob";
      case ACCEPT, REJECT -> "imsUpdateImageMembersJob";
    };
  }

  /** Whether the results of a job tell of each image: the vendor's sample of a removal has none. */
  boolean isTold() {
    return action() != Action.UNSHARE;
  }

  /** Does one pair. */
  void apply(Catalog catalog, String image, Recipient recipient) {
    switch (action()) {
      case SHARE -> catalog.add(image, recipient, begins(recipient));
      case UNSHARE -> catalog.remove(image, recipient);
      case ACCEPT -> catalog.decide(image, recipient, MemberStatus.ACCEPTED);
      case REJECT -> catalog.decide(image, recipient, MemberStatus.REJECTED);
    }
  }

  /** The vendor's sample of an organization has accepted at once. */
  private static MemberStatus begins(Recipient recipient) {
    return recipient.type() == Recipient.Type.ORGANIZATION
        ? MemberStatus.ACCEPTED
        : MemberStatus.PENDING;
  }
}
