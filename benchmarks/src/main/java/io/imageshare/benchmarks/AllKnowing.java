package io.imageshare.benchmarks;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A lower bound of the time of a run: a client that knows all that the simulated cloud knows, and
 * keeps to what any truthful client has to keep to.
 *
 * <p>It surveys before the first write; submits at most 1,000 pairs in one call, a rectangle of
 * pairs that are missing; has a pair in one job at a time, and asks for none that is there; proves
 * each image by a listing, made when its last job has ended and its listing shows that; starts
 * calls evenly spaced, as the defaults of imageshare do, and no call that the throttle would
 * refuse.
 *
 * <p>It is allowed more than others can do. One description is its survey, and it asks for no bad
 * id. It never polls: it knows when a job ends, even one whose submit was not answered, what the
 * job leaves undone, and how long the listing lags. It repeats at once what a fault refused or
 * lost. Of what a job left undone it asks in one call for the images that lack the same projects: a
 * job leaves each image other projects, taken at random, and then no fewer rectangles cover them.
 * It knows the windows of the throttle. Submits, which have a job and a listing to follow, go
 * before listings. So it makes as few calls as the faults let it, and each of them as early as it
 * can. The limits of 8 calls and 20 jobs at the same time are left out; it would not reach them.
 *
 * <p>What it does not know is which faults its next calls draw. The cloud draws them from the seed
 * in the order of the calls, so that another client meets others: it may be faster with one seed,
 * but not in the mean over many.
 */
final class AllKnowing {
  private static final int IMAGES = 10;

  private final Site site;
  private final ShareRequest request;
  private final Timekeeper time;
  private final long interval;
  private final long start;
  private final List<Long> calls = new ArrayList<>();
  private final Queue<Runnable> submits = new ArrayDeque<>();
  private final Queue<Runnable> reads = new ArrayDeque<>();
  private final Map<String, Instant> listed = new HashMap<>();
  private final Set<Member> proven = new LinkedHashSet<>();
  private final CompletableFuture<Boolean> allProven = new CompletableFuture<>();
  private boolean waits;

  AllKnowing(Site site, double callsPerSecond) {
    this.site = site;
    request = site.possible();
    time = site.cloud().time();
    interval = (long) (1e9 / callsPerSecond);
    start = time.nanoTime();
  }

  /** Shares all pairs, and returns those that the listings show. */
  Set<Member> share() throws InterruptedException {
    survey();
    time.await(allProven);
    return proven;
  }

  private void survey() {
    make(reads, () -> site.gateway().describe(request.images()), d -> submitAll(), this::survey);
  }

  private void submitAll() {
    List<String> images = List.copyOf(request.images());
    for (int i = 0; i < images.size(); i += IMAGES) {
      submit(images.subList(i, Math.min(i + IMAGES, images.size())), request.recipients());
    }
  }

  private void submit(List<String> images, Set<Recipient> recipients) {
    ShareRequest slice =
        new ShareRequest(request.action(), new LinkedHashSet<>(images), recipients);
    make(
        submits,
        () -> site.gateway().submit(slice),
        job -> submitted(slice),
        () -> submitted(slice));
  }

  private void submitted(ShareRequest slice) {
    Call call =
        site.cloud().calls().stream()
            .filter(c -> slice.equals(c.slice()))
            .reduce((earlier, later) -> later)
            .orElseThrow();
    if (call.job().isEmpty()) {
      submit(List.copyOf(slice.images()), slice.recipients());
      return;
    }
    List<Job> jobs = site.cloud().jobs();
    int number = jobs.stream().map(Job::id).toList().indexOf(call.job());
    Instant end = requireNonNull(jobs.get(number).begin()).plus(site.durations().get(number));
    Duration lag = Duration.ZERO;
    for (Fault fault : call.faults()) {
      end = fault instanceof Fault.SlowJob slow ? end.plus(slow.extra()) : end;
      lag = fault instanceof Fault.ListLag late ? late.lag() : lag;
    }
    Instant shown = end.plus(lag);
    slice.images().forEach(i -> listed.merge(i, shown, (a, b) -> a.isAfter(b) ? a : b));
    at(end, () -> ended(slice));
  }

  private void ended(ShareRequest slice) {
    Set<Member> members = site.cloud().members();
    SetMultimap<Set<Recipient>, String> open = LinkedHashMultimap.create();
    for (String image : slice.images()) {
      Set<Recipient> missing = new LinkedHashSet<>(slice.recipients());
      missing.removeIf(recipient -> members.contains(new Member(image, recipient)));
      if (missing.isEmpty()) {
        at(requireNonNull(listed.get(image)), () -> list(image));
      } else {
        open.put(missing, image);
      }
    }
    open.asMap().forEach((missing, images) -> submit(List.copyOf(images), missing));
  }

  private void list(String image) {
    make(
        reads,
        () -> site.gateway().members(image),
        members -> {
          members.keySet().forEach(recipient -> proven.add(new Member(image, recipient)));
          if (proven.size() == request.pairs()) {
            allProven.complete(true);
          }
        },
        () -> list(image));
  }

  private void at(Instant instant, Runnable step) {
    time.schedule(Duration.between(time.now(), instant), step);
  }

  private interface Answered<T> {
    void by(T answer);
  }

  private <T> void make(
      Queue<Runnable> queue,
      Supplier<CompletionStage<T>> call,
      Answered<T> answered,
      Runnable failed) {
    queue.add(
        () ->
            call.get()
                .whenComplete(
                    (answer, failure) -> {
                      if (failure == null) {
                        answered.by(answer);
                      } else {
                        failed.run();
                      }
                    }));
    startCalls();
  }

  private void startCalls() {
    while (!waits && !(submits.isEmpty() && reads.isEmpty())) {
      long wait = earliest() - (time.nanoTime() - start);
      if (wait > 0) {
        waits = true;
        time.schedule(
            Duration.ofNanos(wait),
            () -> {
              waits = false;
              startCalls();
            });
      } else {
        calls.add(time.nanoTime() - start);
        (submits.isEmpty() ? reads : submits).remove().run();
      }
    }
  }

  private long earliest() {
    int made = calls.size();
    long spaced = made == 0 ? 0 : calls.get(made - 1) + interval;
    int limit = site.limit().calls();
    return made < limit ? spaced : Math.max(spaced, site.limit().over(calls.get(made - limit)));
  }
}
