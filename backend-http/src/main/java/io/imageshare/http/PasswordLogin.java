package io.imageshare.http;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tokens for a password ({@code ims-api.md} section 5.1). */
final class PasswordLogin implements Credentials.Source {
  private static final Pattern PROJECT_ID = Pattern.compile("[0-9a-f]{32}");

  private final URI endpoint;
  private final String domain;
  private final String user;
  private final String password;
  private final String project;

  PasswordLogin(URI endpoint, String domain, String user, String password, String project) {
    this.endpoint = endpoint;
    this.domain = domain;
    this.user = user;
    this.password = password;
    this.project = project;
  }

  PasswordLogin checked(boolean plainHttp) {
    String method = "credentials(password(iamEndpoint))";
    return new PasswordLogin(
        Endpoint.check(method, endpoint, plainHttp), domain, user, password, project);
  }

  @Override
  public Identity fetch(Transport transport) {
    ApiRequest call =
        new ApiRequest(
            ApiRequest.Purpose.LOGIN,
            "POST",
            endpoint,
            ApiRequest.path("v3", "auth", "tokens"),
            ApiRequest.query(Map.of("nocatalog", "true")),
            Wire.login(domain, user, password, project, PROJECT_ID.matcher(project).matches()),
            user,
            null);
    ApiResponse answer = transport.send(call, Map.of());
    if (!answer.ok()) {
      throw refused(call, answer, transport);
    }
    String token = answer.header("X-Subject-Token");
    if (token.isEmpty()) {
      throw NetworkErrors.of(Kind.UNAVAILABLE, call + ": the answer holds no token");
    }
    return Credentials.token(token, expiry(answer));
  }

  private static @Nullable Instant expiry(ApiResponse answer) {
    return Wire.tokenExpiry(answer.body());
  }

  private BackendException refused(ApiRequest call, ApiResponse answer, Transport transport) {
    BackendException refusal =
        ErrorTranslation.of(call, answer, transport.clock().instant(), "", Redaction.of(password));
    Reason said = refusal.reason();
    String message =
        "%s: no token for user %s of account %s at %s: %s"
            .formatted(call, user, domain, endpoint.getRawAuthority(), said.message());
    return new BackendException(
        new Reason(said.kind(), said.code(), message), refusal.retryAfter());
  }

  /** Whose, never the password. */
  @Override
  public String toString() {
    return "password of user " + user + " of account " + domain;
  }
}
