package io.imageshare.http;

import static java.util.Objects.requireNonNull;

import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The image service over HTTP ({@code ims-api.md} section 1).
 *
 * <p>Every call is sent once: again only after renewing credentials that were refused, and once to
 * the twin of an endpoint that is not published. A write is never sent twice, by the JDK's client
 * neither. A call waits on one of a few daemon threads of the backend, never on the caller's.
 * Immutable, and safe for use by several threads and workflows.
 */
public final class HttpBackend implements MemberBackend {

  /**
   * How a job is looked at ({@code ims-api.md} section 2); the other is used where one is missing.
   */
  public enum JobQuery {
    /** {@code GET /v1/cloudimages/job/{job_id}}: recommended since 2026; no results per pair. */
    SHOW_JOB_PROGRESS,
    /** {@code GET /v1/{project_id}/jobs/{job_id}}: deprecated since 2026, with results. */
    SHOW_JOB
  }

  /** How members are listed ({@code ims-api.md} section 1.5); the other where one is missing. */
  public enum MemberList {
    /** {@code GET /v2/images/{image_id}/members}: published by every deployment known. */
    GLANCE,
    /** {@code GET /v1/{project_id}/cloudimages/{image_id}/members}: by newer ones only. */
    V1
  }

  private final URI endpoint;
  private final BatchLimits limits;
  private final int membersPerImage;
  private final Transport transport;
  private final ClientPerProject parties;

  private HttpBackend(
      URI endpoint,
      BatchLimits limits,
      int membersPerImage,
      Transport transport,
      ClientPerProject parties) {
    this.endpoint = endpoint;
    this.limits = limits;
    this.membersPerImage = membersPerImage;
    this.transport = transport;
    this.parties = parties;
  }

