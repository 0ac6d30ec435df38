package io.imageshare.memory;

import io.imageshare.Member;
import io.imageshare.Recipient;
import java.util.AbstractSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who had what at one moment: a million members in a few megabytes, made on demand. */
final class Holdings extends AbstractSet<Member> {
  private final Map<String, Membership> images = new LinkedHashMap<>();
  private final Map<Recipient, Integer> numbers;
  private final List<Recipient> recipients;
  private final int size;

  Holdings(
      Map<String, Membership> images, Map<Recipient, Integer> numbers, List<Recipient> recipients) {
    images.forEach((image, membership) -> this.images.put(image, membership.copy()));
    this.numbers = new HashMap<>(numbers);
    this.recipients = List.copyOf(recipients);
    size = this.images.values().stream().mapToInt(Membership::size).sum();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean contains(@Nullable Object object) {
    if (!(object instanceof Member member)) {
      return false;
    }
    Membership membership = images.get(member.image());
    Integer number = numbers.get(member.recipient());
    return membership != null && number != null && membership.has(number);
  }

  @Override
  public Iterator<Member> iterator() {
    return images.entrySet().stream().flatMap(this::members).iterator();
  }

  private Stream<Member> members(Map.Entry<String, Membership> image) {
    Membership membership = image.getValue();
    return IntStream.range(0, membership.size())
        .mapToObj(row -> new Member(image.getKey(), recipients.get(membership.recipient(row))));
  }
}
