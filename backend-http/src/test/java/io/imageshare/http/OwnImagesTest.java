package io.imageshare.http;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.Image.Obstacle;
import io.imageshare.MemberStatus;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.HttpBackend.OwnImage;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The images of the backend's own project, over the wire. */
@Timeout(600)
class OwnImagesTest {
  private static final String LEAVING = "%032x".formatted(7);

  private static List<String> ids(int series, int count) {
    return IntStream.range(0, count).mapToObj(n -> new UUID(series, n).toString()).toList();
  }

  private static ImsServer server(MemoryBackend cloud) {
    return ImsServer.builder(cloud).accessKey(Fixtures.AK, Fixtures.SK).build();
  }

  @Test
  void allPagesAreReadAndNoImageOfOthers() {
    List<String> own = ids(1, 1_203);
    MemoryBackend cloud =
        MemoryBackend.builder()
            .owner(Fixtures.PROJECT)
            .images(own)
            .wholeImages("whole-1")
            .obstacle(Obstacle.FOREIGN, "foreign-1")
            .obstacle(Obstacle.PUBLIC, "public-1")
            .build();
    try (ImsServer server = server(cloud);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      Set<String> all = backend.images(image -> true);
      assertEquals(1_205, all.size());
      assertTrue(all.containsAll(own));
      assertFalse(all.contains("foreign-1"));
      assertEquals(Set.of("whole-1"), backend.images(image -> image.description().whole()));
      assertEquals(Set.of(own.get(5)), backend.images(image -> image.id().equals(own.get(5))));
      Exception e =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  backend.images(
                      image -> {
                        throw new IllegalArgumentException("mine");
                      }));
      assertEquals("mine", e.getMessage());
    }
  }

  @Test
  void aProjectIsTakenOffAllImages() {
    List<String> own = ids(2, 30);
    MemoryBackend.Builder builder =
        MemoryBackend.builder().owner(Fixtures.PROJECT).images(own).jobsTake(Duration.ZERO);
    own.subList(0, 20)
        .forEach(image -> builder.member(image, Recipient.project(LEAVING), MemberStatus.ACCEPTED));
    MemoryBackend cloud = builder.build();
    try (ImsServer server = server(cloud);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build();
        ShareWorkflow workflow = Fixtures.workflow(backend).build()) {
      Set<String> mine = backend.images(image -> true);
      workflow.run(ShareRequest.unshare(mine, List.of(LEAVING))).requireAllDone();
    }
    assertEquals(Set.of(), cloud.members());
  }

  @Test
  void whatTheServiceTellsOfAnImageIsToldToTheFilter() {
    String page =
        """
        {"images":[
         {"id":"a","name":"web","owner":"ME","virtual_env_type":"DataImage","tags":["env.prod","x"],
          "created_at":"2026-01-02T03:04:05Z"},
         {"id":"b","owner":"me"}]}
        """;
    List<ImagePage.Entry> entries =
        requireNonNull(ImagePage.read(page.getBytes(StandardCharsets.UTF_8))).entries();
    assertTrue(entries.stream().allMatch(entry -> entry.isOf("me")));
    OwnImage first = entries.get(0).own("me", false);
    assertEquals("web", first.description().name());
    assertEquals("DataImage", first.type());
    assertEquals(Set.of("env.prod", "x"), first.tags());
    assertEquals(Instant.parse("2026-01-02T03:04:05Z"), first.created());
    OwnImage second = entries.get(1).own("me", false);
    assertEquals("", second.type());
    assertEquals(Set.of(), second.tags());
    assertEquals(Instant.MAX, second.created());
  }

  @Test
  void aRefusalIsThrownAndWithoutAProjectNobodyKnowsWhoseImages() {
    MemoryBackend cloud = MemoryBackend.builder().owner(Fixtures.PROJECT).build();
    try (ImsServer server = ImsServer.builder(cloud).token("t").build();
        HttpBackend refused = Fixtures.backend(server.endpoint()).build();
        HttpBackend unknown =
            HttpBackend.builder()
                .endpoint(server.endpoint())
                .credentials(Credentials.token(() -> "t"))
                .build()) {
      BackendException e =
          assertThrows(BackendException.class, () -> refused.images(image -> true));
      assertEquals(Kind.UNAUTHENTICATED, e.reason().kind());
      Exception none =
          assertThrows(IllegalStateException.class, () -> unknown.images(image -> true));
      assertEquals(
          "images(filter) needs to know whose images: call projectId(...) before build()",
          none.getMessage());
    }
  }

  @Test
  void aThreadOfTheBackendCannotWaitForItself() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    WireServer.Script script =
        (q, s) -> {
          asked.await();
          WireServer.reply(s, 200, "{\"images\":[],\"status\":\"RUNNING\"}");
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build();
        HttpBackend other = Fixtures.backend(server.endpoint()).build()) {
      CompletionStage<?> refused = backend.job("j").thenApply(j -> backend.images(i -> true));
      CompletionStage<?> allowed = backend.job("j").thenApply(j -> other.images(i -> true));
      asked.countDown();
      ExecutionException e =
          assertThrows(ExecutionException.class, () -> refused.toCompletableFuture().get());
      assertEquals(IllegalStateException.class, requireNonNull(e.getCause()).getClass());
      assertEquals(
          "images(filter) waits for threads of this backend, and was called on one of them;"
              + " call it on another, by thenApplyAsync say",
          e.getCause().getMessage());
      assertEquals(Set.of(), Fixtures.get(allowed));
    }
  }
}
