package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableSet.toImmutableSet;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.Maps;
import com.google.common.collect.Multimaps;
import com.google.common.collect.SetMultimap;
import com.google.common.collect.Sets;
import io.imageshare.internal.report.WantedTable;
import io.imageshare.internal.table.Ids;
import java.io.IOException;
import java.io.Reader;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which recipients each of some images should have, and no others. {@link ShareWorkflow#changes}
 * finds out what to do for that; once it is done, nothing is left to do.
 *
 * @param recipients for each image all that it should have; none, if it should be shared with
 *     nobody
 * @param maxRemovals what part of the members that the images have now may be removed, 0 to 1; more
 *     is refused: the list may be empty by mistake
 * @param fewRemovals so many may be removed whatever part of the members they are
 */
public record WantedState(
    Map<String, Set<Recipient>> recipients, double maxRemovals, int fewRemovals) {
  /** So few changes in a usual update, and so much is missing in a list cut short. */
  private static final double TENTH = 0.1;

  /** So few can be shared again by hand, and of a few members they are soon more than a tenth. */
  private static final int FEW = 3;

  /**
   * Checks and copies. What is wanted of an image is joined if it is named twice, in two spellings
   * or with blanks around; its id is the first of them. 32 hexadecimal digits are one id in upper
   * and lower case, with the dashes of a UUID and without.
   *
   * @throws IllegalArgumentException if there is no image, an id is not one id, or the part is not
   *     between 0 and 1, or the number is negative
   */
  public WantedState {
    recipients = checked(requireNonNull(recipients, "recipients"));
    checkArgument(!recipients.isEmpty(), "images: none given; at least one is needed");
    checkArgument(
        maxRemovals >= 0 && maxRemovals <= 1,
        "maxRemovals: %s; it is a part, from 0 to 1",
        maxRemovals);
    checkArgument(fewRemovals >= 0, "fewRemovals: %s; it must be 0 or more", fewRemovals);
  }

  private static Map<String, Set<Recipient>> checked(Map<String, Set<Recipient>> given) {
    Map<String, String> first = new HashMap<>();
    Map<String, Set<Recipient>> wanted = new LinkedHashMap<>();
    given.forEach(
        (image, recipients) -> {
          String id = Ids.check("images", image);
          wanted
              .computeIfAbsent(
                  first.computeIfAbsent(Ids.key(id), key -> id), other -> new LinkedHashSet<>())
              .addAll(Ids.checkRecipients("recipients of " + id, recipients));
        });
    return ImmutableMap.copyOf(
        Maps.transformValues(wanted, all -> Ids.checkRecipients("recipients", all)));
  }

  /**
   * {@return every image with exactly these projects} Up to a tenth of the members may be removed,
   * and up to three of them in any case.
   *
   * @param images the images' ids
   * @param projects the projects' ids
   * @throws IllegalArgumentException if there is no image, or an id is not one id
   */
  public static WantedState of(Collection<String> images, Collection<String> projects) {
    Set<Recipient> recipients =
        Ids.check("projects", projects).stream().map(Recipient::project).collect(toImmutableSet());
    return of(Maps.toMap(Ids.check("images", images), image -> recipients));
  }

  /**
   * {@return some images, each with its own recipients} Up to a tenth of the members may be
   * removed, and up to three of them in any case.
   *
   * @param recipients for each image all that it should have
   * @throws IllegalArgumentException if there is no image, or an id is not one id
   */
  public static WantedState of(Map<String, Set<Recipient>> recipients) {
    return new WantedState(recipients, TENTH, FEW);
  }

  /**
   * {@return the same with another part that may be removed} With 0 nothing may be, not even a few.
   *
   * @param part of the members that the images have now, 0 to 1
   * @throws IllegalArgumentException if it is not between 0 and 1
   */
  public WantedState maxRemovals(double part) {
    return new WantedState(recipients, part, part == 0 ? 0 : fewRemovals);
  }

  /**
   * {@return the same with another part that may be removed, and another number that may be in any
   * case}
   *
   * @param part of the members that the images have now, 0 to 1
   * @param few so many may be removed whatever part of the members they are; 0 for none
   * @throws IllegalArgumentException if the part is not between 0 and 1, or the number is negative
   */
  public WantedState maxRemovals(double part, int few) {
    return new WantedState(recipients, part, few);
  }

  /**
   * Reads a list of who should have what: lines of {@code image,project}. Lines without a project
   * want an image shared with nobody. A first line that holds one of these words names the columns:
   * {@code image}, {@code project} or {@code recipient}, and {@code type} ({@code project}, {@code
   * domain} or {@code organization}); others are passed over. So it also reads what {@link
   * ShareWorkflow.Memberships#toCsv} wrote. Blank lines, blanks around ids, quotes, a byte order
   * mark and either end of line do not matter, and what stands there twice counts once. Up to a
   * tenth of the members may be removed, and up to three of them in any case.
   *
   * @param csv the list; stays open
   * @return the wanted state
   * @throws IllegalArgumentException if it names no image, or a line is wrong; the message has the
   *     number of the line
   * @throws IOException if reading fails
   */
  public static WantedState read(Reader csv) throws IOException {
    return of(WantedTable.read(requireNonNull(csv, "csv")));
  }

  /**
   * What is to be done; {@link ShareWorkflow#run(Changes)} does it.
   *
   * @param shares requests that share what is missing
   * @param unshares requests that remove what is not wanted
   * @param unlisted the images that are shared and not on the list, with their recipients; nothing
   *     is done about them. Empty unless {@link ShareWorkflow#changes(WantedState, Collection)} was
   *     told which images there are
   */
  public record Changes(
      List<ShareRequest> shares,
      List<ShareRequest> unshares,
      Map<String, Set<Recipient>> unlisted) {

    /** Copies. */
    public Changes {
      shares = List.copyOf(shares);
      unshares = List.copyOf(unshares);
      unlisted = ImmutableMap.copyOf(unlisted);
    }

    /** For people: how much is to be done, and which images are not on the list. */
    @Override
    public String toString() {
      String told =
          unlisted.entrySet().stream()
              .map(image -> "\n  not on the list: " + image.getKey() + " with " + image.getValue())
              .collect(Collectors.joining());
      return "changes: %d pairs to share, %d to unshare%s"
          .formatted(pairs(shares), pairs(unshares), told);
    }

    private static long pairs(List<ShareRequest> requests) {
      return requests.stream().mapToLong(ShareRequest::pairs).sum();
    }
  }

  /** What leads from what the images have now, each with its members in an order, to this. */
  Changes from(Map<String, Set<Recipient>> present) {
    Map<String, Set<Recipient>> missing = new LinkedHashMap<>();
    Map<String, Set<Recipient>> unwanted = new LinkedHashMap<>();
    recipients.forEach(
        (image, wanted) -> {
          Set<Recipient> has = present.getOrDefault(image, Set.of());
          missing.put(image, without(wanted, has));
          unwanted.put(image, without(has, wanted));
        });
    guard(size(unwanted), size(Maps.filterKeys(present, recipients::containsKey)));
    Set<String> listed = recipients.keySet().stream().map(Ids::key).collect(toImmutableSet());
    Map<String, Set<Recipient>> others =
        Maps.filterKeys(present, id -> !listed.contains(Ids.key(id)));
    return new Changes(
        requests(ShareRequest.Action.SHARE, missing),
        requests(ShareRequest.Action.UNSHARE, unwanted),
        Maps.filterValues(others, shared -> !shared.isEmpty()));
  }

  /** The difference, however their ids are spelled. */
  private static Set<Recipient> without(Set<Recipient> all, Set<Recipient> others) {
    Set<Recipient> keys = others.stream().map(Ids::key).collect(toImmutableSet());
    return Sets.filter(all, recipient -> !keys.contains(Ids.key(recipient)));
  }

  private void guard(long unwanted, long present) {
    if (unwanted > fewRemovals && unwanted > maxRemovals * present) {
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
