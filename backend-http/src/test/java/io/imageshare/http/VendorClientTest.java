package io.imageshare.http;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.ims.v2.ImsClient;
import com.huaweicloud.sdk.ims.v2.model.BatchAddMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.BatchAddMembersRequestBody;
import com.huaweicloud.sdk.ims.v2.model.BatchDeleteMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.GlanceImageMembers;
import com.huaweicloud.sdk.ims.v2.model.GlanceListImageMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.GlanceShowImageMemberRequest;
import com.huaweicloud.sdk.ims.v2.model.JobEntitiesResult;
import com.huaweicloud.sdk.ims.v2.model.ListImagesRequest;
import com.huaweicloud.sdk.ims.v2.model.ShowJobProgressRequest;
import com.huaweicloud.sdk.ims.v2.model.ShowJobProgressResponse;
import com.huaweicloud.sdk.ims.v2.model.ShowJobRequest;
import com.huaweicloud.sdk.ims.v2.model.ShowJobResponse;
import io.imageshare.Member;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.http.HttpBackend.JobQuery;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vendor's client with the simulated service, and this backend's requests against its. */
class VendorClientTest {
  static final String TOKEN = "made-up-security-token";
  private static final List<String> IMAGES =
      List.of(Fixtures.IMAGE, "77aa0c3e-5b1d-4f60-8d2c-91e4b7c05a22");
  private static final List<String> PROJECTS =
      List.of(Fixtures.RECIPIENT, "ffffffffffffffffffffffffffffffff");

  private final MemoryBackend cloud =
      MemoryBackend.builder()
          .owner(Fixtures.PROJECT)
          .images(IMAGES)
          .jobsTake(Duration.ZERO)
          .build();
  private final ImsServer server =
      ImsServer.builder(cloud)
          .accessKey(Fixtures.AK, Fixtures.SK)
          .accessKey("T" + Fixtures.AK, Fixtures.SK, TOKEN)
          .build();

