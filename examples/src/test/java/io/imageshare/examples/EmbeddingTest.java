package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.ShareReport;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingTest {

  @Test
  void sharesAllButTheProjectInAnotherRegion() {
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.virtual())
            .images("image-1", "image-2")
            .badProjects("elsewhere")
            .build();
    ShareReport report =
        Embedding.share(cloud, List.of("image-1", "image-2"), List.of("project-1", "elsewhere"));
    assertEquals(2, report.counts().done());
    assertEquals(2, report.counts().failed());
    assertEquals(2, cloud.members().size());
  }
}
