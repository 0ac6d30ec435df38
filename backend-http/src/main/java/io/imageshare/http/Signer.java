package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.SortedMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The signature SDK-HMAC-SHA256 of one access key ({@code ims-api.md} section 5.2). */
final class Signer {
  private static final String ALGORITHM = "SDK-HMAC-SHA256";

  private final String key;
  // Kept, as to make them costs more than what they do.
  private final MessageDigest sha256;
  private final Mac hmac;
  private final StringBuilder text = new StringBuilder();
  private byte[] ascii = {};

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
    LocalDateTime date = LocalDateTime.ofEpochSecond(now.getEpochSecond(), 0, ZoneOffset.UTC);
    // A formatter takes 250 bytes for it, this 100 (measured on 17).
    StringBuilder text = new StringBuilder("00000000T000000Z");
    digits(text, 4, date.getYear());
    digits(text, 6, date.getMonthValue());
    digits(text, 8, date.getDayOfMonth());
    digits(text, 11, date.getHour());
    digits(text, 13, date.getMinute());
    digits(text, 15, date.getSecond());
    return text.toString();
  }

  private static void digits(StringBuilder text, int end, int number) {
    for (int at = end, left = number; left > 0; at--, left /= 10) {
      text.setCharAt(at - 1, (char) ('0' + left % 10));
    }
  }

  /**
   * The value of {@code Authorization}. Safe for use by several threads.
   *
   * @param headers what is signed, by lower-case name; {@code x-sdk-date} is among them
   */
  synchronized String authorization(ApiRequest call, SortedMap<String, String> headers) {
    // A call holds path and query encoded and sorted already; only the signature's path ends with a
    // slash.
    text.setLength(0);
    text.append(call.method()).append('\n');
    text.append(call.path()).append("/\n");
    text.append(call.query()).append('\n');
    headers.forEach((name, value) -> text.append(name).append(':').append(value).append('\n'));
    text.append('\n');
    names(headers);
    text.append('\n');
    sha256.update(call.body().duplicate());
    hex(sha256.digest());
    sha256.update(ascii(), 0, text.length());
    byte[] canonical = sha256.digest();

    text.setLength(0);
    text.append(ALGORITHM).append('\n').append(headers.get("x-sdk-date")).append('\n');
    hex(canonical);
    hmac.update(ascii(), 0, text.length());
    byte[] signature = hmac.doFinal();

    text.setLength(0);
    text.append(ALGORITHM).append(" Access=").append(key).append(", SignedHeaders=");
    names(headers);
    text.append(", Signature=");
    hex(signature);
    return text.toString();
  }

  private void names(SortedMap<String, String> headers) {
    for (String name : headers.keySet()) {
      text.append(name).append(';');
    }
    text.setLength(text.length() - 1);
  }

  private void hex(byte[] bytes) {
    for (byte b : bytes) {
      text.append(Character.forDigit(b >> 4 & 0xf, 16)).append(Character.forDigit(b & 0xf, 16));
    }
  }

  /** The text's characters: encoded paths, and headers, which are ASCII. */
  private byte[] ascii() {
    if (ascii.length < text.length()) {
      ascii = new byte[2 * text.length()];
    }
    for (int i = 0; i < text.length(); i++) {
      ascii[i] = (byte) text.charAt(i);
    }
    return ascii;
  }
}