  @AfterEach
  void close() {
    server.close();
    cloud.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", TOKEN})
  void theVendorsClientSharesAndUnshares(String token) {
    ImsClient client = client(token);

    String added =
        client.batchAddMembers(new BatchAddMembersRequest().withBody(batch())).getJobId();
    ShowJobResponse job = client.showJob(new ShowJobRequest().withJobId(added));
    assertEquals(ShowJobResponse.StatusEnum.SUCCESS, job.getStatus());
    assertEquals(added, job.getJobId());
    // The service leaves the project out of the results of an add.
    assertEquals(
        new TreeSet<>(IMAGES),
        job.getEntities().getResults().stream()
            .map(JobEntitiesResult::getImageId)
            .collect(toCollection(TreeSet::new)));
    assertEquals(pairs(), cloud.members());

    List<GlanceImageMembers> listed =
        client
            .glanceListImageMembers(new GlanceListImageMembersRequest().withImageId(Fixtures.IMAGE))
            .getMembers();
    assertEquals(
        new TreeSet<>(PROJECTS),
        listed.stream().map(GlanceImageMembers::getMemberId).collect(toCollection(TreeSet::new)));
    assertTrue(listed.stream().allMatch(m -> m.getStatus().equals("pending")), listed::toString);
    assertEquals(
        Fixtures.RECIPIENT,
        client
            .glanceShowImageMember(
                new GlanceShowImageMemberRequest()
                    .withImageId(Fixtures.IMAGE)
                    .withMemberId(Fixtures.RECIPIENT))
            .getMemberId());

    String deleted =
        client.batchDeleteMembers(new BatchDeleteMembersRequest().withBody(batch())).getJobId();
    assertEquals(
        ShowJobProgressResponse.StatusEnum.SUCCESS,
        client.showJobProgress(new ShowJobProgressRequest().withJobId(deleted)).getStatus());
    assertEquals(Set.of(), cloud.members());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", TOKEN})
  void thisBackendSendsWhatTheVendorsClientSends(String token) throws Exception {
    ImsClient client = client(token);
    try (HttpBackend progress = backend(token, JobQuery.SHOW_JOB_PROGRESS);
        HttpBackend show = backend(token, JobQuery.SHOW_JOB)) {
      String job =
          client.batchAddMembers(new BatchAddMembersRequest().withBody(batch())).getJobId();
      ImsServer.Request theirs = last();
      Fixtures.get(progress.submit(ShareRequest.share(IMAGES, PROJECTS)));
      same(theirs, token);

      client.showJobProgress(new ShowJobProgressRequest().withJobId(job));
      theirs = last();
      Fixtures.get(progress.job(job));
      same(theirs, token);

      client.showJob(new ShowJobRequest().withJobId(job));
      theirs = last();
      Fixtures.get(show.job(job));
      same(theirs, token);

      client.glanceListImageMembers(
          new GlanceListImageMembersRequest().withImageId(Fixtures.IMAGE));
      theirs = last();
      Fixtures.get(progress.members(Fixtures.IMAGE));
      same(theirs, token);

      client.batchDeleteMembers(new BatchDeleteMembersRequest().withBody(batch()));
      theirs = last();
      Fixtures.get(progress.submit(ShareRequest.unshare(IMAGES, PROJECTS)));
      same(theirs, token);
    }
    assertEquals(10, server.requests().size());
  }

  // No call of the backend has a query on its first page, so only the signature is compared.
  @ParameterizedTest
  @ValueSource(strings = {"", TOKEN})
  void signsAQueryAsTheVendorsClientDoes(String token) {
    String name = "a b*~/é&=+";
    client(token).listImages(new ListImagesRequest().withName(name).withLimit(5));
    String query = ApiRequest.query(Map.of("name", name, "limit", "5"));
    ApiRequest call =
        ApiRequest.read(
            ApiRequest.Purpose.LIST,
            server.endpoint(),
            ApiRequest.path("v2", "cloudimages"),
            query,
            "");
    assertEquals(last().headers().get("authorization"), signed(last(), call, token));
  }

  /** The last request, which is this backend's, against the one before. */
  private void same(ImsServer.Request theirs, String token) throws JsonProcessingException {
    ImsServer.Request ours = last();
    assertEquals(theirs, server.requests().get(server.requests().size() - 2));
    assertEquals("imageshare", ours.headers().get("user-agent"));
    assertEquals(theirs.method(), ours.method());
    assertEquals(theirs.path(), ours.path());
    ObjectMapper json = new ObjectMapper();
    assertEquals(json.readTree(theirs.body()), json.readTree(ours.body()));
    for (String name : List.of("host", "x-project-id", "x-security-token")) {
      assertEquals(theirs.headers().get(name), ours.headers().get(name), name);
    }
    assertEquals(token, ours.headers().getOrDefault("x-security-token", ""));

    ApiRequest call =
        new ApiRequest(
            ApiRequest.Purpose.POLL,
            ours.method(),
            server.endpoint(),
            ours.path(),
            "",
            ours.body(),
            "",
            null);
    assertEquals(theirs.headers().get("authorization"), signed(theirs, call, token));
  }

  /** This backend's signature of a call, over the headers and with the date of another's. */
  private static String signed(ImsServer.Request theirs, ApiRequest call, String token) {
    String names =
        theirs
            .headers()
            .getOrDefault("authorization", "")
            .replaceAll(".*SignedHeaders=([^,]*),.*", "$1");
    SortedMap<String, String> headers = new TreeMap<>();
    for (String name : names.split(";", -1)) {
      headers.put(name, theirs.headers().getOrDefault(name, ""));
    }
    assertTrue(
        headers.keySet().containsAll(Set.of("host", "x-project-id", "x-sdk-date", "user-agent")),
        names);
    assertEquals(!token.isEmpty(), headers.containsKey("x-security-token"), names);
    return new Signer(access(token), Fixtures.SK).authorization(call, headers);
  }

  private ImsServer.Request last() {
    List<ImsServer.Request> requests = server.requests();
    return requests.get(requests.size() - 1);
  }

  private ImsClient client(String token) {
    return client(server, Fixtures.PROJECT, token);
  }

  /** The vendor's client for a project, with a security token unless that is empty. */
  static ImsClient client(ImsServer server, String project, String token) {
    BasicCredentials credentials =
        new BasicCredentials().withProjectId(project).withAk(access(token)).withSk(Fixtures.SK);
    return ImsClient.newBuilder()
        .withCredential(token.isEmpty() ? credentials : credentials.withSecurityToken(token))
        .withEndpoints(List.of(server.endpoint().toString()))
        .build();
  }

  private HttpBackend backend(String token, JobQuery query) {
    return Fixtures.backend(server.endpoint())
        .credentials(
            token.isEmpty()
                ? Credentials.accessKey(access(token), Fixtures.SK)
                : Credentials.accessKey(access(token), Fixtures.SK, token))
        .jobQuery(query)
        .build();
  }

  static String access(String token) {
    return token.isEmpty() ? Fixtures.AK : "T" + Fixtures.AK;
  }

  private static BatchAddMembersRequestBody batch() {
    return new BatchAddMembersRequestBody().withImages(IMAGES).withProjects(PROJECTS);
  }

  private static Set<Member> pairs() {
    return IMAGES.stream()
        .flatMap(image -> PROJECTS.stream().map(p -> new Member(image, Recipient.project(p))))
        .collect(Collectors.toSet());
  }
}
