package io.imageshare.internal.run;

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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The listings that show what became of a run's pairs: who has an image, one for each image; or,
 * where recipients decide, the images that a recipient decided on so, one for each recipient.
 */
public final class Listings {
  private final PairTable table;
  private final Action action;
  private final boolean byRecipient;
  private final Slice all;

  public Listings(PairTable table) {
    this.table = table;
    action = table.action();
    byRecipient = action.isOfRecipient();
    all = table.all();
  }

  /** Whose ids they are listings of. */
  Side side() {
    return byRecipient ? Side.RECIPIENTS : Side.IMAGES;
  }

  public int count() {
    return byRecipient ? table.recipients() : table.images();
  }

  /** The listing that shows a pair. */
  int of(int image, int recipient) {
    return byRecipient ? recipient : image;
  }

  /** The listings that show the pairs of a slice. */
  List<Integer> of(Slice slice) {
    return byRecipient ? slice.recipients() : slice.images();
  }

  /** How many principals act in this run: the images' owner, or each of the recipients. */
  public int principals() {
    return byRecipient ? table.recipients() : 1;
  }

  /** Who reads a listing. */
  public int principal(int listing) {
    return byRecipient ? listing : 0;
  }

  /** The listings that a principal reads. */
  List<Integer> listingsOf(int principal) {
    return byRecipient ? List.of(principal) : IntStream.range(0, count()).boxed().toList();
  }

  /** The recipient that acts; null where the images' owner does. */
  public @Nullable Recipient recipient(int principal) {
    return byRecipient ? table.recipient(principal) : null;
  }

  /** The pairs that a principal asks for. */
  public Slice pairsOf(int principal) {
    return byRecipient ? part(principal) : all;
  }

  /** The pairs that a listing shows. */
  Slice part(int listing) {
    return part(all, listing);
  }

  /** The pairs of a slice that a listing shows. */
  Slice part(Slice slice, int listing) {
    return slice.with(side(), List.of(listing));
  }

  /** What is read: the image's id, or the recipient's. */
  public String subject(int listing) {
    return byRecipient ? table.recipient(listing).id() : table.image(listing);
  }

  /** The status that the images of a recipient have after what is asked. */
  public MemberStatus decided() {
    return action == Action.ACCEPT ? MemberStatus.ACCEPTED : MemberStatus.REJECTED;
  }

  /** What an answer shows: recipients, or images of this run, each with its status. */
  @SuppressWarnings("unchecked") // it is what was asked for
  public Map<?, MemberStatus> listed(Object answer) {
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
    if (byRecipient) {
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
