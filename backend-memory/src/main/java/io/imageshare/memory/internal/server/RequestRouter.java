package io.imageshare.memory.internal.server;

import static java.net.HttpURLConnection.HTTP_BAD_METHOD;
import static java.net.HttpURLConnection.HTTP_BAD_REQUEST;
import static java.net.HttpURLConnection.HTTP_CREATED;
import static java.net.HttpURLConnection.HTTP_ENTITY_TOO_LARGE;
import static java.net.HttpURLConnection.HTTP_FORBIDDEN;
import static java.net.HttpURLConnection.HTTP_INTERNAL_ERROR;
import static java.net.HttpURLConnection.HTTP_NOT_FOUND;
import static java.net.HttpURLConnection.HTTP_UNAUTHORIZED;
import static java.util.Objects.requireNonNullElseGet;

import com.google.common.collect.ImmutableList;
import io.imageshare.BackendException;
import io.imageshare.Recipient;
import io.imageshare.Timekeeper;
import io.imageshare.memory.ErrorShape;
import io.imageshare.memory.internal.cloud.CallPipeline;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every request: checks it as the gateway does, and passes it to its endpoint. */
final class RequestRouter {
  private static final Logger log = LoggerFactory.getLogger(RequestRouter.class);
  private static final String TOKENS = "/v3/auth/tokens";

  private final Timekeeper time;
  private final Authenticator authenticator;
  private final @Nullable ErrorShape errorShape;
  private final List<Route> routes;
  private final AtomicLong requests = new AtomicLong();

  RequestRouter(CallPipeline cloud, ServerSettings settings) {
    time = cloud.time();
    authenticator = new Authenticator(settings, cloud.owner().id(), time);
    errorShape = settings.errorShape;
    Set<String> unpublished = Set.copyOf(settings.unpublished);
    routes =
        routes(cloud, time.now()).stream()
            .filter(route -> !unpublished.contains(route.path()))
            .toList();
  }

  static List<Route> routes(CallPipeline cloud, Instant since) {
    return ImmutableList.<Route>builder()
        .addAll(new MemberEndpoints(cloud, since).routes())
        .addAll(new ImageEndpoints(cloud, since).routes())
        .build();
  }

  static Set<String> paths(List<Route> routes) {
    return routes.stream().map(Route::path).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  CompletionStage<WireResponse> answer(WireRequest request) {
    String id = "%032x".formatted(requests.incrementAndGet());
    CompletionStage<WireResponse> response;
    try {
      response = route(request);
    } catch (WireErrorException e) {
      response = CompletableFuture.failedFuture(e);
    }
    boolean isNative = request.target().startsWith("/v2/images/");
    return response
        .exceptionally(failure -> failed(failure, isNative, request.header("accept"), id))
        .thenApply(answer -> answer.header("X-Request-Id", id).header("Date", date()));
  }

  private String date() {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.now().atZone(ZoneOffset.UTC));
  }

  private CompletionStage<WireResponse> route(WireRequest request) {
    if (!request.isMeantForLoopback()) {
      throw WireErrorException.gateway(
          HTTP_FORBIDDEN,
          "APIGW.0201",
          "This server is for programs of this machine: Host is not loopback, or Origin is foreign.");
    }
    if (request.tooLarge()) {
      throw WireErrorException.gateway(
          HTTP_ENTITY_TOO_LARGE, "APIGW.0201", "The request entity is too large.");
    }
    if (request.method().equals("POST") && request.path().equals(TOKENS)) {
      return CompletableFuture.completedFuture(token(request));
    }
    List<Route> there = routes.stream().filter(route -> route.match(request) != null).toList();
    for (Route route : there) {
      if (route.method().equals(request.method())) {
        return route.endpoint().answer(admitted(request, route, variables(route, request)));
      }
    }
    if (!there.isEmpty() && there.get(0).isNative()) {
      return CompletableFuture.completedFuture(wrongMethod(request, there));
    }
    throw WireErrorException.gateway(
        HTTP_NOT_FOUND, "APIGW.0101", "The API does not exist or has not been published.");
  }

  private static Map<String, String> variables(Route route, WireRequest request) {
    return requireNonNullElseGet(route.match(request), Map::of);
  }

  /** Glance knows the path; the gateway would say of its own calls that there is no such API. */
  private WireResponse wrongMethod(WireRequest request, List<Route> there) {
    WireError error = authenticator.check(request);
    if (error != null) {
      throw new WireErrorException(error);
    }
    return response(
            WireError.ofNative(
                HTTP_BAD_METHOD,
                "The method " + request.method() + " is not allowed for this resource. "),
            request.header("accept"),
            "")
        .header("Allow", there.stream().map(Route::method).collect(Collectors.joining(", ")));
  }

  private RoutedRequest admitted(WireRequest request, Route route, Map<String, String> variables) {
    WireError error = authenticator.check(request);
    if (error != null) {
      throw new WireErrorException(error);
    }
    String caller = authenticator.project(request);
    String project = variables.getOrDefault("project_id", caller);
    if (!project.equals(caller)) {
      throw WireErrorException.service(
          "IMG.0030", "The project ID " + project + " does not match the credentials.");
    }
    return new RoutedRequest(
        request, route.isNative(), variables, BatchBody.recipient(Recipient.Type.PROJECT, caller));
  }

  private WireResponse token(WireRequest request) {
    WireDocuments.TokenRequest asked = WireDocuments.TokenRequest.read(request.body());
    String project = asked.projectName().isEmpty() ? asked.projectId() : asked.projectName();
    if (asked.user() == null || project.isEmpty()) {
      return WireDocuments.identityError(
          HTTP_BAD_REQUEST, "The password, or the project of the scope, is missing.");
    }
    Authenticator.Token token = authenticator.issue(asked.user(), asked.projectId());
    return token == null
        ? WireDocuments.identityError(HTTP_UNAUTHORIZED, "The username or password is wrong.")
        : WireResponse.json(HTTP_CREATED, WireDocuments.token(token, project))
            .header("X-Subject-Token", token.id());
  }

  private WireResponse failed(Throwable failure, boolean isNative, String accept, String id) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    WireError error;
    if (cause instanceof WireErrorException refused) {
      error = refused.error;
    } else if (cause instanceof BackendException refused) {
      error = WireError.of(refused, isNative);
    } else {
      log.error("a request failed", cause);
      error =
          WireError.gateway(HTTP_INTERNAL_ERROR, "APIGW.0601", "Internal server error: " + cause);
    }
    return error == null ? WireResponse.RESET : response(error, accept, id);
  }

  private WireResponse response(WireError error, String accept, String id) {
    ErrorShape shape = shape(error.source());
    WireResponse response =
        shape == ErrorShape.GLANCE
            ? WireDocuments.glance(error, accept)
            : WireDocuments.error(error, shape, id);
    Duration wait = error.retryAfter();
    if (wait.isZero()) {
      return response;
    }
    // Whole seconds, and never less than was asked.
    long seconds = wait.plusSeconds(1).minusNanos(1).toSeconds();
    return response.header("Retry-After", Long.toString(seconds));
  }

  private ErrorShape shape(WireError.Source source) {
    if (source == WireError.Source.GATEWAY) {
      return ErrorShape.FLAT;
    }
    if (errorShape != null) {
      return errorShape;
    }
    return source == WireError.Source.NATIVE ? ErrorShape.GLANCE : ErrorShape.ERROR_OBJECT;
  }
}
