package io.imageshare.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.BackendException;
import io.imageshare.Recipient;
import io.imageshare.Timekeeper;
import io.imageshare.memory.Route.Visit;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every request: checks it as the gateway does, and gives it to its endpoint. */
final class Desk {
  private static final Logger log = LoggerFactory.getLogger(Desk.class);
  private static final int CREATED = 201;
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;
  private static final int TOO_LARGE = 413;
  private static final int INTERNAL = 500;
  private static final String TOKENS = "/v3/auth/tokens";

  private final Timekeeper time;
  private final Gatekeeper gatekeeper;
  private final @Nullable ErrorShape shape;
  private final List<Route> routes;
  private final AtomicLong answered = new AtomicLong();

  Desk(MemoryBackend cloud, Access access, @Nullable ErrorShape shape, Set<String> unpublished) {
    this.time = cloud.time();
    String owner = cloud.front.show((service, now) -> service.owner().id());
    this.gatekeeper = new Gatekeeper(access, owner, time);
    this.shape = shape;
    routes =
        routes(cloud, time.now()).stream()
            .filter(route -> !unpublished.contains(route.path()))
            .toList();
  }

  static List<Route> routes(MemoryBackend cloud, Instant since) {
    return Stream.of(
            new MemberEndpoints(cloud, since).routes(), new ImageEndpoints(cloud, since).routes())
        .flatMap(List::stream)
        .toList();
  }

  CompletionStage<WireAnswer> answer(WireRequest request) {
    String id = "%032x".formatted(answered.incrementAndGet());
    CompletionStage<WireAnswer> answer;
    try {
      answer = checked(request);
    } catch (RefusedException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    boolean ofNative = request.target().startsWith("/v2/images/");
    return answer
        .exceptionally(failure -> failed(failure, ofNative, id))
        .thenApply(given -> given.header("X-Request-Id", id).header("Date", date()));
  }

  private String date() {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.now().atZone(ZoneOffset.UTC));
  }

  private CompletionStage<WireAnswer> checked(WireRequest request) {
    if (request.tooLarge()) {
      throw gateway(TOO_LARGE, "APIGW.0201", "The request entity is too large.");
    }
    if (request.method().equals("POST") && request.path().equals(TOKENS)) {
      return CompletableFuture.completedFuture(token(request));
    }
    for (Route route : routes) {
      Map<String, String> variables = route.variables(request);
      if (variables != null) {
        return route.endpoint().answer(admitted(request, route, variables));
      }
    }
    throw gateway(NOT_FOUND, "APIGW.0101", "The API does not exist or has not been published.");
  }

  private Visit admitted(WireRequest request, Route route, Map<String, String> variables) {
    Refusal refusal = gatekeeper.check(request);
    if (refusal != null) {
      throw new RefusedException(refusal);
    }
    String caller = gatekeeper.project(request);
    String project = variables.getOrDefault("project_id", caller);
    if (!project.equals(caller)) {
      throw new RefusedException(
          Refusal.service(
              "IMG.0030", "The project ID " + project + " does not match the credentials."));
    }
    return new Visit(
        request, route.ofNative(), variables, BatchBody.recipient(Recipient.Type.PROJECT, caller));
  }

  private static RefusedException gateway(int status, String code, String message) {
    return new RefusedException(Refusal.gateway(status, code, message));
  }

  private WireAnswer token(WireRequest request) {
    JsonNode document = WireDocuments.read(request.body());
    Access.User user = WireDocuments.user(document);
    WireDocuments.Scope scope = WireDocuments.scope(document);
    String named = scope.name().isEmpty() ? scope.id() : scope.name();
    if (user == null || named.isEmpty()) {
      return WireDocuments.identityError(
          BAD_REQUEST, "The password, or the project of the scope, is missing.");
    }
    Gatekeeper.Token token = gatekeeper.issue(user, scope.id());
    return token == null
        ? WireDocuments.identityError(UNAUTHORIZED, "The username or password is wrong.")
        : WireAnswer.json(CREATED, WireDocuments.token(token, named))
            .header("X-Subject-Token", token.id());
  }

  private WireAnswer failed(Throwable failure, boolean ofNative, String id) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    Refusal refusal;
    if (cause instanceof RefusedException refused) {
      refusal = refused.refusal;
    } else if (cause instanceof BackendException backend) {
      refusal = Refusal.of(backend, ofNative);
    } else {
      log.error("a request failed", cause);
      refusal = Refusal.gateway(INTERNAL, "APIGW.0601", "Internal server error: " + cause);
    }
    return refusal == null ? WireAnswer.RESET : told(refusal, id);
  }

  private WireAnswer told(Refusal refusal, String id) {
    WireAnswer answer = WireDocuments.error(refusal, shape(refusal.from()), id);
    Duration wait = refusal.retryAfter();
    if (wait.isZero()) {
      return answer;
    }
    // Whole seconds, and never less than was asked.
    long seconds = wait.plusSeconds(1).minusNanos(1).toSeconds();
    return answer.header("Retry-After", Long.toString(seconds));
  }

  private ErrorShape shape(Refusal.From from) {
    if (from == Refusal.From.GATEWAY) {
      return ErrorShape.FLAT;
    }
    if (shape != null) {
      return shape;
    }
    return from == Refusal.From.NATIVE ? ErrorShape.OPENSTACK : ErrorShape.ERROR_OBJECT;
  }
}
