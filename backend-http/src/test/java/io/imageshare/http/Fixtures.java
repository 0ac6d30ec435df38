package io.imageshare.http;

import io.imageshare.BackendException;
import io.imageshare.FlowPolicy;
import io.imageshare.MemberBackend;
import io.imageshare.PollPolicy;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Values and calls that the tests share. */
final class Fixtures {
  static final String AK = "TESTAK0000000000EXMP";
  static final String SK = "testSKexampleOnly0123456789abcdefABCDEF00";
  static final String PROJECT = "11112222333344445555666677778888";
  static final String IMAGE = "3f1c9a52-7d0e-4c55-9b1e-2a6f0d8c4e11";
  static final String RECIPIENT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
  static final URI ENDPOINT = URI.create("https://ims.cn-north-4.myhuaweicloud.com");
  static final ShareRequest SHARE = ShareRequest.share(List.of(IMAGE), List.of(RECIPIENT));
  static final ShareRequest UNSHARE = ShareRequest.unshare(List.of(IMAGE), List.of(RECIPIENT));

  /** Keeps its port for as long as the tests run, so that no other process listens there. */
  private static final Socket NOT_LISTENING = new Socket();

  private Fixtures() {}

  /** A port where nobody listens. */
  static synchronized int closedPort() throws IOException {
    if (!NOT_LISTENING.isBound()) {
      NOT_LISTENING.bind(new InetSocketAddress(0));
    }
    return NOT_LISTENING.getLocalPort();
  }

  static HttpBackend.Builder backend(URI endpoint) {
    return HttpBackend.builder()
        .endpoint(endpoint)
        .projectId(PROJECT)
        .credentials(Credentials.accessKey(AK, SK));
  }

  /** A workflow that hardly waits: over sockets, time is real. */
  static ShareWorkflow.Builder workflow(MemberBackend backend) {
    Duration instant = Duration.ofMillis(10);
    return ShareWorkflow.builder(backend)
        .flow(FlowPolicy.defaults().callsPerSecond(1000))
        .retry(RetryPolicy.defaults().backoff(instant, instant))
        .poll(PollPolicy.fixed(instant))
        .seed(1);
  }

  static ApiRequest submit(ShareRequest slice) {
    return new ApiRequest(
        ApiRequest.Purpose.SUBMIT,
        "POST",
        ENDPOINT,
        "/v1/cloudimages/members",
        "",
        Wire.batch(slice),
        "",
        slice);
  }

  static ApiRequest read(ApiRequest.Purpose purpose, String subject) {
    return ApiRequest.read(purpose, ENDPOINT, "/some/path", "", subject);
  }

  static ApiResponse answer(int status, String body, String... headers) {
    Map<String, List<String>> map = new HashMap<>();
    for (String header : headers) {
      String[] parts = header.split(": ", 2);
      map.put(parts[0], List.of(parts[1]));
    }
    return new ApiResponse(
        status, HttpHeaders.of(map, (n, v) -> true), body.getBytes(StandardCharsets.UTF_8));
  }

  static <T> T get(CompletionStage<T> stage) throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(1, TimeUnit.MINUTES);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  static BackendException failure(CompletionStage<?> stage) throws InterruptedException {
    try {
      Object value = stage.toCompletableFuture().get(1, TimeUnit.MINUTES);
      throw new AssertionError("no failure but " + value);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BackendException failure) {
        return failure;
      }
      throw new AssertionError("not a BackendException", e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
