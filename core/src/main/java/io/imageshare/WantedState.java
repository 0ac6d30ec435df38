package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableSet.toImmutableSet;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.Maps;
import com.google.common.collect.Multimaps;
import com.google.common.collect.SetMultimap;
import com.google.common.collect.Sets;
import io.imageshare.internal.table.Ids;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which recipients each of some images should have, and no others. {@link ShareWorkflow#changes}
 * finds out what to do for that; once it is done, nothing is left to do.
 *
 * @param recipients for each image all that it should have; none, if it should be shared with
 *     nobody
 * @param maxRemovals what part of the members that the images have now may be removed, 0 to 1; more
 *     is refused: the list may be empty by mistake
 */
public record WantedState(Map<String, Set<Recipient>> recipients, double maxRemovals) {
  /** So few changes in a usual update, and so much is missing in a list cut short. */
  private static final double TENTH = 0.1;

  /** An order that does not depend on that of the backend's map. */
  private static final Comparator<Recipient> BY_ID =
      Comparator.comparing(Recipient::type).thenComparing(Recipient::id);

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if there is no image, an id is not one id, or the part is not
   *     between 0 and 1
   */
  public WantedState {
    requireNonNull(recipients, "recipients").keySet().forEach(id -> Ids.check("images", id));
    checkArgument(!recipients.isEmpty(), "images: none given; at least one is needed");
    checkArgument(
        maxRemovals >= 0 && maxRemovals <= 1,
        "maxRemovals: %s; it is a part, from 0 to 1",
        maxRemovals);
    recipients = ImmutableMap.copyOf(Maps.transformValues(recipients, ImmutableSet::copyOf));
  }

  /**
   * Every image with exactly these projects. Up to a tenth of the members may be removed.
   *
   * @param images the images' ids
   * @param projects the projects' ids
   * @return the wanted state
   * @throws IllegalArgumentException if there is no image, or an id is not one id
   */
  public static WantedState of(Collection<String> images, Collection<String> projects) {
    Set<Recipient> recipients = projects.stream().map(Recipient::project).collect(toImmutableSet());
    return of(Maps.toMap(images, image -> recipients));
  }

  /**
   * Some images, each with its own recipients. Up to a tenth of the members may be removed.
   *
   * @param recipients for each image all that it should have
   * @return the wanted state
   * @throws IllegalArgumentException if there is no image, or an id is not one id
   */
  public static WantedState of(Map<String, Set<Recipient>> recipients) {
    return new WantedState(recipients, TENTH);
  }

  /**
   * The same with another part that may be removed.
   *
   * @param part of the members that the images have now, 0 to 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is not between 0 and 1
   */
  public WantedState maxRemovals(double part) {
    return new WantedState(recipients, part);
  }

  /**
   * What is to be done: {@code run(shares)} and {@code run(unshares)}, where they are not empty.
   *
   * @param shares requests that share what is missing
   * @param unshares requests that remove what is not wanted
   */
  public record Changes(List<ShareRequest> shares, List<ShareRequest> unshares) {

    /** Copies. */
    public Changes {
      shares = List.copyOf(shares);
      unshares = List.copyOf(unshares);
    }
  }

  /** Who has the images, as far as it was read. */
  static final class Present {
    private final Map<String, Set<Recipient>> members = new ConcurrentHashMap<>();

    void take(String image, Map<?, MemberStatus> listed) {
      members.put(
          image, listed.keySet().stream().map(Recipient.class::cast).collect(toImmutableSet()));
    }

    /** All of it: what is not known cannot be compared. */
    Map<String, Set<Recipient>> all(Set<String> images, ShareReport read) {
      for (String image : images) {
        if (!members.containsKey(image)) {
          String why =
              read.failed()
                  .filter(failed -> failed.member().image().equals(image))
                  .map(Outcome.Failed::reason)
                  .findFirst()
                  .or(read::reason)
                  .map(Reason::toString)
                  .orElse("the listing failed");
          throw new IllegalStateException(
              "image %s: its members cannot be read, so nobody can say what is to be done: %s"
                  .formatted(image, why));
        }
      }
      return members;
    }
  }

  /**
   * A request whose survey lists all images, whatever is told of them, as an unshare does; whom it
   * names does not matter.
   */
  ShareRequest reading() {
    return new ShareRequest(
        ShareRequest.Action.UNSHARE, recipients.keySet(), Set.of(Recipient.project("nobody")));
  }

  /** What leads from what the images have now to this. */
  Changes from(Map<String, Set<Recipient>> present) {
    Map<String, Set<Recipient>> missing = new LinkedHashMap<>();
    Map<String, Set<Recipient>> unwanted = new LinkedHashMap<>();
    recipients.forEach(
        (image, wanted) -> {
          Set<Recipient> has = present.getOrDefault(image, Set.of());
          missing.put(image, Sets.difference(wanted, has));
          unwanted.put(image, Sets.difference(ImmutableSortedSet.copyOf(BY_ID, has), wanted));
        });
    guard(size(unwanted), size(present));
    return new Changes(
        requests(ShareRequest.Action.SHARE, missing),
        requests(ShareRequest.Action.UNSHARE, unwanted));
  }

  private void guard(long unwanted, long present) {
    if (unwanted > maxRemovals * present) {
      throw new IllegalStateException(
          "%d of %d members would be removed, more than a part of %s; if that is meant, maxRemovals(...) allows it"
              .formatted(unwanted, present, maxRemovals));
    }
  }

  private static long size(Map<String, Set<Recipient>> recipients) {
    return recipients.values().stream().mapToLong(Set::size).sum();
  }

  /** One request for all images that lack, or have too many, the same. */
  private static List<ShareRequest> requests(
      ShareRequest.Action action, Map<String, Set<Recipient>> changes) {
    SetMultimap<Set<Recipient>, String> images = LinkedHashMultimap.create();
    changes.forEach((image, recipients) -> images.put(ImmutableSet.copyOf(recipients), image));
    return Multimaps.asMap(images).entrySet().stream()
        .filter(same -> !same.getKey().isEmpty())
        .map(same -> new ShareRequest(action, same.getValue(), same.getKey()))
        .toList();
  }
}
