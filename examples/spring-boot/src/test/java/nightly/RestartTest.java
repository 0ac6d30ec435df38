package nightly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;

/** Two starts of the application on one cloud and one journal. */
@Timeout(60)
class RestartTest {
  private static final Path REQUEST = Path.of("../requests/40x120.json");

  @TempDir private Path journal;

  private final Timekeeper time = Timekeeper.virtual();
  private final MemoryBackend cloud =
      MemoryBackend.builder().time(time).anyImage().jobsTake(Duration.ofSeconds(30)).build();

  /** The events of one of the two applications. */
  static final class Events {
    final CompletableFuture<ShareEvent.Submitted> submitted = new CompletableFuture<>();
    final CompletableFuture<ShareReport> finished = new CompletableFuture<>();

    @EventListener
    void submitted(ShareEvent.Submitted event) {
      submitted.complete(event);
    }

    @EventListener
    void finished(ShareEvent.Finished event) {
      finished.complete(event.report());
    }
  }

  private ConfigurableApplicationContext start(Events events) {
    return new SpringApplicationBuilder(Main.class)
        .initializers(
            (GenericApplicationContext context) -> {
              context.registerBean("cloud", MemberBackend.class, () -> cloud);
              context.registerBean("events", Events.class, () -> events);
            })
        .run(
            "--imageshare.request=" + REQUEST,
            "--imageshare.at=-",
            "--imageshare.journal=" + journal);
  }

  private List<ShareRequest> submits() {
    return cloud.calls().stream()
        .filter(call -> call.kind() == MemoryBackend.Call.Kind.SUBMIT)
        .map(MemoryBackend.Call::slice)
        .toList();
  }

  private static Set<Member> pairs(ShareRequest request) {
    Set<Member> pairs = new HashSet<>();
    request.images().forEach(i -> request.recipients().forEach(r -> pairs.add(new Member(i, r))));
    return pairs;
  }

  @Test
  void aRunCutShortByAShutdownIsResumedAtTheNextStart() throws IOException, InterruptedException {
    ShareRequest all = ShareRequest.fromJson(Files.readString(REQUEST));
    Events first = new Events();
    ShareRun run;
    try (ConfigurableApplicationContext context = start(first)) {
      run = context.getBean(Nightly.class).share();
      time.await(first.submitted);
      assertFalse(run.report().isDone());
    }
    assertTrue(run.report().isDone());
    assertEquals(ShareReport.Ending.CLOSED, time.await(run.report()).ending());
    assertEquals(1, submits().size());

    Events second = new Events();
    try (ConfigurableApplicationContext context = start(second)) {
      ShareReport report = time.await(second.finished);
      assertEquals("nightly", report.id());
      assertTrue(report.allDone(), report.toString());
    }
    assertEquals(pairs(all), cloud.members());
    assertEquals(all.pairs(), submits().stream().mapToLong(ShareRequest::pairs).sum());
  }
}
