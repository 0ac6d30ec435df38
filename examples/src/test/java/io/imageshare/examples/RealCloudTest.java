package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.http.Credentials;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RealCloudTest {
  @Test
  void sharesWhatTheDocumentAsksForOverTheWire() throws Exception {
    ShareRequest request = ShareRequest.fromJson(Files.readString(Path.of("requests/2x2.json")));
    MemoryBackend cloud =
        MemoryBackend.builder().images(request.images()).jobsTake(Duration.ZERO).build();
    try (ImsServer server = ImsServer.builder(cloud).accessKey("test-key", "test-secret").build()) {
      ShareReport report =
          RealCloud.share(
              server.endpoint(), Credentials.accessKey("test-key", "test-secret"), request);
      assertEquals(4, report.counts().done(), report.toString());
      assertEquals(4, cloud.members().size());
    }
  }
}
