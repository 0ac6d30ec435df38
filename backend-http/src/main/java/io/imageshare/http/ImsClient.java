package io.imageshare.http;

import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.http.ApiRequest.Purpose;
import io.imageshare.http.AuthenticatedClient.Exchange;
import java.net.URI;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The endpoints of {@code ims-api.md} section 1 that sharing needs, as blocking calls. */
final class ImsClient {
  /** A listing longer than this does not end by itself. */
  private static final int MOST_PAGES = 1000;

  private static final String MEMBERS = ApiRequest.path("v1", "cloudimages", "members");

  /** Where the service is, and what it is asked there. */
  record Deployment(
      URI endpoint,
      HttpBackend.JobQuery jobQuery,
      HttpBackend.MemberList memberList,
      boolean sharesEncrypted) {
    ImsClient api(@Nullable String project, Credentials who, Transport transport) {
      return new ImsClient(this, project, new AuthenticatedClient(transport, who, project));
    }
  }

  private final URI endpoint;
  private final Deployment site;
  private final @Nullable String project;
  private final AuthenticatedClient caller;
  private final ImageList images;
  private final EndpointFallback jobQueries = new EndpointFallback();
  private final EndpointFallback memberLists = new EndpointFallback();

  private ImsClient(Deployment site, @Nullable String project, AuthenticatedClient caller) {
    this.site = site;
    this.project = project;
    this.caller = caller;
    endpoint = site.endpoint();
    images = new ImageList(endpoint, caller);
  }

  Job submit(ShareRequest slice) {
    String method =
        switch (slice.action()) {
          case SHARE -> "POST";
          case UNSHARE -> "DELETE";
          case ACCEPT, REJECT -> "PUT";
        };
    Exchange reply =
        caller.call(
            new ApiRequest(
                Purpose.SUBMIT, method, endpoint, MEMBERS, "", Wire.batch(slice), "", slice));
    if (!reply.answer().ok()) {
      throw caller.refusal(reply);
    }
    String id = Wire.text(Wire.object(reply.answer().body()), Wire.JOB_ID);
    if (id.isEmpty()) {
      throw caller.unreadable(reply, "the answer holds no job");
    }
    return Job.running(id);
  }

  Job job(String id) {
    Supplier<ApiRequest> progress = () -> look(id, "v1", "cloudimages", "job", id);
    Supplier<ApiRequest> show = project == null ? null : () -> look(id, "v1", project, "jobs", id);
    boolean progressFirst = site.jobQuery() == HttpBackend.JobQuery.SHOW_JOB_PROGRESS;
    Exchange reply = ask(jobQueries, progressFirst, progress, show);
    if (!reply.answer().ok()) {
      throw caller.refusal(reply);
    }
    Job job = JobDocument.read(reply.answer().body(), id, reply.identity().secrets()::hide);
    if (job == null) {
      throw caller.unreadable(reply, "the answer is not about this job");
    }
    return job;
  }

  private ApiRequest look(String id, String... path) {
    return ApiRequest.read(Purpose.POLL, endpoint, ApiRequest.path(path), "", id);
  }

  Map<Recipient, MemberStatus> members(String image) {
    Map<Recipient, MemberStatus> members = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    String marker = "";
    for (int pages = 0; pages < MOST_PAGES; pages++) {
      MemberPage page = page(image, marker);
      int before = seen.size();
      for (MemberPage.Entry entry : page.entries()) {
        seen.add(entry.key());
        if (entry.recipient() != null) {
          members.put(entry.recipient(), entry.status());
        }
      }
      marker = page.next();
      // How the end is told is not documented. A page that brings nothing new is one: it is empty,
      // or the same again from a deployment that takes no marker.
      if (marker.isEmpty() || seen.size() == before) {
        return Collections.unmodifiableMap(members);
      }
    }
    throw NetworkErrors.of(
        Kind.INTERNAL, "the list of members of image " + image + " does not end");
  }

  private MemberPage page(String image, String marker) {
    String query = marker.isEmpty() ? "" : ApiRequest.query(Map.of(Wire.MARKER, marker));
    Supplier<ApiRequest> glance = () -> list(image, query, "v2", "images", image, "members");
    Supplier<ApiRequest> v1 =
        project == null
            ? null
            : () -> list(image, query, "v1", project, "cloudimages", image, "members");
    boolean glanceFirst = site.memberList() == HttpBackend.MemberList.GLANCE;
    Exchange reply = ask(memberLists, glanceFirst, glance, v1);
    if (!reply.answer().ok()) {
      throw caller.refusal(reply);
    }
    MemberPage page = MemberPage.read(reply.answer().body(), image);
    if (page == null) {
      throw caller.unreadable(reply, "the answer does not list this image's members");
    }
    return page;
  }

  /** The images that were shared with the caller, and to which it said this. */
  Set<String> images(MemberStatus status) {
    return images.decided(status);
  }

  /** What the service tells of images. */
  Map<String, Image> describe(Set<String> ids) {
    return images.describe(ids, project, site.sharesEncrypted());
  }

  private ApiRequest list(String image, String query, String... path) {
    return ApiRequest.read(Purpose.LIST, endpoint, ApiRequest.path(path), query, image);
  }

  /** {@code scoped} has a project in its path, so it is null without one. */
  private Exchange ask(
      EndpointFallback twins,
      boolean plainFirst,
      Supplier<ApiRequest> plain,
      @Nullable Supplier<ApiRequest> scoped) {
    return plainFirst || scoped == null
        ? twins.ask(plain, scoped, caller::call)
        : twins.ask(scoped, plain, caller::call);
  }
}
