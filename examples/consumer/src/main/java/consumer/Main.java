package consumer;

import io.imageshare.MemberBackend;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Shares over HTTP on a simulated service; exits with 1 unless every pair is done. */
public final class Main {
  private static final String PROJECT = "0123456789abcdef0123456789abcdef";

  private Main() {}

  public static void main(String[] args) throws IOException {
    List<String> images = List.of("image-1", "image-2");
    MemoryBackend cloud =
        MemoryBackend.builder().owner(PROJECT).images(images).jobsTake(Duration.ZERO).build();
    try (ImsServer server = ImsServer.start(cloud);
        MemberBackend backend =
            HttpBackend.builder()
                .endpoint(server.endpoint())
                .projectId(PROJECT)
                .credentials(Credentials.accessKey("key", "secret"))
                .build();
        ShareWorkflow workflow = ShareWorkflow.over(backend)) {
      ShareReport report = workflow.run(ShareRequest.share(images, List.of("project-1")));
      System.out.println((Main.class.getModule().isNamed() ? "modules: " : "class path: ") + report);
      System.exit(report.allDone() ? 0 : 1);
    }
  }
}
