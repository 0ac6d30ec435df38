package io.imageshare.http;

import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.http.ApiRequest.Purpose;
import io.imageshare.http.AuthenticatedClient.Exchange;
import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The endpoints of {@code ims-api.md} section 1 that sharing needs, as blocking calls. */
final class ImsClient {
  private static final String MEMBERS = ApiRequest.path("v1", "cloudimages", "members");

  /** Where the service is, and which of its endpoints are used. */
  record Deployment(
      URI endpoint,
      HttpBackend.JobQuery jobQuery,
      HttpBackend.MemberList memberList,
      boolean sharesEncrypted) {
    ImsClient client(@Nullable String project, Credentials credentials, Sessions sessions) {
      return new ImsClient(this, project, sessions.client(credentials, project));
    }
  }

  private final Deployment deployment;
  private final @Nullable String project;
  private final AuthenticatedClient client;
  private final ImageList images;
  private final EndpointFallback jobQueries = new EndpointFallback();
  private final EndpointFallback memberLists = new EndpointFallback();

  private ImsClient(Deployment deployment, @Nullable String project, AuthenticatedClient client) {
    this.deployment = deployment;
    this.project = project;
    this.client = client;
    images = new ImageList(deployment.endpoint(), client);
  }

  Job submit(ShareRequest slice) {
    String method =
        switch (slice.action()) {
          case SHARE -> "POST";
          case UNSHARE -> "DELETE";
          case ACCEPT, REJECT -> "PUT";
        };
    String body = Wire.batch(slice);
    Exchange exchange =
        client.send(
            new ApiRequest(
                Purpose.SUBMIT, method, deployment.endpoint(), MEMBERS, "", body, "", slice));
    if (!exchange.response().ok()) {
      throw client.error(exchange);
    }
    String id = Wire.id(Wire.object(exchange.response().body()), Wire.JOB_ID);
    if (id.isEmpty()) {
      throw client.unreadable(exchange, "the answer holds no id of a job that can be used");
    }
    return Job.running(id);
  }

  Job job(String id) {
    Supplier<ApiRequest> progress = () -> poll(id, "v1", "cloudimages", "job", id);
    Supplier<ApiRequest> show = project == null ? null : () -> poll(id, "v1", project, "jobs", id);
    boolean progressFirst = deployment.jobQuery() == HttpBackend.JobQuery.SHOW_JOB_PROGRESS;
    Exchange exchange = send(jobQueries, progressFirst, progress, show);
    Job job = JobDocument.read(exchange.response().body(), id, client.secrets(exchange)::hide);
    if (job == null) {
      throw client.unreadable(exchange, "the answer is not about this job");
    }
    return job;
  }

  private ApiRequest poll(String id, String... path) {
    return ApiRequest.read(Purpose.POLL, deployment.endpoint(), ApiRequest.path(path), "", id);
  }

  Listing<MemberPage.Entry, Map<Recipient, MemberStatus>> members(String image) {
    Map<Recipient, MemberStatus> members = new LinkedHashMap<>();
    return new Listing<>(
        "the list of members of image " + image,
        marker -> page(image, marker),
        entry -> {
          if (entry.recipient() != null) {
            members.put(entry.recipient(), entry.status());
          }
        },
        pages -> false,
        Collections.unmodifiableMap(members));
  }

  private Listing.Page<MemberPage.Entry> page(String image, String marker) {
    String query = marker.isEmpty() ? "" : ApiRequest.query(Map.of(Wire.MARKER, marker));
    Supplier<ApiRequest> glance = () -> list(image, query, "v2", "images", image, "members");
    Supplier<ApiRequest> v1 =
        project == null
            ? null
            : () -> list(image, query, "v1", project, "cloudimages", image, "members");
    boolean glanceFirst = deployment.memberList() == HttpBackend.MemberList.GLANCE;
    Exchange exchange = send(memberLists, glanceFirst, glance, v1);
    Listing.Page<MemberPage.Entry> page = MemberPage.read(exchange.response().body(), image);
    if (page == null) {
      throw client.unreadable(exchange, "the answer does not list this image's members");
    }
    return page;
  }

  private ApiRequest list(String image, String query, String... path) {
    return ApiRequest.read(
        Purpose.LIST, deployment.endpoint(), ApiRequest.path(path), query, image);
  }

  /** The images that were shared with this project, and that it gave this status. */
  Listing<ImagePage.Entry, Set<String>> images(MemberStatus status) {
    return images.withStatus(status, project);
  }

  /** This project's own images. */
  Listing<ImagePage.Entry, Set<String>> own(Predicate<HttpBackend.OwnImage> filter) {
    if (project == null) {
      throw new IllegalStateException(
          "images(filter) needs to know whose images: call projectId(...) before build()");
    }
    return images.own(project, deployment.sharesEncrypted(), filter);
  }

  /** The service's description of images. */
  Listing<ImagePage.Entry, Map<String, Image>> describe(Set<String> ids) {
    return images.describe(ids, project, deployment.sharesEncrypted());
  }

  /**
   * Sends a request to one of two endpoints.
   *
   * @param scoped has a project in its path, so it is null without one
   */
  private Exchange send(
      EndpointFallback fallback,
      boolean plainFirst,
      Supplier<ApiRequest> plain,
      @Nullable Supplier<ApiRequest> scoped) {
    Exchange exchange =
        plainFirst || scoped == null
            ? fallback.send(plain, scoped, client::send)
            : fallback.send(scoped, plain, client::send);
    if (!exchange.response().ok()) {
      throw client.error(exchange);
    }
    return exchange;
  }
}
