package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FootprintTest {
  private static final long LIMIT = 40_000_000;

  private static List<String> ids(String prefix) {
    return IntStream.range(0, 1000).mapToObj(n -> prefix + n).toList();
  }

  @Test
  void aMillionMembersFitIntoFortyMegabytes() {
    List<String> images = ids("image-");
    List<String> projects = ids("project-");
    long before = used();
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.virtual())
            .images(images)
            .membersPerImage(1000)
            .jobsTake(Duration.ZERO)
            .build();
    for (int i = 0; i < 1000; i += 10) {
      for (int p = 0; p < 1000; p += 100) {
        cloud.submit(ShareRequest.share(images.subList(i, i + 10), projects.subList(p, p + 100)));
      }
    }
    assertEquals(1_000_000, cloud.members().size());
    long used = used() - before;
    assertTrue(used < LIMIT, used + " bytes");
    assertEquals(1000, cloud.calls().size());
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
