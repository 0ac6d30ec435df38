package io.imageshare.benchmarks;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

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
    Set<Recipient> present =
        Sets.filter(index.keySet(), recipient -> now.get(requireNonNull(index.get(recipient))));
    return CompletableFuture.completedFuture(Maps.asMap(present, r -> MemberStatus.PENDING));
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
}
