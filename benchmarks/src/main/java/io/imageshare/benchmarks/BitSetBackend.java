package io.imageshare.benchmarks;

import static java.util.Objects.requireNonNull;

import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.util.AbstractMap;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A backend that keeps one bit per pair and answers at once, which leaves the engine's own cost.
 */
final class BitSetBackend implements MemberBackend {
  private final Timekeeper time;
  private final Map<String, BitSet> members = new HashMap<>();
  private final Map<Recipient, Integer> index = new HashMap<>();
  private int jobs;

  BitSetBackend(Timekeeper time, ShareRequest request) {
    this.time = time;
    request.images().forEach(image -> members.put(image, new BitSet()));
    request.recipients().forEach(recipient -> index.put(recipient, index.size()));
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    jobs++;
    for (String image : slice.images()) {
      BitSet row = requireNonNull(members.get(image));
      for (Recipient recipient : slice.recipients()) {
        row.set(requireNonNull(index.get(recipient)));
      }
    }
    return CompletableFuture.completedFuture(Job.succeeded("job-" + jobs));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return CompletableFuture.completedFuture(Job.succeeded(id));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    BitSet now = (BitSet) requireNonNull(members.get(image)).clone();
    return CompletableFuture.completedFuture(new Listing(index, now));
  }

  @Override
  public BatchLimits limits() {
    int any = Integer.MAX_VALUE;
    return new BatchLimits(any, any, any);
  }

  @Override
  public Timekeeper time() {
    return time;
  }

  /** The members of one image at one time. */
  private static final class Listing extends AbstractMap<Recipient, MemberStatus> {
    private final Map<Recipient, Integer> index;
    private final BitSet present;

    Listing(Map<Recipient, Integer> index, BitSet present) {
      this.index = index;
      this.present = present;
    }

    @Override
    public boolean containsKey(Object recipient) {
      Integer column = index.get(recipient);
      return column != null && present.get(column);
    }

    @Override
    public @Nullable MemberStatus get(Object recipient) {
      return containsKey(recipient) ? MemberStatus.PENDING : null;
    }

    @Override
    public int size() {
      return present.cardinality();
    }

    @Override
    public Set<Entry<Recipient, MemberStatus>> entrySet() {
      return index.keySet().stream()
          .filter(this::containsKey)
          .map(recipient -> Map.entry(recipient, MemberStatus.PENDING))
          .collect(Collectors.toUnmodifiableSet());
    }
  }
}
