package io.imageshare.memory.internal.server;

import java.net.URI;
import java.util.List;

/** The images of a server that is started by hand, and how to call it. */
public final class Demo {
  /** The project that owns the images. */
  public static final String OWNER = "11112222333344445555666677778888";

  /** The images' ids. */
  public static final List<String> IMAGES =
      List.of(
          "3f1c9a52-7d0e-4c55-9b1e-2a6f0d8c4e11",
          "77aa0c3e-5b1d-4f60-8d2c-91e4b7c05a22",
          "5c0ffee0-1234-4abc-8def-0123456789ab");

  private static final String PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

  private Demo() {}

  /** How to call the server. */
  public static String text(URI endpoint) {
    return """
        The simulated image service is at %1$s and admits every request.
        Its images belong to project %2$s: %3$s

        Share an image:
          curl -s %1$s/v1/cloudimages/members -H 'Content-Type: application/json' \\
            -d '{"images":["%4$s"],"projects":["%5$s"]}'
        Poll the job, with the job_id of the answer:
          curl -s %1$s/v1/cloudimages/job/JOB_ID
          curl -s %1$s/v1/%2$s/jobs/JOB_ID
        List the members of the image:
          curl -s %1$s/v2/images/%4$s/members
        List the images:
          curl -s %1$s/v2/cloudimages
        """
        .formatted(endpoint, OWNER, String.join(" ", IMAGES), IMAGES.get(0), PROJECT);
  }
}
