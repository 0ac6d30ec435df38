package io.imageshare.http;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A call with all that is sent of it. The JDK's builder would take 0.3 KB more for the same
 * (measured on 17 and 25).
 */
final class Request extends HttpRequest {
  private final Call call;
  private final URI uri;
  private final Optional<BodyPublisher> body;
  private final HttpHeaders headers;

  Request(Call call, Map<String, String> signed) {
    this.call = call;
    this.uri = call.uri();
    boolean empty = !call.body().hasRemaining();
    this.body = empty ? Optional.empty() : Optional.of(new OnceBody(call.body()));
    Map<String, List<String>> all = new TreeMap<>();
    all.put("content-type", List.of(empty ? "application/json" : "application/json;charset=UTF-8"));
    all.put("user-agent", List.of("imageshare"));
    signed.forEach((name, value) -> all.put(name, List.of(value)));
    this.headers = HttpHeaders.of(all, (name, value) -> true);
  }

  @Override
  public Optional<BodyPublisher> bodyPublisher() {
    return body;
  }

  @Override
  public String method() {
    return call.method();
  }

  @Override
  public Optional<Duration> timeout() {
    return Optional.empty();
  }

  @Override
  public boolean expectContinue() {
    return false;
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public Optional<HttpClient.Version> version() {
    return Optional.of(HttpClient.Version.HTTP_1_1);
  }

  @Override
  public HttpHeaders headers() {
    return headers;
  }
}
