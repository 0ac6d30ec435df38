package io.imageshare.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** A response with something wrong in it. */
final class MalformedResponse {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String[] PIECES = {
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\",
    "null",
    "\\u0000",
    "\\ud800",
    "\u00e9",
    "-",
    "1e99999",
    "9".repeat(1200),
    "\"x\":1,",
    "//",
    " ",
    "\r\n"
  };
  private static final String[] VALUES = {
    "null",
    "true",
    "0",
    "-1",
    "1e99999",
    "1E-99999",
    "9223372036854775808",
    "\"\"",
    "\" \"",
    "{}",
    "[]",
    "[null]",
    "[[]]",
    "{\"\":{}}",
    "\"SUCCESS\\u0000\"",
    "\"a b\"",
    "\"\\ud83d\\ude00\""
  };
  private static final String[] ENCODINGS = {
    "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-7", "IBM037", "ISO-2022-JP"
  };
  private static final String[] TYPES = {
    "text/html", "application/xml", "application/json; charset=utf-16",
        "application/json;charset=x",
    "multipart/form-data", ";;;", "application/octet-stream", "json"
  };
  private static final String[] STATUS_LINES = {
    "HTTP/1.1 999 word",
    "HTTP/1.1 099",
    "HTTP/1.1 1000 word",
    "HTTP/1.1 2OO OK",
    "HTTP/1.1  200 OK",
    "HTTP/1.1 -200 OK",
    "HTTP/2 200",
    "HTTP/1.0 200 OK",
    "HTTP/9.9 200 OK",
    "HTTP/1.1",
    "",
    "200 OK",
    "ICY 200 OK",
    "HTTP/1.1 200 \u0000\u0001",
    "HTTP/1.1 99999999999 OK"
  };
  private static final String[] LENGTHS = {
    "-1",
    "",
    "abc",
    "0x10",
    "1e3",
    "+5",
    "1.0",
    "5, 5",
    "99999999999999999999",
    "9223372036854775807",
    "2147483648",
    "-9223372036854775808"
  };
  private static final String[] PAGES = {
    "200", "300", "301", "302", "303", "304", "305", "307", "308", "400", "403", "404", "405",
    "409", "411", "413", "421", "425", "431", "460", "494", "499", "500", "501", "502"
  };
  private static final String[] TEXTS = {
    "",
    "Blocked",
    "{}",
    "{\"message\":\"no Route matched\"}",
    "<html><title>Sorry</title><body>Request Rejected</body></html>",
    "<h1>Request Header Or Cookie Too Large</h1>"
  };
  private static final String[] TARGETS = {"/", "https://portal.test/?a=b", "http://[", "\u0007"};
  private static final String[] CHUNKS = {"-1", "", "xyz", "+5", "g"};
  private static final String[] LINES = {
    "no colon",
    ": no name",
    "Name with blanks: x",
    "X\u0000: x",
    "X: \u0000\u0007",
    "X: \u00ff\u00fe",
    " folded",
    "Retry-After: -5",
    "Retry-After: 99999999999999999999",
    "Retry-After: soon",
    "Date: Thu, 99 Foo 20206 25:61:61 GMT",
    "X-Request-Id: \u0007\u001b[31m",
    "X-Subject-Token: ",
    "X-Subject-Token: two words",
    "X-Subject-Token: \u00e9",
    "Connection: upgrade",
    "Upgrade: h2c",
    "Content-Encoding: gzip",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: identity",
    "Trailer: X",
    "Set-Cookie: a=b",
    "WWW-Authenticate: Basic",
    "Location: http://[",
    "Keep-Alive: -1"
  };

  private final RawResponse answer;
  private final byte[] wire;
  private final boolean open;

  private MalformedResponse(RawResponse answer, byte[] wire, boolean open) {
    this.answer = answer;
    this.wire = wire;
    this.open = open;
  }

  private MalformedResponse(RawResponse answer, boolean open) {
    this(answer, answer.wire(), open);
  }

  /** An answer with nothing wrong in it. */
  static MalformedResponse none(RawResponse real) {
    return new MalformedResponse(real, true);
  }

  /**
   * Something wrong in an answer.
   *
   * @param other another answer of the kind, about something else
   */
  static MalformedResponse of(RawResponse real, RawResponse other, Random random) {
    if (random.nextInt(8) == 0) {
      return new MalformedResponse(page(random), true);
    }
    return random.nextInt(5) < 3
        ? new MalformedResponse(body(real, other, random), true)
        : random.nextBoolean()
            ? new MalformedResponse(head(real, random), random.nextInt(50) == 0)
            : framing(real, other, random);
  }

