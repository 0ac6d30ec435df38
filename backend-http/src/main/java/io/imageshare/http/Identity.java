package io.imageshare.http;

import com.google.common.base.CharMatcher;
import io.imageshare.Reason.Kind;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What authenticates a request, and must never be shown. */
sealed interface Identity {
  /** The header of a token. */
  String TOKEN = "x-auth-token";

  CharMatcher VISIBLE_ASCII = CharMatcher.inRange('!', '~');

  /** The headers of one request. Made for each attempt: a signature expires. */
  Map<String, String> headers(ApiRequest request, @Nullable String project, Instant now);

  /** When it expires, or null when that is not known. */
  @Nullable Instant expiry();

  /** What no message may contain. */
  Redaction secrets();

  /** What it is called in a message. */
  String noun();

  /** Refuses what cannot be sent in a header, without quoting it: it is a secret. */
  static String check(String what, String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(what + ": it is blank");
    }
    if (!VISIBLE_ASCII.matchesAllOf(value)) {
      throw new IllegalArgumentException(
          what + ": it holds a character other than visible ASCII, such as a space or line break");
    }
    return value;
  }

  /** An access key, with a security token if it is a temporary one. */
  final class AccessKey implements Identity {
    private final String key;
    private final Signer signer;
    private final @Nullable String token;
    private final @Nullable Instant expiry;
    private final Redaction secrets;

    AccessKey(String key, String secret, @Nullable String token, @Nullable Instant expiry) {
      this.key = check("access key", key);
      this.signer = new Signer(key, check("secret key", secret));
      this.token = token == null ? null : check("security token", token);
      this.expiry = expiry;
      this.secrets = token == null ? Redaction.of(secret) : Redaction.of(secret, token);
    }

    @Override
    public Map<String, String> headers(ApiRequest request, @Nullable String project, Instant now) {
      SortedMap<String, String> headers = new TreeMap<>();
      headers.put("host", request.endpoint().getRawAuthority());
      headers.put("x-sdk-date", Signer.date(now));
      if (project != null) {
        headers.put("x-project-id", project);
      }
      if (token != null) {
        headers.put("x-security-token", token);
      }
      headers.put("authorization", signer.authorization(request, headers));
      // The HTTP client sends the same Host by itself: an endpoint never names a default port.
      headers.remove("host");
      return headers;
    }

    /** Whether it has a security token, and so expires. */
    boolean temporary() {
      return token != null;
    }

    @Override
    public @Nullable Instant expiry() {
      return expiry;
    }

    @Override
    public Redaction secrets() {
      return secrets;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof AccessKey that
          && key.equals(that.key)
          && secrets.equals(that.secrets);
    }

    @Override
    public int hashCode() {
      return key.hashCode();
    }

    @Override
    public String noun() {
      return (temporary() ? "temporary access key " : "access key ") + key;
    }

    @Override
    public String toString() {
      return noun();
    }
  }

  /** A token of the identity service. */
  final class Token implements Identity {
    private final String value;
    private final @Nullable Instant expiry;
    private final Redaction secrets;

    Token(String value, @Nullable Instant expiry) {
      this.value = check("token", value);
      this.expiry = expiry;
      this.secrets = Redaction.of(value);
    }

    @Override
    public Map<String, String> headers(ApiRequest request, @Nullable String project, Instant now) {
      return Map.of(TOKEN, value);
    }

    @Override
    public @Nullable Instant expiry() {
      return expiry;
    }

    @Override
    public Redaction secrets() {
      return secrets;
    }

    /** A token of this value, refused when it cannot be sent in a header. */
    static Token of(String value, @Nullable Instant expiry) {
      try {
        return new Token(value, expiry);
      } catch (IllegalArgumentException e) {
        throw ErrorTranslation.exception(Kind.UNAUTHENTICATED, String.valueOf(e.getMessage()));
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Token that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
      return value.hashCode();
    }

    @Override
    public String noun() {
      return "token";
    }

    @Override
    public String toString() {
      return noun();
    }
  }
}
