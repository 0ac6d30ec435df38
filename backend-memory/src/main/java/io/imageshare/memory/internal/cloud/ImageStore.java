package io.imageshare.memory.internal.cloud;

import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The images, the members of each, and what their listings show. */
final class ImageStore {
  private static final MemberList EMPTY = new MemberList();

  private final Map<String, MemberList> images = new LinkedHashMap<>();
  private final Map<String, List<StaleListing>> staleListings = new HashMap<>();
  private final Map<String, Instant> firstShared = new HashMap<>();
  private final Map<Recipient, Integer> numbers = new HashMap<>();
  private final List<Recipient> recipients = new ArrayList<>();
  private final boolean anyImage;

  ImageStore(Collection<String> images, boolean anyImage) {
    images.forEach(image -> this.images.put(image, new MemberList()));
    this.anyImage = anyImage;
  }

  boolean knows(String image) {
    return anyImage || images.containsKey(image);
  }

  /** The registered images, in their order. */
  List<String> ids() {
    return List.copyOf(images.keySet());
  }

  int size(String image) {
    return members(image).size();
  }

  /** Whether it ever had a member by then. */
  boolean wasShared(String image, Instant then) {
    Instant first = firstShared.get(image);
    return first != null && !first.isAfter(then);
  }

  boolean has(String image, Recipient recipient) {
    Integer number = numbers.get(recipient);
    return number != null && members(image).contains(number);
  }

  void add(String image, Recipient recipient, MemberStatus status, Instant now) {
    int number = numbers.computeIfAbsent(recipient, this::number);
    firstShared.putIfAbsent(image, now);
    images.computeIfAbsent(image, added -> new MemberList()).add(number, status);
  }

  /** Deletes an image; where every id is an image, a new one takes its place. */
  void delete(String image) {
    images.remove(image);
    staleListings.remove(image);
  }

  private int number(Recipient recipient) {
    recipients.add(recipient);
    return recipients.size() - 1;
  }

  void remove(String image, Recipient recipient) {
    Integer number = numbers.get(recipient);
    if (number != null) {
      members(image).remove(number);
    }
  }

  /** Changes a member's status. */
  void updateStatus(String image, Recipient recipient, MemberStatus status) {
    Integer number = numbers.get(recipient);
    if (number != null) {
      members(image).updateStatus(number, status);
    }
  }

  /** Lets an image's listing go on showing, for a while, what it shows now. */
  void freezeListing(String image, Instant now, Duration lag) {
    if (!lag.isZero()) {
      staleListings(image, now).add(new StaleListing(members(image).copy(), now, lag));
    }
  }

  Map<Recipient, MemberStatus> listing(String image, Instant now) {
    Map<Recipient, MemberStatus> listing = new LinkedHashMap<>();
    listed(image, now).forEach((status, number) -> listing.put(recipients.get(number), status));
    return Collections.unmodifiableMap(listing);
  }

  /** The status that the listing shows for one recipient; null: it shows none. */
  @Nullable MemberStatus listedStatus(String image, Recipient recipient, Instant now) {
    Integer number = numbers.get(recipient);
    return number == null ? null : listed(image, now).status(number);
  }

  /** The images whose listing shows a recipient with a status. */
  Set<String> images(Recipient recipient, MemberStatus status, Instant now) {
    return images.keySet().stream()
        .filter(image -> listedStatus(image, recipient, now) == status)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The state before the first change that listings do not show yet. */
  private MemberList listed(String image, Instant now) {
    List<StaleListing> stale = staleListings(image, now);
    return stale.isEmpty() ? members(image) : stale.get(0).members();
  }

  private List<StaleListing> staleListings(String image, Instant now) {
    List<StaleListing> stale = staleListings.computeIfAbsent(image, added -> new ArrayList<>(0));
    stale.removeIf(listing -> listing.expired(now));
    return stale;
  }

  private MemberList members(String image) {
    return images.getOrDefault(image, EMPTY);
  }

  Set<Member> snapshot() {
    return new MemberSnapshot(images, numbers, recipients);
  }

  private record StaleListing(MemberList members, Instant since, Duration lag) {
    boolean expired(Instant now) {
      return Duration.between(since, now).compareTo(lag) >= 0;
    }
  }
}
