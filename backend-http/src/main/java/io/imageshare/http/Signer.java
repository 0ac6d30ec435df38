package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Joiner;
import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.SortedMap;

/** The signature SDK-HMAC-SHA256 of one access key ({@code ims-api.md} section 5.2). */
final class Signer {
  private static final String ALGORITHM = "SDK-HMAC-SHA256";
  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");

  private static final String NO_BODY = sha256("");

  private final String key;
  private final HashFunction hmac;

  Signer(String key, String secret) {
    this.key = key;
    this.hmac = Hashing.hmacSha256(secret.getBytes(UTF_8));
  }

  /** The value of {@code X-Sdk-Date}. */
  static String date(Instant now) {
    return DATE.format(now.atOffset(ZoneOffset.UTC));
  }

  /**
   * The value of {@code Authorization}.
   *
   * @param headers what is signed, by lower-case name; {@code x-sdk-date} is among them
   */
  String authorization(ApiRequest request, SortedMap<String, String> headers) {
    String names = String.join(";", headers.keySet());
    String canonical =
        String.join(
            "\n",
            request.method(),
            // In the signature, and only there, a path ends with a slash.
            request.path() + "/",
            request.query(),
            Joiner.on('\n').withKeyValueSeparator(':').join(headers),
            "",
            names,
            request.body().isEmpty() ? NO_BODY : sha256(request.body()));
    String text = String.join("\n", ALGORITHM, headers.get("x-sdk-date"), sha256(canonical));
    return ALGORITHM
        + " Access="
        + key
        + ", SignedHeaders="
        + names
        + ", Signature="
        + hmac.hashString(text, UTF_8);
  }

  private static String sha256(String text) {
    return Hashing.sha256().hashString(text, UTF_8).toString();
  }
}
