package io.imageshare.http;

import io.imageshare.Reason.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The service's codes and what the engine is to make of them: the tables of {@code ims-api.md}
 * sections 3.3 and 3.4. LOST is what leaves open whether something was done; on a read it comes to
 * UNAVAILABLE. A code that is not here goes by the HTTP status.
 */
final class ErrorCodes {

  /** After {@code IMG.}; all of them come with HTTP 400. */
  private static final String IMAGE_SERVICE =
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

  /** After {@code APIGW.}, {@code APIG.} or {@code APIC.}; 0201 and 0203 go by the status. */
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
  static final String TOKEN_OVER = "0307";
  static final String NO_TENANT = "IMG.0108";
  static final String OTHER_PROJECT = "IMG.0030";

  private static final Pattern GATEWAY_CODE = Pattern.compile("API(?:GW|G|C)\\.(\\d{4})");
  private static final String ANY_GATEWAY = "API*.";
  private static final Map<String, Kind> KINDS = new HashMap<>();

  static {
    load("IMG.", IMAGE_SERVICE);
    load(ANY_GATEWAY, GATEWAY);
  }

  private ErrorCodes() {}

  private static void load(String prefix, String table) {
    table
        .lines()
        .map(row -> row.split("\\s+", -1))
        .forEach(
            row -> {
              for (int i = 1; i < row.length; i++) {
                if (KINDS.put(prefix + row[i], Kind.valueOf(row[0])) != null) {
                  throw new AssertionError(prefix + row[i] + " stands in two rows");
                }
              }
            });
  }

  /** The kind of a code, or null when the table does not hold it. */
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
