package io.imageshare;

import io.imageshare.ShareRequest.Action;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The listings that show what became of a run's pairs: who has an image, one for each image; or,
 * where the run's one recipient decides, the images that it decided on so.
 */
final class Listings {
  private final Ledger ledger;
  private final Action action;
  private final Slice all;

  Listings(Ledger ledger) {
    this.ledger = ledger;
    action = ledger.action();
    all = ledger.all();
    if (action.isOfRecipient() && ledger.recipients() != 1) {
      throw new IllegalArgumentException("recipients: " + ledger.recipients() + "; one decides");
    }
  }

  /** Whose ids they are listings of. */
  Side side() {
    return action.isOfRecipient() ? Side.RECIPIENTS : Side.IMAGES;
  }

  /** Whether another run's calls are made by the same, with the same credentials. */
  boolean isBySame(Listings other) {
    return side() == other.side()
        && (side() == Side.IMAGES || ledger.recipient(0).equals(other.ledger.recipient(0)));
  }

  int count() {
    return action.isOfRecipient() ? 1 : ledger.images();
  }

  /** The listing that shows a pair. */
  int of(int image) {
    return action.isOfRecipient() ? 0 : image;
  }

  /** The listings that show the pairs of a slice. */
  List<Integer> of(Slice slice) {
    return action.isOfRecipient() ? List.of(0) : slice.images();
  }

  /** The pairs that a listing shows. */
  Slice part(int listing) {
    return part(all, listing);
  }

  /** The pairs of a slice that a listing shows. */
  Slice part(Slice slice, int listing) {
    return action.isOfRecipient() ? slice : new Slice(List.of(listing), slice.recipients());
  }

  /** What is read: the image's id, or the recipient's. */
  String subject(int listing) {
    return action.isOfRecipient() ? ledger.recipient(0).id() : ledger.image(listing);
  }

  boolean hasOpen(int listing) {
    return action.isOfRecipient() ? ledger.hasOpen() : ledger.hasOpen(listing);
  }

  boolean hasAsked(int listing) {
    return action.isOfRecipient() ? ledger.hasAsked() : ledger.hasAsked(listing);
  }

  boolean hasPending(int listing) {
    return action.isOfRecipient() ? ledger.hasPending() : ledger.hasPending(listing);
  }

  /** Asks for one: for the members of the image, or for the recipient's images. */
  @SuppressWarnings("unchecked") // nothing is put into it
  CompletionStage<Object> read(MemberBackend backend, int listing) {
    return (CompletionStage<Object>)
        (action.isOfRecipient()
            ? backend.images(ledger.recipient(0), decided())
            : backend.members(ledger.image(listing)));
  }

  private MemberStatus decided() {
    return action == Action.ACCEPT ? MemberStatus.ACCEPTED : MemberStatus.REJECTED;
  }

  /** What an answer shows: recipients, or images of this run, each with its status. */
  @SuppressWarnings("unchecked") // it is what was asked for
  Map<?, MemberStatus> listed(Object answer) {
    if (answer instanceof Map<?, ?>) {
      return (Map<?, MemberStatus>) answer;
    }
    Map<String, MemberStatus> images = new HashMap<>();
    for (int image = 0; image < ledger.images(); image++) {
      if (((Set<?>) answer).contains(ledger.image(image))) {
        images.put(ledger.image(image), decided());
      }
    }
    return images;
  }

  /** The status with which a listing shows a pair, or null. */
  @Nullable MemberStatus status(Map<?, MemberStatus> listed, int image, int recipient) {
    if (action.isOfRecipient()) {
      return listed.get(ledger.image(image));
    }
    Recipient member = ledger.recipient(recipient);
    MemberStatus status = listed.get(member);
    // Where the service does not tell the type, all are listed as projects.
    return status == null ? listed.get(Recipient.project(member.id())) : status;
  }

  /** Whether a pair that is listed so, or not at all, is as asked. */
  boolean isAsAsked(@Nullable MemberStatus status) {
    return (status == null) == (action == Action.UNSHARE);
  }
}
