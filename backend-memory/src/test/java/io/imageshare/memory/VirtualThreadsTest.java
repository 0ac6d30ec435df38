package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BlockingMemberBackend;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** A blocking client on virtual threads, where the JDK has them. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with 21")
class VirtualThreadsTest {
  private final Set<Boolean> virtual = ConcurrentHashMap.newKeySet();

  @Test
  void aBlockingBackendRunsOnVirtualThreads() throws Exception {
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.system())
            .images(Samples.ids("image-", 2))
            .jobsTake(Duration.ZERO)
            .build();
    ExecutorService threads =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    try (MemberBackend backend = MemberBackend.blocking(new Blocking(cloud), threads);
        ShareWorkflow workflow = ShareWorkflow.over(backend)) {
      ShareReport report = workflow.run(Samples.share(2, 3));
      assertTrue(report.allDone(), report.toString());
    } finally {
      threads.shutdown();
    }
    assertEquals(Set.of(true), virtual);
  }

  private final class Blocking implements BlockingMemberBackend {
    private final MemberBackend cloud;

    Blocking(MemberBackend cloud) {
      this.cloud = cloud;
    }

    private <T> T join(CompletionStage<T> answer) {
      try {
        virtual.add((Boolean) Thread.class.getMethod("isVirtual").invoke(Thread.currentThread()));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
      return answer.toCompletableFuture().join();
    }

    @Override
    public Job submit(ShareRequest slice) {
      return join(cloud.submit(slice));
    }

    @Override
    public Job job(String id) {
      return join(cloud.job(id));
    }

    @Override
    public Map<Recipient, MemberStatus> members(String image) {
      return join(cloud.members(image));
    }
  }
}
