package io.imageshare.examples;

import com.huaweicloud.sdk.core.auth.ICredential;
import com.huaweicloud.sdk.core.exception.ConnectionTimeoutException;
import com.huaweicloud.sdk.core.exception.HostUnreachableException;
import com.huaweicloud.sdk.core.exception.SdkException;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.ims.v2.ImsClient;
import com.huaweicloud.sdk.ims.v2.model.BatchAddMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.BatchAddMembersRequestBody;
import com.huaweicloud.sdk.ims.v2.model.BatchDeleteMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.GlanceListImageMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.ShowJobProgressRequest;
import com.huaweicloud.sdk.ims.v2.model.ShowJobProgressResponse;
import io.imageshare.BackendException;
import io.imageshare.BlockingMemberBackend;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import okhttp3.ConnectionPool;
import org.jspecify.annotations.Nullable;

/** A backend over the vendor's client, which blocks. */
final class SdkBackend implements BlockingMemberBackend {
  private final ImsClient client;

  SdkBackend(URI endpoint, ICredential credential) {
    // On a connection that is kept open, the client repeats a submit that got no answer.
    HttpConfig config =
        new HttpConfig().withConnectionPool(new ConnectionPool(0, 1, TimeUnit.DAYS));
    client =
        ImsClient.newBuilder()
            .withHttpConfig(config)
            .withCredential(credential)
            .withEndpoints(List.of(endpoint.toString()))
            .build();
  }

  @Override
  public Job submit(ShareRequest slice) {
    BatchAddMembersRequestBody body =
        new BatchAddMembersRequestBody()
            .withImages(List.copyOf(slice.images()))
            .withProjects(slice.recipients().stream().map(Recipient::id).toList());
    BatchAddMembersRequest add = new BatchAddMembersRequest().withBody(body);
    BatchDeleteMembersRequest delete = new BatchDeleteMembersRequest().withBody(body);
    String id =
        call(
            Kind.LOST,
            () ->
                switch (slice.action()) {
                  case SHARE -> client.batchAddMembers(add).getJobId();
                  case UNSHARE -> client.batchDeleteMembers(delete).getJobId();
                  // Each recipient would need a client of its own.
                  default -> throw refusal(Kind.UNSUPPORTED, "", "only the owner's calls", null);
                });
    if (id == null) {
      throw refusal(Kind.LOST, "", "the answer holds no job id", null);
    }
    return Job.running(id);
  }

  @Override
  public Job job(String id) {
    ShowJobProgressRequest poll = new ShowJobProgressRequest().withJobId(plain(id));
    ShowJobProgressResponse job = call(Kind.UNAVAILABLE, () -> client.showJobProgress(poll));
    return switch (String.valueOf(job.getStatus()).toUpperCase(Locale.ROOT)) {
      case "SUCCESS" -> Job.succeeded(id);
      case "FAIL" -> {
        String code = Objects.requireNonNullElse(job.getErrorCode(), "");
        String message = Objects.requireNonNullElse(job.getFailReason(), "the job failed");
        yield Job.failed(id, new Reason(kind(code, 400, Kind.LOST), code, message));
      }
      default -> Job.running(id);
    };
  }

  @Override
  public Map<Recipient, MemberStatus> members(String image) {
    GlanceListImageMembersRequest list =
        new GlanceListImageMembersRequest().withImageId(plain(image));
    return call(Kind.UNAVAILABLE, () -> client.glanceListImageMembers(list)).getMembers().stream()
        .collect(
            Collectors.toMap(
                member -> Recipient.project(member.getMemberId()),
                member -> MemberStatus.valueOf(member.getStatus().toUpperCase(Locale.ROOT))));
  }

  /** The client would take text after a question mark in an id for a query. */
  private static String plain(String id) {
    if (!id.matches("[\\w-]+")) {
      throw refusal(Kind.INVALID, "", "no id of this service: " + id, null);
    }
    return id;
  }

  /**
   * Makes a call.
   *
   * @param open the kind of failures that leave open whether the call had an effect
   */
  private static <T> T call(Kind open, Supplier<T> call) {
    try {
      return call.get();
    } catch (ServiceResponseException e) {
      String code = Objects.requireNonNullElse(e.getErrorCode(), "");
      throw refusal(kind(code, e.getHttpStatusCode(), open), code, e.toString(), e);
    } catch (HostUnreachableException | ConnectionTimeoutException e) {
      throw refusal(Kind.UNAVAILABLE, "", e.toString(), e);
    } catch (SdkException e) {
      throw refusal(open, "", e.toString(), e);
    }
  }

  private static Kind kind(String code, int status, Kind open) {
    return switch (code) {
      case "APIGW.0308", "IMG.0060", "IMG.0149", "IMG.0187" -> Kind.THROTTLED;
      case "APIGW.0101" -> Kind.UNSUPPORTED;
      case "IMG.0030", "IMG.0087" -> Kind.UNAUTHENTICATED;
      case "IMG.0027", "IMG.0046", "IMG.0047", "IMG.0066", "IMG.0106" -> Kind.INVALID_IMAGE;
      case "IMG.0067", "IMG.0076", "IMG.0108", "IMG.0177" -> Kind.INVALID_RECIPIENT;
      case "IMG.0088" -> Kind.QUOTA;
      case "IMG.0018", "IMG.0023", "IMG.0061", "IMG.0112", "IMG.0113" -> open;
      default ->
          switch (status) {
            case 401 -> Kind.UNAUTHENTICATED;
            case 403 -> Kind.FORBIDDEN;
            case 405, 501 -> Kind.UNSUPPORTED;
            case 429 -> Kind.THROTTLED;
            default -> status >= 500 || status == 408 ? open : Kind.INVALID;
          };
    };
  }

  private static BackendException refusal(
      Kind kind, String code, String message, @Nullable Throwable cause) {
    return new BackendException(new Reason(kind, code, message), Duration.ZERO, cause);
  }
}
