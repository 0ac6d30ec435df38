package io.imageshare.http;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.huaweicloud.sdk.ims.v2.ImsClient;
import com.huaweicloud.sdk.ims.v2.model.BatchUpdateMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.BatchUpdateMembersRequestBody;
import com.huaweicloud.sdk.ims.v2.model.BatchUpdateMembersRequestBody.StatusEnum;
import com.huaweicloud.sdk.ims.v2.model.ListImagesRequest;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.HttpBackend.JobQuery;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Recipients over the wire, each with credentials of its own. */
@Timeout(600)
class RecipientsTest {
  private static final List<String> IMAGES =
      IntStream.range(0, 3).mapToObj(n -> new UUID(5, n).toString()).toList();
  private static final List<String> PROJECTS =
      IntStream.range(1, 5).mapToObj("%032x"::formatted).toList();
  private static final Map<String, Credentials> KEYS =
      Map.of(
          PROJECTS.get(0), Credentials.accessKey("AK0", "secret-0"),
          PROJECTS.get(1), Credentials.accessKey("AK1", "secret-1"),
          PROJECTS.get(2), Credentials.accessKey("AK2", "wrong"));

  private final MemoryBackend cloud =
      MemoryBackend.builder()
          .owner(Fixtures.PROJECT)
          .images(IMAGES)
          .jobsTake(Duration.ZERO)
          .build();
  private final ImsServer server =
      ImsServer.builder(cloud)
          .accessKey(Fixtures.AK, Fixtures.SK)
          .accessKey("AK0", "secret-0")
          .accessKey("AK1", "secret-1")
          .accessKey("AK2", "secret-2")
          .build();

  @AfterEach
  void close() {
    server.close();
  }

  private HttpBackend.Builder backend() {
    return Fixtures.backend(server.endpoint()).recipients(KEYS::get);
  }

  private static ShareReport run(HttpBackend backend, ShareRequest request) {
    try (ShareWorkflow workflow = Fixtures.workflow(backend).build()) {
      return workflow.run(request);
    }
  }

