package io.imageshare.internal.engine;

import com.google.common.collect.ImmutableSortedMap;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareWorkflow.ImageMembers;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.run.ListingReader;
import io.imageshare.internal.table.Ids;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keeps who has the images that a run reads. Used by its run, and read when that is over. */
final class MembersReader implements ListingReader {
  /** An order that does not depend on that of the backend's map. */
  private static final Comparator<Recipient> BY_ID =
      Comparator.comparing(Recipient::type).thenComparing(Recipient::id);

  /** By key: an image may be asked for in several spellings, and is read in one. */
  private final Map<String, ImageMembers> read = new HashMap<>();

  @Override
  @SuppressWarnings("unchecked") // an image was listed
  public void listed(String image, Map<?, MemberStatus> listed) {
    var members = ImmutableSortedMap.copyOf((Map<Recipient, MemberStatus>) listed, BY_ID);
    read.put(Ids.key(image), new ImageMembers(image, members, null));
  }

  @Override
  public void failed(String image, Reason reason) {
    read.put(Ids.key(image), new ImageMembers(image, Map.of(), reason));
  }

  /**
   * Each image in its order, as it is spelled there; one that was not read when the run ended has
   * that as its reason.
   */
  List<ImageMembers> all(Set<String> images, RunResult survey) {
    Reason ended =
        survey.reason() == null
            ? new Reason(Reason.Kind.NOT_SENT, "", "not read: " + survey.ending())
            : survey.reason();
    ImageMembers unread = new ImageMembers("", Map.of(), ended);
    return images.stream()
        .map(
            image -> {
              ImageMembers found = read.getOrDefault(Ids.key(image), unread);
              return new ImageMembers(image, found.members(), found.reason());
            })
        .toList();
  }
}
