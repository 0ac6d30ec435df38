package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The tables of codes in {@code docs/ims-api.md} give the kinds the HTTP backend derives. */
class ImsApiTest {
  private static final ShareRequest SLICE =
      ShareRequest.share(List.of("image-1"), List.of("project-1"));
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (\\d{4}(?:, \\d{4})*) \\|.*\\| ([A-Z_]+) \\|$");

  /** The kinds of a section's codes; codes of kind INVALID are left out. */
  private static Map<String, Reason.Kind> documented(String section) throws IOException {
    String text = Files.readString(Path.of("..", "docs", "ims-api.md"));
    Matcher part = Pattern.compile("(?ms)^### " + section + " .*?(?=^##)").matcher(text);
    assertTrue(part.find(), section);
    Map<String, Reason.Kind> kinds = new TreeMap<>();
    Matcher row = ROW.matcher(part.group());
    while (row.find()) {
      for (String code : row.group(1).split(", ", -1)) {
        kinds.put(code, Reason.Kind.valueOf(row.group(2)));
      }
    }
    assertTrue(kinds.size() > 30, kinds.toString());
    kinds.values().removeIf(Reason.Kind.INVALID::equals);
    return kinds;
  }

  /**
   * The kinds derived from all codes up to this number; INVALID, as for an unknown, is left out.
   */
  private static Map<String, Reason.Kind> derived(String prefix, int last) {
    Map<String, Reason.Kind> kinds = new TreeMap<>();
    MemoryBackend cloud = MemoryBackend.builder().anyImage().build();
    try (ImsServer server = ImsServer.builder(cloud).accessKey("key", "secret").build()) {
      HttpBackend backend = backend(server);
      for (int number = 0; number <= last; number++) {
        String digits = "%04d".formatted(number);
        cloud.inject(
            new Fault.Refused(new Reason(Reason.Kind.INVALID, prefix + digits, "refused")));
        CompletionStage<Job> submit = backend.submit(SLICE);
        CompletionException refused =
            assertThrows(CompletionException.class, () -> submit.toCompletableFuture().join());
        BackendException cause = assertInstanceOf(BackendException.class, refused.getCause());
        assertEquals(prefix + digits, cause.reason().code());
        kinds.put(digits, cause.reason().kind());
        if (cause.reason().kind() == Reason.Kind.UNAUTHENTICATED) {
          backend.close(); // nothing more is sent with its credentials
          backend = backend(server);
        }
      }
      backend.close();
    }
    kinds.values().removeIf(Reason.Kind.INVALID::equals);
    return kinds;
  }

  private static HttpBackend backend(ImsServer server) {
    return HttpBackend.builder()
        .endpoint(server.endpoint())
        .credentials(Credentials.accessKey("key", "secret"))
        .build();
  }

  @Test
  void theCodesOfTheServiceHaveTheirKinds() throws IOException {
    assertEquals(documented("3.3"), derived("IMG.", 299));
  }

  @Test
  void theCodesOfTheGatewayHaveTheirKinds() throws IOException {
    assertEquals(documented("3.4"), derived("APIGW.", 899));
  }
}
