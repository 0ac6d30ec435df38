package io.imageshare.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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

  private final Map<String, Known> kinds = new ConcurrentHashMap<>();

  /**
   * What came to the requests of a kind.
   *
   * @param answered whether the service ever answered one
   * @param page what came instead; empty: nothing did
   * @param times how often in a row, at most once for requests that were under way together
   */
  private record Known(boolean answered, String page, int times) {
    static final Known NOTHING = new Known(false, "", 0);
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
    ErrorBody error = ErrorBody.read(response);
    if (!error.bare()) {
      if (response.ok() || !error.tellsOfNoEndpoint(response.status())) {
        kinds.put(request.kind(), new Known(true, "", 0));
      }
    } else if (!response.redirects()) {
      String page = response.status() + " " + response.header("Server");
      kinds.merge(
          request.kind(),
          new Known(false, page, 1),
          (known, first) ->
              known.answered() || (known.page().equals(page) && known.times() != before)
                  ? known
                  : new Known(false, page, known.page().equals(page) ? before + 1 : 1));
    }
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
