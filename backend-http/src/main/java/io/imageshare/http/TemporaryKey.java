package io.imageshare.http;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * An access key that expires, as the service for temporary keys issues it ({@code ims-api.md}
 * section 5.2).
 *
 * @param key the access key's id
 * @param secret the secret that goes with it
 * @param token the security token that goes with both
 * @param expiry when it expires
 */
public record TemporaryKey(String key, String secret, String token, Instant expiry) {

  /**
   * Checks the parts.
   *
   * @param key the access key's id
   * @param secret the secret that goes with it
   * @param token the security token that goes with both
   * @param expiry when it expires
   * @throws IllegalArgumentException if one is blank or cannot be sent in a header; the message
   *     does not quote it
   */
  public TemporaryKey {
    Identity.check("key", key);
    Identity.check("secret", secret);
    Identity.check("token", token);
    requireNonNull(expiry, "expiry");
  }

  /** The key's id and its expiry; never the secret, never the token. */
  @Override
  public String toString() {
    return "TemporaryKey[" + key + ", until " + expiry + "]";
  }
}
