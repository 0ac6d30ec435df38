package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.number;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The cost of a call over HTTP to the caller: ours and the vendor's client on the same server. */
final class HttpCost {
  private static final int FORKS = 3;

  private HttpCost() {}

  static void write(Results results) throws IOException, InterruptedException {
    results.heading("HTTP");
    results.text(
        """
        Processor time of the client's whole process and bytes allocated by its threads, per call, on one simulated
        service over loopback in a JVM of its own; signed calls, %d under way at once, %d of each in a block, the
        clients in turn, %d blocks, %d JVMs; the mean, as processor time comes in ticks of 10 us a call. The
        vendor's client (3.1.143) keeps its connections and may make as many calls at once: by default it does less.
        A submit is a slice of 10 x 10, a poll asks for the progress of a job. The bar: no more processor time than
        the vendor's asynchronous client, and fewer bytes.
        """
            .formatted(HttpClients.AT_ONCE, HttpFork.CALLS, HttpFork.ROUNDS, FORKS));
    for (Path home : Child.homes()) {
      List<String[]> rows = new ArrayList<>();
      for (int fork = 0; fork < FORKS; fork++) {
        rows.addAll(fork(home));
      }
      results.text("On JDK " + Child.version(home) + ":");
      results.table(
          List.of("call", "client", "CPU per call", "bytes per call", "CPU", "bytes", "time"),
          table(results, rows, Child.version(home)));
    }
  }

  private static List<String[]> fork(Path home) throws IOException, InterruptedException {
    Process site = Child.start(home, List.of(), HttpSite.class, List.of());
    try (BufferedReader out = site.inputReader()) {
      return Child.rows(home, List.of(), HttpFork.class, List.of(out.readLine()));
    } finally {
      site.getOutputStream().close();
      site.waitFor();
    }
  }

  private static List<List<String>> table(Results results, List<String[]> rows, int jdk) {
    Map<String, double[]> means = new LinkedHashMap<>();
    for (String[] row : rows) {
      means.computeIfAbsent(row[0] + "|" + row[1].replace('_', ' '), k -> means(rows, row));
    }
    List<List<String>> table = new ArrayList<>();
    means.forEach(
        (key, cost) -> {
          String[] names = key.split("\\|", -1);
          double[] bar = requireNonNull(means.get(names[0] + "|" + HttpFork.BAR));
          if (names[1].equals(HttpFork.OURS)) {
            String what = "HTTP, JDK " + jdk + ", " + names[0] + ": ";
            results.atMost(what + "CPU of the asynchronous client's", 1, cost[0] / bar[0]);
            results.atMost(what + "bytes of the asynchronous client's", 1, cost[1] / bar[1]);
          }
          table.add(
              List.of(
                  names[0],
                  names[1],
                  number(cost[0] / 1000) + " us",
                  number(cost[1]),
                  "x " + number(cost[0] / bar[0]),
                  "x " + number(cost[1] / bar[1]),
                  "x " + number(cost[2] / bar[2])));
        });
    return table;
  }

  /** The mean of each figure over all rows of the same call and client. */
  private static double[] means(List<String[]> rows, String[] like) {
    return IntStream.range(2, like.length)
        .mapToDouble(
            column ->
                rows.stream()
                    .filter(row -> row[0].equals(like[0]) && row[1].equals(like[1]))
                    .mapToDouble(row -> Double.parseDouble(row[column]))
                    .average()
                    .orElseThrow())
        .toArray();
  }
}
