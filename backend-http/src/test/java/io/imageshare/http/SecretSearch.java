package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Searches a text for secrets: whole or a good part, in any encoding. */
final class SecretSearch {
  /** Of any 23 characters in a row of a secret, 12 are one of its pieces. */
  private static final int PIECE = 12;

  private static final int AROUND = 60;
  private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{64}");

  private final Map<String, String> pieces = new LinkedHashMap<>();
  private final Set<String> signatures = new HashSet<>();

  /** The forms in which a text may come back from a service, a proxy or a log. */
  static Map<String, String> forms(String secret) {
    byte[] bytes = secret.getBytes(UTF_8);
    Map<String, String> forms = new LinkedHashMap<>();
    forms.put("as it is", secret);
    forms.put("URL-encoded", ApiRequest.encode(secret));
    forms.put("in JSON", secret.replace("\\", "\\\\").replace("\"", "\\\""));
    forms.put("in HTML", html(secret));
    forms.put("in base64", Base64.getEncoder().encodeToString(bytes));
    forms.put("in base64 for URLs", Base64.getUrlEncoder().encodeToString(bytes));
    forms.put("in hexadecimal", HexFormat.of().formatHex(bytes));
    return forms;
  }

  private static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  void secret(String name, String secret) {
    forms(secret).forEach((form, text) -> pieces(name + " " + form, text));
    byte[] bytes = secret.getBytes(UTF_8);
    // Behind something else in what was encoded: the characters that hold some of that are cut off.
    for (int before = 1; before < 3; before++) {
      byte[] moved = new byte[before + bytes.length];
      System.arraycopy(bytes, 0, moved, before, bytes.length);
      String encoded = Base64.getEncoder().withoutPadding().encodeToString(moved);
      String inside = encoded.substring(before + 1, encoded.length() - 1);
      pieces(name + " inside base64", inside);
      pieces(name + " inside base64 for URLs", inside.replace('+', '-').replace('/', '_'));
    }
    pieces(name + " hashed", HexFormat.of().formatHex(sha256(bytes)));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void pieces(String what, String text) {
    for (int i = 0; i + PIECE <= text.length(); i += PIECE) {
      pieces.putIfAbsent(text.substring(i, i + PIECE), what);
    }
  }

  /** What a request proves itself by is good for a quarter of an hour. */
  void request(Map<String, String> headers) {
    SIGNATURE
        .matcher(headers.getOrDefault("authorization", ""))
        .results()
        .map(MatchResult::group)
        .forEach(signatures::add);
  }

  int signatures() {
    return signatures.size();
  }

  /** Every leak, with what stands around it. */
  List<String> in(String text) {
    List<String> leaks = new ArrayList<>();
    String lower = text.toLowerCase(Locale.ROOT);
    pieces.forEach(
        (piece, what) -> {
          boolean hex = what.endsWith("hexadecimal") || what.endsWith("hashed");
          int at = (hex ? lower : text).indexOf(piece);
          if (at >= 0) {
            leaks.add(what + ": " + around(text, at));
          }
        });
    SIGNATURE
        .matcher(lower)
        .results()
        .filter(found -> signatures.contains(found.group()))
        .forEach(found -> leaks.add("a signature: " + around(text, found.start())));
    return leaks;
  }

  private static String around(String text, int at) {
    return text.substring(Math.max(0, at - AROUND), Math.min(text.length(), at + AROUND));
  }
}
