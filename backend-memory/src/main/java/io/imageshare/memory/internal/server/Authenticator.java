package io.imageshare.memory.internal.server;

import static java.net.HttpURLConnection.HTTP_UNAUTHORIZED;

import io.imageshare.Timekeeper;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks the credentials of requests as the gateway does ({@code ims-api.md} sections 3.4 and 5),
 * and locks a key that was refused too often. Safe for use by any thread.
 */
final class Authenticator {
  private static final String INCORRECT = "Incorrect IAM authentication information: ";
  private static final Duration DATE_TOLERANCE = Duration.ofMinutes(15);
  private static final int REFUSALS_BEFORE_LOCK = 5;
  private static final Duration LOCK = Duration.ofMinutes(5);
  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");

  private final ServerSettings settings;
  private final String owner;
  private final Timekeeper time;

  // Guarded by this, as what follows.
  private final Map<String, Refusals> refusals = new HashMap<>();
  private final Map<String, Token> issued = new HashMap<>();

  /** How often a key was refused in a row, and when it was last. */
  private record Refusals(int times, long lastNanos) {}

  /** An issued token, and the project it is for. */
  record Token(String id, String project, Instant issued, Instant expires) {}

  /**
   * An authenticator.
   *
   * @param owner the project of requests that name none
   */
  Authenticator(ServerSettings settings, String owner, Timekeeper time) {
    this.settings = settings;
    this.owner = owner;
    this.time = time;
  }

  /** Why a request is not admitted, or null. */
  synchronized @Nullable WireError check(WireRequest request) {
    if (settings.isOpen()) {
      return null;
    }
    String token = request.header("x-auth-token");
    String authorization = request.header("authorization");
    if (authorization.isEmpty()) {
      return token.isEmpty()
          ? refuse("APIGW.0301", INCORRECT + "x-auth-token not found")
          : checkToken(token);
    }
    Signature signature = Signature.read(authorization);
    if (signature == null) {
      return refuse("APIGW.0301", INCORRECT + "the Authorization header cannot be read");
    }
    ServerSettings.Key key = settings.keys.get(signature.access());
    if (key == null) {
      return refuse("APIGW.0301", INCORRECT + "Get secretKey failed,ak:" + signature.access());
    }
    WireError error = checkKey(signature, key, request);
    return error == null ? checkProject(request.header("x-project-id")) : error;
  }

  private @Nullable WireError checkProject(String project) {
    return settings.otherRegion.contains(project)
        ? WireError.service(
            "IMG.0030", "The project ID " + project + " does not match the credentials.")
        : null;
  }

  private @Nullable WireError checkToken(String token) {
    if (settings.tokens.contains(token)) {
      return null;
    }
    if (settings.otherRegion.contains(token)) {
      return expired();
    }
    Token known = issued.get(token);
    if (known == null) {
      return refuse("APIGW.0301", INCORRECT + "decrypt token fail");
    }
    return time.now().isBefore(known.expires()) ? null : expired();
  }

  private static WireError expired() {
    return refuse("APIGW.0307", "The token must be updated.");
  }

  private @Nullable WireError checkKey(
      Signature signature, ServerSettings.Key key, WireRequest request) {
    Refusals before = refusals.getOrDefault(signature.access(), new Refusals(0, 0));
    if (before.times > REFUSALS_BEFORE_LOCK) {
      if (time.nanoTime() - before.lastNanos < LOCK.toNanos()) {
        return refuse("APIGW.0301", INCORRECT + "AK access failed to reach the limit,forbidden");
      }
      before = new Refusals(0, 0);
    }
    String mismatch = mismatch(signature, key, request);
    if (mismatch == null) {
      refusals.remove(signature.access());
      return null;
    }
    refusals.put(signature.access(), new Refusals(before.times + 1, time.nanoTime()));
    return refuse("APIGW.0301", INCORRECT + mismatch);
  }

  /** What is wrong with a signed request, or null. */
  private @Nullable String mismatch(
      Signature signature, ServerSettings.Key key, WireRequest request) {
    if (!signature.signedHeaders().contains(Signature.DATE)) {
      return "x-sdk-date is not signed";
    }
    if (!isTimely(request.header(Signature.DATE))) {
      return "verify aksk signature fail, x-sdk-date is not within 15 minutes of "
          + DATE.format(LocalDateTime.ofInstant(time.now(), ZoneOffset.UTC));
    }
    if (!request.header("x-security-token").equals(key.securityToken())) {
      return "the security token is not that of the access key";
    }
    if (!Signature.bodyFits(request)) {
      return "verify aksk signature fail, the body is not the one that was hashed";
    }
    // The service shows its canonical request on one line.
    return signature.verifies(request, key.secret())
        ? null
        : "verify aksk signature fail, canonicalRequest:"
            + signature.canonical(request).replace('\n', '|');
  }

  private boolean isTimely(String date) {
    try {
      Instant signed = LocalDateTime.parse(date, DATE).toInstant(ZoneOffset.UTC);
      return Duration.between(signed, time.now()).abs().compareTo(DATE_TOLERANCE) <= 0;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static WireError refuse(String code, String message) {
    return WireError.gateway(HTTP_UNAUTHORIZED, code, message);
  }

  /** The project that an admitted request comes from. */
  synchronized String project(WireRequest request) {
    String named = request.header("x-project-id");
    Token token = issued.get(request.header("x-auth-token"));
    if (token != null && request.header("authorization").isEmpty()) {
      return token.project();
    }
    return named.isEmpty() ? owner : named;
  }

  /**
   * Issues a token to a user; null: the user is unknown.
   *
   * @param project the id of the project it is for; empty: the owner's
   */
  synchronized @Nullable Token issue(ServerSettings.User user, String project) {
    if (!settings.isOpen() && !settings.users.contains(user)) {
      return null;
    }
    Instant now = time.now();
    Token token =
        new Token(
            "MIIsimulated" + issued.size(),
            project.isEmpty() ? owner : project,
            now,
            now.plus(settings.tokenLifetime));
    issued.put(token.id(), token);
    return token;
  }
}
