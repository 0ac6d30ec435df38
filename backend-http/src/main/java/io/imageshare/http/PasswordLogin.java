package io.imageshare.http;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;

/** Gets tokens for a password ({@code ims-api.md} section 5.1). */
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
    ApiRequest request =
        new ApiRequest(
            ApiRequest.Purpose.LOGIN,
            "POST",
            endpoint,
            ApiRequest.path("v3", "auth", "tokens"),
            ApiRequest.query(Map.of("nocatalog", "true")),
            Wire.login(domain, user, password, project, PROJECT_ID.matcher(project).matches()),
            user,
            null);
    ApiResponse response = transport.send(request, Map.of());
    if (!response.ok()) {
      throw error(request, response, transport);
    }
    String token = response.header("X-Subject-Token");
    if (token.isEmpty()) {
      throw ErrorTranslation.exception(Kind.UNAVAILABLE, request + ": the answer holds no token");
    }
    return Credentials.token(token, Wire.tokenExpiry(response.body()));
  }

  private BackendException error(ApiRequest request, ApiResponse response, Transport transport) {
    BackendException error =
        ErrorTranslation.of(
            request, response, transport.clock().instant(), "", Redaction.of(password));
    Reason reason = error.reason();
    String message =
        "%s: no token for user %s of account %s at %s: %s"
            .formatted(request, user, domain, endpoint.getRawAuthority(), reason.message());
    return new BackendException(
        new Reason(reason.kind(), reason.code(), message), error.retryAfter());
  }

  /** The user and account; never the password. */
  @Override
  public String toString() {
    return "password of user " + user + " of account " + domain;
  }
}
