package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.BackendException;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As many answers at once as there are calls, each of the most bytes that are read of one. */
@Timeout(600)
class EightAnswersTest {
  private static final int CALLS = 8;

  /** What {@link HttpBackend.Builder#bodyLimit} promises. */
  private static final String HEAP = "-Xmx256m";

  /** Documents that take the most memory for their length, each in its way. */
  private enum Body {
    OBJECTS(200, "{\"status\":\"FAIL\",\"members\":[{}", ",{}", ""),
    NUMBERS(200, "{\"images\":[1", ",1", ""),
    NAMES(200, "{\"status\":\"FAIL\",\"\":1", ",\"#\":1", ""),
    DEPTH(200, "{\"members\":", "[", ""),
    TEXT(200, "{\"status\":\"", "xxxxxxxx", "\",\"members\":[],\"images\":[]}"),
    WIDE_TEXT(200, "{\"status\":\"", "\u2603\u2603\u2603", "\",\"members\":[],\"images\":[]}"),
    ESCAPED_TEXT(200, "{\"fail_reason\":\"", "\\u2603", "\",\"status\":\"FAIL\",\"members\":[]}"),
    HTML(200, "", "<p>", ""),
    ERROR(400, "{\"error\":{\"code\":\"IMG.0066\",\"message\":\"", "\\u0041 ", "\"}}"),
    ERROR_PAGE(403, "", "<p>#", ""),
    MEMBERS(
        200,
        "{\"members\":[{\"member_id\":\"p\"}",
        ",{\"member_id\":\"project-of-some-length-and-number-#\"}",
        "]}"),
    IMAGES(
        200,
        "{\"images\":[{\"id\":\"i\"}",
        ",{\"id\":\"image-of-some-length-and-number-#\"}",
        "]}"),
    RESULTS(
        200,
        "{\"status\":\"SUCCESS\",\"entities\":{\"results\":[{}",
        ",{\"image_id\":\"image-#\",\"project_id\":\"some-project-#\",\"status\":\"failed\"}",
        "]}}"),
    ;

    /** As many values as can be read of a document. */
    private static final int ENTRIES = 24_000;

    private final int status;
    private final String head;
    private final String more;
    private final String tail;

    Body(int status, String head, String more, String tail) {
      this.status = status;
      this.head = head;
      this.more = more;
      this.tail = tail;
    }

    /** One entry; of those that are all alike some more at once. */
    private String some(int n) {
      return more.contains("#") ? more.replace("#", Integer.toString(n)) : more.repeat(10);
    }

    /** Just within the limit, if it has an end, and beyond it else. */
    byte[] bytes() {
      boolean whole = !tail.isEmpty();
      boolean counts = whole && more.contains("#");
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      text.writeBytes(head.getBytes(UTF_8));
      int most =
          whole ? HttpBackend.Builder.BODY_LIMIT - 200 : HttpBackend.Builder.BODY_LIMIT + (1 << 20);
      for (int n = 0; text.size() < most && !(counts && n == ENTRIES); n++) {
        text.writeBytes(some(n).getBytes(UTF_8));
      }
      text.writeBytes(tail.getBytes(UTF_8));
      return text.toByteArray();
    }
  }

  /** A body as it is, or compressed. */
  private record Round(Body body, boolean zipped) {
    static List<Round> all() {
      List<Round> all = new ArrayList<>();
      for (Body body : Body.values()) {
        all.add(new Round(body, false));
      }
      for (Body body : List.of(Body.NAMES, Body.ESCAPED_TEXT, Body.MEMBERS, Body.ERROR)) {
        all.add(new Round(body, true));
      }
      return all;
    }

    byte[] bytes() {
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      try (OutputStream to = zipped ? new GZIPOutputStream(sent) : sent) {
        to.write(body.bytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return sent.toByteArray();
    }
  }

  @Test
  void fitIntoTheHeap() throws Exception {
    try (WireServer server = new WireServer(new Answers()::send)) {
      Process child = ChildJvm.start(Child.class, List.of(HEAP), server.endpoint().toString());
      String output = new String(child.getInputStream().readAllBytes(), UTF_8);
      assertEquals(0, child.waitFor(), output);
    }
  }

  /** Sends the body of a round once all of its calls have come. */
  private static final class Answers {
    private Round round = Round.all().get(0);
    private byte[] bytes = {};
    private CountDownLatch all = new CountDownLatch(CALLS);

    void send(WireServer.Request request, Socket socket) throws Exception {
      if (request.target().contains("/round-")) {
        begin(Integer.parseInt(request.target().replaceAll(".*-", "")));
        WireServer.reply(socket, 200, "{\"status\":\"RUNNING\"}");
        return;
      }
      all.countDown();
      all.await();
      String header = round.zipped() ? "Content-Encoding: gzip" : "X: y";
      WireServer.send(socket, WireServer.head(round.body().status, bytes.length, header));
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    private void begin(int number) {
      round = Round.all().get(number);
      bytes = round.bytes();
      all = new CountDownLatch(CALLS);
    }
  }

  /** Makes eight calls, two of each kind; whatever they are told, memory is not what they lack. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      for (int round = 0; round < Round.all().size(); round++) {
        Credentials one = Credentials.accessKey(Fixtures.AK, Fixtures.SK);
        try (HttpBackend backend =
            Fixtures.backend(URI.create(arguments[0]))
                .credentials(one)
                .recipients(project -> one)
                .build()) {
          Fixtures.get(backend.job("round-" + round)); // till one was answered, a key goes alone
          calls(backend, Round.all().get(round));
        }
      }
      System.exit(0);
    }

    private static void calls(HttpBackend backend, Round round) throws Exception {
      List<CompletionStage<?>> calls = new ArrayList<>();
      for (int n = 0; n < CALLS / 4; n++) {
        calls.add(backend.job("job"));
        calls.add(backend.members(Fixtures.IMAGE));
        calls.add(backend.images(Recipient.project(Fixtures.RECIPIENT), MemberStatus.ACCEPTED));
        calls.add(backend.describe(Set.of(Fixtures.IMAGE)));
      }
      for (CompletionStage<?> call : calls) {
        try {
          call.toCompletableFuture().get();
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof BackendException failure)
              || failure.getCause() instanceof Error) {
            System.out.println(round);
            e.printStackTrace(System.out);
            System.exit(1);
          }
        }
      }
    }
  }
}
