package io.imageshare.http;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.http.SampleResponse.Question;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A server of malformed responses, which backends call, one request at a time. Each answer comes to
 * a backend of its own: one whose credentials were refused would ask no more.
 */
final class MalformedResponseServer implements AutoCloseable {
  private static final Set<Integer> REDIRECTS = Set.of(300, 301, 302, 303, 307, 308);
  private static final Duration REQUEST_TIMEOUT = Duration.ofMillis(300);

  private final WireServer server = new WireServer(this::answer);
  private volatile @Nullable MalformedResponse mutant;
  private volatile boolean loggedIn;
  private volatile boolean served;

  /** Where a token comes along, it is asked for anew each time; what counts is how that goes. */
  private void answer(WireServer.Request request, Socket socket) throws IOException {
    boolean token = request.target().startsWith("/v3/");
    if (token || request.header("x-auth-token").isEmpty()) {
      loggedIn |= token;
      served = true;
      requireNonNull(mutant).send(socket);
    } else if (loggedIn) {
      WireServer.reply(socket, 200, "{\"members\":[]}");
    } else {
      WireServer.reply(socket, 401, "");
    }
  }

  /**
   * Asks the question of one of the answers, and is answered wrongly.
   *
   * @return whether the backend could read the answer
   */
  boolean check(long seed, List<SampleResponse> all) throws Exception {
    Random random = new Random(seed);
    SampleResponse real = all.get(random.nextInt(all.size()));
    List<SampleResponse> alike =
        all.stream().filter(other -> other.question() == real.question()).toList();
    RawResponse other = alike.get(random.nextInt(alike.size())).answer();
    MalformedResponse sent = MalformedResponse.of(real.answer(), other, random);
    mutant = sent;
    loggedIn = false;
    served = false;
    try (HttpBackend backend = backend(real.question())) {
      assertTrue(holds(real, sent.body(), backend), () -> "it does not hold that: " + sent);
      assertEquals(2, sent.status() / 100, sent::toString);
      return true;
    } catch (ExecutionException e) {
      checkFailure(real.question(), sent, e);
      return false;
    }
  }

  private HttpBackend backend(Question question) {
    HttpBackend.Builder backend =
        Fixtures.backend(server.endpoint()).requestTimeout(REQUEST_TIMEOUT);
    if (question == Question.LOGIN) {
      backend.credentials(
          Credentials.password(server.endpoint(), "account", "user", "word", Fixtures.PROJECT));
    }
    return backend.build();
  }

  /** Whether a document says what the backend makes of it. */
  private static boolean holds(SampleResponse real, byte[] body, HttpBackend backend)
      throws Exception {
    return switch (real.question()) {
      case SUBMIT -> StrictReader.names(body, get(backend.submit(Fixtures.SHARE)).id());
      case JOB -> StrictReader.shows(body, get(backend.job(real.subject())));
      case MEMBERS ->
          StrictReader.lists(
              body,
              real.subject(),
              get(backend.members(real.subject())).keySet().stream()
                  .map(Recipient::id)
                  .collect(Collectors.toSet()));
      case LOGIN -> get(backend.members("image")).isEmpty();
    };
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  private void checkFailure(Question question, MalformedResponse sent, ExecutionException e) {
    if (!(e.getCause() instanceof BackendException failure)) {
      throw new AssertionError(sent.toString(), e.getCause());
    }
    Reason reason = failure.reason();
    Supplier<String> told = () -> reason + " at " + sent; // a body takes long to be shown
    if (question != Question.SUBMIT) {
      assertTrue(reason.kind() != Kind.LOST, told);
    } else if (served && sent.status() < 400) {
      boolean mayHaveEffect = reason.kind() == Kind.LOST || reason.kind() == Kind.INTERNAL;
      assertTrue(REDIRECTS.contains(sent.status()) || mayHaveEffect, told);
    }
    assertFalse(reason.message().isBlank(), told);
    assertTrue(reason.message().length() < 2000, told);
    assertTrue(reason.message().chars().noneMatch(Character::isISOControl), told);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
