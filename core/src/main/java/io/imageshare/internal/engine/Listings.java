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
 * The listings that show the state of a run's pairs: the members of each image; or, where the run's
 * one recipient decides, the images with its decision.
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
      throw new IllegalArgumentException(
          "recipients: " + table.recipients() + "; a run of recipients has one");
    }
  }

  /** The side whose ids have a listing each. */
  Side side() {
    return action.isOfRecipient() ? Side.RECIPIENTS : Side.IMAGES;
  }

  /** Whether another run uses the same credentials. */
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

  /** The id of the image or recipient whose listing it is. */
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

  /** Reads a listing: the members of the image, or the images of the recipient. */
  @SuppressWarnings("unchecked") // the answer is only read
  CompletionStage<Object> read(MemberBackend backend, int listing) {
    return (CompletionStage<Object>)
        (action.isOfRecipient()
            ? backend.images(table.recipient(0), decided())
            : backend.members(table.image(listing)));
  }

  private MemberStatus decided() {
    return action == Action.ACCEPT ? MemberStatus.ACCEPTED : MemberStatus.REJECTED;
  }

  /** The recipients, or the images of this run, in an answer, each with its status. */
  @SuppressWarnings("unchecked") // members() answers with this type
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
    // Where the service does not report the type, every member is listed as a project.
    return status == null ? listed.get(Recipient.project(member.id())) : status;
  }

  /** Whether a pair with this status, or null for one that is not listed, is as asked. */
  boolean isAsAsked(@Nullable MemberStatus status) {
    return (status == null) == (action == Action.UNSHARE);
  }
}
