package io.imageshare.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.imageshare.ShareRequest;
import io.imageshare.benchmarks.HttpClients.Client;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One JVM that calls a service with each client in turn, and prints the cost of each block. */
final class HttpFork {
  static final int ROUNDS = 9;
  static final int CALLS = 1000;
  static final String OURS = "imageshare";
  static final String BAR = "vendor's client, asynchronous";

  // Before that the compiler takes more of the processor than the calls do.
  private static final int WARM_UP = 16;
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final ShareRequest SLICE = ShareRequest.share(uuids("a"), uuids("b"));

  private HttpFork() {}

  private static List<String> uuids(String prefix) {
    return IntStream.range(0, 10)
        .mapToObj(i -> "%s%03d3456-89ab-4def-8123-456789abcdef".formatted(prefix, i))
        .toList();
  }

  public static void main(String[] args) {
    int exit = 1; // explicit: threads of the vendor's clients would keep the JVM alive
    try {
      measure(URI.create(args[0]));
      exit = 0;
    } catch (InterruptedException | RuntimeException e) {
      System.err.println(e);
    } finally {
      System.exit(exit);
    }
  }

  private static void measure(URI endpoint) throws InterruptedException {
    Map<String, Client> clients = new LinkedHashMap<>();
    clients.put(OURS, HttpClients.ours(endpoint, SLICE));
    clients.put(BAR, HttpClients.asynchronous(endpoint, SLICE));
    clients.put("vendor's client, blocking", HttpClients.blocking(endpoint, SLICE));
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      for (Map.Entry<String, Client> entry : clients.entrySet()) {
        Client client = entry.getValue();
        String job = client.submit().toCompletableFuture().join();
        String submit = block(client::submit);
        String poll = block(() -> client.poll(job));
        if (round >= 0) {
          String name = entry.getKey().replace(' ', '_');
          System.out.println("submit " + name + " " + submit);
          System.out.println("poll " + name + " " + poll);
        }
      }
    }
    clients.values().forEach(Client::close);
  }

  /** Processor time, bytes and time of a call, on average. */
  private static String block(Supplier<? extends CompletionStage<?>> call)
      throws InterruptedException {
    Semaphore places = new Semaphore(HttpClients.AT_ONCE);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    System.gc();
    long bytes = allocated();
    long cpu = PROCESS.getProcessCpuTime();
    long began = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      places.acquire();
      call.get()
          .whenComplete(
              (answer, e) -> {
                failure.compareAndSet(null, e);
                places.release();
              });
    }
    places.acquire(HttpClients.AT_ONCE);
    long time = System.nanoTime() - began;
    cpu = PROCESS.getProcessCpuTime() - cpu;
    bytes = allocated() - bytes;
    if (failure.get() != null) {
      throw new IllegalStateException("a call failed", failure.get());
    }
    return "%d %d %d".formatted(cpu / CALLS, bytes / CALLS, time / CALLS);
  }

  /** By all live threads; those of the clients outlive a block. */
  private static long allocated() {
    return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
        .filter(bytes -> bytes > 0)
        .sum();
  }
}
