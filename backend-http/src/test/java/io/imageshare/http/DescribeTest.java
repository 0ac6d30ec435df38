package io.imageshare.http;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.Image;
import io.imageshare.Image.Obstacle;
import io.imageshare.Image.Sharing;
import io.imageshare.MemberStatus;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.SharePlan;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.Unknowns;
import io.imageshare.memory.Unknowns.Telling;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Descriptions of images over the wire. */
@Timeout(600)
class DescribeTest {
  private static final List<String> IMAGES = ids(7, 6);
  private static final List<String> PROJECTS =
      IntStream.range(1, 12).mapToObj("%032x"::formatted).toList();

  private static List<String> ids(int series, int count) {
    return IntStream.range(0, count).mapToObj(n -> new UUID(series, n).toString()).toList();
  }

  private static MemoryBackend.Builder cloud() {
    return MemoryBackend.builder()
        .owner(Fixtures.PROJECT)
        .images(IMAGES.get(0))
        .wholeImages(IMAGES.get(1))
        .obstacle(Obstacle.FOREIGN, IMAGES.get(2))
        .obstacle(Obstacle.PUBLIC, IMAGES.get(3))
        .obstacle(Obstacle.ENCRYPTED, IMAGES.get(4))
        .obstacle(Obstacle.UNREADY, IMAGES.get(5))
        .jobsTake(Duration.ZERO);
  }

  private static ImsServer server(MemoryBackend.Builder cloud) {
    return ImsServer.builder(cloud.build()).accessKey(Fixtures.AK, Fixtures.SK).build();
  }

  private static long writes(ImsServer server) {
    return server.requests().stream().filter(request -> request.method().equals("POST")).count();
  }

  @Test
  void describesOneImageAndManyAsTheCloudDoes() throws Exception {
    try (ImsServer server = server(cloud());
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      Set<String> all = Set.copyOf(IMAGES);
      MemoryBackend same = cloud().build();
      assertEquals(Fixtures.get(same.describe(all)), Fixtures.get(backend.describe(all)));
      assertEquals(1, server.requests().size());
      for (String image : IMAGES) {
        Set<String> one = Set.of(image);
        assertEquals(Fixtures.get(same.describe(one)), Fixtures.get(backend.describe(one)));
      }
      assertEquals(1 + IMAGES.size(), server.requests().size());
      assertEquals(Map.of(), Fixtures.get(backend.describe(Set.of(new UUID(8, 8).toString()))));
      assertEquals(Map.of(), Fixtures.get(backend.describe(Set.of())));
    }
  }

  @Test
  void readsNoMorePagesThanItNeeds() throws Exception {
    List<String> many = ids(9, 1200);
    try (ImsServer server = server(MemoryBackend.builder().owner(Fixtures.PROJECT).images(many));
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      assertEquals(2, Fixtures.get(backend.describe(Set.copyOf(many.subList(498, 500)))).size());
      assertEquals(1, server.requests().size());
      assertEquals(1200, Fixtures.get(backend.describe(Set.copyOf(many))).size());
      assertEquals(1 + 3, server.requests().size());
    }
  }

  @Test
  void whatCannotBeSharedIsNotWritten() throws Exception {
    MemoryBackend cloud = cloud().build();
    try (ImsServer server = ImsServer.builder(cloud).accessKey(Fixtures.AK, Fixtures.SK).build();
        HttpBackend backend = Fixtures.backend(server.endpoint()).build();
        ShareWorkflow workflow = Fixtures.workflow(backend).build()) {
      ShareRequest request = ShareRequest.share(IMAGES, PROJECTS);
      SharePlan plan = workflow.plan(request);
      assertEquals(4 * 11 + 1, plan.refused().count(), plan.toString());
      assertEquals(0, writes(server));
      ShareReport report = workflow.run(request);
      assertEquals(plan.refused().toList(), report.failed().toList());
      assertEquals(11 + 10, report.counts().done(), report.toString());
      assertEquals(plan.slices().size(), writes(server));
      assertEquals(1 + 5 + 2, report.stats().reads());
      assertEquals(
          1, report.failed().filter(failed -> failed.reason().kind() == Kind.QUOTA).count());
    }
  }

