package io.imageshare.http;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who calls: what makes one request acceptable, and what must never be shown. */
sealed interface Identity {

  /** The headers that go with one request. Made anew for every attempt: a signature ages. */
  Map<String, String> headers(ApiRequest call, @Nullable String project, Instant now);

  /** When it stops being good, or null when nobody says. */
  @Nullable Instant expiry();

  /** What no message may hold. */
  Redaction secrets();

  /** What it is called in a message. */
  String noun();

  /** Refuses what cannot stand in a header, without quoting it: it is a secret. */
  static String check(String what, String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(what + ": it is blank");
    }
    if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
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
    public Map<String, String> headers(ApiRequest call, @Nullable String project, Instant now) {
      SortedMap<String, String> headers = new TreeMap<>();
      headers.put("host", host(call.endpoint()));
      headers.put("x-sdk-date", Signer.date(now));
      if (project != null) {
        headers.put("x-project-id", project);
      }
      if (token != null) {
        headers.put("x-security-token", token);
      }
      headers.put("authorization", signer.authorization(call, headers));
      // The client writes Host itself, and the same: an endpoint never names the usual port.
      headers.remove("host");
      return headers;
    }

    /** Whether it came with a security token, and so ends. */
    boolean temporary() {
      return token != null;
    }

    private static String host(URI endpoint) {
      return endpoint.getRawAuthority();
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
    public Map<String, String> headers(ApiRequest call, @Nullable String project, Instant now) {
      return Map.of("x-auth-token", value);
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
    public String noun() {
      return "token";
    }

    @Override
    public String toString() {
      return noun();
    }
  }
}
