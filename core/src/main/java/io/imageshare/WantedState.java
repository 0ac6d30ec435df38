package io.imageshare;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.table.Ids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Which recipients each of some images should have, and no others. What is to be done for that,
 * {@link ShareWorkflow#changes} finds out; once it is done, there is nothing left to do.
 *
 * @param recipients for each image all that it should have; none, if it should be shared with
 *     nobody
 * @param maxRemovals what part of the members that the images have now may be taken back, 0 to 1;
 *     more is refused, for it looks like a list that is empty by mistake
 */
public record WantedState(Map<String, Set<Recipient>> recipients, double maxRemovals) {
  /** So few changes in a usual update, and so much is missing in a list cut short. */
  private static final double TENTH = 0.1;

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if there is no image, an id is not one id, or the part is not
   *     between 0 and 1
   */
  public WantedState {
    Map<String, Set<Recipient>> copy = new LinkedHashMap<>();
    requireNonNull(recipients, "recipients")
        .forEach(
            (image, wanted) ->
                copy.put(
                    Ids.check("images", image),
                    Collections.unmodifiableSet(new LinkedHashSet<>(wanted))));
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("images: none given; at least one is needed");
    }
    if (!(maxRemovals >= 0 && maxRemovals <= 1)) {
      throw new IllegalArgumentException(
          "maxRemovals: " + maxRemovals + "; it is a part, from 0 to 1");
    }
    recipients = Collections.unmodifiableMap(copy);
  }

  /**
   * Every image with exactly these projects. Up to a tenth of the members may be taken back.
   *
   * @param images the images' ids
   * @param projects the projects' ids
   * @return the wanted state
   * @throws IllegalArgumentException if there is no image, or an id is not one id
   */
  public static WantedState of(Collection<String> images, Collection<String> projects) {
    Set<Recipient> recipients =
        projects.stream()
            .map(Recipient::project)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Map<String, Set<Recipient>> wanted = new LinkedHashMap<>();
    images.forEach(image -> wanted.put(image, recipients));
    return new WantedState(wanted, TENTH);
  }

  /**
   * Some images, each with its own recipients. Up to a tenth of the members may be taken back.
   *
   * @param recipients for each image all that it should have
   * @return the wanted state
   * @throws IllegalArgumentException if there is no image, or an id is not one id
   */
  public static WantedState of(Map<String, Set<Recipient>> recipients) {
    return new WantedState(recipients, TENTH);
  }

  /**
   * The same with another part that may be taken back.
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
   * @param unshares requests that take back what is not wanted
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
      Set<Recipient> recipients = new LinkedHashSet<>();
      listed.keySet().forEach(recipient -> recipients.add((Recipient) recipient));
      members.put(image, recipients);
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

  /** A request whose survey reads all images; whom it names does not matter. */
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
          missing.put(image, without(wanted, has));
          unwanted.put(image, without(sorted(has), wanted));
        });
    guard(size(unwanted), size(present));
    return new Changes(
        requests(ShareRequest.Action.SHARE, missing),
        requests(ShareRequest.Action.UNSHARE, unwanted));
  }

  private void guard(long unwanted, long present) {
    if (unwanted > maxRemovals * present) {
      throw new IllegalStateException(
          "%d of %d members would be taken back, more than a part of %s; if that is meant, maxRemovals(...) allows it"
              .formatted(unwanted, present, maxRemovals));
    }
  }

  private static long size(Map<String, Set<Recipient>> recipients) {
    return recipients.values().stream().mapToLong(Set::size).sum();
  }

  private static Set<Recipient> without(Set<Recipient> some, Set<Recipient> others) {
    Set<Recipient> rest = new LinkedHashSet<>(some);
    rest.removeAll(others);
    return rest;
  }

  /** In an order that does not hang on that of the backend's map. */
  private static Set<Recipient> sorted(Set<Recipient> recipients) {
    Set<Recipient> sorted =
        new TreeSet<>(Comparator.comparing(Recipient::type).thenComparing(Recipient::id));
    sorted.addAll(recipients);
    return sorted;
  }

  /** One request for all images that lack, or have too many, the same. */
  private static List<ShareRequest> requests(
      ShareRequest.Action action, Map<String, Set<Recipient>> changes) {
    Map<Set<Recipient>, Set<String>> images = new LinkedHashMap<>();
    changes.forEach(
        (image, recipients) ->
            images.computeIfAbsent(recipients, same -> new LinkedHashSet<>()).add(image));
    List<ShareRequest> requests = new ArrayList<>();
    images.forEach(
        (recipients, same) -> {
          if (!recipients.isEmpty()) {
            requests.add(new ShareRequest(action, same, recipients));
          }
        });
    return requests;
  }
}
