package io.imageshare.memory.internal.contract;

import com.google.common.collect.Lists;
import io.imageshare.BatchLimits;
import io.imageshare.Member;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The pairs of some images with some recipients. */
record Grid(List<String> images, List<Recipient> recipients) {

  /** At most so many of the images and of the recipients. */
  Grid part(int images, int recipients) {
    return new Grid(
        this.images.subList(0, Math.min(images, this.images.size())),
        this.recipients.subList(0, Math.min(recipients, this.recipients.size())));
  }

  /** One image with one recipient. */
  Grid pair(int image, int recipient) {
    return new Grid(List.of(images.get(image)), List.of(recipients.get(recipient)));
  }

  /** The largest part that fits into one call. */
  Grid slice(BatchLimits limits) {
    int most = Math.min(limits.images(), Math.min(limits.pairs(), images.size()));
    return part(most, Math.min(limits.recipients(), limits.pairs() / most));
  }

  /** All pairs, in parts that each fit into one call. */
  List<Grid> slices(BatchLimits limits) {
    Grid first = slice(limits);
    return Lists.partition(images, first.images.size()).stream()
        .flatMap(
            some ->
                Lists.partition(recipients, first.recipients.size()).stream()
                    .map(others -> new Grid(some, others)))
        .toList();
  }

  ShareRequest share() {
    return request(Action.SHARE);
  }

  ShareRequest unshare() {
    return request(Action.UNSHARE);
  }

  private ShareRequest request(Action action) {
    return new ShareRequest(action, new LinkedHashSet<>(images), new LinkedHashSet<>(recipients));
  }

  boolean contains(Member pair) {
    return images.contains(pair.image()) && recipients.contains(pair.recipient());
  }

  Set<Recipient> recipients(Predicate<Recipient> chosen) {
    Set<Recipient> some = new LinkedHashSet<>(recipients);
    some.removeIf(chosen.negate());
    return some;
  }
}
