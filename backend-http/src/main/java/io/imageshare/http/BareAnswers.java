package io.imageshare.http;

import com.google.common.base.Ticker;
import io.imageshare.Reason.Kind;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What came in place of the service's word, by kind of request: one page is no verdict, but the
 * same page to every request of a kind is. One memory for a backend, whosever requests they are:
 * what is on the way to the service does not depend on who asks. Safe for use by several threads.
 */
final class BareAnswers {
  /** A write that is sent again was read back before, which takes seconds. */
  private static final int WRITES = 2;

  /** Reads come again sooner, and what passes soon must not be taken for what stays. */
  private static final int READS = 3;

  /**
   * How long a verdict on a kind of write answers it without a request: whoever looks for an id
   * that is to blame asks within it, and who has mended what refuses need not wait.
   */
  static final Duration HELD = Duration.ofSeconds(30);

  /** More than is quoted of a page. */
  private static final int HEAD = 8 << 10;

  private final Ticker ticker;
  private final Map<String, Known> kinds = new ConcurrentHashMap<>();

  BareAnswers(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * What came to the requests of a kind.
   *
   * @param answered whether the service ever answered one
   * @param page by what a page that came instead is known again; empty: none came
   * @param times how often in a row, at most once for requests that were under way together
   * @param last the page; null if none came
   * @param at when it came, by the ticker
   */
  private record Known(
      boolean answered, String page, int times, @Nullable ApiResponse last, long at) {
    static final Known NOTHING = new Known(false, "", 0, null, 0);
    static final Known ANSWERED = new Known(true, "", 0, null, 0);
  }

  /** How often the same page came so far; to be told to {@link #note} with what comes next. */
  int times(ApiRequest request) {
    return of(request).times();
  }

  /**
   * Takes note of a response.
   *
   * @param before what {@link #times} gave when the request was sent
   */
  void note(ApiRequest request, ApiResponse response, int before) {
    if (response.ok() && response.isObject()) {
      kinds.put(request.kind(), Known.ANSWERED);
      return;
    }
    ErrorBody error = ErrorBody.read(response);
    if (!error.bare()) {
      if (!error.tellsOfNoEndpoint(response.status())) {
        kinds.put(request.kind(), Known.ANSWERED);
      }
      return;
    }
    String target = response.redirects() ? Endpoint.target(response.header("Location")) : "";
    String page = response.status() + " " + response.header("Server") + " " + target;
    ApiResponse head = response.cut(HEAD);
    long now = ticker.read();
    kinds.merge(
        request.kind(),
        new Known(false, page, 1, head, now),
        (known, first) ->
            known.answered() || (known.page().equals(page) && known.times() != before)
                ? known
                : new Known(false, page, known.page().equals(page) ? before + 1 : 1, head, now));
  }

  /**
   * The page that refuses all writes of a kind, if it came a short while ago: it would come again,
   * whatever ids are written.
   */
  @Nullable ApiResponse verdict(ApiRequest request) {
    if (!request.write()) {
      return null;
    }
    Known known = of(request);
    ApiResponse last = known.last();
    return last != null
            && ticker.read() - known.at() < HELD.toNanos()
            && isAlwaysTheSame(request)
            && ErrorTranslation.kind(request, last, ErrorBody.read(last), true) == Kind.UNSUPPORTED
        ? last
        : null;
  }

  /** Whether nothing but one and the same page ever came to requests of this kind. */
  boolean isAlwaysTheSame(ApiRequest request) {
    Known known = of(request);
    if (known.answered()) {
      return false;
    }
    boolean others = kinds.values().stream().anyMatch(Known::answered);
    return request.write()
        // Where reads are answered so, too, nobody is there who could do what is written.
        ? known.times() >= WRITES || (!others && known.times() > 0 && times() > READS)
        // Else nobody knows whether the service is there at all, and it is asked again.
        : others && known.times() >= READS;
  }

  private int times() {
    return kinds.values().stream().mapToInt(Known::times).sum();
  }

  private Known of(ApiRequest request) {
    return kinds.getOrDefault(request.kind(), Known.NOTHING);
  }
}