  /** {@return a new builder; endpoint and credentials must be given} */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    requireNonNull(slice, "slice");
    return transport.async(() -> parties.submit(slice));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    requireNonNull(id, "id");
    return transport.async(() -> parties.job(id));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    requireNonNull(image, "image");
    return transport.async(() -> parties.members(image));
  }

  @Override
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return transport.async(() -> parties.images(requireNonNull(recipient), requireNonNull(status)));
  }

  @Override
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return transport.async(() -> parties.describe(requireNonNull(images)));
  }

  @Override
  public BatchLimits limits() {
    return limits;
  }

  @Override
  public int membersPerImage() {
    return membersPerImage;
  }

  /**
   * Ends the calls under way; a write under way fails as {@link Reason.Kind#LOST}. The backend's
   * threads end, and on Java 21 and later its HTTP client is closed. On Java 17, where an HTTP
   * client cannot be closed, the one daemon thread of the JDK's client and its idle connections go
   * with the next garbage collection. A client that the caller gave is left alone.
   */
  @Override
  public void close() {
    transport.close();
  }

  @Override
  public String toString() {
    return "HttpBackend[" + endpoint + "]";
  }

  /** Puts a backend together. Not safe for use by several threads. */
  public static final class Builder {
    private @Nullable URI endpoint;
    private @Nullable String project;
    private @Nullable Credentials credentials;
    private Function<String, @Nullable Credentials> recipients = project -> null;
    private @Nullable HttpClient client;
    private @Nullable ProxySelector proxy;
    private @Nullable SSLContext sslContext;
    private boolean plainHttp;
    private boolean sharesEncrypted;
    private JobQuery jobQuery = JobQuery.SHOW_JOB_PROGRESS;
    private MemberList memberList = MemberList.GLANCE;
    private BatchLimits limits = BatchLimits.defaults();
    private int membersPerImage = 128;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration requestTimeout = Duration.ofSeconds(60);
    private int concurrentCalls = 8;
    private int bodyLimit = 8 << 20;
    private Clock clock = Clock.systemUTC();

    private Builder() {}

    /**
     * Where the service is: {@code https://ims.{region}.myhuaweicloud.com} or what another cloud
     * has in its place ({@code ims-api.md} section 6). Nothing may follow the host and port.
     *
     * @param endpoint the address
     * @return this
     */
    public Builder endpoint(URI endpoint) {
      this.endpoint = requireNonNull(endpoint, "endpoint");
      return this;
    }

    /**
     * The project that owns the images. Signed requests name it, and {@link JobQuery#SHOW_JOB} and
     * {@link MemberList#V1} have it in their path, so that neither can be used without it.
     *
     * @param id the project's id, in the endpoint's region
     * @return this
     */
    public Builder projectId(String id) {
      this.project = requireNonNull(id, "id");
      return this;
    }

    /**
     * Who calls.
     *
     * @param credentials the credentials
     * @return this
     */
    public Builder credentials(Credentials credentials) {
      this.credentials = requireNonNull(credentials, "credentials");
      return this;
    }

    /**
     * Who calls for a project that accepts or rejects: what was shared with it, only it can take.
     *
     * @param recipients gives the credentials of a project by its id, and null for one that has
     *     none here: what it is to do fails as {@link Reason.Kind#FORBIDDEN}; asked once a project,
     *     on a thread of the backend
     * @return this
     */
    public Builder recipients(Function<String, @Nullable Credentials> recipients) {
      this.recipients = requireNonNull(recipients, "recipients");
      return this;
    }

    /**
     * A client of the caller's, instead of one of the backend's own; it is not closed with it. Its
     * proxy, TLS and connect timeout hold. It must not follow redirects, and must have no
     * authenticator: the JDK's client then drops the {@code Authorization} header (seen on 17, not
     * on 25), and answers a refused token by itself.
     *
     * @param client the client
     * @return this
     */
    public Builder client(HttpClient client) {
      this.client = requireNonNull(client, "client");
      return this;
    }

    /**
     * The proxy to go through; unless given, the JVM's default.
     *
     * @param proxy what chooses it
     * @return this
     */
    public Builder proxy(ProxySelector proxy) {
      this.proxy = requireNonNull(proxy, "proxy");
      return this;
    }

    /**
     * Whom to trust, and who to be, in TLS; unless given, the JVM's default.
     *
     * @param sslContext the context
     * @return this
     */
    public Builder sslContext(SSLContext sslContext) {
      this.sslContext = requireNonNull(sslContext, "sslContext");
      return this;
    }

    /**
     * Allows {@code http} beyond the loopback: who listens on the way can use the credentials.
     *
     * @return this
     */
    public Builder plainHttp() {
      this.plainHttp = true;
      return this;
    }

    /**
     * How jobs are looked at; unless given, {@link JobQuery#SHOW_JOB_PROGRESS}.
     *
     * @param jobQuery the query
     * @return this
     */
    public Builder jobQuery(JobQuery jobQuery) {
      this.jobQuery = requireNonNull(jobQuery, "jobQuery");
      return this;
    }

    /**
     * How members are listed; unless given, {@link MemberList#GLANCE}.
     *
     * @param memberList the list
     * @return this
     */
    public Builder memberList(MemberList memberList) {
      this.memberList = requireNonNull(memberList, "memberList");
      return this;
    }

    /**
     * Leaves encrypted images to the service. Unless called, a share of one fails before it is
     * sent, as Huawei Cloud documents; other clouds share it if the recipient may use its key
     * ({@code ims-api.md} section 4).
     *
     * @return this
     */
    public Builder sharesEncrypted() {
      this.sharesEncrypted = true;
      return this;
    }

    /**
     * How much fits into one call; unless given, {@link BatchLimits#defaults()}.
     *
     * @param limits the limits
     * @return this
     */
    public Builder limits(BatchLimits limits) {
      this.limits = requireNonNull(limits, "limits");
      return this;
    }

    /**
     * How many recipients one image may have; unless given 128, which Huawei Cloud documents. Other
     * clouds have 256 ({@code ims-api.md} section 4).
     *
     * @param membersPerImage the number, at least 1
     * @return this
     */
    public Builder membersPerImage(int membersPerImage) {
      this.membersPerImage = membersPerImage;
      return this;
    }

    /**
     * How long connecting may take; unless given 10 s. A client of the caller's has its own.
     *
     * @param connectTimeout the time
     * @return this
     */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = requireNonNull(connectTimeout, "connectTimeout");
      return this;
    }

    /**
     * How long one request may take, to the last byte of its answer; unless given 60 s. A call may
     * need two or three requests, and the engine gives it 150 s.
     *
     * @param requestTimeout the time
     * @return this
     */
    public Builder requestTimeout(Duration requestTimeout) {
      this.requestTimeout = requireNonNull(requestTimeout, "requestTimeout");
      return this;
    }

    /**
     * How many calls may wait for the service at once, each on a thread; unless given 8, as the
     * engine has it. Further ones wait for a thread.
     *
     * @param concurrentCalls the number, at least 1
     * @return this
     */
    public Builder concurrentCalls(int concurrentCalls) {
      this.concurrentCalls = concurrentCalls;
      return this;
    }

    /**
     * How much of an answer is read; unless given 8 MiB, some fifty times the largest page of
     * members.
     *
     * @param bytes the number, at least 1
     * @return this
     */
    public Builder bodyLimit(int bytes) {
      this.bodyLimit = bytes;
      return this;
    }

    /** The clock that dates signatures. */
    Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Builds the backend. Nothing is sent yet.
     *
     * @return the backend
     * @throws IllegalArgumentException if what was given cannot work; the message names the method
     *     that gave it
     */
    public HttpBackend build() {
      URI where = Endpoint.check("endpoint", required("endpoint", endpoint), plainHttp);
      Credentials who = required("credentials", credentials).checked(plainHttp);
      String owner = project == null ? who.project() : project;
      if (owner != null) {
        Identity.check("projectId", owner);
      } else if (jobQuery == JobQuery.SHOW_JOB) {
        throw new IllegalArgumentException("jobQuery(SHOW_JOB): it needs projectId(...)");
      } else if (memberList == MemberList.V1) {
        throw new IllegalArgumentException("memberList(V1): it needs projectId(...)");
      }
      positive("membersPerImage", membersPerImage);
      positive("concurrentCalls", concurrentCalls);
      positive("bodyLimit", bodyLimit);
      positive("connectTimeout", connectTimeout);
      positive("requestTimeout", requestTimeout);
      Transport transport =
          new Transport(
              httpClient(who.signs()),
              new Transport.Settings(concurrentCalls, requestTimeout, bodyLimit, clock));
      Function<String, @Nullable Credentials> others = recipients;
      ImsClient.Deployment site =
          new ImsClient.Deployment(where, jobQuery, memberList, sharesEncrypted);
      boolean plain = plainHttp;
      ClientPerProject parties =
          new ClientPerProject(
              site.api(owner, who, transport),
              project -> {
                Credentials recipient = others.apply(project);
                return recipient == null
                    ? null
                    : site.api(project, recipient.checked(plain), transport);
              });
      return new HttpBackend(where, limits, membersPerImage, transport, parties);
    }

    /** Makes the client of {@code client(...)} or one of the backend's own. */
    private Function<ExecutorService, JdkClient> httpClient(boolean signs) {
      HttpClient given = client;
      if (given == null) {
        ProxySelector proxies = proxy;
        SSLContext tls = sslContext;
        Duration connect = connectTimeout;
        return threads -> JdkClient.own(proxies, tls, connect, threads);
      }
      if (proxy != null || sslContext != null) {
        throw new IllegalArgumentException(
            (proxy != null ? "proxy" : "sslContext")
                + ": the client of client(...) has its own; give it there");
      }
      JdkClient checked = JdkClient.given(given, signs);
      return threads -> checked;
    }

    private static <T> T required(String method, @Nullable T value) {
      if (value == null) {
        throw new IllegalArgumentException(
            method + ": none given; call " + method + "(...) before build()");
      }
      return value;
    }

    private static void positive(String method, int number) {
      if (number < 1) {
        throw new IllegalArgumentException(method + ": " + number + "; it must be at least 1");
      }
    }

    private static void positive(String method, Duration time) {
      if (time.isNegative() || time.isZero()) {
        throw new IllegalArgumentException(method + ": " + time + "; it must be positive");
      }
    }
  }
}
