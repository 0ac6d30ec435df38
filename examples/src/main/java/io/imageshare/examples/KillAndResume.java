package io.imageshare.examples;

import io.imageshare.BatchLimits;
import io.imageshare.Journal;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.PollPolicy;
import io.imageshare.Recipient;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.MemoryBackend.Call;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A share whose process is killed and whose run another process resumes. This process is the
 * simulated service; it starts the sharing processes one after the other, with one journal.
 *
 * <p>Exit codes: 0 if everything is shared in the end and nothing was submitted twice, else 1.
 */
final class KillAndResume {
  private static final String KEY = "example-key";
  private static final String SECRET = "example-secret";
  private static final int SUBMITS_BEFORE_KILL = 3;

  /** Limits how long the members are read for a submit that the process was making when it died. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final ShareRequest REQUEST =
      ShareRequest.share(ids("image-", 6), ids("project-", 8));

  private final PrintStream out;
  private final Path journal;
  private final MemoryBackend cloud =
      MemoryBackend.builder().images(REQUEST.images()).jobsTake(Duration.ofSeconds(1)).build();

  KillAndResume(PrintStream out, Path journal) {
    this.out = out;
    this.journal = journal;
  }

  private static List<String> ids(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
  }

  /**
   * Runs the service, or, with arguments, one of the sharing processes.
   *
   * @param args none; or the service's endpoint and the journal's path
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    boolean succeeded =
        args.length == 0
            ? new KillAndResume(System.out, Files.createTempDirectory("imageshare-journal")).run()
            : share(URI.create(args[0]), Path.of(args[1]));
    System.exit(succeeded ? 0 : 1);
  }

  /** What a program does that must survive its process: it first resumes what is unfinished. */
  private static boolean share(URI endpoint, Path path) {
    try (MemberBackend backend =
            HttpBackend.builder()
                .endpoint(endpoint)
                .credentials(Credentials.accessKey(KEY, SECRET))
                .build();
        ShareWorkflow workflow =
            ShareWorkflow.builder(backend)
                .journal(Journal.directory(path))
                .limits(new BatchLimits(2, 4, 8))
                .poll(PollPolicy.fixed(Duration.ofSeconds(1)).patience(PATIENCE))
                .listener(KillAndResume::print)
                .build()) {
      List<ShareRun> unfinished = workflow.resume();
      ShareRun run = unfinished.isEmpty() ? workflow.start(REQUEST) : unfinished.get(0);
      System.out.println((unfinished.isEmpty() ? "begins run " : "resumes run ") + run.id());
      ShareReport report = run.report().join();
      System.out.println(report);
      return report.allDone();
    }
  }

  private static void print(ShareEvent event) {
    if (event instanceof ShareEvent.Submitted submitted) {
      System.out.printf(
          "submitted %d pairs, job %s%n",
          submitted.slice().pairs(), Shown.text(submitted.job().id()));
    }
  }

  /** Returns whether everything is shared in the end and nothing was submitted twice. */
  boolean run() throws IOException, InterruptedException {
    try (ImsServer server = ImsServer.builder(cloud).accessKey(KEY, SECRET).build()) {
      process(server.endpoint(), SUBMITS_BEFORE_KILL);
      printState();
      boolean complete = process(server.endpoint(), Integer.MAX_VALUE);
      printState();
      return complete && cloud.members().size() == REQUEST.pairs() && sentTwice() == 0;
    }
  }

  /** Runs a sharing process and kills it after some submits; returns whether it ended by itself. */
  private boolean process(URI endpoint, int submits) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KillAndResume.class.getName(),
                endpoint.toString(),
                journal.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = process.inputReader()) {
      int submitted = 0;
      while (submitted < submits) {
        String line = output.readLine();
        if (line == null) {
          return process.waitFor() == 0;
        }
        out.printf("process %d: %s%n", process.pid(), line);
        submitted += line.startsWith("submitted") ? 1 : 0;
      }
      out.printf("process %d is killed%n", process.pid());
      return false;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private void printState() {
    out.printf(
        "the service: %d of %d pairs are shared, %d were sent twice%n",
        cloud.members().size(), REQUEST.pairs(), sentTwice());
  }

  private int sentTwice() {
    List<Member> sent = new ArrayList<>();
    for (Call call : cloud.calls()) {
      ShareRequest slice = call.slice();
      if (slice != null) {
        for (String image : slice.images()) {
          for (Recipient recipient : slice.recipients()) {
            sent.add(new Member(image, recipient));
          }
        }
      }
    }
    Set<Member> distinct = new HashSet<>(sent);
    return sent.size() - distinct.size();
  }
}