  /** The body as it was meant, to which a reader may come at the most. */
  byte[] body() {
    return answer.body();
  }

  /**
   * Sends it all; the connection seldom stays open, for a client that waits for more waits long.
   */
  void send(Socket socket) throws IOException {
    socket.getOutputStream().write(wire);
    socket.getOutputStream().flush();
    if (!open) {
      socket.close();
    }
  }

  /** The status as it is sent, or 0 when it cannot be told. */
  int status() {
    return RawResponse.read(wire).status();
  }

  /** What a proxy or a firewall says in place of the service, or where it redirects to. */
  private static RawResponse page(Random random) {
    RawResponse page =
        new RawResponse(List.of("HTTP/1.1 " + of(random, PAGES) + " word"), new byte[0])
            .body(of(random, TEXTS).getBytes(UTF_8));
    return random.nextInt(3) == 0 ? page.line("Location: " + of(random, TARGETS)) : page;
  }

  private static RawResponse body(RawResponse real, RawResponse other, Random random) {
    byte[] body = real.body();
    String text = new String(body, UTF_8);
    return switch (random.nextInt(9)) {
      case 0 -> real.body(Arrays.copyOf(body, random.nextInt(body.length + 1)));
      case 1, 2 -> real.body(flipped(body, random));
      case 3 -> real.body(patched(text, random).getBytes(UTF_8));
      case 4, 5 -> real.body(retyped(text, of(random, VALUES), random));
      case 6 -> real.body(retyped(text, deep(random), random));
      case 7 -> real.body(encoded(text, random));
      default -> random.nextBoolean() ? real.body(other.body()) : real.body(strange(random));
    };
  }

  private static byte[] flipped(byte[] bytes, Random random) {
    byte[] flipped = bytes.clone();
    for (int n = 1 + random.nextInt(3); n > 0 && flipped.length > 0; n--) {
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  private static String patched(String text, Random random) {
    StringBuilder patched = new StringBuilder(text);
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(patched.length() + 1);
      int end = random.nextBoolean() ? at : Math.min(patched.length(), at + random.nextInt(30));
      patched.replace(at, end, of(random, PIECES));
    }
    return patched.toString();
  }

  /** Another value, or a second one of the same name, somewhere in a document. */
  private static byte[] retyped(String text, String value, Random random) {
    String mark = "\"to be replaced\"";
    try {
      JsonNode root = MAPPER.readTree(text);
      List<JsonNode> parents = new ArrayList<>();
      collect(root, parents);
      if (parents.isEmpty()) {
        return value.getBytes(UTF_8);
      }
      JsonNode parent = parents.get(random.nextInt(parents.size()));
      int child = random.nextInt(parent.size());
      if (parent instanceof ArrayNode array) {
        array.set(child, "to be replaced");
      } else {
        List<String> names = new ArrayList<>();
        parent.fieldNames().forEachRemaining(names::add);
        String name = names.get(child);
        ((ObjectNode) parent).put(name, "to be replaced");
        if (random.nextInt(4) == 0) {
          value = value + ",\"" + name + "\":" + value;
        }
      }
      return root.toString().replace(mark, value).getBytes(UTF_8);
    } catch (IOException e) {
      return value.getBytes(UTF_8);
    }
  }

  private static void collect(JsonNode node, List<JsonNode> parents) {
    if (!node.isEmpty()) {
      parents.add(node);
      node.forEach(child -> collect(child, parents));
    }
  }

  private static String deep(Random random) {
    int depth = random.nextBoolean() ? 980 + random.nextInt(40) : random.nextInt(20_000);
    boolean arrays = random.nextBoolean();
    String inner = arrays ? "[".repeat(depth) : "{\"error\":".repeat(depth) + "1";
    return random.nextInt(4) == 0 ? inner : inner + (arrays ? "]" : "}").repeat(depth);
  }

  private static byte[] encoded(String text, Random random) {
    if (random.nextInt(5) == 0) {
      ByteArrayOutputStream zipped = new ByteArrayOutputStream();
      try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
        zip.write(text.getBytes(UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return zipped.toByteArray();
    }
    if (random.nextInt(5) == 0) {
      return text.replace("\"status", "\"\u00e9\":1,\"status").getBytes(ISO_8859_1);
    }
    String encoding = of(random, ENCODINGS);
    return Charset.isSupported(encoding)
        ? text.getBytes(Charset.forName(encoding))
        : ("\ufeff" + text).getBytes(UTF_8);
  }

  private static byte[] strange(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> new byte[0];
      case 1 -> "<html><body><h1>502 Bad Gateway</h1></body></html>".getBytes(UTF_8);
      case 2 -> "<".repeat(1 << 20).getBytes(UTF_8);
      case 3 -> " ".repeat(random.nextInt(20) == 0 ? 9 << 20 : 1000).getBytes(UTF_8);
      case 4 -> ("{\"request_id\":\"" + "x\\n".repeat(50_000) + "\"}").getBytes(UTF_8);
      case 5 -> ("{\"x\":\"" + "y".repeat(200_000) + "\"}").getBytes(UTF_8);
      case 6 -> ("[" + "1,".repeat(100_000) + "1]").getBytes(UTF_8);
      default -> {
        byte[] noise = new byte[random.nextInt(2000)];
        random.nextBytes(noise);
        yield noise;
      }
    };
  }

  private static RawResponse head(RawResponse real, Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> real.status("HTTP/1.1 " + (100 + random.nextInt(500)) + " word");
      case 1 -> real.status(of(random, STATUS_LINES));
      case 2 -> real.without("Content-Type").line(of(random, LINES));
      case 3 -> real.without("Content-Type").line("Content-Type: " + of(random, TYPES));
      default -> many(real, random);
    };
  }

  private static RawResponse many(RawResponse real, Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> real.line("X-Request-Id: " + "r".repeat(random.nextInt(500_000)));
      case 1 -> {
        RawResponse much = real;
        for (int n = random.nextInt(300); n > 0; n--) {
          much = much.line("X-" + n + ": y");
        }
        yield much;
      }
      default -> real.without("X-Subject-Token").line("X-Subject-Token: " + of(random, TYPES));
    };
  }

