package io.imageshare.memory;

import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.Unknowns.Already;
import io.imageshare.memory.Unknowns.Checks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the service accepts and what it refuses. */
final class Rules {
  private static final int MEMBERS_PER_WHOLE_IMAGE = 10;

  private final Catalog catalog;
  private final Unknowns unknowns;
  private final Recipient owner;
  private final Set<Recipient> badRecipients;
  private final Set<String> wholeImages;
  private final Map<String, Image.Obstacle> obstacles;
  private final int membersPerImage;
  private final @Nullable BatchLimits limits;

  Rules(Catalog catalog, Settings settings) {
    this.catalog = catalog;
    unknowns = settings.unknowns;
    owner = settings.owner;
    badRecipients = Set.copyOf(settings.badRecipients);
    wholeImages = Set.copyOf(settings.wholeImages);
    obstacles = Map.copyOf(settings.obstacles);
    membersPerImage = settings.membersPerImage;
    limits = settings.limits;
  }

  Recipient owner() {
    return owner;
  }

  boolean whole(String image) {
    return wholeImages.contains(image);
  }

  Image.Obstacle obstacle(String image) {
    return obstacles.getOrDefault(image, Image.Obstacle.NONE);
  }

  /** Why a call is refused and makes no job, or null. */
  @Nullable Flaw ofCall(Work work) {
    if (limits != null && over(limits, work)) {
      return Flaw.tooBig(limits);
    }
    if (work.isDecision() && work.recipients().size() > 1) {
      return Flaw.severalDecide();
    }
    boolean sync = unknowns.checks() == Checks.SYNC;
    if (work.isDecision()) {
      return sync ? first(ofPairs(work).stream()) : null;
    }
    Flaw flaw = sync ? checked(work.slice()) : null;
    return flaw == null && already(work.action()) == Already.REFUSE ? repeated(work.slice()) : flaw;
  }

  private static boolean over(BatchLimits limits, Work work) {
    return work.images().size() > limits.images()
        || work.recipients().size() > limits.recipients()
        || work.pairs() > limits.pairs();
  }

  private static @Nullable Flaw first(Stream<@Nullable Flaw> flaws) {
    return flaws.filter(Objects::nonNull).findFirst().orElse(null);
  }

  private @Nullable Flaw checked(ShareRequest slice) {
    Stream<@Nullable Flaw> images =
        slice.images().stream().map(image -> image(slice.action(), image));
    Stream<@Nullable Flaw> recipients =
        slice.recipients().stream().map(recipient -> recipient(slice.action(), recipient));
    Stream<@Nullable Flaw> full = slice.images().stream().map(image -> full(slice, image));
    return first(Stream.of(images, recipients, full).flatMap(flaws -> flaws));
  }

  private @Nullable Flaw repeated(ShareRequest slice) {
    boolean any =
        slice.images().stream()
            .anyMatch(
                image ->
                    slice.recipients().stream()
                        .anyMatch(recipient -> asAsked(slice.action(), image, recipient)));
    return any ? Flaw.generic(slice.action()) : null;
  }

  /** What is wrong with each pair, or null, in the order of images and then of recipients. */
  List<@Nullable Flaw> ofPairs(Work work) {
    return work.isDecision() ? ofDecisions(work.slice()) : ofPairs(work.slice());
  }

  private List<@Nullable Flaw> ofPairs(ShareRequest slice) {
    List<@Nullable Flaw> flaws = new ArrayList<>(Math.toIntExact(slice.pairs()));
    for (String image : slice.images()) {
      Flaw bad = image(slice.action(), image);
      Flaw full = full(slice, image);
      for (Recipient recipient : slice.recipients()) {
        flaws.add(bad != null ? bad : ofPair(slice.action(), image, recipient, full));
      }
    }
    return flaws;
  }

  private @Nullable Flaw ofPair(
      Action action, String image, Recipient recipient, @Nullable Flaw full) {
    Flaw bad = recipient(action, recipient);
    if (bad != null) {
      return bad;
    }
    if (!asAsked(action, image, recipient)) {
      return full;
    }
    return already(action) == Already.FAIL_JOB ? Flaw.generic(action) : null;
  }

  private List<@Nullable Flaw> ofDecisions(ShareRequest slice) {
    List<@Nullable Flaw> flaws = new ArrayList<>();
    for (String image : slice.images()) {
      for (Recipient recipient : slice.recipients()) {
        flaws.add(decided(slice, image, recipient));
      }
    }
    return flaws;
  }

  private @Nullable Flaw decided(ShareRequest slice, String image, Recipient recipient) {
    // Whom an image was not given, does not see it.
    if (!catalog.has(image, recipient)) {
      return Flaw.image(image);
    }
    boolean keeps = slice.action() == Action.ACCEPT && whole(image);
    return keeps && slice.vault().isEmpty() ? Flaw.vaultless(image) : null;
  }

  private @Nullable Flaw image(Action action, String image) {
    if (!catalog.knows(image)) {
      return Flaw.image(image);
    }
    return action == Action.SHARE ? Flaw.obstacle(obstacle(image), image) : null;
  }

  private @Nullable Flaw recipient(Action action, Recipient recipient) {
    if (action == Action.SHARE && recipient.equals(owner)) {
      return Flaw.oneself(recipient);
    }
    return badRecipients.contains(recipient) ? Flaw.recipient(recipient) : null;
  }

  /** Too many for the image: then none of its new pairs fits, though some would. */
  private @Nullable Flaw full(ShareRequest slice, String image) {
    if (slice.action() != Action.SHARE) {
      return null;
    }
    int limit = whole(image) ? MEMBERS_PER_WHOLE_IMAGE : membersPerImage;
    int size = catalog.size(image);
    if (size + slice.recipients().size() <= limit) {
      return null;
    }
    long added =
        slice.recipients().stream()
            .filter(recipient -> recipient(slice.action(), recipient) == null)
            .filter(recipient -> !catalog.has(image, recipient))
            .count();
    return added > 0 && size + added > limit ? Flaw.full(image) : null;
  }

  /** Whether the native calls refuse a pair, because it is so already. */
  boolean repeats(Work work, String image, Recipient recipient) {
    return !work.isDecision() && catalog.knows(image) && asAsked(work.action(), image, recipient);
  }

  private boolean asAsked(Action action, String image, Recipient recipient) {
    return catalog.has(image, recipient) == (action == Action.SHARE);
  }

  private Already already(Action action) {
    return action == Action.SHARE ? unknowns.readding() : unknowns.removing();
  }
}
