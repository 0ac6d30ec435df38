package io.imageshare.internal.engine;

import com.google.common.collect.ImmutableSortedMap;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareWorkflow.ImageMembers;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.run.ListingReader;
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

  private final Map<String, ImageMembers> read = new HashMap<>();

  @Override
  @SuppressWarnings("unchecked") // an image was listed
  public void listed(String image, Map<?, MemberStatus> listed) {
    var members = ImmutableSortedMap.copyOf((Map<Recipient, MemberStatus>) listed, BY_ID);
    read.put(image, new ImageMembers(image, members, null));
  }

  @Override
  public void failed(String image, Reason reason) {
    read.put(image, new ImageMembers(image, Map.of(), reason));
  }

  /** Each image in its order; one that was not read when the run ended has that as its reason. */
  List<ImageMembers> all(Set<String> images, RunResult survey) {
    Reason ended =
        survey.reason() == null
            ? new Reason(Reason.Kind.NOT_SENT, "", "not read: " + survey.ending())
            : survey.reason();
    return images.stream()
        .map(image -> read.getOrDefault(image, new ImageMembers(image, Map.of(), ended)))
        .toList();
  }
}