  @ParameterizedTest
  @EnumSource
  void toldOfSharesAsTheCloudIs(Telling telling) throws Exception {
    List<String> own = ids(9, 3);
    MemoryBackend cloud =
        cloud()
            .images(own)
            .member(own.get(0), Recipient.project(PROJECTS.get(0)), MemberStatus.PENDING)
            .unknowns(Unknowns.defaults().telling(telling))
            .build();
    try (ImsServer server = ImsServer.builder(cloud).accessKey(Fixtures.AK, Fixtures.SK).build();
        HttpBackend backend = Fixtures.backend(server.endpoint()).build();
        ShareWorkflow workflow = Fixtures.workflow(backend).build()) {
      Set<String> all = Set.copyOf(Stream.concat(own.stream(), IMAGES.stream()).toList());
      assertEquals(Fixtures.get(cloud.describe(all)), Fixtures.get(backend.describe(all)));
      ShareReport report = workflow.run(ShareRequest.share(own, PROJECTS));
      assertEquals(33, report.counts().done(), report.toString());
      assertEquals(1, report.counts().already());
      long listedFirst = telling == Telling.NEVER ? 3 : 1;
      assertEquals(1 + listedFirst + 3, report.stats().reads());
    }
  }

  @Test
  void sharesEncryptedLeavesThemToTheService() throws Exception {
    try (ImsServer server = server(cloud());
        HttpBackend backend = Fixtures.backend(server.endpoint()).sharesEncrypted().build()) {
      String image = IMAGES.get(4);
      Image told = requireNonNull(Fixtures.get(backend.describe(Set.of(image))).get(image));
      assertEquals(Obstacle.NONE, told.obstacle());
    }
  }

  @Test
  void withoutAProjectNoImageIsForeign() throws Exception {
    try (ImsServer server = ImsServer.builder(cloud().build()).token("t").build();
        HttpBackend backend =
            HttpBackend.builder()
                .endpoint(server.endpoint())
                .credentials(Credentials.token(() -> "t"))
                .build()) {
      String image = IMAGES.get(2);
      Image told = requireNonNull(Fixtures.get(backend.describe(Set.of(image))).get(image));
      assertEquals(Obstacle.NONE, told.obstacle());
      assertEquals("other-project", told.owner());
    }
  }

  /** What is not certain is no obstacle, and not told: then the service decides. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "NONE, false, UNKNOWN, `{\"id\":\"i\"}`",
        "NONE, false, UNKNOWN, `{\"id\":\"i\",\"owner\":\"me\",\"status\":\"active\",\"visibility\":\"private\"}`",
        "NONE, false, SHARED, `{\"id\":\"i\",\"owner\":\"ME\",\"visibility\":\"shared\",\"__imagetype\":\"shared\"}`",
        "NONE, false, UNKNOWN, `{\"id\":\"i\",\"owner\":\"an account\",\"visibility\":\"private\"}`",
        "NONE, false, UNKNOWN, `{\"id\":\"i\",\"owner\":\"me\",\"status\":\"brewing\",\"__system__cmkid\":\"\"}`",
        "NONE, true, UNKNOWN, `{\"id\":\"i\",\"__whole_image\":true}`",
        "NONE, true, UNKNOWN, `{\"id\":\"i\",\"__whole_image\":\"true\"}`",
        "NONE, false, UNKNOWN, `{\"id\":\"i\",\"__whole_image\":\"false\",\"name\":null,\"owner\":{}}`",
        "NONE, false, UNSHARED, `{\"id\":\"i\",\"visibility\":\"private\",\"__imagetype\":\"private\"}`",
        "NONE, false, UNKNOWN, `{\"id\":\"i\",\"__imagetype\":\"market\"}`",
        "NONE, false, UNKNOWN, `{\"id\":\"i\",\"__imagetype\":null}`",
        "FOREIGN, false, UNKNOWN, `{\"id\":\"i\",\"owner\":\"you\",\"visibility\":\"shared\"}`",
        "PUBLIC, false, UNKNOWN, `{\"id\":\"i\",\"owner\":\"you\",\"visibility\":\"public\"}`",
        "UNREADY, false, UNKNOWN, `{\"id\":\"i\",\"owner\":\"me\",\"status\":\"queued\"}`",
        "UNREADY, false, UNKNOWN, `{\"id\":\"i\",\"owner\":\"me\",\"status\":\"SAVING\"}`",
        "ENCRYPTED, false, UNKNOWN, `{\"id\":\"i\",\"owner\":\"me\",\"__system__cmkid\":\"key\"}`",
      })
  void readsOnlyWhatIsCertain(Obstacle obstacle, boolean whole, Sharing sharing, String image) {
    byte[] page = "{\"images\":[%s]}".formatted(image).getBytes(StandardCharsets.UTF_8);
    List<ImagePage.Entry> entries = requireNonNull(ImagePage.read(page)).entries();
    assertEquals(1, entries.size());
    Image told = entries.get(0).image("me", false);
    assertEquals(obstacle, told.obstacle());
    assertEquals(whole, told.whole());
    assertEquals(sharing, told.sharing());
  }
}
