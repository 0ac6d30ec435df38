package io.imageshare.memory.internal.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.memory.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImageStoreTest {
  private static final List<String> IMAGES = List.of("i1", "i2", "i3");
  private static final List<MemberStatus> STATUSES = List.of(MemberStatus.values());
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void itAgreesWithASlowModelThatForgetsNothing() {
    Seeds.forEach(ImageStoreTest::compare);
  }

  /** Members as a list of maps, and a copy of it after every second. */
  private static void compare(long seed) {
    Random random = new Random(seed);
    int lag = random.nextInt(6);
    ImageStore store = new ImageStore(IMAGES, false);
    List<Map<Recipient, MemberStatus>> now = new ArrayList<>();
    IMAGES.forEach(image -> now.add(new LinkedHashMap<>()));
    List<List<Map<Recipient, MemberStatus>>> seconds = new ArrayList<>();
    for (int second = 0; second < 12; second++) {
      Instant time = START.plusSeconds(second);
      change(random, store, now, time, Duration.ofSeconds(lag));
      seconds.add(copy(now));
      List<Map<Recipient, MemberStatus>> shown =
          second < lag ? List.of(Map.of(), Map.of(), Map.of()) : seconds.get(second - lag);
      for (int i = 0; i < 3; i++) {
        assertEquals(
            List.copyOf(shown.get(i).entrySet()),
            List.copyOf(store.listing(IMAGES.get(i), time).entrySet()),
            () -> "seed " + seed);
        assertEquals(now.get(i).size(), store.size(IMAGES.get(i)));
      }
      assertEquals(members(now), List.copyOf(store.snapshot()));
      assertEquals(store.snapshot(), new HashSet<>(members(now)));
    }
  }

  private static void change(
      Random random,
      ImageStore store,
      List<Map<Recipient, MemberStatus>> now,
      Instant time,
      Duration lag) {
    int changed = random.nextInt(3);
    String image = IMAGES.get(changed);
    Map<Recipient, MemberStatus> members = now.get(changed);
    store.freezeListing(image, time, lag);
    for (int i = random.nextInt(12); i >= 0; i--) {
      Recipient recipient = Recipient.project("p" + random.nextInt(12));
      MemberStatus status = STATUSES.get(random.nextInt(4));
      assertEquals(members.containsKey(recipient), store.has(image, recipient));
      if (random.nextBoolean()) {
        store.add(image, recipient, status, time);
        members.putIfAbsent(recipient, status);
      } else {
        store.remove(image, recipient);
        members.remove(recipient);
      }
    }
  }

  private static List<Map<Recipient, MemberStatus>> copy(List<Map<Recipient, MemberStatus>> now) {
    List<Map<Recipient, MemberStatus>> copy = new ArrayList<>();
    now.forEach(members -> copy.add(new LinkedHashMap<>(members)));
    return copy;
  }

  private static List<Member> members(List<Map<Recipient, MemberStatus>> now) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      for (Recipient recipient : now.get(i).keySet()) {
        members.add(new Member(IMAGES.get(i), recipient));
      }
    }
    return members;
  }

  @Test
  void aSnapshotHasOnlyTheMembersThereAre() {
    ImageStore store = new ImageStore(List.of("i1", "i2"), false);
    store.add("i1", Recipient.project("p1"), MemberStatus.PENDING, Instant.EPOCH);
    assertTrue(store.snapshot().contains(new Member("i1", Recipient.project("p1"))));
    assertFalse(store.snapshot().contains(new Member("i2", Recipient.project("p1"))));
    assertFalse(store.snapshot().contains(new Member("i1", Recipient.project("p2"))));
    assertFalse(store.snapshot().contains(new Member("nix", Recipient.project("p1"))));
  }
}
