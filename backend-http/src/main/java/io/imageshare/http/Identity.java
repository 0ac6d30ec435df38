package io.imageshare.http;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who calls: what makes one request acceptable, and what must never be shown. */
sealed interface Identity {

  /** The headers that go with one request. Made anew for every attempt: a signature ages. */
  Map<String, String> headers(Call call, @Nullable String project, Instant now);

  /** When it stops being good, or null when nobody says. */
  @Nullable Instant expiry();

  /** What no message may hold. */
  List<String> secrets();

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
    private final String secret;
    private final @Nullable String token;
    private final @Nullable Instant expiry;

    AccessKey(String key, String secret, @Nullable String token, @Nullable Instant expiry) {
      this.key = check("access key", key);
      this.secret = check("secret key", secret);
      this.token = token == null ? null : check("security token", token);
      this.expiry = expiry;
    }

    @Override
    public Map<String, String> headers(Call call, @Nullable String project, Instant now) {
      SortedMap<String, String> signed = new TreeMap<>();
      signed.put("host", host(call.endpoint()));
      signed.put("x-sdk-date", Signer.date(now));
      if (project != null) {
        signed.put("x-project-id", project);
      }
      if (token != null) {
        signed.put("x-security-token", token);
      }
      Map<String, String> headers = new TreeMap<>(signed);
      // The client writes Host itself, and the same: an endpoint never names the usual port.
      headers.remove("host");
      headers.put("authorization", Signer.authorization(key, secret, call, signed));
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
    public List<String> secrets() {
      return token == null ? List.of(secret) : List.of(secret, token);
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

    Token(String value, @Nullable Instant expiry) {
      this.value = check("token", value);
      this.expiry = expiry;
    }

    @Override
    public Map<String, String> headers(Call call, @Nullable String project, Instant now) {
      return Map.of("x-auth-token", value);
    }

    @Override
    public @Nullable Instant expiry() {
      return expiry;
    }

    @Override
    public List<String> secrets() {
      return List.of(value);
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
