package io.imageshare.memory;

import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import java.util.Set;

/** What a call asks for every pair of its images and recipients. */
sealed interface Work {

  Set<String> images();

  Set<Recipient> recipients();

  /** The service's word for a job that does this. */
  String jobType();

  /** The generic failure of a pair, which may hide anything. */
  Flaw failure();

  /** Whether the results of a job that does this tell of each image. */
  boolean told();

  /** Who asks it, in a cloud of this owner's. */
  Recipient by(Recipient owner);

  /** Does one pair. */
  void apply(Catalog catalog, String image, Recipient recipient);

  default int pairs() {
    return Math.multiplyExact(images().size(), recipients().size());
  }

  /** What the owner asks: members come or go. */
  record Sharing(ShareRequest slice) implements Work {

    @Override
    public Set<String> images() {
      return slice.images();
    }

    @Override
    public Set<Recipient> recipients() {
      return slice.recipients();
    }

    Action action() {
      return slice.action();
    }

    @Override
    public String jobType() {
      return switch (action()) {
        case SHARE -> "imsAddImageMembersJob";
        case UNSHARE -> "imsDelImageMembersJob";
      };
    }

    @Override
    public Flaw failure() {
      return Flaw.generic(action());
    }

    // The vendor's sample of a removal has no results at all.
    @Override
    public boolean told() {
      return action() == Action.SHARE;
    }

    @Override
    public Recipient by(Recipient owner) {
      return owner;
    }

    @Override
    public void apply(Catalog catalog, String image, Recipient recipient) {
      switch (action()) {
        case SHARE -> catalog.add(image, recipient, MemberStatus.PENDING);
        case UNSHARE -> catalog.remove(image, recipient);
      }
    }
  }

  /**
   * What a recipient says to images it was given.
   *
   * @param status ACCEPTED or REJECTED
   * @param vault where full-server images are kept; empty: none is named
   */
  record Decision(Set<String> images, Recipient recipient, MemberStatus status, String vault)
      implements Work {

    @Override
    public Set<Recipient> recipients() {
      return Set.of(recipient);
    }

    @Override
    public String jobType() {
      return "imsUpdateImageMembersJob";
    }

    @Override
    public Flaw failure() {
      return Flaw.undecided();
    }

    @Override
    public boolean told() {
      return true;
    }

    @Override
    public Recipient by(Recipient owner) {
      return recipient;
    }

    @Override
    public void apply(Catalog catalog, String image, Recipient recipient) {
      catalog.decide(image, recipient, status);
    }
  }
}
