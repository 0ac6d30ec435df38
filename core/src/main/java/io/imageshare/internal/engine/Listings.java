package io.imageshare.internal.engine;

import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
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
  private final PairTable table;
  private final Action action;
  private final Slice all;

  Listings(PairTable table) {
    this.table = table;
    action = table.action();
    all = table.all();
    if (action.isOfRecipient() && table.recipients() != 1) {
      throw new IllegalArgumentException("recipients: " + table.recipients() + "; one decides");
    }
  }

  /** Whose ids they are listings of. */
  Side side() {
    return action.isOfRecipient() ? Side.RECIPIENTS : Side.IMAGES;
  }

  /** Whether another run's calls are made by the same, with the same credentials. */
  boolean isSamePrincipal(Listings other) {
    return side() == other.side()
        && (side() == Side.IMAGES || table.recipient(0).equals(other.table.recipient(0)));
  }

  int count() {
    return action.isOfRecipient() ? 1 : table.images();
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
    return action.isOfRecipient() ? table.recipient(0).id() : table.image(listing);
  }

  boolean hasOpen(int listing) {
    return action.isOfRecipient() ? table.hasOpen() : table.hasOpen(listing);
  }

  boolean hasAsked(int listing) {
    return action.isOfRecipient() ? table.hasAsked() : table.hasAsked(listing);
  }

  boolean hasPending(int listing) {
    return action.isOfRecipient() ? table.hasPending() : table.hasPending(listing);
  }

  /** Asks for one: for the members of the image, or for the recipient's images. */
  @SuppressWarnings("unchecked") // nothing is put into it
  CompletionStage<Object> read(MemberBackend backend, int listing) {
    return (CompletionStage<Object>)
        (action.isOfRecipient()
            ? backend.images(table.recipient(0), decided())
            : backend.members(table.image(listing)));
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
    for (int image = 0; image < table.images(); image++) {
      if (((Set<?>) answer).contains(table.image(image))) {
        images.put(table.image(image), decided());
      }
    }
    return images;
  }

  /** The status with which a listing shows a pair, or null. */
  @Nullable MemberStatus status(Map<?, MemberStatus> listed, int image, int recipient) {
    if (action.isOfRecipient()) {
      return listed.get(table.image(image));
    }
    Recipient member = table.recipient(recipient);
    MemberStatus status = listed.get(member);
    // Where the service does not tell the type, all are listed as projects.
    return status == null ? listed.get(Recipient.project(member.id())) : status;
  }

  /** Whether a pair that is listed so, or not at all, is as asked. */
  boolean isAsAsked(@Nullable MemberStatus status) {
    return (status == null) == (action == Action.UNSHARE);
  }
}
