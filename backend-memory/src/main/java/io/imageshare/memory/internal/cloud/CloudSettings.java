package io.imageshare.memory.internal.cloud;

import static com.google.common.base.Preconditions.checkArgument;

import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.Timekeeper;
import io.imageshare.memory.Chaos;
import io.imageshare.memory.Unknowns;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the builder of a cloud was given, with the defaults that its methods document. Read only
 * while a cloud is built.
 */
public final class CloudSettings {
  /** The registered images. */
  public final Set<String> images = new LinkedHashSet<>();

  /** Why an image cannot be shared; {@link Image.Obstacle#NONE} unless named. */
  public final Map<String, Image.Obstacle> obstacles = new HashMap<>();

  /** The images among them that the owner's user may not share. */
  public final Set<String> forbiddenImages = new LinkedHashSet<>();

  /** The full-server images among them. */
  public final Set<String> wholeImages = new LinkedHashSet<>();

  /** The members there are from the beginning. */
  public final Map<Member, MemberStatus> members = new LinkedHashMap<>();

  /** The recipients that are refused. */
  public final Set<Recipient> badRecipients = new LinkedHashSet<>();

  /** The time the cloud lives in; null: system time of its own. */
  public @Nullable Timekeeper time;

  /** The project that owns the images. */
  public Recipient owner = Recipient.project("owner-project");

  /** Whether every id is a registered image. */
  public boolean anyImage;

  /** How many members an image takes. */
  public int membersPerImage = 128;

  /** How much fits into one call; null: everything. */
  public @Nullable BatchLimits limits;

  /** How long every call takes. */
  public Duration latency = Duration.ZERO;

  /** Draws how long each job takes. */
  public Function<RandomGenerator, Duration> jobsTake =
      random -> Duration.ofMillis(300 + 500 + random.nextInt(2001));

  /** How the cloud behaves where nobody knows how the service does. */
  public Unknowns unknowns = Unknowns.defaults();

  /** What goes wrong by chance. */
  public Chaos chaos = Chaos.none();

  /** What all chances are drawn from. */
  public long seed;

  /** Checks what only the whole can show. */
  public void check() {
    members
        .keySet()
        .forEach(
            member ->
                checkArgument(
                    anyImage || images.contains(member.image()),
                    "member: image %s is not registered; name it in images(...)",
                    member.image()));
  }
}
