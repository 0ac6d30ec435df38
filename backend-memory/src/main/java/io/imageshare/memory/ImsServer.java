package io.imageshare.memory;

import static java.util.Objects.requireNonNull;

import io.imageshare.Timekeeper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The simulated image service over HTTP. It speaks the wire protocol of {@code ims-api.md} in front
 * of a {@link MemoryBackend}, on loopback, for clients in any language.
 *
 * <p>What the cloud refuses comes as the status, the code and the shape of body that the service
 * would use. An answer that the cloud loses becomes a reset connection, and a call that it never
 * answers becomes a connection on which nothing comes. {@link #inject} spoils the connection
 * itself.
 *
 * <p>The cloud must live on system time: nothing moves a virtual one while a client waits. The
 * server takes its time of day from the cloud's, and with it the dates of signatures. Up to 256
 * connections are served at once, each on a daemon thread; the next ones wait. Any thread may use
 * the server.
 */
public final class ImsServer implements AutoCloseable {
  // Guarded by itself.
  private final List<Request> requests = new ArrayList<>();
  private final Queue<SocketFault> faults = new ConcurrentLinkedQueue<>();
  private final Timekeeper time;
  private final Listener listener;

  private ImsServer(Builder builder) {
    time = builder.cloud.time();
    Desk desk =
        new Desk(builder.cloud, builder.access, builder.errors, Set.copyOf(builder.unpublished));
    Connection.Site site = new Connection.Site(desk, time, faults, this::record);
    listener = new Listener(builder.port, connection -> new Connection(connection, site).serve());
  }

  /**
   * A builder of a server that lets everybody in.
   *
   * @param cloud the cloud behind the server, on system time
   * @return a new builder
   */
  public static Builder builder(MemoryBackend cloud) {
    return new Builder(requireNonNull(cloud, "cloud"));
  }

  /**
   * Starts a server that lets everybody in, on a free port.
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
    return URI.create("http://127.0.0.1:" + listener.port());
  }

  /**
   * Every request that was read so far, also those that were refused.
   *
   * @return the requests in the order they were read; a list that changes no more
   */
  public List<Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /**
   * Makes one thing go wrong on the wire: the fault strikes the next request, whatever it asks.
   * Faults strike in the order they were injected.
   *
   * @param fault what goes wrong
   */
  public void inject(SocketFault fault) {
    faults.add(requireNonNull(fault, "fault"));
  }

  private void record(WireRequest request) {
    String body = new String(request.body(), StandardCharsets.UTF_8);
    Request recorded =
        new Request(request.method(), request.target(), request.headers(), body, time.now());
    synchronized (requests) {
      requests.add(recorded);
    }
  }

  /**
   * Closes the port and every connection, and waits for the threads. The cloud stays open. Closing
   * again does nothing.
   */
  @Override
  public void close() {
    listener.close();
  }

  /**
   * Runs a server with a few images until the process is ended, and prints how to call it.
   *
   * @param args the port; 8080 unless given
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public static void main(String[] args) throws InterruptedException {
    int port = args.length == 0 ? 8080 : Integer.parseInt(args[0]);
    try (ImsServer server = builder(Demo.cloud()).port(port).build()) {
      System.out.println(Demo.text(server.endpoint()));
      new CountDownLatch(1).await();
    }
  }

  /** Puts a server together. Not safe for use by several threads. */
  public static final class Builder {
    private final MemoryBackend cloud;
    private final Access access = new Access();
    private final Set<String> unpublished = new LinkedHashSet<>();
    private int port;
    private @Nullable ErrorShape errors;

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
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("port: " + port + "; it must be 0 to 65535");
      }
      this.port = port;
      return this;
    }

    /**
     * Lets in who signs with this key. As soon as a key, a token or a user is named, nobody is let
     * in without one of them. More than five refusals of a key in a row lock it for five minutes
     * ({@code ims-api.md} section 3.4).
     *
     * @param access the access key
     * @param secret its secret
     * @return this
     * @throws IllegalArgumentException if one is blank
     */
    public Builder accessKey(String access, String secret) {
      this.access.keys.put(filled("access", access), key(secret, ""));
      return this;
    }

    /**
     * Lets in who signs with this temporary key and sends its token along.
     *
     * @param access the access key
     * @param secret its secret
     * @param securityToken what has to come as {@code X-Security-Token}
     * @return this
     * @throws IllegalArgumentException if one is blank
     */
    public Builder accessKey(String access, String secret, String securityToken) {
      this.access.keys.put(
          filled("access", access), key(secret, filled("securityToken", securityToken)));
      return this;
    }

    private static Access.Key key(String secret, String securityToken) {
      return new Access.Key(filled("secret", secret), securityToken);
    }

    /**
     * Lets in who sends this as {@code X-Auth-Token}; it never expires.
     *
     * @param token the token
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public Builder token(String token) {
      access.tokens.add(filled("token", token));
      return this;
    }

    /**
     * What belongs to another region: a token is refused as one that has expired ({@code
     * APIGW.0307}), and so is a signed request that names the project ({@code IMG.0030}).
     *
     * @param tokenOrProject a token, or a project's id
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public Builder otherRegion(String tokenOrProject) {
      access.elsewhere.add(filled("tokenOrProject", tokenOrProject));
      return this;
    }

    /**
     * Gives tokens to this user, at {@code POST /v3/auth/tokens}. Where nobody is named, everybody
     * gets one.
     *
     * @param domain the name of the account
     * @param name the name of the user
     * @param password the password
     * @return this
     * @throws IllegalArgumentException if one is blank
     */
    public Builder user(String domain, String name, String password) {
      access.users.add(
          new Access.User(
              filled("domain", domain), filled("name", name), filled("password", password)));
      return this;
    }

    /**
     * How long a token given out is good for; 24 hours unless named, as the service's ({@code
     * ims-api.md} section 5.1).
     *
     * @param duration the time
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public Builder tokensLast(Duration duration) {
      access.tokensLast = Settings.time("tokensLast", duration);
      return this;
    }

    /**
     * The shape of every error body of the service. Unless named it is {@link
     * ErrorShape#ERROR_OBJECT}, and {@link ErrorShape#OPENSTACK} under {@code /v2/images}. What the
     * gateway refuses is {@link ErrorShape#FLAT} always.
     *
     * @param shape the shape
     * @return this
     */
    public Builder errors(ErrorShape shape) {
      errors = requireNonNull(shape, "shape");
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
      List<String> known = Desk.routes(cloud, Instant.EPOCH).stream().map(Route::path).toList();
      if (!known.contains(path)) {
        throw new IllegalArgumentException(
            "unpublished: " + path + " is no endpoint; there are " + new LinkedHashSet<>(known));
      }
      unpublished.add(path);
      return this;
    }

    private static String filled(String name, String value) {
      if (value.isBlank()) {
        throw new IllegalArgumentException(name + ": it is blank");
      }
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
