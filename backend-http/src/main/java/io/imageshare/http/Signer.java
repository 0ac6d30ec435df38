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

/** The signature SDK-HMAC-SHA256 of one access key ({@code ims-api.md} section 5.2). */
final class Signer {
  private static final String ALGORITHM = "SDK-HMAC-SHA256";
  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");

  private final String key;
  // Kept, as to make them costs more than what they do.
  private final MessageDigest sha256;
  private final Mac hmac;
  private final StringBuilder lines = new StringBuilder();

  Signer(String key, String secret) {
    this.key = key;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
      hmac = Mac.getInstance("HmacSHA256");
      hmac.init(new SecretKeySpec(secret.getBytes(UTF_8), hmac.getAlgorithm()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has SHA-256 and HmacSHA256", e);
    }
  }

  /** The value of {@code X-Sdk-Date}. */
  static String date(Instant now) {
    return DATE.format(now.atOffset(ZoneOffset.UTC));
  }

  /**
   * The value of {@code Authorization}. Safe for use by several threads.
   *
   * @param headers what is signed, by lower-case name; {@code x-sdk-date} is among them
   */
  synchronized String authorization(Call call, SortedMap<String, String> headers) {
    String names = String.join(";", headers.keySet());
    // A call holds path and query encoded and sorted already; only the signature's path ends with a
    // slash.
    lines.setLength(0);
    lines.append(call.method()).append('\n');
    lines.append(call.path()).append("/\n");
    lines.append(call.query()).append('\n');
    headers.forEach((name, value) -> lines.append(name).append(':').append(value).append('\n'));
    lines.append('\n').append(names).append('\n').append(hash(call.body()));
    String canonical = hash(lines.toString());
    String toSign = ALGORITHM + "\n" + headers.get("x-sdk-date") + "\n" + canonical;
    return ALGORITHM
        + " Access="
        + key
        + ", SignedHeaders="
        + names
        + ", Signature="
        + hex(hmac.doFinal(toSign.getBytes(UTF_8)));
  }

  private String hash(String text) {
    return hex(sha256.digest(text.getBytes(UTF_8)));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
