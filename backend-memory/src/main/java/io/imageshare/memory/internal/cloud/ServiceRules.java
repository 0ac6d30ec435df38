package io.imageshare.memory.internal.cloud;

import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.Unknowns;
import io.imageshare.memory.Unknowns.Already;
import io.imageshare.memory.Unknowns.Checks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Decides what the service accepts and what it rejects. */
final class ServiceRules {
  private static final int MEMBERS_PER_WHOLE_IMAGE = 10;

  private final ImageStore store;
  private final Unknowns unknowns;
  private final Recipient owner;
  private final Set<Recipient> badRecipients;
  private final Set<String> forbiddenImages;
  private final Set<String> wholeImages;
  private final Map<String, Image.Obstacle> obstacles;
  private final int membersPerImage;
  private final @Nullable BatchLimits limits;

  ServiceRules(ImageStore store, CloudSettings settings) {
    this.store = store;
    unknowns = settings.unknowns;
    owner = settings.owner;
    badRecipients = Set.copyOf(settings.badRecipients);
    forbiddenImages = Set.copyOf(settings.forbiddenImages);
    wholeImages = Set.copyOf(settings.wholeImages);
    obstacles = Map.copyOf(settings.obstacles);
    membersPerImage = settings.membersPerImage;
    limits = settings.limits;
  }

  Recipient owner() {
    return owner;
  }

  boolean isWhole(String image) {
    return wholeImages.contains(image);
  }

  Image.Obstacle obstacle(String image) {
    return obstacles.getOrDefault(image, Image.Obstacle.NONE);
  }

  /** Why a call is rejected and makes no job, or null. */
  @Nullable Rejection callRejection(Operation operation) {
    if (limits != null && exceeds(limits, operation)) {
      return Rejection.tooBig(limits);
    }
    if (operation.isDecision() && operation.recipients().size() > 1) {
      return Rejection.severalRecipients();
    }
    boolean sync = unknowns.checks() == Checks.SYNC;
    if (operation.isDecision()) {
      return sync ? first(pairRejections(operation).stream()) : null;
    }
    Rejection rejection = sync ? sliceRejection(operation.slice()) : null;
    return rejection == null && already(operation.action()) == Already.REFUSE
        ? repetition(operation.slice())
        : rejection;
  }

  private static boolean exceeds(BatchLimits limits, Operation operation) {
    return operation.images().size() > limits.images()
        || operation.recipients().size() > limits.recipients()
        || operation.pairs() > limits.pairs();
  }

  private static @Nullable Rejection first(Stream<@Nullable Rejection> rejections) {
    return rejections.filter(Objects::nonNull).findFirst().orElse(null);
  }

  private @Nullable Rejection sliceRejection(ShareRequest slice) {
    Stream<@Nullable Rejection> images =
        slice.images().stream().map(image -> imageRejection(slice.action(), image));
    Stream<@Nullable Rejection> recipients =
        slice.recipients().stream().map(recipient -> recipientRejection(slice.action(), recipient));
    Stream<@Nullable Rejection> full =
        slice.images().stream().map(image -> quotaRejection(slice, image));
    return first(Stream.of(images, recipients, full).flatMap(rejections -> rejections));
  }

  private @Nullable Rejection repetition(ShareRequest slice) {
    boolean any =
        slice.images().stream()
            .anyMatch(
                image ->
                    slice.recipients().stream()
                        .anyMatch(recipient -> isAsAsked(slice.action(), image, recipient)));
    return any ? Rejection.failedPair(slice.action()) : null;
  }

  /** Why each pair is rejected, or null, in the order of images and then of recipients. */
  List<@Nullable Rejection> pairRejections(Operation operation) {
    return operation.isDecision()
        ? decisionRejections(operation.slice())
        : pairRejections(operation.slice());
  }

