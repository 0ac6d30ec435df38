package io.imageshare.examples.glance;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * The Glance that {@code glance/glance start} made, where {@code -Dimageshare.glance} names its
 * directory. Without it the tests that use it are skipped.
 */
final class RealGlance implements AutoCloseable {
  /** What the script sets unless told otherwise. */
  static final int MEMBERS_PER_IMAGE = 32;

  private static final String DIRECTORY = System.getProperty("imageshare.glance", "");

  private final Exchange http = new Exchange();
  private final List<String> created = new ArrayList<>();
  private final Path directory = Path.of(DIRECTORY);
  private final FileChannel use;

  /** Waits until no other test has it, in whatever process: some end it and start it again. */
  RealGlance() throws IOException {
    Assumptions.assumeFalse(
        DIRECTORY.isEmpty(),
        "no Glance: start one by examples/glance/glance start DIR, and give -Dimageshare.glance=DIR");
    use = FileChannel.open(directory.resolve("use"), CREATE, WRITE);
    use.lock();
  }

  OpenStackCloud cloud(String name) throws IOException {
    return OpenStackCloud.of(directory.resolve("clouds.yaml"), name);
  }

  Path clouds() {
    return directory.resolve("clouds.yaml");
  }

  List<String> projects() throws IOException {
    return Files.readAllLines(directory.resolve("projects"));
  }

  GlanceBackend backend() throws IOException {
    OpenStackCloud recipient = cloud("recipient");
    return new GlanceBackend(cloud("owner"), recipient::project, MEMBERS_PER_IMAGE);
  }

  Keystone.Session session(String cloud) throws IOException {
    return new Keystone(cloud(cloud), http).login();
  }

  /** New images of the owner, which are deleted in the end. */
  List<String> images(int count) throws IOException {
    return images(count, "shared");
  }

  List<String> images(int count, String visibility) throws IOException {
    List<String> ids = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      String body =
          "{\"name\": \"test\", \"visibility\": \"%s\", \"disk_format\": \"raw\","
              + " \"container_format\": \"bare\"}";
      JsonNode image = call("POST", "/v2/images", body.formatted(visibility));
      ids.add(image.path("id").asText());
      created.add(image.path("id").asText());
    }
    return ids;
  }

  void delete(String image) throws IOException {
    created.remove(image);
    call("DELETE", "/v2/images/" + image, null);
  }

  private JsonNode call(String method, String path, @Nullable String body) throws IOException {
    Keystone.Session owner = session("owner");
    Exchange.Answer answer =
        http.send(
            true,
            method,
            URI.create(owner.glance() + path),
            Map.of("X-Auth-Token", owner.token()),
            body);
    assertTrue(answer.status() / 100 == 2, answer::toString);
    return new JsonMapper().readTree(answer.response().body());
  }

  /** Ends Glance or starts it again. */
  void script(String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("glance/glance", command, DIRECTORY)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), command);
    assertEquals(0, process.exitValue(), command);
  }

  @Override
  public void close() throws IOException {
    try (use) {
      for (String image : List.copyOf(created)) {
        delete(image);
      }
    }
  }
}
