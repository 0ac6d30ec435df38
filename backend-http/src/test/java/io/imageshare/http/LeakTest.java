package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.FlowPolicy;
import io.imageshare.Journal;
import io.imageshare.MemberBackend;
import io.imageshare.PollPolicy;
import io.imageshare.ShareEvent;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workflows that are closed in the middle of a run leave nothing behind. {@code
 * -Dimageshare.workflows=N} closes that many.
 */
@Timeout(600)
class LeakTest {
  private static final int WORKFLOWS = Integer.getInteger("imageshare.workflows", 200);

  /** Open files that are connections: they are pooled, and how many there are is by chance. */
  private static final int CONNECTIONS = 40;

  private static final ShareRequest REQUEST =
      ShareRequest.share(List.of("image-1"), List.of("project-1"));

  /** When a workflow is closed: after an event of this type, or at once. */
  private static final List<Class<? extends ShareEvent>> MOMENTS =
      List.of(
          ShareEvent.class,
          ShareEvent.Surveyed.class,
          ShareEvent.Submitted.class,
          ShareEvent.Polled.class);

  private final MemoryBackend cloud =
      MemoryBackend.builder()
          .owner(Fixtures.PROJECT)
          .images(REQUEST.images())
          .jobsTake(Duration.ofHours(1))
          .build();

  @Test
  void manyWorkflowsOverOneBackendLeaveNothing(@TempDir Path path) throws Exception {
    try (ImsServer server = ImsServer.builder(cloud).accessKey(Fixtures.AK, Fixtures.SK).build();
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      closed(backend, path, ShareEvent.Submitted.class);
      Set<Thread> threads = Thread.getAllStackTraces().keySet();
      long files = files("").count();
      List<Closed> closed = new ArrayList<>();
      for (int n = 0; n < WORKFLOWS; n++) {
        closed.add(closed(backend, path, MOMENTS.get(n % MOMENTS.size())));
      }
      List<Thread> left = workflowThreads();
      left.removeAll(threads);
      for (Thread thread : left) {
        thread.join(); // one that does not end fails the test by its timeout
      }
      // With its thread all timers of a workflow are gone, so nothing can come any more.
      closed.forEach(one -> assertEquals(one.atClose(), one.heard().get()));
      assertEquals(List.of(), files(path.toString()).toList());
      assertTrue(files("").count() < files + CONNECTIONS, () -> files("").toList().toString());
    }
  }

  /** A workflow that was closed: what was heard of it by then, and is by now. */
  private record Closed(int atClose, AtomicInteger heard) {}

  private static Closed closed(MemberBackend backend, Path path, Class<? extends ShareEvent> moment)
      throws Exception {
    AtomicInteger heard = new AtomicInteger();
    CompletableFuture<ShareEvent> reached = new CompletableFuture<>();
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(new ObservedBackend(backend, heard::incrementAndGet))
            .journal(Journal.directory(path))
            .flow(FlowPolicy.defaults().callsPerSecond(1000))
            .poll(PollPolicy.backoff(Duration.ofMillis(5), 1000, Duration.ofMinutes(5)))
            .listener(
                event -> {
                  heard.incrementAndGet();
                  if (moment.isInstance(event)) {
                    reached.complete(event);
                  }
                })
            .build()) {
      workflow.start(REQUEST);
      if (moment != ShareEvent.class) {
        reached.join();
      }
    }
    return new Closed(heard.get(), heard);
  }

  private static List<Thread> workflowThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("imageshare-(time|journal)"))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  /** The open files of this process whose names begin so; none where there is no such list. */
  private static Stream<String> files(String prefix) {
    List<String> names = new ArrayList<>();
    Path all = Path.of("/proc/self/fd");
    if (Files.isDirectory(all)) {
      try (Stream<Path> numbers = Files.list(all)) {
        numbers.forEach(number -> name(number).ifPresent(names::add));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return names.stream().filter(name -> name.startsWith(prefix));
  }

  private static Optional<String> name(Path number) {
    try {
      return Optional.of(Files.readSymbolicLink(number).toString());
    } catch (IOException e) {
      return Optional.empty(); // closed since it was listed
    }
  }
}
