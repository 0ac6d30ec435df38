package io.imageshare.http;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableSet;
import io.imageshare.BackendException;
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
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The image service over HTTP ({@code ims-api.md} section 1).
 *
 * <p>Every call is sent once. It is sent again only after credentials that were refused have been
 * renewed, and to the alternative of an endpoint that is not published. No other write is sent
 * twice, and the JDK's client does not repeat one by itself. Calls run on a bounded pool of daemon
 * threads of the backend, never on the caller's thread. Immutable, and safe for use by several
 * threads and workflows.
 */
public final class HttpBackend implements MemberBackend {

  /**
   * How a job is polled ({@code ims-api.md} section 2). Where a deployment does not publish one of
   * the two, the other is used.
   */
  public enum JobQuery {
    /** {@code GET /v1/cloudimages/job/{job_id}}: recommended since 2026; no results per pair. */
    SHOW_JOB_PROGRESS,
    /** {@code GET /v1/{project_id}/jobs/{job_id}}: deprecated since 2026, with results. */
    SHOW_JOB
  }

  /**
   * How members are listed ({@code ims-api.md} section 1.5). Where a deployment does not publish
   * one of the two, the other is used.
   */
  public enum MemberList {
    /** {@code GET /v2/images/{image_id}/members}: published by every known deployment. */
    GLANCE,
    /**
     * {@code GET /v1/{project_id}/cloudimages/{image_id}/members}: published by newer ones only.
     */
    V1
  }

  /**
   * An image of the backend's own project.
   *
   * @param id its id
   * @param description what the engine goes by
   * @param type what the service calls {@code virtual_env_type}, such as {@code FusionCompute},
   *     {@code DataImage} or {@code IsoImage}; empty if not told
   * @param tags its tags, as the service spells them
   * @param created when it was created; {@link Instant#MAX} if not told, so that it is never old
   */
  public record OwnImage(
      String id, Image description, String type, Set<String> tags, Instant created) {

    /** Copies. */
    public OwnImage {
      tags = ImmutableSet.copyOf(tags);
    }

    /** Its parts, with a blank for control characters and the like. */
    @Override
    public String toString() {
      return Wire.visible(
          "OwnImage[id=%s, description=%s, type=%s, tags=%s, created=%s]"
              .formatted(id, description, type, tags, created));
    }
  }

  private final URI endpoint;
  private final String account;
  private final BatchLimits limits;
  private final int membersPerImage;
  private final Transport transport;
  private final ClientPerProject clients;
  private final Supplier<CompletionStage<Void>> turn;

  private HttpBackend(
      URI endpoint,
      String account,
      BatchLimits limits,
      int membersPerImage,
      Transport transport,
      ClientPerProject clients,
      Supplier<CompletionStage<Void>> turn) {
    this.endpoint = endpoint;
    this.account = account;
    this.limits = limits;
    this.membersPerImage = membersPerImage;
    this.transport = transport;
    this.clients = clients;
    this.turn = turn;
  }