  /** What is sent does not fit its head. */
  private static MalformedResponse framing(RawResponse real, RawResponse other, Random random) {
    RawResponse bare = real.without("Content-Length");
    int length = real.body().length;
    boolean open = random.nextInt(50) == 0;
    return switch (random.nextInt(8)) {
      case 0 -> new MalformedResponse(bare.line("Content-Length: " + of(random, LENGTHS)), open);
      case 1 ->
          new MalformedResponse(
              bare.line("Content-Length: " + random.nextInt(2 * length + 2)), open);
      case 2 ->
          new MalformedResponse(
              real.line("Content-Length: " + random.nextInt(2 * length + 2)), open);
      case 3 -> new MalformedResponse(bare, open);
      case 4 -> chunked(bare.line("Transfer-Encoding: chunked"), random);
      case 5 -> chunked(real.line("Transfer-Encoding: chunked"), random);
      case 6 -> {
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        two.writeBytes(real.wire());
        two.writeBytes(other.wire());
        yield new MalformedResponse(real, two.toByteArray(), random.nextBoolean());
      }
      default -> {
        byte[] wire = real.wire();
        int head = wire.length - length;
        wire[random.nextInt(head)] ^= (byte) (1 << random.nextInt(8));
        yield new MalformedResponse(real, wire, open);
      }
    };
  }

  /**
   * In chunks, of which the first or the last may be wrong. Not in all ways: where the JDK's client
   * comes to read a length of 2 GiB or more it does not end, and this JVM would never be rid of it.
   */
  private static MalformedResponse chunked(RawResponse answer, Random random) {
    byte[] body = answer.body();
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    wire.writeBytes(new RawResponse(answer.head(), new byte[0]).wire());
    int wrong = random.nextInt(5);
    for (int at = 0; at < body.length; ) {
      int size = Math.min(body.length - at, 1 + random.nextInt(200));
      boolean last = at + size == body.length;
      String told = Integer.toHexString(wrong == 1 && last ? size + 1 + random.nextInt(9) : size);
      String line = wrong == 2 && at == 0 ? of(random, CHUNKS) : told;
      wire.writeBytes((line + (wrong == 3 ? ";x=y" : "") + "\r\n").getBytes(UTF_8));
      wire.write(body, at, size);
      wire.writeBytes("\r\n".getBytes(UTF_8));
      at += size;
    }
    wire.writeBytes((wrong == 4 ? "" : "0\r\n\r\n").getBytes(UTF_8));
    return new MalformedResponse(answer, wire.toByteArray(), false);
  }

  private static String of(Random random, String[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** The beginning of what is sent. */
  @Override
  public String toString() {
    return ErrorBody.clean(new String(wire, ISO_8859_1));
  }
}
