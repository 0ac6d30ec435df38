package io.imageshare.memory;

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
 * The gateway's look at a request's credentials ({@code ims-api.md} sections 3.4 and 5), with the
 * lock on a key that was refused too often. Safe for use by any thread.
 */
final class Gatekeeper {
  private static final int UNAUTHORIZED = 401;
  private static final String INCORRECT = "Incorrect IAM authentication information: ";
  private static final Duration DATE_TOLERANCE = Duration.ofMinutes(15);
  private static final int REFUSALS_BEFORE_LOCK = 5;
  private static final Duration LOCK = Duration.ofMinutes(5);
  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");

  private final Access access;
  private final String owner;
  private final Timekeeper time;

  // Guarded by this, as what follows.
  private final Map<String, Refused> refused = new HashMap<>();
  private final Map<String, Token> issued = new HashMap<>();

  /** How often a key was refused in a row, and when the last time. */
  private record Refused(int times, long lastNanos) {}

  /** A token given out, and the project it is for. */
  record Token(String id, String project, Instant issued, Instant expires) {}

  /**
   * A gatekeeper.
   *
   * @param owner the project of those who name none
   */
  Gatekeeper(Access access, String owner, Timekeeper time) {
    this.access = access;
    this.owner = owner;
    this.time = time;
  }

  /** Why a request is not let in, or null. */
  synchronized @Nullable Refusal check(WireRequest request) {
    if (access.open()) {
      return null;
    }
    String token = request.header("x-auth-token");
    String authorization = request.header("authorization");
    if (authorization.isEmpty()) {
      return token.isEmpty()
          ? refuse("APIGW.0301", INCORRECT + "x-auth-token not found")
          : ofToken(token);
    }
    Signature signature = Signature.read(authorization);
    if (signature == null) {
      return refuse("APIGW.0301", INCORRECT + "the Authorization header cannot be read");
    }
    Access.Key key = access.keys.get(signature.access());
    if (key == null) {
      return refuse("APIGW.0301", INCORRECT + "Get secretKey failed,ak:" + signature.access());
    }
    Refusal refusal = ofKey(signature, key, request);
    return refusal == null ? ofProject(request.header("x-project-id")) : refusal;
  }

  private @Nullable Refusal ofProject(String project) {
    return access.elsewhere.contains(project)
        ? Refusal.service(
            "IMG.0030", "The project ID " + project + " does not match the credentials.")
        : null;
  }

  private @Nullable Refusal ofToken(String token) {
    if (access.tokens.contains(token)) {
      return null;
    }
    if (access.elsewhere.contains(token)) {
      return over();
    }
    Token given = issued.get(token);
    if (given == null) {
      return refuse("APIGW.0301", INCORRECT + "decrypt token fail");
    }
    return time.now().isBefore(given.expires()) ? null : over();
  }

  private static Refusal over() {
    return refuse("APIGW.0307", "The token must be updated.");
  }

  private @Nullable Refusal ofKey(Signature signature, Access.Key key, WireRequest request) {
    Refused before = refused.getOrDefault(signature.access(), new Refused(0, 0));
    if (before.times > REFUSALS_BEFORE_LOCK) {
      if (time.nanoTime() - before.lastNanos < LOCK.toNanos()) {
        return refuse("APIGW.0301", INCORRECT + "AK access failed to reach the limit,forbidden");
      }
      before = new Refused(0, 0);
    }
    String flaw = flaw(signature, key, request);
    if (flaw == null) {
      refused.remove(signature.access());
      return null;
    }
    refused.put(signature.access(), new Refused(before.times + 1, time.nanoTime()));
    return refuse("APIGW.0301", INCORRECT + flaw);
  }

  private @Nullable String flaw(Signature signature, Access.Key key, WireRequest request) {
    if (!signature.signedHeaders().contains(Signature.DATE)) {
      return "x-sdk-date is not signed";
    }
    if (!timely(request.header(Signature.DATE))) {
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

  private boolean timely(String date) {
    try {
      Instant signed = LocalDateTime.parse(date, DATE).toInstant(ZoneOffset.UTC);
      return Duration.between(signed, time.now()).abs().compareTo(DATE_TOLERANCE) <= 0;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static Refusal refuse(String code, String message) {
    return Refusal.gateway(UNAUTHORIZED, code, message);
  }

  /** The project that a request comes from, once it was let in. */
  synchronized String project(WireRequest request) {
    String named = request.header("x-project-id");
    Token token = issued.get(request.header("x-auth-token"));
    if (token != null && request.header("authorization").isEmpty()) {
      return token.project();
    }
    return named.isEmpty() ? owner : named;
  }

  /**
   * A token for a user, or null: the server does not know it.
   *
   * @param project the id of the project it is for; empty: the owner's
   */
  synchronized @Nullable Token issue(Access.User user, String project) {
    if (!access.open() && !access.users.contains(user)) {
      return null;
    }
    Instant now = time.now();
    Token token =
        new Token(
            "MIIsimulated" + issued.size(),
            project.isEmpty() ? owner : project,
            now,
            now.plus(access.tokensLast));
    issued.put(token.id(), token);
    return token;
  }
}