  /** A project may own some images and be given others. */
  @Test
  void itsOwnSharedImagesWereNotSharedWithTheOwner() throws Exception {
    Credentials key = Credentials.accessKey(Fixtures.AK, Fixtures.SK);
    try (HttpBackend backend =
        Fixtures.backend(server.endpoint()).recipients(project -> key).build()) {
      assertTrue(run(backend, ShareRequest.share(IMAGES, PROJECTS)).allDone());
      Recipient owner = Recipient.project(Fixtures.PROJECT);
      for (MemberStatus status : List.of(MemberStatus.ACCEPTED, MemberStatus.REJECTED)) {
        assertEquals(Set.of(), backend.images(owner, status).toCompletableFuture().join());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(JobQuery.class)
  void eachDecidesForItself(JobQuery query) throws Exception {
    try (HttpBackend backend = backend().jobQuery(query).build()) {
      assertTrue(run(backend, ShareRequest.share(IMAGES, PROJECTS)).allDone());
      ShareReport accepted = run(backend, ShareRequest.accept(IMAGES, PROJECTS));
      assertEquals(6, accepted.counts().done(), accepted.toString());
      assertEquals(ShareReport.Ending.STOPPED, accepted.ending());
      assertTrue(
          accepted.reason().orElseThrow().message().contains("not that of access key AK2"),
          accepted::toString);
      List<Outcome.Failed> keyless =
          accepted
              .failed()
              .filter(f -> f.member().recipient().id().equals(PROJECTS.get(3)))
              .toList();
      assertEquals(3, keyless.size());
      assertEquals(Kind.FORBIDDEN, keyless.get(0).reason().kind());
      assertTrue(keyless.get(0).reason().message().contains("recipients(...)"));
      assertTrue(run(backend, ShareRequest.reject(IMAGES, PROJECTS.subList(1, 2))).allDone());
      assertEquals(
          Map.of(
              Recipient.project(PROJECTS.get(0)), MemberStatus.ACCEPTED,
              Recipient.project(PROJECTS.get(1)), MemberStatus.REJECTED,
              Recipient.project(PROJECTS.get(2)), MemberStatus.PENDING,
              Recipient.project(PROJECTS.get(3)), MemberStatus.PENDING),
          Fixtures.get(backend.members(IMAGES.get(0))));
    }
  }

  @Test
  void sendsWhatTheVendorsClientSends() throws Exception {
    cloud.submit(ShareRequest.share(IMAGES, PROJECTS));
    ImsClient client = VendorClientTest.client(server, PROJECTS.get(0), "");
    try (HttpBackend backend =
        backend().recipients(project -> Credentials.accessKey(Fixtures.AK, Fixtures.SK)).build()) {
      List<String> mine = PROJECTS.subList(0, 1);
      for (ShareRequest slice :
          List.of(
              ShareRequest.accept(IMAGES, mine),
              ShareRequest.accept(IMAGES, mine).vault("vault-1"),
              ShareRequest.reject(IMAGES, mine))) {
        boolean accepts = slice.action() == ShareRequest.Action.ACCEPT;
        client.batchUpdateMembers(
            new BatchUpdateMembersRequest()
                .withBody(
                    new BatchUpdateMembersRequestBody()
                        .withImages(IMAGES)
                        .withProjectId(mine.get(0))
                        .withStatus(accepts ? StatusEnum.ACCEPTED : StatusEnum.REJECTED)
                        .withVaultId(slice.vault().isEmpty() ? null : slice.vault())));
        Job job = Fixtures.get(backend.submit(slice));
        same(2);
        assertEquals(job.id(), Fixtures.get(backend.job(job.id())).id());
      }
      client.listImages(
          new ListImagesRequest()
              .withMemberStatus(ListImagesRequest.MemberStatusEnum.REJECTED)
              .withVisibility(ListImagesRequest.VisibilityEnum.SHARED)
              .withImagetype(ListImagesRequest.ImagetypeEnum.SHARED)
              .withLimit(500));
      Set<String> images =
          Fixtures.get(backend.images(Recipient.project(mine.get(0)), MemberStatus.REJECTED));
      assertEquals(Set.copyOf(IMAGES), images);
      same(3); // the last request is for the page after the images
    }
  }

  /** Of the last so many requests the first two: the vendor's and this backend's. */
  private void same(int last) throws Exception {
    List<ImsServer.Request> requests = server.requests();
    ImsServer.Request theirs = requests.get(requests.size() - last);
    ImsServer.Request ours = requests.get(requests.size() - last + 1);
    assertEquals("imageshare", ours.headers().get("user-agent"));
    assertEquals(theirs.method(), ours.method());
    assertEquals(target(theirs), target(ours));
    ObjectMapper json = new ObjectMapper();
    assertEquals(json.readTree(theirs.body()), json.readTree(ours.body()));
    assertEquals(theirs.headers().get("x-project-id"), ours.headers().get("x-project-id"));
  }

  private static Set<String> target(ImsServer.Request request) {
    URI uri = URI.create(request.path());
    String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
    return Stream.concat(Stream.of(uri.getPath()), Arrays.stream(query.split("&", -1)))
        .collect(toSet());
  }

  @Test
  void readsAllPagesOfImages() throws Exception {
    List<String> many = IntStream.range(0, 1200).mapToObj(n -> new UUID(6, n).toString()).toList();
    MemoryBackend.Builder large = MemoryBackend.builder().owner(Fixtures.PROJECT).images(many);
    many.forEach(
        image -> large.member(image, Recipient.project(PROJECTS.get(0)), MemberStatus.ACCEPTED));
    try (ImsServer full = ImsServer.builder(large.build()).accessKey("AK0", "secret-0").build();
        HttpBackend backend = Fixtures.backend(full.endpoint()).recipients(KEYS::get).build()) {
      Recipient recipient = Recipient.project(PROJECTS.get(0));
      assertEquals(
          Set.copyOf(many), Fixtures.get(backend.images(recipient, MemberStatus.ACCEPTED)));
      assertEquals(3 + 1, full.requests().size()); // only an empty page is known to be the last
    }
  }

  @Test
  void aJobBelongsToTheProjectInItsId() throws Exception {
    try (HttpBackend backend = backend().build()) {
      for (String id : List.of(PROJECTS.get(3) + "@job-1", PROJECTS.get(0) + "@", "x@y@job-1")) {
        Reason reason = Fixtures.failure(backend.job(id)).reason();
        assertEquals(Kind.INVALID, reason.kind());
        assertEquals(0, server.requests().size());
      }
      ShareRequest two = ShareRequest.accept(IMAGES, PROJECTS.subList(0, 2));
      assertEquals(Kind.INVALID, Fixtures.failure(backend.submit(two)).reason().kind());
    }
  }
}
