package io.imageshare.memory;

import static io.imageshare.memory.Samples.calls;
import static io.imageshare.memory.Samples.cloud;
import static io.imageshare.memory.Samples.share;
import static io.imageshare.memory.Samples.workflow;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.FlowPolicy;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each page of a list keeps to the limits, as promise 9 has it for calls. */
class PagedListsTest {
  private final Timekeeper time = Timekeeper.virtual();

  @Test
  void promise9EachPagePassesTheGate() {
    MemoryBackend cloud = cloud(time, 20).latency(ofMillis(300)).build();
    FlowPolicy flow = FlowPolicy.defaults().callsPerSecond(20).concurrentCalls(4);
    ShareWorkflow workflow = workflow(new PagedBackend(cloud, 3)).flow(flow).build();
    ShareReport report = workflow.run(share(20, 2));
    report.requireAllDone();
    List<Call> calls = cloud.calls();
    assertEquals(3 * 20, calls(cloud, Kind.MEMBERS).size());
    assertEquals(3 + 3 * 20, report.stats().reads(), "each page counts");
    for (int n = 1; n < calls.size(); n++) {
      Instant begun = calls.get(n).begun();
      assertFalse(begun.isBefore(calls.get(n - 1).begun().plusMillis(50)), "too fast: " + n);
      long unanswered =
          calls.subList(0, n + 1).stream()
              .filter(c -> c.answered() == null || c.answered().isAfter(begun))
              .count();
      assertTrue(unanswered <= 4, unanswered + " at once");
    }
  }

  @Test
  void aListOnItsWayNeedsNoOtherSlot() {
    MemoryBackend cloud = cloud(time, 5).latency(ofMillis(300)).build();
    FlowPolicy one = FlowPolicy.defaults().concurrentCalls(1);
    workflow(new PagedBackend(cloud, 4)).flow(one).build().run(share(5, 2)).requireAllDone();
    List<Call> lists = calls(cloud, Kind.MEMBERS);
    for (int n = 0; n < lists.size(); n++) {
      assertEquals(lists.get(n - n % 4).id(), lists.get(n).id(), "page " + n);
    }
  }

  @Test
  void pagesKeepToALimitThatNobodyTells() {
    MemoryBackend cloud = cloud(time, 200).latency(ofMillis(40)).build();
    Throttle throttle = Throttle.fixed(10, ofSeconds(1), .37, true);
    ThrottledBackend throttled = ThrottledBackend.all(cloud, ofMillis(40), throttle);
    workflow(new PagedBackend(throttled, 10)).build().run(share(200, 2)).requireAllDone();
    double refused = throttle.refused() / (double) (throttle.refused() + throttle.taken());
    assertTrue(refused <= .06, refused + " refused");
  }

  @Test
  void aListEndsWithItsRun() throws InterruptedException {
    MemoryBackend cloud = cloud(time, 1).latency(ofMillis(300)).build();
    ShareWorkflow workflow = workflow(new PagedBackend(cloud, 1000)).build();
    ShareRun run = workflow.start(ShareRequest.unshare(List.of("image-0"), List.of("project-0")));
    time.sleep(ofSeconds(5));
    int before = calls(cloud, Kind.MEMBERS).size();
    assertTrue(before > 5, before + " pages");
    run.cancel();
    time.await(run.report());
    int after = calls(cloud, Kind.MEMBERS).size();
    time.sleep(Duration.ofMinutes(10));
    assertEquals(after, calls(cloud, Kind.MEMBERS).size());
  }
}
