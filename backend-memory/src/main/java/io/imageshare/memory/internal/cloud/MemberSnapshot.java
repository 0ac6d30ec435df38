package io.imageshare.memory.internal.cloud;

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

/** Who has what at one moment. A million members take a few megabytes: each is made on demand. */
final class MemberSnapshot extends AbstractSet<Member> {
  private final Map<String, MemberList> images = new LinkedHashMap<>();
  private final Map<Recipient, Integer> numbers;
  private final List<Recipient> recipients;
  private final int size;

  MemberSnapshot(
      Map<String, MemberList> images, Map<Recipient, Integer> numbers, List<Recipient> recipients) {
    images.forEach((image, members) -> this.images.put(image, members.copy()));
    this.numbers = new HashMap<>(numbers);
    this.recipients = List.copyOf(recipients);
    size = this.images.values().stream().mapToInt(MemberList::size).sum();
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
    MemberList members = images.get(member.image());
    Integer number = numbers.get(member.recipient());
    return members != null && number != null && members.contains(number);
  }

  @Override
  public Iterator<Member> iterator() {
    return images.entrySet().stream().flatMap(this::members).iterator();
  }

  private Stream<Member> members(Map.Entry<String, MemberList> image) {
    MemberList members = image.getValue();
    return IntStream.range(0, members.size())
        .mapToObj(row -> new Member(image.getKey(), recipients.get(members.recipient(row))));
  }
}
