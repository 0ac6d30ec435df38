package io.imageshare.memory;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What the Authorization header of a signed request says ({@code ims-api.md} section 5.2).
 *
 * @param access the access key
 * @param signedHeaders the names of the headers that are signed, lower case, in their order
 * @param value the signature
 */
record Signature(String access, List<String> signedHeaders, String value) {
  static final String ALGORITHM = "SDK-HMAC-SHA256";
  static final String DATE = "x-sdk-date";
  static final String CONTENT_HASH = "x-sdk-content-sha256";
  static final String UNSIGNED = "UNSIGNED-PAYLOAD";

  private static final Charset UTF = StandardCharsets.UTF_8;
  private static final HexFormat HEX = HexFormat.of();
  private static final Pattern HEADER =
      Pattern.compile(ALGORITHM + " Access=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\\S+)");

  /** Reads the header's value; null when it is none of this kind. */
  static @Nullable Signature read(String header) {
    Matcher matcher = HEADER.matcher(header);
    return matcher.matches()
        ? new Signature(
            matcher.group(1), Arrays.asList(matcher.group(2).split(";")), matcher.group(3))
        : null;
  }

  /** The text a request's signature is about, made from what came over the wire. */
  String canonical(WireRequest request) {
    StringBuilder text = new StringBuilder(request.method()).append('\n');
    text.append(path(request)).append('\n').append(query(request)).append('\n');
    for (String name : signedHeaders) {
      text.append(name).append(':').append(request.header(name)).append('\n');
    }
    String claimed = request.header(CONTENT_HASH);
    return text.append('\n')
        .append(String.join(";", signedHeaders))
        .append('\n')
        .append(claimed.isEmpty() ? hash(request.body()) : claimed)
        .toString();
  }

  private static String path(WireRequest request) {
    String path =
        request.segments().stream().map(Percent::encode).collect(Collectors.joining("/", "/", ""));
    return path.endsWith("/") ? path : path + "/";
  }

  // Clients spell some bytes of a query otherwise on the wire than in what they sign.
  private static String query(WireRequest request) {
    return request.query().stream()
        .map(p -> new WireRequest.Parameter(Percent.encode(p.name()), Percent.encode(p.value())))
        .sorted(
            Comparator.comparing(WireRequest.Parameter::name)
                .thenComparing(WireRequest.Parameter::value))
        .map(p -> p.name() + "=" + p.value())
        .collect(Collectors.joining("&"));
  }

  /** Whether this is what the owner of the secret makes of the request. */
  boolean verifies(WireRequest request, String secret) {
    byte[] expected = sign(canonical(request), request.header(DATE), secret).getBytes(UTF);
    return MessageDigest.isEqual(expected, value.getBytes(UTF));
  }

  /** Whether the body is the one the request claims to have, if it claims one. */
  static boolean bodyFits(WireRequest request) {
    String claimed = request.header(CONTENT_HASH);
    return claimed.isEmpty() || claimed.equals(UNSIGNED) || claimed.equals(hash(request.body()));
  }

  static String sign(String canonical, String date, String secret) {
    String text = ALGORITHM + "\n" + date + "\n" + hash(canonical.getBytes(UTF));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF), "HmacSHA256"));
      return HEX.formatHex(mac.doFinal(text.getBytes(UTF)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  static String hash(byte[] bytes) {
    try {
      return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
