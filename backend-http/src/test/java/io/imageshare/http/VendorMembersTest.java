package io.imageshare.http;

import static io.imageshare.http.VendorClientTest.TOKEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.huaweicloud.sdk.core.exception.ClientRequestException;
import com.huaweicloud.sdk.ims.v2.ImsClient;
import com.huaweicloud.sdk.ims.v2.model.BatchAddMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.BatchAddMembersRequestBody;
import com.huaweicloud.sdk.ims.v2.model.BatchDeleteMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.BatchUpdateMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.BatchUpdateMembersRequestBody;
import com.huaweicloud.sdk.ims.v2.model.GlanceAddImageMemberRequest;
import com.huaweicloud.sdk.ims.v2.model.GlanceAddImageMemberRequestBody;
import com.huaweicloud.sdk.ims.v2.model.GlanceDeleteImageMemberRequest;
import com.huaweicloud.sdk.ims.v2.model.GlanceImageMembers;
import com.huaweicloud.sdk.ims.v2.model.GlanceListImageMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.GlanceShowImageMemberRequest;
import com.huaweicloud.sdk.ims.v2.model.GlanceShowImageRequest;
import com.huaweicloud.sdk.ims.v2.model.GlanceUpdateImageMemberRequest;
import com.huaweicloud.sdk.ims.v2.model.GlanceUpdateImageMemberRequestBody;
import com.huaweicloud.sdk.ims.v2.model.GlanceUpdateImageMemberResponse;
import com.huaweicloud.sdk.ims.v2.model.ImageInfo;
import com.huaweicloud.sdk.ims.v2.model.JobEntitiesResult;
import com.huaweicloud.sdk.ims.v2.model.ListImagesRequest;
import com.huaweicloud.sdk.ims.v2.model.QuotaInfo;
import com.huaweicloud.sdk.ims.v2.model.ShowImageQuotaRequest;
import com.huaweicloud.sdk.ims.v2.model.ShowJobProgressRequest;
import com.huaweicloud.sdk.ims.v2.model.ShowJobProgressResponse;
import com.huaweicloud.sdk.ims.v2.model.ShowJobRequest;
import com.huaweicloud.sdk.ims.v2.model.ShowJobResponse;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every call on members, by owner and recipient, with the vendor's client. */
class VendorMembersTest {
  private static final String WHOLE = "77aa0c3e-5b1d-4f60-8d2c-91e4b7c05a22";
  private static final String VAULT = "5c0ffee0-1234-4abc-8def-0123456789ab";
  private static final String OTHER = "ffffffffffffffffffffffffffffffff";

