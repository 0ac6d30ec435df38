package io.imageshare.memory;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.imageshare.memory.internal.server.Demo;
import io.imageshare.memory.internal.server.ServerSettings;
import io.imageshare.memory.internal.server.WireServer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * The simulated image service over HTTP: the wire protocol of {@code ims-api.md} in front of a
 * {@link MemoryBackend}, on loopback, for clients in any language.
 *
 * <p>A refusal of the cloud has the status, the code and the shape of body that the service uses.
 * An answer that the cloud loses becomes a reset connection, and a call that it never answers
 * becomes a connection without a response. {@link #inject} spoils the connection itself.
 *
 * <p>The cloud must live on system time: nothing moves virtual time while a client waits. The
 * server takes its time of day, and with it the dates of signatures, from the cloud. Up to 256
 * connections are served at once, each on a daemon thread; for the next one the connection is
 * closed that was idle longest. Any thread may use the server.
 */
public final class ImsServer implements AutoCloseable {
  private final WireServer server;

  private ImsServer(Builder builder) {
    server = new WireServer(builder.cloud.pipeline, builder.settings);
  }

  /**
   * A builder of a server that admits every request.
   *
   * @param cloud the cloud behind the server, on system time
   * @return a new builder
   */
  public static Builder builder(MemoryBackend cloud) {
    return new Builder(requireNonNull(cloud, "cloud"));
  }

  /**
   * Starts a server that admits every request, on a free port.
   *
   * @param cloud the cloud behind the server, on system time
   * @return the running server
   */
  public static ImsServer start(MemoryBackend cloud) {
    return builder(cloud).build();
  }

  /**
   * One request that was read. Its headers may hold credentials, and so may the body of one that
   * asks for a token; {@link #toString} shows neither.
   *
   * @param method the method
   * @param path the path with its query, not decoded
   * @param headers the headers by lower-case name; the values of one name are joined by commas
   * @param body the body without its framing; empty when it was over the limit
   * @param time when it had been read
   */
  public record Request(
      String method, String path, Map<String, String> headers, String body, Instant time) {

    /** Copies the headers. */
    public Request {
      headers = Map.copyOf(headers);
    }

    @Override
    public String toString() {
      return method + " " + path + (path.startsWith("/v3/auth/") ? "" : " " + body);
    }
  }

  /**
   * Where the server is.
   *
   * @return {@code http://127.0.0.1} with the port
   */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  /**
   * Every request that was read so far, also those that were refused.
   *
   * @return the requests in the order they were read; a list that changes no more
   */
  public List<Request> requests() {
    return server.requests();
  }

  /**
   * Makes one thing go wrong on the wire: the fault strikes the next request, whatever it asks.
   * Faults strike in the order they were injected.
   *
   * @param fault what goes wrong
   */
  public void inject(SocketFault fault) {
    server.inject(requireNonNull(fault, "fault"));
  }

  /**
   * Closes the port and every connection, and waits for the threads. The cloud stays open. Closing
   * again does nothing.
   */
  @Override
  public void close() {
    server.close();
  }

  /**
   * Runs a server with a few images until the process is ended, and prints how to call it.
   *
   * @param args the port; 8080 unless given
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public static void main(String[] args) throws InterruptedException {
    int port = args.length == 0 ? 8080 : Integer.parseInt(args[0]);
    MemoryBackend cloud = MemoryBackend.builder().owner(Demo.OWNER).images(Demo.IMAGES).build();
    try (ImsServer server = builder(cloud).port(port).build()) {
      System.out.println(Demo.text(server.endpoint()));
      new CountDownLatch(1).await();
    }
  }

  /** Puts a server together. Not safe for use by several threads. */
  public static final class Builder {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final MemoryBackend cloud;
    private final ServerSettings settings = new ServerSettings();

    private Builder(MemoryBackend cloud) {
      this.cloud = cloud;
    }

    /**
     * The port to listen on; a free one unless named.
     *
     * @param port the port; 0: a free one
     * @return this
     * @throws IllegalArgumentException if it is no port
     */
    public Builder port(int port) {
      checkArgument(port >= 0 && port <= 65535, "port: %s; it must be 0 to 65535", port);
      settings.port = port;
      return this;
    }

    /**
     * Admits requests signed with this key. As soon as a key, a token or a user is named, only
     * requests with one of them are admitted. More than five refusals of a key in a row lock it for
     * five minutes ({@code ims-api.md} section 3.4).
     *
     * @param access the access key
     * @param secret its secret
     * @return this
     * @throws IllegalArgumentException if one is blank
     */
    public Builder accessKey(String access, String secret) {
      settings.keys.put(notBlank("access", access), key(secret, ""));
      return this;
    }

    /**
     * Admits requests signed with this temporary key that carry its token.
     *
     * @param access the access key
     * @param secret its secret
     * @param securityToken what has to come as {@code X-Security-Token}
     * @return this
     * @throws IllegalArgumentException if one is blank
     */
    public Builder accessKey(String access, String secret, String securityToken) {
      settings.keys.put(
          notBlank("access", access), key(secret, notBlank("securityToken", securityToken)));
      return this;
    }

    private static ServerSettings.Key key(String secret, String securityToken) {
      return new ServerSettings.Key(notBlank("secret", secret), securityToken);
    }

    /**
     * Admits requests that carry this as {@code X-Auth-Token}; it never expires.
     *
     * @param token the token
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public Builder token(String token) {
      settings.tokens.add(notBlank("token", token));
      return this;
    }

    /**
     * Names what belongs to another region: a token is refused as one that has expired ({@code
     * APIGW.0307}), and so is a signed request that names the project ({@code IMG.0030}).
     *
     * @param tokenOrProject a token, or a project's id
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public Builder otherRegion(String tokenOrProject) {
      settings.otherRegion.add(notBlank("tokenOrProject", tokenOrProject));
      return this;
    }

    /**
     * Issues tokens to this user, at {@code POST /v3/auth/tokens}. While no key, token or user is
     * named, everybody gets one.
     *
     * @param domain the name of the account
     * @param name the name of the user
     * @param password the password
     * @return this
     * @throws IllegalArgumentException if one is blank
     */
    public Builder user(String domain, String name, String password) {
      settings.users.add(
          new ServerSettings.User(
              notBlank("domain", domain), notBlank("name", name), notBlank("password", password)));
      return this;
    }

    /**
     * How long an issued token is valid; 24 hours unless named, as the service's ({@code
     * ims-api.md} section 5.1).
     *
     * @param duration the time
     * @return this
     * @throws IllegalArgumentException if it is negative, or longer than 36,500 days
     */
    public Builder tokensLast(Duration duration) {
      checkArgument(
          !duration.isNegative() && duration.compareTo(LONGEST) <= 0,
          "tokensLast: %s; it must not be negative, and %s days at most",
          duration,
          LONGEST.toDays());
      settings.tokenLifetime = duration;
      return this;
    }

    /**
     * The shape of every error body of the service. Unless named it is {@link
     * ErrorShape#ERROR_OBJECT}, and {@link ErrorShape#GLANCE} under {@code /v2/images}. What the
     * gateway refuses is {@link ErrorShape#FLAT} always.
     *
     * @param shape the shape
     * @return this
     */
    public Builder errors(ErrorShape shape) {
      settings.errorShape = requireNonNull(shape, "shape");
      return this;
    }

    /**
     * Leaves an endpoint out, as some regions do: calling it is refused ({@code APIGW.0101}).
     *
     * @param path its path as {@code ims-api.md} section 1 spells it, such as {@code
     *     /v1/{project_id}/jobs/{job_id}}
     * @return this
     * @throws IllegalArgumentException if there is no such endpoint
     */
    public Builder unpublished(String path) {
      Set<String> paths = WireServer.paths(cloud.pipeline);
      checkArgument(
          paths.contains(path), "unpublished: %s is no endpoint; there are %s", path, paths);
      settings.unpublished.add(path);
      return this;
    }

    private static String notBlank(String name, String value) {
      checkArgument(!value.isBlank(), "%s: it is blank", name);
      return value;
    }

    /**
     * Starts the server.
     *
     * @return the running server
     * @throws java.io.UncheckedIOException if the port is taken
     */
    public ImsServer build() {
      return new ImsServer(this);
    }
  }
}
