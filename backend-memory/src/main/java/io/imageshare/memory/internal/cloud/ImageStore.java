package io.imageshare.memory;

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

/** The images, who has each of them, and what their listings show. */
final class Catalog {
  private final Map<String, Membership> images = new LinkedHashMap<>();
  private final Map<String, List<Past>> pasts = new HashMap<>();
  private final Map<Recipient, Integer> numbers = new HashMap<>();
  private final List<Recipient> recipients = new ArrayList<>();
  private final boolean anyImage;

  Catalog(Collection<String> images, boolean anyImage) {
    images.forEach(image -> this.images.put(image, new Membership()));
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
    Membership membership = images.get(image);
    return membership == null ? 0 : membership.size();
  }

  boolean has(String image, Recipient recipient) {
    Membership membership = images.get(image);
    Integer number = numbers.get(recipient);
    return membership != null && number != null && membership.has(number);
  }

  void add(String image, Recipient recipient, MemberStatus status) {
    int number = numbers.computeIfAbsent(recipient, this::number);
    images.computeIfAbsent(image, added -> new Membership()).add(number, status);
  }

  private int number(Recipient recipient) {
    recipients.add(recipient);
    return recipients.size() - 1;
  }

  void remove(String image, Recipient recipient) {
    Membership membership = images.get(image);
    Integer number = numbers.get(recipient);
    if (membership != null && number != null) {
      membership.remove(number);
    }
  }

  /** Changes what a recipient has said to an image, if it has it. */
  void decide(String image, Recipient recipient, MemberStatus status) {
    Membership membership = images.get(image);
    Integer number = numbers.get(recipient);
    if (membership != null && number != null) {
      membership.decide(number, status);
    }
  }

  /** Keeps what an image's listing shows now, to go on showing it for a while. */
  void hold(String image, Instant now, Duration lag) {
    if (!lag.isZero()) {
      past(image, now).add(new Past(membership(image).copy(), now, lag));
    }
  }

  Map<Recipient, MemberStatus> listing(String image, Instant now) {
    Map<Recipient, MemberStatus> listing = new LinkedHashMap<>();
    shown(image, now).each((status, number) -> listing.put(recipients.get(number), status));
    return Collections.unmodifiableMap(listing);
  }

  /** What the listing shows of one recipient; null: nothing. */
  @Nullable MemberStatus status(String image, Recipient recipient, Instant now) {
    Integer number = numbers.get(recipient);
    return number == null ? null : shown(image, now).status(number);
  }

  /** The images whose listing shows a recipient with a status. */
  Set<String> shown(Recipient recipient, MemberStatus status, Instant now) {
    return images.keySet().stream()
        .filter(image -> status(image, recipient, now) == status)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** What was before the first change that is not to be seen yet. */
  private Membership shown(String image, Instant now) {
    return past(image, now).stream().findFirst().map(Past::rows).orElseGet(() -> membership(image));
  }

  private List<Past> past(String image, Instant now) {
    List<Past> past = pasts.computeIfAbsent(image, added -> new ArrayList<>(0));
    past.removeIf(held -> held.over(now));
    return past;
  }

  private Membership membership(String image) {
    return images.getOrDefault(image, new Membership());
  }

  Set<Member> holdings() {
    return new Holdings(images, numbers, recipients);
  }

  private record Past(Membership rows, Instant since, Duration lag) {
    boolean over(Instant now) {
      return Duration.between(since, now).compareTo(lag) >= 0;
    }
  }
}
