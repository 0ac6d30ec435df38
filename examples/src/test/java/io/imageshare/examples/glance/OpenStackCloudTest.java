package io.imageshare.examples.glance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenStackCloudTest {
  private static final Map<String, String> VARIABLES =
      Map.of(
          "OS_AUTH_URL", "https://keystone.example:5000",
          "OS_USERNAME", "me",
          "OS_PASSWORD", "secret word",
          "OS_PROJECT_ID", "p1",
          "OS_REGION_NAME", "here",
          "OS_INTERFACE", "internal",
          "OS_IMAGE_ENDPOINT_OVERRIDE", "https://glance.example/image");

  private static String message(Map<String, String> environment) {
    return ""
        + assertThrows(IllegalArgumentException.class, () -> OpenStackCloud.of(environment))
            .getMessage();
  }

  @Test
  void readsTheVariables() throws IOException {
    OpenStackCloud cloud = OpenStackCloud.of(VARIABLES);
    assertEquals("me", cloud.auth("username"));
    assertEquals("here", cloud.region());
    assertEquals("internal", cloud.network());
    assertEquals(URI.create("https://glance.example/image"), cloud.glance());
    assertFalse(cloud.toString().contains("secret"), cloud::toString);
    assertEquals("p2", cloud.project("p2").auth("project_id"));
  }

  @Test
  void namesTheVariableThatIsMissing() {
    for (String name : List.of("OS_AUTH_URL", "OS_USERNAME", "OS_PASSWORD")) {
      Map<String, String> some = new TreeMap<>(VARIABLES);
      some.remove(name);
      assertTrue(message(some).contains(name), () -> message(some));
    }
    Map<String, String> none = new TreeMap<>(VARIABLES);
    none.remove("OS_PROJECT_ID");
    assertTrue(message(none).contains("OS_PROJECT_NAME"), () -> message(none));
  }

  @Test
  void anApplicationCredentialIsForOneProject() throws IOException {
    OpenStackCloud cloud =
        OpenStackCloud.of(
            Map.of(
                "OS_AUTH_URL", "https://keystone.example:5000/v3",
                "OS_APPLICATION_CREDENTIAL_ID", "id",
                "OS_APPLICATION_CREDENTIAL_SECRET", "s"));
    assertThrows(IllegalArgumentException.class, () -> cloud.project("p2"));
  }

  @Test
  void readsCloudsYaml(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("clouds.yaml");
    Files.writeString(
        file,
        """
        ---
        # a comment
        clouds:
          other:
            regions:
            - name: one
              values:
                region_name: not this
            region_name: there
            auth: # as below
              auth_url: 'https://one.example/v3'
          "mine":
            auth:
              auth_url: https://two.example:5000/v3   # with a port
              username: me
              password: "a # b: c"
              project_name: 'it'
            region_name: here
        """);
    OpenStackCloud cloud =
        OpenStackCloud.of(Map.of("OS_CLOUD", "mine", "OS_CLIENT_CONFIG_FILE", file.toString()));
    assertEquals("https://two.example:5000/v3", cloud.auth("auth_url"));
    assertEquals("a # b: c", cloud.auth("password"));
    assertEquals("it", cloud.auth("project_name"));
    assertEquals("here", cloud.region());
    assertEquals("public", cloud.network());
    assertTrue(
        message(Map.of("OS_CLOUD", "none", "OS_CLIENT_CONFIG_FILE", file.toString()))
            .contains("cloud none"));
  }

  @Test
  void refusesWhatItDoesNotReadByItsLine() {
    for (String line :
        List.of("b: {c: d}", "b: &x y", "b: |", "b: 'it''s'", "b: \"a\\n\"", "b", "\tb: c")) {
      Exception e =
          assertThrows(
              IllegalArgumentException.class, () -> CloudsYaml.read(List.of("a:", " " + line)));
      assertTrue(("" + e.getMessage()).contains("line 2"), e::toString);
    }
  }
}
