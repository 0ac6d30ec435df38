package io.imageshare.memory.internal.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Splitter;
import com.google.common.escape.Escaper;
import com.google.common.hash.Hashing;
import com.google.common.net.PercentEscaper;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

  /** The encoding of canonical requests ({@code ims-api.md} section 5.2, step 4). */
  private static final Escaper PERCENT = new PercentEscaper("-_.~", false);

  private static final Pattern HEADER =
      Pattern.compile(ALGORITHM + " Access=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\\S+)");

  /** Reads the header's value; null when it is none of this kind. */
  static @Nullable Signature read(String header) {
    Matcher matcher = HEADER.matcher(header);
    return matcher.matches()
        ? new Signature(
            matcher.group(1), Splitter.on(';').splitToList(matcher.group(2)), matcher.group(3))
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
        request.segments().stream().map(PERCENT::escape).collect(Collectors.joining("/", "/", ""));
    return path.endsWith("/") ? path : path + "/";
  }

  // Clients encode some bytes of a query differently on the wire and in what they sign.
  private static String query(WireRequest request) {
    return request.query().stream()
        .map(p -> new WireRequest.Parameter(PERCENT.escape(p.name()), PERCENT.escape(p.value())))
        .sorted(
            Comparator.comparing(WireRequest.Parameter::name)
                .thenComparing(WireRequest.Parameter::value))
        .map(p -> p.name() + "=" + p.value())
        .collect(Collectors.joining("&"));
  }

  /** Whether the owner of the secret signed the request. */
  boolean verifies(WireRequest request, String secret) {
    byte[] expected = sign(canonical(request), request.header(DATE), secret).getBytes(UTF_8);
    return MessageDigest.isEqual(expected, value.getBytes(UTF_8));
  }

  /** Whether the body has the hash that the request claims, if it claims one. */
  static boolean bodyFits(WireRequest request) {
    String claimed = request.header(CONTENT_HASH);
    return claimed.isEmpty() || claimed.equals(UNSIGNED) || claimed.equals(hash(request.body()));
  }

  static String sign(String canonical, String date, String secret) {
    String text = ALGORITHM + "\n" + date + "\n" + hash(canonical.getBytes(UTF_8));
    return Hashing.hmacSha256(secret.getBytes(UTF_8)).hashString(text, UTF_8).toString();
  }

  static String hash(byte[] bytes) {
    return Hashing.sha256().hashBytes(bytes).toString();
  }
}
