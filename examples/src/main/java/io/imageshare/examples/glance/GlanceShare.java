package io.imageshare.examples.glance;

import io.imageshare.Journal;
import io.imageshare.MemberBackend;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a request document on the OpenStack cloud that the environment names, as the OpenStack
 * clients do. What an earlier process left unfinished in the journal is finished first, and is then
 * all that is done.
 */
final class GlanceShare {
  private GlanceShare() {}

  /**
   * Shares.
   *
   * @param args the path of the request document, and that of the journal's directory
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: GlanceShare request.json journal-directory");
      System.exit(2);
    }
    ShareRequest request = ShareRequest.fromJson(Files.readString(Path.of(args[0])));
    OpenStackCloud cloud = OpenStackCloud.of(System.getenv());
    ShareReport report = share(cloud, request, Path.of(args[1]));
    System.out.println(report);
    report.failed().forEach(f -> System.err.println(f.member() + ": " + f.reason()));
    report.unknown().forEach(u -> System.err.println(u.member() + ": not known: " + u.reason()));
    System.exit(report.allDone() ? 0 : 1);
  }

  private static ShareReport share(OpenStackCloud cloud, ShareRequest request, Path journal) {
    try (MemberBackend backend = new GlanceBackend(cloud, cloud::project, 128);
        ShareWorkflow workflow =
            ShareWorkflow.builder(backend)
                .retry(GlanceBackend.RETRIES)
                .journal(Journal.directory(journal))
                .listener(GlanceShare::print)
                .build()) {
      List<ShareRun> unfinished = workflow.resume();
      ShareRun run = unfinished.isEmpty() ? workflow.start(request) : unfinished.get(0);
      System.out.println((unfinished.isEmpty() ? "begins run " : "resumes run ") + run.id());
      return run.report().join();
    }
  }

  private static void print(ShareEvent event) {
    if (event instanceof ShareEvent.ImageCompleted image) {
      System.out.println("completed " + image.image());
    }
  }
}
