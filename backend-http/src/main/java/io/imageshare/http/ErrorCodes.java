package io.imageshare.http;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import io.imageshare.Reason.Kind;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The service's codes and the kind of failure each stands for: the tables of {@code ims-api.md}
 * sections 3.3 and 3.4. LOST leaves open whether a write had an effect; on a read it becomes
 * UNAVAILABLE. A code that is not listed here is judged by the HTTP status.
 */
final class ErrorCodes {

  static final String IMAGE_SERVICE = "IMG.";

  /** After {@code IMG.}; all of them come with HTTP 400. */
  private static final String IMAGE_CODES =
      """
      THROTTLED          0060 0149 0187
      LOST               0014 0018 0023 0036 0037 0053 0061 0064 0065 0112 0113 0114 0154
      INVALID            0001 0007 0016 0017 0031 0105 0121 0183 0184 0186 0188 0193
      INVALID_IMAGE      0027 0028 0046 0047 0066 0083 0086 0089 0095 0097 0098 0099 0101 0102
      INVALID_IMAGE      0103 0106 0107 0135 0144 0148 0167 0196 0197
      INVALID_RECIPIENT  0067 0076 0108 0177 0178
      QUOTA              0015 0088 0182 0185
      UNAUTHENTICATED    0030 0087 0179
      FORBIDDEN          0025 0026 0161 0238 0239 0241 0242
      """;

  /**
   * After {@code APIGW.}, {@code APIG.} or {@code APIC.}; 0201 and 0203 are judged by the status.
   */
  private static final String GATEWAY =
      """
      THROTTLED          0308
      UNAVAILABLE        0610 0613
      LOST               0601 0605 0606 0608 0609 0611 0612 0705
      INVALID            0602 0607
      QUOTA              0501 0502
      UNAUTHENTICATED    0301 0303 0305 0307 0311
      FORBIDDEN          0302 0304 0306 0310 0401 0402 0404 0801 0802
      UNSUPPORTED        0101 0103 0104 0105 0106
      """;

  static final String UNPUBLISHED = "0101";
  static final String TOKEN_EXPIRED = "0307";
  static final String OTHER_PROJECT = "IMG.0030";

  private static final Pattern GATEWAY_CODE = Pattern.compile("API(?:GW|G|C)\\.(\\d{4})");
  private static final String ANY_GATEWAY = "API*.";
  private static final Splitter BLANKS = Splitter.on(' ').omitEmptyStrings();
  private static final ImmutableMap<String, Kind> KINDS =
      ImmutableMap.<String, Kind>builder()
          .putAll(kinds(IMAGE_SERVICE, IMAGE_CODES))
          .putAll(kinds(ANY_GATEWAY, GATEWAY))
          .buildOrThrow();

  private ErrorCodes() {}

  /** A table's codes with their kinds; each may stand there once. */
  private static ImmutableMap<String, Kind> kinds(String prefix, String table) {
    ImmutableMap.Builder<String, Kind> kinds = ImmutableMap.builder();
    for (String row : Splitter.on('\n').omitEmptyStrings().split(table)) {
      List<String> words = BLANKS.splitToList(row);
      Kind kind = Kind.valueOf(words.get(0));
      words.stream().skip(1).forEach(number -> kinds.put(prefix + number, kind));
    }
    return kinds.buildOrThrow();
  }

  /** The kind of a code, or null when the tables do not list it. */
  static @Nullable Kind kind(String code) {
    String number = gateway(code);
    return KINDS.get(number.isEmpty() ? code : ANY_GATEWAY + number);
  }

  /** The four digits of a code of the gateway; empty when it is another's. */
  static String gateway(String code) {
    Matcher matcher = GATEWAY_CODE.matcher(code);
    return matcher.matches() ? matcher.group(1) : "";
  }
}
