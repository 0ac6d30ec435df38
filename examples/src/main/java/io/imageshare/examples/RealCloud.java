package io.imageshare.examples;

import io.imageshare.MemberBackend;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs a request document on a real endpoint, with credentials from the environment. */
final class RealCloud {
  private RealCloud() {}

  /**
   * Shares.
   *
   * @param args the endpoint and the path of the request document
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: RealCloud https://ims.REGION.DOMAIN request.json");
      System.exit(2);
    }
    ShareRequest request = ShareRequest.fromJson(Files.readString(Path.of(args[1])));
    ShareReport report = share(URI.create(args[0]), Credentials.fromEnvironment(), request);
    System.out.println(report);
    report.failed().forEach(f -> System.err.println(f.member() + ": " + f.reason()));
    report.unknown().forEach(u -> System.err.println(u.member() + ": not known: " + u.reason()));
    System.exit(report.allDone() ? 0 : 1);
  }

  // region real
  static ShareReport share(URI endpoint, Credentials credentials, ShareRequest request) {
    try (MemberBackend backend =
            HttpBackend.builder().endpoint(endpoint).credentials(credentials).build();
        ShareWorkflow workflow = ShareWorkflow.over(backend)) {
      return workflow.run(request);
    }
  }
  // endregion
}
