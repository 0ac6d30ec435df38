package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.SortedMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The signature SDK-HMAC-SHA256 ({@code ims-api.md} section 5.2). */
final class Signer {
  private static final String ALGORITHM = "SDK-HMAC-SHA256";
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private Signer() {}

  /** The value of {@code X-Sdk-Date}. */
  static String date(Instant now) {
    return DATE.format(now);
  }

  /**
   * The value of {@code Authorization}.
   *
   * @param headers what is signed, by lower-case name; {@code x-sdk-date} is among them
   */
  static String authorization(
      String key, String secret, Call call, SortedMap<String, String> headers) {
    String toSign =
        ALGORITHM
            + "\n"
            + headers.get("x-sdk-date")
            + "\n"
            + HexFormat.of().formatHex(sha256(canonical(call, headers)));
    return "%s Access=%s, SignedHeaders=%s, Signature=%s"
        .formatted(ALGORITHM, key, names(headers), HexFormat.of().formatHex(hmac(secret, toSign)));
  }

  /** What is hashed. A {@link Call} holds path and query encoded and sorted already. */
  static String canonical(Call call, SortedMap<String, String> headers) {
    StringBuilder lines = new StringBuilder();
    lines.append(call.method()).append('\n');
    // Only the signature's path ends with a slash; the request's does not.
    lines.append(call.path()).append("/\n");
    lines.append(call.query()).append('\n');
    headers.forEach((name, value) -> lines.append(name + ":" + value + "\n"));
    lines.append('\n').append(names(headers)).append('\n');
    lines.append(HexFormat.of().formatHex(sha256(call.body())));
    return lines.toString();
  }

  private static String names(SortedMap<String, String> headers) {
    return String.join(";", headers.keySet());
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static byte[] hmac(String secret, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), mac.getAlgorithm()));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has HmacSHA256", e);
    }
  }
}
