package io.imageshare.http;

import static java.net.HttpURLConnection.HTTP_FORBIDDEN;
import static java.net.HttpURLConnection.HTTP_UNAUTHORIZED;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Gets tokens for a password ({@code ims-api.md} section 5.1). A user that is refused does not log
 * in again, for whatever project.
 */
record PasswordLogin(User user, String project) implements Source {
  private static final Pattern PROJECT_ID = Pattern.compile("[0-9a-f]{32}");

  /** Who logs in, and where. */
  record User(URI endpoint, String domain, String name, String password) {
    /** The user and account; never the password. */
    @Override
    public String toString() {
      return "password of user " + name + " of account " + domain;
    }
  }

  PasswordLogin checked(boolean plainHttp) {
    URI endpoint = Endpoint.check("credentials(password(iamEndpoint))", user.endpoint(), plainHttp);
    return new PasswordLogin(
        new User(endpoint, user.domain(), user.name(), user.password()), project);
  }

  @Override
  public Identity fetch(Transport transport, Standing principal) {
    if (!principal.begin(transport)) {
      throw principal.refusal();
    }
    boolean accepted = false;
    try {
      Identity token = login(transport, principal);
      accepted = true;
      return token;
    } finally {
      principal.end(accepted, transport.clock().instant());
    }
  }

  private Identity login(Transport transport, Standing principal) {
    ApiRequest request =
        new ApiRequest(
            ApiRequest.Purpose.LOGIN,
            "POST",
            user.endpoint(),
            ApiRequest.path("v3", "auth", "tokens"),
            ApiRequest.query(Map.of("nocatalog", "true")),
            Wire.login(
                user.domain(),
                user.name(),
                user.password(),
                project,
                PROJECT_ID.matcher(project).matches()),
            user.name(),
            null);
    ApiResponse response = transport.send(request, Map.of());
    if (!response.ok()) {
      throw refused(request, response, transport, principal);
    }
    String token = response.header("X-Subject-Token");
    if (token.isEmpty()) {
      throw ErrorTranslation.exception(Kind.UNAVAILABLE, request + ": the answer holds no token");
    }
    return Identity.Token.of(token, Wire.tokenExpiry(response.body()));
  }

  private BackendException refused(
      ApiRequest request, ApiResponse response, Transport transport, Standing principal) {
    Instant now = transport.clock().instant();
    BackendException error =
        ErrorTranslation.of(
            request, response, transport.isAlwaysTheSame(request), now, "", secrets());
    Reason reason = error.reason();
    boolean forGood =
        reason.kind() == Kind.UNAUTHENTICATED
            && (response.status() == HTTP_UNAUTHORIZED || response.status() == HTTP_FORBIDDEN);
    String message =
        "%s: no token for user %s of account %s at %s: %s%s"
            .formatted(
                request,
                user.name(),
                user.domain(),
                user.endpoint().getRawAuthority(),
                reason.message(),
                forGood ? "; this password is not tried again" : "");
    BackendException refusal =
        new BackendException(new Reason(reason.kind(), reason.code(), message), error.retryAfter());
    if (forGood) {
      principal.refuse(refusal.reason(), Instant.MAX, now);
    }
    return refusal;
  }

  @Override
  public Object principal() {
    return user;
  }

  @Override
  public boolean signs() {
    return false;
  }

  @Override
  public Redaction secrets() {
    return Redaction.of(user.password());
  }

  @Override
  public String toString() {
    return user.toString();
  }
}
