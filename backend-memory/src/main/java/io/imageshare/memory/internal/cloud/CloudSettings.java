package io.imageshare.memory;

import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a builder was told, with the defaults its methods document. Read only while building. */
final class Settings {
  final Set<String> images = new LinkedHashSet<>();
  final Map<String, Image.Obstacle> obstacles = new HashMap<>();
  final Set<String> wholeImages = new LinkedHashSet<>();
  final Map<Member, MemberStatus> members = new LinkedHashMap<>();
  final Set<Recipient> badRecipients = new LinkedHashSet<>();
  @Nullable Timekeeper time;
  Recipient owner = Recipient.project("owner-project");
  boolean anyImage;
  int membersPerImage = 128;
  @Nullable BatchLimits limits;
  Duration latency = Duration.ZERO;
  Function<RandomGenerator, Duration> jobsTake =
      random -> Duration.ofMillis(300 + 500 + random.nextInt(2001));
  Unknowns unknowns = Unknowns.defaults();
  Chaos chaos = Chaos.none();
  long seed;

  static Duration time(String name, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(name + ": " + duration + " is negative");
    }
    return duration;
  }

  static int count(String name, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(name + ": " + count + "; it must be at least 1");
    }
    return count;
  }

  void check() {
    for (Member member : members.keySet()) {
      if (!anyImage && !images.contains(member.image())) {
        throw new IllegalArgumentException(
            "member: image " + member.image() + " is not registered; name it in images(...)");
      }
    }
  }
}
