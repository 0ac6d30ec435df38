package io.imageshare.examples.glance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.imageshare.Image;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sends the same requests to a real Glance and to the simulated server, and compares the answers:
 * status, type and fields. Every difference has a reason, and stands in {@code docs/glance.md}.
 */
@Timeout(300)
class WireTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "glance.md");
  private static final String JSON = "application/json";
  private static final String HEAD = "| request | Glance | ImsServer | why |\n|---|---|---|---|\n";

  private static final String PAGES =
      "the image service has pages and types of members (ims-api.md, 1.5)";
  private static final String NO_REASON = "it must not";
  private static final String GATEWAY = "a gateway stands in front, and refuses first";

  /** Why an answer differs, by the request. */
  private static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("owner: GET MEMBERS?limit=0", "limit is from 1 to 1000 (1.5)"),
          Map.entry("owner: GET MEMBERS?marker=!", "markers are Base64 (1.5)"),
          Map.entry("owner: POST MEMBERS {\"member\": \"OWNER\"}", "IMG.0076 (3.3)"),
          Map.entry("owner: POST MEMBERS {\"member\": \"a b\"}", "IMG.0067 (3.3)"),
          Map.entry(
              "recipient: PUT MEMBERS/P {\"status\": \"pending\"}",
              "pending is no value of a request (1.6)"),
          Map.entry("nobody: GET MEMBERS", GATEWAY),
          Map.entry("owner: GET IMAGE/nothing", GATEWAY),
          Map.entry("owner: GET MEMBERS/", GATEWAY));

  private RealGlance glance;

  @BeforeEach
  void find() throws IOException {
    glance = new RealGlance();
  }

  @AfterEach
  void clear() throws IOException {
    if (glance != null) {
      glance.close();
    }
  }

  /** A request; words in capitals stand for what differs between the sides. */
  private record Step(String who, String method, String path, String accept, String body) {
    String name() {
      return who
          + ": "
          + method
          + " "
          + path
          + (body.isEmpty() ? "" : " " + body)
          + (accept.equals(JSON) ? "" : ", accepts " + (accept.isEmpty() ? "-" : accept));
    }
  }

  /** One of the two servers. */
  private record Side(
      String address, Map<String, String> names, Map<String, Map<String, String>> by) {
    String fill(String text) {
      String filled = text.replace("MEMBERS", "/v2/images/IMAGE/members");
      for (Map.Entry<String, String> name : names.entrySet()) {
        filled = filled.replace(name.getKey(), name.getValue());
      }
      return filled.startsWith("/") || filled.startsWith("{") || filled.startsWith("[")
          ? filled
          : "/v2/images/" + filled;
    }
  }

  private static List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    String member = "{\"member\": \"P\"}";
    String accept = "{\"status\": \"accepted\"}";
    for (String type : List.of(JSON, "", "*/*", "text/html", "text/plain", "application/xml")) {
      steps.add(new Step("owner", "GET", "UNKNOWN/members", type, ""));
    }
    add(steps, "owner", "GET", "MEMBERS", "MEMBERS/P", "MEMBERS/", "IMAGE", "UNKNOWN");
    add(steps, "owner", "GET", "MEMBERS?limit=0", "MEMBERS?marker=!", "IMAGE/nothing");
    add(steps, "owner", "POST MEMBERS", member, member, "{\"member\": \"Q\"}", "");
    add(steps, "owner", "POST MEMBERS", "{}", "{\"member\": \"\"}", "{nojson", "[]");
    add(steps, "owner", "POST MEMBERS", "{\"member\": \"OWNER\"}", "{\"member\": \"a b\"}");
    add(steps, "owner", "POST UNKNOWN/members", member, "{}");
    add(steps, "owner", "POST FULL/members", "{\"member\": \"one-more\"}", "{\"member\": \"m0\"}");
    add(steps, "owner", "POST OPEN/members", member);
    add(steps, "owner", "GET", "OPEN/members", "OPEN/members/P", "MEMBERS", "MEMBERS/P");
    add(steps, "owner", "DELETE", "OPEN/members/P");
    add(steps, "recipient", "POST MEMBERS", "{\"member\": \"R\"}", "{}");
    add(steps, "stranger", "POST MEMBERS", "{\"member\": \"R\"}");
    add(steps, "recipient", "GET", "MEMBERS", "MEMBERS/P", "MEMBERS/Q", "IMAGE");
    add(steps, "stranger", "GET", "MEMBERS", "MEMBERS/P", "IMAGE");
    add(steps, "nobody", "GET", "MEMBERS");
    add(steps, "owner", "PUT MEMBERS/P", accept);
    add(steps, "stranger", "PUT MEMBERS/P", accept, "{\"status\": \"x\"}");
    add(steps, "recipient", "PUT MEMBERS/Q", accept);
    add(steps, "recipient", "PUT MEMBERS/P", accept, accept, "{\"status\": \"rejected\"}", "{}");
    add(steps, "recipient", "PUT MEMBERS/P", "{\"status\": \"pending\"}", "");
    add(steps, "recipient", "PUT MEMBERS/P", "{\"status\": \"ACCEPTED\"}", "{nojson");
    add(steps, "recipient", "PUT UNKNOWN/members/P", accept);
    add(steps, "owner", "PATCH MEMBERS/P", "{}");
    add(steps, "owner", "POST MEMBERS/P", "{}");
    add(steps, "owner", "PUT MEMBERS", "{}");
    add(steps, "owner", "DELETE", "MEMBERS");
    add(steps, "owner", "HEAD", "MEMBERS");
    add(steps, "recipient", "DELETE", "MEMBERS/P", "MEMBERS/Q");
    add(steps, "stranger", "DELETE", "MEMBERS/P");
    add(steps, "owner", "DELETE", "MEMBERS/P", "MEMBERS/P", "MEMBERS/nobody", "UNKNOWN/members/P");
    add(steps, "recipient", "GET", "MEMBERS");
    return steps;
  }

  /** Several requests of one kind: paths without a body, or bodies for the path that is named. */
  private static void add(List<Step> steps, String who, String what, String... each) {
    String[] words = what.split(" ", 2);
    for (String one : each) {
      steps.add(
          words.length == 1
              ? new Step(who, words[0], one, JSON, "")
              : new Step(who, words[0], words[1], JSON, one));
    }
  }

  private Side real(List<String> ids) throws IOException {
    String address = "";
    Map<String, Map<String, String>> by = new HashMap<>();
    by.put("nobody", Map.of());
    for (String who : List.of("owner", "recipient", "stranger")) {
      Keystone.Session session = glance.session(who);
      address = session.glance().toString();
      by.put(who, Map.of("X-Auth-Token", session.token()));
    }
    List<String> projects = glance.projects();
    return new Side(address, names(ids, projects, glance.session("owner").project()), by);
  }

  private static Map<String, String> names(List<String> ids, List<String> projects, String owner) {
    // In this order: one name is a part of another.
    Map<String, String> names = new LinkedHashMap<>();
    names.put("UNKNOWN", new UUID(7, 7).toString());
    names.put("IMAGE", ids.get(0));
    names.put("FULL", ids.get(1));
    names.put("OPEN", ids.get(2));
    names.put("OWNER", owner);
    names.put("\"P\"", '"' + projects.get(0) + '"');
    names.put("\"Q\"", '"' + projects.get(1) + '"');
    names.put("/P", "/" + projects.get(0));
    names.put("/Q", "/" + projects.get(1));
    return names;
  }

  @Test
  void theServerAnswersAsAGlanceExceptWhereTheTableSaysSo() throws Exception {
    List<String> ids = new ArrayList<>(glance.images(2));
    ids.addAll(glance.images(1, "community"));
    Side real = real(ids);
    MemoryBackend cloud =
        MemoryBackend.builder()
            .owner("owner")
            .images(ids)
            .obstacle(Image.Obstacle.PUBLIC, ids.get(2))
            .membersPerImage(RealGlance.MEMBERS_PER_IMAGE)
            .build();
    List<String> rows = new ArrayList<>();
    try (ImsServer server = ImsServer.builder(cloud).token("token").build()) {
      Map<String, Map<String, String>> by = new HashMap<>();
      by.put("nobody", Map.of());
      for (String who : List.of("owner", "stranger")) {
        by.put(who, Map.of("X-Auth-Token", "token", "X-Project-Id", who));
      }
      String recipient = glance.projects().get(0);
      by.put("recipient", Map.of("X-Auth-Token", "token", "X-Project-Id", recipient));
      Side ours =
          new Side(server.endpoint().toString(), names(ids, glance.projects(), "owner"), by);
      for (int n = 0; n < RealGlance.MEMBERS_PER_IMAGE; n++) {
        Step fill = new Step("owner", "POST", "FULL/members", JSON, "{\"member\": \"m" + n + "\"}");
        answer(real, fill);
        answer(ours, fill);
      }
      for (Step step : steps()) {
        String theirs = answer(real, step);
        String simulated = answer(ours, step);
        if (!theirs.equals(simulated)) {
          String why = REASONS.getOrDefault(step.name(), reason(step, theirs, simulated));
          rows.add("| `%s` | %s | %s | %s |%n".formatted(step.name(), theirs, simulated, why));
        }
      }
    }
    assertEquals(List.of(), rows.stream().filter(row -> row.contains(NO_REASON)).toList());
    compare(HEAD + String.join("", rows));
  }

  private static String reason(Step step, String theirs, String simulated) {
    boolean members = theirs.startsWith("200") && simulated.startsWith("200");
    return members && step.path().contains("MEMBERS") ? PAGES : NO_REASON;
  }

  private static String answer(Side side, Step step) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(side.address() + side.fill(step.path())))
            .method(
                step.method(),
                step.body().isEmpty()
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(side.fill(step.body())));
    if (!step.accept().isEmpty()) {
      request.header("Accept", step.accept());
    }
    if (!step.body().isEmpty()) {
      request.header("Content-Type", JSON);
    }
    side.by().getOrDefault(step.who(), Map.of()).forEach(request::header);
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    String type = response.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
    String allow = response.headers().firstValue("Allow").map(it -> ", Allow: " + it).orElse("");
    boolean empty = response.body().isEmpty();
    return response.statusCode()
        + (empty ? "" : " " + type + fields(type, response.body()))
        + allow;
  }

  /** The names of a document's fields; of an image those that sharing needs. */
  private static String fields(String type, String body) throws IOException {
    if (!type.equals(JSON)) {
      return "";
    }
    JsonNode document = new JsonMapper().readTree(body);
    TreeSet<String> names = new TreeSet<>();
    document.fieldNames().forEachRemaining(names::add);
    document.path("members").path(0).fieldNames().forEachRemaining(name -> names.add("." + name));
    if (names.contains("visibility")) {
      names.retainAll(List.of("id", "owner", "status", "visibility"));
    }
    return " " + String.join(" ", names);
  }

  private static void compare(String table) throws IOException {
    String document = Files.readString(DOCUMENT);
    int from = document.indexOf(HEAD);
    int end = from < 0 ? -1 : document.indexOf("\n\n", from);
    String there = from < 0 ? "" : document.substring(from, end < 0 ? document.length() : end + 1);
    if (Boolean.getBoolean("imageshare.accept") && from >= 0) {
      Files.writeString(DOCUMENT, document.replace(there, table));
      return;
    }
    assertEquals(there, table);
  }
}