  private List<@Nullable Rejection> pairRejections(ShareRequest slice) {
    List<@Nullable Rejection> rejections = new ArrayList<>(Math.toIntExact(slice.pairs()));
    for (String image : slice.images()) {
      Rejection bad = imageRejection(slice.action(), image);
      Rejection full = quotaRejection(slice, image);
      for (Recipient recipient : slice.recipients()) {
        rejections.add(bad != null ? bad : pairRejection(slice.action(), image, recipient, full));
      }
    }
    return rejections;
  }

  private @Nullable Rejection pairRejection(
      Action action, String image, Recipient recipient, @Nullable Rejection full) {
    Rejection bad = recipientRejection(action, recipient);
    if (bad != null) {
      return bad;
    }
    if (!isAsAsked(action, image, recipient)) {
      return full;
    }
    return already(action) == Already.FAIL_JOB ? Rejection.failedPair(action) : null;
  }

  private List<@Nullable Rejection> decisionRejections(ShareRequest slice) {
    List<@Nullable Rejection> rejections = new ArrayList<>();
    for (String image : slice.images()) {
      for (Recipient recipient : slice.recipients()) {
        rejections.add(decisionRejection(slice, image, recipient));
      }
    }
    return rejections;
  }

  private @Nullable Rejection decisionRejection(
      ShareRequest slice, String image, Recipient recipient) {
    // To a project that is no member, the image is unknown.
    if (!store.has(image, recipient)) {
      return Rejection.image(image);
    }
    boolean needsVault = slice.action() == Action.ACCEPT && isWhole(image);
    return needsVault && slice.vault().isEmpty() ? Rejection.missingVault(image) : null;
  }

  private @Nullable Rejection imageRejection(Action action, String image) {
    if (!store.knows(image)) {
      return Rejection.image(image);
    }
    if (forbiddenImages.contains(image)) {
      return Rejection.forbidden(image);
    }
    return action == Action.SHARE ? Rejection.obstacle(obstacle(image), image) : null;
  }

  private @Nullable Rejection recipientRejection(Action action, Recipient recipient) {
    if (action == Action.SHARE && recipient.equals(owner)) {
      return Rejection.ownProject(recipient);
    }
    return badRecipients.contains(recipient) ? Rejection.recipient(recipient) : null;
  }

  /** When a slice has too many recipients for an image, none of its new pairs is accepted. */
  private @Nullable Rejection quotaRejection(ShareRequest slice, String image) {
    if (slice.action() != Action.SHARE) {
      return null;
    }
    int limit = limit(image);
    int size = store.size(image);
    if (size + slice.recipients().size() <= limit) {
      return null;
    }
    long added =
        slice.recipients().stream()
            .filter(recipient -> recipientRejection(slice.action(), recipient) == null)
            .filter(recipient -> !store.has(image, recipient))
            .count();
    return added > 0 && size + added > limit ? Rejection.full(image) : null;
  }

  /** Whether an image takes no more members: a native call refuses then also one that it has. */
  boolean isFull(Operation pair, String image) {
    return pair.action() == Action.SHARE && store.size(image) >= limit(image);
  }

  /** Why a native call, which is of one pair, is rejected, or null. */
  @Nullable Rejection nativeRejection(Operation pair, String image) {
    Rejection rejection = pairRejections(pair).get(0);
    return rejection == null && isFull(pair, image) ? Rejection.full(image) : rejection;
  }

  private int limit(String image) {
    return isWhole(image) ? MEMBERS_PER_WHOLE_IMAGE : membersPerImage;
  }

  /** Whether the native calls reject a pair because it is as asked already. */
  boolean isRepetition(Operation operation, String image, Recipient recipient) {
    return !operation.isDecision()
        && store.knows(image)
        && isAsAsked(operation.action(), image, recipient);
  }

  private boolean isAsAsked(Action action, String image, Recipient recipient) {
    return store.has(image, recipient) == (action == Action.SHARE);
  }

  private Already already(Action action) {
    return action == Action.SHARE ? unknowns.readding() : unknowns.removing();
  }
}
