package io.imageshare.examples;

import io.imageshare.MemberBackend;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.MemoryBackend;
import java.util.List;

/** The library in an application. */
final class Embedding {
  private Embedding() {}

  // region embedding
  /** Shares every image with every project, and prints the pairs that are not done. */
  static ShareReport share(MemberBackend backend, List<String> images, List<String> projects) {
    try (ShareWorkflow workflow = ShareWorkflow.over(backend)) {
      ShareReport report = workflow.run(ShareRequest.share(images, projects));
      report.failed().forEach(f -> System.err.println(f.member() + ": " + f.reason()));
      report.unknown().forEach(u -> System.err.println(u.member() + ": unknown: " + u.reason()));
      return report;
    }
  }

  // endregion

  public static void main(String[] args) {
    List<String> images = List.of("image-1", "image-2");
    List<String> projects = List.of("project-1", "project-2", "elsewhere");
    try (MemberBackend cloud =
        MemoryBackend.builder().images(images).badProjects("elsewhere").build()) {
      System.out.println(share(cloud, images, projects));
    }
  }
}