  private final MemoryBackend cloud =
      MemoryBackend.builder()
          .owner(Fixtures.PROJECT)
          .images(Fixtures.IMAGE)
          .wholeImages(WHOLE)
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
  }

  private ImsClient owner(String token) {
    return VendorClientTest.client(server, Fixtures.PROJECT, token);
  }

  private ImsClient recipient(String token) {
    return VendorClientTest.client(server, Fixtures.RECIPIENT, token);
  }

  private static BatchAddMembersRequestBody pairs(String... projects) {
    return new BatchAddMembersRequestBody()
        .withImages(List.of(Fixtures.IMAGE, WHOLE))
        .withProjects(List.of(projects));
  }

  private static BatchUpdateMembersRequest decision(
      BatchUpdateMembersRequestBody.StatusEnum status, String... images) {
    return new BatchUpdateMembersRequest()
        .withBody(
            new BatchUpdateMembersRequestBody()
                .withImages(List.of(images))
                .withProjectId(Fixtures.RECIPIENT)
                .withStatus(status)
                .withVaultId(VAULT));
  }

  /** What the listing shows of an image, by member. */
  private static Map<String, String> members(ImsClient client, String image) {
    Map<String, String> members = new TreeMap<>();
    for (GlanceImageMembers member :
        client
            .glanceListImageMembers(new GlanceListImageMembersRequest().withImageId(image))
            .getMembers()) {
      assertEquals(image, member.getImageId());
      members.put(member.getMemberId(), member.getStatus());
    }
    return members;
  }

  /** What a recipient lists of the images it said this to. */
  private static List<String> images(ImsClient client, ListImagesRequest.MemberStatusEnum status) {
    List<ImageInfo> images =
        client
            .listImages(
                new ListImagesRequest()
                    .withMemberStatus(status)
                    .withVisibility(ListImagesRequest.VisibilityEnum.SHARED)
                    .withImagetype(ListImagesRequest.ImagetypeEnum.SHARED))
            .getImages();
    assertTrue(images.stream().allMatch(image -> image.getOwner().equals(Fixtures.PROJECT)));
    return images.stream().map(ImageInfo::getId).sorted().toList();
  }

  private void assertSuccess(ImsClient client, String type, String id) {
    ShowJobResponse job = client.showJob(new ShowJobRequest().withJobId(id));
    assertEquals(ShowJobResponse.StatusEnum.SUCCESS, job.getStatus());
    assertEquals(type, job.getJobType());
    ShowJobProgressResponse progress =
        client.showJobProgress(new ShowJobProgressRequest().withJobId(id));
    assertEquals(ShowJobProgressResponse.StatusEnum.SUCCESS, progress.getStatus());
    assertEquals(type, progress.getJobType());
    assertEquals(1., progress.getEntities().getProcessPercent());
    if (!type.equals("imsDelImageMembersJob")) {
      List<JobEntitiesResult> results = job.getEntities().getResults();
      assertTrue(results.stream().allMatch(result -> result.getStatus().equals("success")));
      assertEquals(2, results.size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", TOKEN})
  void theWholeCircleInBatches(String token) {
    ImsClient owner = owner(token);
    ImsClient recipient = recipient(token);
    String added =
        owner
            .batchAddMembers(
                new BatchAddMembersRequest().withBody(pairs(Fixtures.RECIPIENT, OTHER)))
            .getJobId();
    assertSuccess(owner, "imsAddImageMembersJob", added);
    assertEquals(
        List.of(Fixtures.IMAGE, WHOLE),
        images(recipient, ListImagesRequest.MemberStatusEnum.PENDING));

    String accepted =
        recipient
            .batchUpdateMembers(
                decision(BatchUpdateMembersRequestBody.StatusEnum.ACCEPTED, Fixtures.IMAGE, WHOLE))
            .getJobId();
    assertSuccess(recipient, "imsUpdateImageMembersJob", accepted);
    assertEquals(
        List.of(Fixtures.IMAGE, WHOLE),
        images(recipient, ListImagesRequest.MemberStatusEnum.ACCEPTED));
    assertEquals(
        Map.of(Fixtures.RECIPIENT, "accepted", OTHER, "pending"), members(owner, Fixtures.IMAGE));
    assertEquals(Map.of(Fixtures.RECIPIENT, "accepted"), members(recipient, Fixtures.IMAGE));

    recipient.batchUpdateMembers(
        decision(BatchUpdateMembersRequestBody.StatusEnum.REJECTED, Fixtures.IMAGE));
    assertEquals(
        List.of(Fixtures.IMAGE), images(recipient, ListImagesRequest.MemberStatusEnum.REJECTED));
    assertEquals(List.of(WHOLE), images(recipient, ListImagesRequest.MemberStatusEnum.ACCEPTED));

    String deleted =
        owner
            .batchDeleteMembers(new BatchDeleteMembersRequest().withBody(pairs(Fixtures.RECIPIENT)))
            .getJobId();
    assertSuccess(owner, "imsDelImageMembersJob", deleted);
    assertEquals(Map.of(OTHER, "pending"), members(owner, WHOLE));
    assertEquals(List.of(), images(recipient, ListImagesRequest.MemberStatusEnum.ACCEPTED));
  }

  private static GlanceUpdateImageMemberRequest update(
      GlanceUpdateImageMemberRequestBody.StatusEnum status) {
    return new GlanceUpdateImageMemberRequest()
        .withImageId(Fixtures.IMAGE)
        .withMemberId(Fixtures.RECIPIENT)
        .withBody(new GlanceUpdateImageMemberRequestBody().withStatus(status));
  }

  private static GlanceShowImageMemberRequest show() {
    return new GlanceShowImageMemberRequest()
        .withImageId(Fixtures.IMAGE)
        .withMemberId(Fixtures.RECIPIENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", TOKEN})
  void theWholeCircleOneByOne(String token) {
    ImsClient owner = owner(token);
    ImsClient recipient = recipient(token);
    GlanceAddImageMemberRequest add =
        new GlanceAddImageMemberRequest()
            .withImageId(Fixtures.IMAGE)
            .withBody(new GlanceAddImageMemberRequestBody().withMember(Fixtures.RECIPIENT));
    assertEquals("pending", owner.glanceAddImageMember(add).getStatus());
    assertEquals(409, status(() -> owner.glanceAddImageMember(add)));
    assertEquals("pending", recipient.glanceShowImageMember(show()).getStatus());

    GlanceUpdateImageMemberResponse accepted =
        recipient.glanceUpdateImageMember(
            update(GlanceUpdateImageMemberRequestBody.StatusEnum.ACCEPTED));
    assertEquals("accepted", accepted.getStatus());
    assertEquals(Fixtures.IMAGE, accepted.getImageId());
    assertEquals(Fixtures.RECIPIENT, accepted.getMemberId());
    assertEquals("accepted", owner.glanceShowImageMember(show()).getStatus());
    recipient.glanceUpdateImageMember(
        update(GlanceUpdateImageMemberRequestBody.StatusEnum.REJECTED));
    assertEquals(Map.of(Fixtures.RECIPIENT, "rejected"), members(owner, Fixtures.IMAGE));
    GlanceShowImageRequest image = new GlanceShowImageRequest().withImageId(Fixtures.IMAGE);
    assertEquals(Fixtures.PROJECT, recipient.glanceShowImage(image).getOwner());

    GlanceDeleteImageMemberRequest delete =
        new GlanceDeleteImageMemberRequest()
            .withImageId(Fixtures.IMAGE)
            .withMemberId(Fixtures.RECIPIENT);
    assertEquals(204, owner.glanceDeleteImageMember(delete).getHttpStatusCode());
    assertEquals(404, status(() -> owner.glanceDeleteImageMember(delete)));
    assertEquals(404, status(() -> recipient.glanceShowImage(image)));
    assertEquals(List.of(), cloud.jobs());
  }

  private static int status(Callable<?> call) {
    return assertThrows(ClientRequestException.class, call::call).getHttpStatusCode();
  }

  private static String code(Callable<?> call) {
    ClientRequestException refused = assertThrows(ClientRequestException.class, call::call);
    assertEquals(400, refused.getHttpStatusCode());
    assertTrue(refused.getRequestId().matches("[0-9a-f]{32}"), refused.getRequestId());
    return refused.getErrorCode();
  }

  @Test
  void aRefusalIsAnErrorWithTheServicesCode() {
    ImsClient owner = owner("");
    ImsClient recipient = recipient("");
    ImsClient other = VendorClientTest.client(server, OTHER, "");
    BatchUpdateMembersRequest accept =
        decision(BatchUpdateMembersRequestBody.StatusEnum.ACCEPTED, Fixtures.IMAGE);
    assertEquals("IMG.0027", code(() -> recipient.batchUpdateMembers(accept)));
    BatchAddMembersRequest add =
        new BatchAddMembersRequest().withBody(pairs(Fixtures.RECIPIENT, OTHER));
    assertEquals("IMG.0047", code(() -> recipient.batchAddMembers(add)));
    String job = owner.batchAddMembers(add).getJobId();
    assertEquals("IMG.0047", code(() -> owner.batchUpdateMembers(accept)));
    assertEquals("IMG.0030", code(() -> other.batchUpdateMembers(accept)));
    BatchUpdateMembersRequest vaultless =
        decision(BatchUpdateMembersRequestBody.StatusEnum.ACCEPTED, WHOLE);
    vaultless.getBody().setVaultId(null);
    assertEquals("IMG.0184", code(() -> recipient.batchUpdateMembers(vaultless)));
    accept.getBody().setStatus(BatchUpdateMembersRequestBody.StatusEnum.fromValue("pending"));
    assertEquals("IMG.0001", code(() -> recipient.batchUpdateMembers(accept)));
    assertEquals("IMG.0023", code(() -> recipient.showJob(new ShowJobRequest().withJobId(job))));
    // A member sees no other member.
    assertEquals(
        404,
        status(
            () ->
                other.glanceUpdateImageMember(
                    update(GlanceUpdateImageMemberRequestBody.StatusEnum.ACCEPTED))));
    assertEquals(
        Map.of(Fixtures.RECIPIENT, "pending", OTHER, "pending"), members(owner, Fixtures.IMAGE));
  }

  @Test
  void theQuotaIsReturned() {
    List<QuotaInfo> quotas =
        owner("").showImageQuota(new ShowImageQuotaRequest()).getQuotas().getResources();
    assertEquals(
        List.of("image", "image_member"), quotas.stream().map(QuotaInfo::getType).toList());
  }
}