  /** {@return a new builder; endpoint and credentials must be given} */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    requireNonNull(slice, "slice");
    return transport.async(() -> clients.submit(slice));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    requireNonNull(id, "id");
    return transport.async(() -> clients.job(id));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    requireNonNull(image, "image");
    return Listing.read(transport, turn, () -> clients.members(image));
  }

  @Override
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    requireNonNull(recipient, "recipient");
    requireNonNull(status, "status");
    return Listing.read(transport, turn, () -> clients.images(recipient, status));
  }

  /**
   * The images of the backend's own project: all pages of the list, without those that others
   * shared with it. Waits for the answers. The calls do not pass the rate limit of a workflow, and
   * are not repeated.
   *
   * <p>For example {@code images(image -> image.description().name().startsWith("web-"))}.
   *
   * @param filter takes those that are wanted; called on a thread of the backend
   * @return their ids, in the service's order, the newest first where it keeps to its documents
   * @throws IllegalStateException if the builder was given no project, or if this is called on a
   *     thread of the backend, as in a continuation of a call: it would wait for itself
   * @throws BackendException if the list cannot be read, or is too long for one call: more than 100
   *     pages, 50,000 images or 64 MiB, or longer than the time limit of a request
   */
  public Set<String> images(Predicate<OwnImage> filter) {
    requireNonNull(filter, "filter");
    checkState(
        !transport.isOwnThread(),
        "images(filter) waits for threads of this backend, and was called on one of them;"
            + " call it on another, by thenApplyAsync say");
    try {
      return Listing.read(transport, turn, () -> clients.own(filter)).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  @Override
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return requireNonNull(images, "images").isEmpty()
        ? CompletableFuture.completedFuture(Map.of())
        : Listing.read(transport, turn, () -> clients.describe(images));
  }

  /** Closing what this returns closes this backend. */
  @Override
  public MemberBackend inTurns(Supplier<CompletionStage<Void>> turn) {
    requireNonNull(turn, "turn");
    return new HttpBackend(endpoint, account, limits, membersPerImage, transport, clients, turn);
  }

  @Override
  public BatchLimits limits() {
    return limits;
  }

  @Override
  public int membersPerImage() {
    return membersPerImage;
  }

  /** The endpoint and the project that owns the images; empty if no project was given. */
  @Override
  public String account() {
    return account;
  }

  /**
   * Ends the calls under way; a write under way fails as {@link Reason.Kind#LOST}. The backend's
   * threads end, and on Java 21 and later its HTTP client is closed. On Java 17, where an HTTP
   * client cannot be closed, the one daemon thread of the JDK's client and its idle connections go
   * with the next garbage collection. A client that the caller gave is left alone. Close a workflow
   * before its backend: its runs would take some minutes to give up what they still poll and read.
   */
  @Override
  public void close() {
    transport.close();
  }

  @Override
  public String endpoint() {
    return endpoint.toString();
  }

  @Override
  public String toString() {
    return "HttpBackend[" + endpoint + "]";
  }

  /** Builds a backend. Not safe for use by several threads. */
  public static final class Builder {
    private static final String CLIENT_HAS_ITS_OWN =
        "%s: the client of client(...) has its own; give it there";

    /** As good as for ever, and far from what overflows in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** How many bytes of a response are read by default. */
    static final int BODY_LIMIT = 4 << 20;

    private @Nullable URI endpoint;
    private @Nullable String region;
    private @Nullable String project;
    private @Nullable Credentials credentials;
    private Function<String, @Nullable Credentials> recipients = project -> null;
    private @Nullable HttpClient client;
    private @Nullable ProxySelector proxy;
    private boolean environmentProxy;
    private @Nullable ProxyLogin proxyLogin;
    private boolean plainHttpThroughProxy;
    private Map<String, String> environment = System.getenv();
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
    private int bodyLimit = BODY_LIMIT;
    private Clock clock = Clock.systemUTC();
    private Ticker ticker = Ticker.systemTicker();

    private Builder() {}

    /**
     * Where the service is: {@code https://ims.{region}.myhuaweicloud.com} or the equivalent of
     * another cloud ({@code ims-api.md} section 6). Nothing may follow the host and port.
     *
     * @param endpoint the address
     * @return this
     */
    public Builder endpoint(URI endpoint) {
      this.endpoint = requireNonNull(endpoint, "endpoint");
      return this;
    }

    /**
     * The endpoint of a region of Huawei Cloud, {@code https://ims.{region}.myhuaweicloud.com}, in
     * place of {@link #endpoint}. Regions of Europe belong to other sites, whose hosts end
     * otherwise ({@code ims-api.md} section 6): they need {@link #endpoint}.
     *
     * @param region the region's id, such as {@code cn-north-4}
     * @return this
     */
    public Builder region(String region) {
      this.region = requireNonNull(region, "region");
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
     * The credentials of the project that owns the images.
     *
     * @param credentials the credentials
     * @return this
     */
    public Builder credentials(Credentials credentials) {
      this.credentials = requireNonNull(credentials, "credentials");
      return this;
    }

    /**
     * The credentials of projects that accept or reject images: only the recipient can.
     *
     * @param recipients returns the credentials of a project by its id, or null for one that has
     *     none here: its calls fail as {@link Reason.Kind#FORBIDDEN}. Called once for a project, on
     *     a thread of the backend
     * @return this
     */
    public Builder recipients(Function<String, @Nullable Credentials> recipients) {
      this.recipients = requireNonNull(recipients, "recipients");
      return this;
    }

    /**
     * A client of the caller's, in place of one of the backend's own. It is not closed with the
     * backend; its proxy, TLS and connect timeout apply, also for loopback. It must not follow
     * redirects, and must have no authenticator: the JDK's client then drops the {@code
     * Authorization} header (seen on 17, not on 25), and answers a refused token by itself.
     *
     * @param client the client
     * @return this
     */
    public Builder client(HttpClient client) {
      this.client = requireNonNull(client, "client");
      return this;
    }

    /**
     * The proxy; by default the JVM's, which does not know what other programs read in the
     * environment. Over {@code http}, loopback is reached without one.
     *
     * @param proxy selects it; in place of {@link #proxyFromEnvironment}
     * @return this
     */
    public Builder proxy(ProxySelector proxy) {
      this.proxy = requireNonNull(proxy, "proxy");
      return this;
    }

    /**
     * The proxies that the environment names, in place of the JVM's and of {@link #proxy}; none if
     * it names none. They are read when the backend is built:
     *
     * <ul>
     *   <li>{@code HTTPS_PROXY} for endpoints with {@code https}, and {@code HTTP_PROXY} for those
     *       with {@code http}: {@code http://proxy.example.com:3128}, with or without {@code
     *       http://}, and with {@code user:password@} before the host where the proxy wants
     *       credentials, encoded as in a URL
     *   <li>{@code NO_PROXY}: for which hosts none is used, separated by commas: {@code *} for all,
     *       {@code example.com} for a host and all below it, as is {@code .example.com}; an IP
     *       address, or a network such as {@code 10.0.0.0/8}. With a port, only for that
     * </ul>
     *
     * <p>The names may be in lower case, too, which are read first, as curl does. (It ignores
     * {@code HTTP_PROXY} in upper case.) Proxies that are spoken to over TLS or as SOCKS are
     * refused: the JDK's client cannot use them.
     *
     * @return this
     */
    public Builder proxyFromEnvironment() {
      this.environmentProxy = true;
      return this;
    }

    /**
     * The user and password that a proxy wants; in place of those that the environment holds. They
     * go to the proxy with every connection, as Basic, which is not encrypted.
     *
     * <p>Java sends them to the proxy of an {@code https} endpoint only in a JVM that was started
     * with {@code -Djdk.http.auth.tunneling.disabledSchemes=""}, and that is not for a library to
     * change. Elsewhere the proxy refuses the call with HTTP 407, and its reason names the switch.
     *
     * @param user the user, without a colon
     * @param password the password; no message and no {@code toString} shows it
     * @return this
     * @throws IllegalArgumentException if the user is blank or has a colon
     */
    public Builder proxyCredentials(String user, String password) {
      this.proxyLogin =
          new ProxyLogin(requireNonNull(user, "user"), requireNonNull(password, "password"));
      return this;
    }

    /**
     * The TLS context: whose certificates are trusted, and which one is presented; by default the
     * JVM's.
     *
     * @param sslContext the context
     * @return this
     */
    public Builder sslContext(SSLContext sslContext) {
      this.sslContext = requireNonNull(sslContext, "sslContext");
      return this;
    }

    /**
     * Allows {@code http} beyond the loopback interface: anybody on the way can read and use the
     * credentials. Tokens and passwords are sent to no proxy so; a signature is of one request, and
     * is.
     *
     * @return this
     */
    public Builder plainHttp() {
      this.plainHttp = true;
      return this;
    }

    /**
     * Allows that tokens and passwords go over {@code http} through a proxy, which can read and use
     * them; without it such a call fails as {@link Reason.Kind#UNAUTHENTICATED} and is not sent.
     * {@link #plainHttp} is needed, too.
     *
     * @return this
     */
    public Builder plainHttpThroughProxy() {
      this.plainHttpThroughProxy = true;
      return this;
    }

    /**
     * How jobs are polled; by default {@link JobQuery#SHOW_JOB_PROGRESS}.
     *
     * @param jobQuery the query
     * @return this
     */
    public Builder jobQuery(JobQuery jobQuery) {
      this.jobQuery = requireNonNull(jobQuery, "jobQuery");
      return this;
    }

    /**
     * How members are listed; by default {@link MemberList#GLANCE}.
     *
     * @param memberList the list
     * @return this
     */
    public Builder memberList(MemberList memberList) {
      this.memberList = requireNonNull(memberList, "memberList");
      return this;
    }

    /**
     * Leaves it to the service whether encrypted images can be shared. Unless called, a share of
     * one fails before it is sent, as Huawei Cloud documents; other clouds share it if the
     * recipient may use its key ({@code ims-api.md} section 4).
     *
     * @return this
     */
    public Builder sharesEncrypted() {
      this.sharesEncrypted = true;
      return this;
    }

    /**
     * How much fits into one call; by default {@link BatchLimits#defaults()}.
     *
     * @param limits the limits
     * @return this
     */
    public Builder limits(BatchLimits limits) {
      this.limits = requireNonNull(limits, "limits");
      return this;
    }

    /**
     * How many recipients one image may have; by default 128, which Huawei Cloud documents. Other
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
     * How long connecting may take; by default 10 s. A client of the caller's has its own limit.
     *
     * @param connectTimeout the time
     * @return this
     */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = requireNonNull(connectTimeout, "connectTimeout");
      return this;
    }

    /**
     * How long one request may take, to the last byte of its response; by default 60 s. A call may
     * need two or three requests, and the engine allows it 150 s. Until credentials are accepted,
     * one call at a time tries them: one that has waited so long for others fails, and is not sent.
     * A list of many pages has this time for all of them, the waits for the rate limit not counted:
     * after it no further page is asked for, and the call fails.
     *
     * @param requestTimeout the time
     * @return this
     */
    public Builder requestTimeout(Duration requestTimeout) {
      this.requestTimeout = requireNonNull(requestTimeout, "requestTimeout");
      return this;
    }

    /**
     * How many calls may be under way at once, each on a thread; by default 8, as in the engine.
     * Further calls wait for a thread.
     *
     * @param concurrentCalls the number, at least 1
     * @return this
     */
    public Builder concurrentCalls(int concurrentCalls) {
      this.concurrentCalls = concurrentCalls;
      return this;
    }

    /**
     * How many bytes of a response are read; by default 4 MiB, several times the largest page, of
     * 500 images. Eight such answers at once, as {@link #concurrentCalls} allows, fit into a heap
     * of 256 MB, as tried with seventeen kinds of content; a limit that is larger takes as much
     * more.
     *
     * @param bytes the number, at least 1
     * @return this
     */
    public Builder bodyLimit(int bytes) {
      this.bodyLimit = bytes;
      return this;
    }

    /** The variables of the environment. */
    Builder environment(Map<String, String> environment) {
      this.environment = environment;
      return this;
    }

    /** The clock for the dates of signatures. */
    Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /** What time limits are measured by. */
    Builder ticker(Ticker ticker) {
      this.ticker = ticker;
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
      URI address = address();
      Credentials principal = required("credentials", credentials).checked(plainHttp);
      String owner = project == null ? principal.project() : project;
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
      Proxies proxies = proxies();
      Transport transport =
          new Transport(
              httpClient(proxies, principal.source().signs()),
              new Transport.Settings(
                  proxies, concurrentCalls, requestTimeout, bodyLimit, clock, ticker));
      Function<String, @Nullable Credentials> others = recipients;
      ImsClient.Deployment deployment =
          new ImsClient.Deployment(address, jobQuery, memberList, sharesEncrypted);
      boolean plain = plainHttp;
      Sessions sessions = new Sessions(transport);
      ClientPerProject clients =
          new ClientPerProject(
              deployment.client(owner, principal, sessions),
              project -> {
                Credentials recipient =
                    Source.supplied("recipients(...)", () -> others.apply(project));
                return recipient == null
                    ? null
                    : deployment.client(project, recipient.checked(plain), sessions);
              });
      String account = owner == null ? "" : address + " " + owner;
      return new HttpBackend(
          address,
          account,
          limits,
          membersPerImage,
          transport,
          clients,
          () -> CompletableFuture.completedFuture(null));
    }

    private URI address() {
      String named = region;
      if (named == null) {
        checkArgument(
            endpoint != null,
            "endpoint: none given; call endpoint(...) or region(...) before build()");
        return Endpoint.check("endpoint", requireNonNull(endpoint), plainHttp);
      }
      checkArgument(
          endpoint == null, "region: endpoint(...) is given, too; call one of them, not both");
      return Endpoint.ofRegion(named);
    }

    private Proxies proxies() {
      HttpClient given = client;
      checkArgument(given == null || proxy == null, CLIENT_HAS_ITS_OWN, "proxy");
      checkArgument(given == null || !environmentProxy, CLIENT_HAS_ITS_OWN, "proxyFromEnvironment");
      checkArgument(
          proxy == null || !environmentProxy,
          "proxyFromEnvironment: proxy(...) is given, too; call one of them, not both");
      ProxySelector selector = environmentProxy ? new EnvironmentProxies(environment) : proxy;
      if (given != null) {
        selector = given.proxy().orElse(null);
      }
      return new Proxies(
          selector == null ? ProxySelector.getDefault() : selector,
          given == null,
          proxyLogin,
          plainHttpThroughProxy,
          environment);
    }

    /** Makes the client of {@code client(...)} or one of the backend's own. */
    private Function<ExecutorService, JdkClient> httpClient(Proxies proxies, boolean signs) {
      HttpClient given = client;
      if (given == null) {
        SSLContext tls = sslContext;
        Duration connect = connectTimeout;
        return threads -> JdkClient.own(proxies, tls, connect, threads);
      }
      checkArgument(sslContext == null, CLIENT_HAS_ITS_OWN, "sslContext");
      JdkClient checked = JdkClient.given(given, signs);
      return threads -> checked;
    }

    private static <T> T required(String method, @Nullable T value) {
      checkArgument(value != null, "%s: none given; call %s(...) before build()", method, method);
      return requireNonNull(value);
    }

    private static void positive(String method, int number) {
      checkArgument(number >= 1, "%s: %s; it must be at least 1", method, number);
    }

    private static void positive(String method, Duration time) {
      checkArgument(
          !time.isNegative() && !time.isZero() && time.compareTo(LONGEST) <= 0,
          "%s: %s; it must be positive, and %s days at most",
          method,
          time,
          LONGEST.toDays());
    }
  }
}
