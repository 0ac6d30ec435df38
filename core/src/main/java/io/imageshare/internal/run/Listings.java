package io.imageshare.internal.run;

import static com.google.common.collect.ImmutableMap.toImmutableMap;

import com.google.common.collect.Maps;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.table.Ids;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
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
  private final List<String> images;
  private final List<Recipient> recipients;

  public Listings(PairTable table) {
    this.table = table;
    action = table.action();
    byRecipient = action.isOfRecipient();
    all = table.all();
    images = table.imageIds().stream().map(Ids::key).toList();
    recipients = table.recipientIds().stream().map(Ids::key).toList();
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

  /** The recipient that acts; null where the images' owner does. */
  public @Nullable Recipient recipient(int principal) {
    return byRecipient ? table.recipient(principal) : null;
  }

  /** The pairs that a principal asks for. */
  Slice pairsOf(int principal) {
    return byRecipient ? part(principal) : all;
  }

  /** The recipients with which each image is open, as far as a principal asks for it. */
  public BitSet[] open(int principal) {
    BitSet[] open = new BitSet[table.images()];
    Arrays.setAll(open, image -> byRecipient ? ownOpen(image, principal) : table.open(image));
    return open;
  }

  private BitSet ownOpen(int image, int recipient) {
    BitSet own = new BitSet();
    own.set(recipient, table.isOpen(image, recipient));
    return own;
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
    Set<Object> keys = byKey(Maps.asMap((Set<?>) answer, id -> decided())).keySet();
    return IntStream.range(0, table.images())
        .filter(image -> keys.contains(images.get(image)))
        .boxed()
        .collect(toImmutableMap(table::image, image -> decided()));
  }

  /** What a listing shows, to be found however its ids are spelled. */
  public static Map<Object, MemberStatus> byKey(Map<?, MemberStatus> listed) {
    if (listed.keySet().stream().allMatch(id -> key(id).equals(id))) {
      return Collections.unmodifiableMap(listed); // nearly always: a listing has many members
    }
    Map<Object, MemberStatus> byKey = new HashMap<>();
    listed.forEach((id, status) -> byKey.put(key(id), status));
    return byKey;
  }

  private static Object key(Object id) {
    if (id instanceof Recipient recipient) {
      return Ids.key(recipient);
    }
    return id instanceof String image ? Ids.key(image) : id;
  }

  /** The status with which a listing, by keys, shows a pair, or null. */
  public @Nullable MemberStatus status(Map<Object, MemberStatus> byKey, int image, int recipient) {
    if (byRecipient) {
      return byKey.get(images.get(image));
    }
    Recipient member = recipients.get(recipient);
    MemberStatus status = byKey.get(member);
    // Where the service does not tell the type, all are listed as projects.
    return status == null && member.type() != Recipient.Type.PROJECT
        ? byKey.get(Recipient.project(member.id()))
        : status;
  }

  /** Whether a pair that is listed so, or not at all, is as asked. */
  boolean isAsAsked(@Nullable MemberStatus status) {
    return (status == null) == (action == Action.UNSHARE);
  }
}
